/** Virtual time as a device sees it. Time is counted in cycles of the board's core clock, as a Number (exact below 2^53). */
export interface Clock {
  /** The current cycle: exact also in the middle of a block of instructions. */
  now(): number;
  /** Core clock in Hz. */
  readonly frequencyHz: number;
}

/** The event queue as one device sees it. Events are data, never closures, so that they can be snapshot. */
export interface DeviceEvents {
  /**
   * Asks for `onEvent(kind)` at a cycle. One event of a kind may be pending: scheduling it again moves it.
   * @param kind the device's own number for it, 0 to 15.
   * @param cycle absolute cycle, an integer; not above 2^53. A cycle that has passed fires at once after the current instruction.
   */
  schedule(kind: number, cycle: number): void;
  cancel(kind: number): void;
  /** The cycle for which a kind is scheduled, or undefined. */
  scheduledAt(kind: number): number | undefined;
}
