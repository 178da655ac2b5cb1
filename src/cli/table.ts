/** Plain aligned text. */

export interface Column {
  title: string;
  /** Numbers to the right, words to the left (the default). */
  align?: 'right' | 'left';
}

/**
 * Rows under their titles, each line indented by two spaces, without trailing spaces.
 * @param rows as many cells in each as there are columns.
 * @returns the lines; none when there are no rows.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const titles = columns.map((column) => column.title);
  const widths = columns.map((column, index) =>
    rows.reduce((width, row) => Math.max(width, row[index]!.length), column.title.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) =>
        columns[index]!.align === 'right' ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join('  ')
      .trimEnd();
  return [titles, ...rows].map((cells) => `  ${line(cells)}`);
}
