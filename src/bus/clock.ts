/** Virtual time as a device sees it. Time is counted in cycles of the board's core clock, as a Number (exact below 2^53). */
export interface Clock {
  /** The current cycle: exact also in the middle of a block of instructions. */
  now(): number;
  /** Core clock in Hz, as it is now: on some boards the guest can change it. */
  readonly frequencyHz: number;
  /** Asks to be told after a change; only what counts another time than cycles needs it. */
  onFrequencyChange(listener: FrequencyListener): void;
}

/** @param previousHz the frequency until now; the clock already shows the new one. */
export type FrequencyListener = (previousHz: number) => void;

/** What a device is given that sets the frequency of the core clock. */
export interface ClockControl {
  /** @param frequencyHz a positive integer. */
  setFrequency(frequencyHz: number): void;
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
