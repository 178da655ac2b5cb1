/** What a core can tell a trace unit of itself. Neutral between core and devices. */

/** Totals since reset; they only grow. What a core or its timing model does not know stays 0. */
export interface CoreActivity {
  /** Cycles beyond the first of instructions, without loads and stores, and stalls of the fetch. */
  readonly extraCycles: number;
  /** Cycles of exception entry and return. */
  readonly exceptionCycles: number;
  /** Cycles asleep. */
  readonly sleepCycles: number;
  /** Cycles beyond the first of loads and stores. */
  readonly loadStoreCycles: number;
  /** Instructions that took no cycle. */
  readonly foldedInstructions: number;
}
