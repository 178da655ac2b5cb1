/** Records and their order: the same on every host and in every locale, whatever names a program gives its functions. */

/** Negative when `a` goes first: by code units, as JavaScript sorts texts. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A copy of a record whose keys are sorted. */
export function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => byText(a, b)));
}

/** What a record has of this name; never what every object has, such as `constructor`. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The names that one of two records has, sorted. */
export function allNames(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(byText);
}
