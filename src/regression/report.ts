/**
 * What a measured run comes to: figures that are compared exactly, and what explains a difference between two of
 * them. Everything in it follows from the image, its input and the timing model alone.
 */

/** Something that happened. Logs of two runs are compared up to the first event that differs. */
export interface MeasureEvent {
  /** Cycles since power-on. */
  readonly cycle: number;
  /** `reached`, `machine timer interrupt`, `console "ready"`, `end`. */
  readonly kind: string;
  /** Address of the instruction that is next, unsigned. */
  readonly pc: number;
  /** The function in which that is, or its address where no symbol tells. */
  readonly symbol: string;
  /** Source file and line, `src/main.c:12`, where the image tells. */
  readonly line?: string;
}

export interface MeasureReport {
  readonly model: { readonly name: string; readonly version: number };
  /** Integers by name, sorted by it: `footprint/flash` in bytes, `run/cycles`. Less is better. */
  readonly figures: Readonly<Record<string, number>>;
  /** Cycles by function, sorted by name. Their sum is all cycles of the run. */
  readonly functions: Readonly<Record<string, number>>;
  /** Bytes by symbol, sorted by name. */
  readonly symbols: Readonly<Record<string, number>>;
  /** In the order in which they happened; a log of bounded length. */
  readonly events: readonly MeasureEvent[];
}
