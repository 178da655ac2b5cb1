/** Figures of many measurements of one thing. */

/** Integers; of nothing measured all are 0. */
export interface Distribution {
  readonly min: number;
  /** The middle one; of an even number the lower of the two. */
  readonly median: number;
  /** The least that at least 99 of 100 do not exceed. */
  readonly p99: number;
  readonly max: number;
  readonly total: number;
}

/** @param values integers in any order. */
export function distributionOf(values: readonly number[]): Distribution {
  if (values.length === 0) return { min: 0, median: 0, p99: 0, max: 0, total: 0 };
  const sorted = Float64Array.from(values).sort();
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return {
    min: sorted[0]!,
    median: rank(0.5),
    p99: rank(0.99),
    max: sorted.at(-1)!,
    total: sorted.reduce((sum, value) => sum + value, 0),
  };
}
