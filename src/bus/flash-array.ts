/** The array of a flash chip: board memory that the core reads and executes directly until the chip is given a command. */
export interface FlashArray {
  /** The contents; the device changes them in place. */
  readonly bytes: Uint8Array;
  /** The device has changed a range: code decoded from it is stale. */
  changed(offset: number, sizeBytes: number): void;
  /**
   * Who answers reads and fetches.
   * @param direct true: `bytes` themselves (array mode, the state after reset); false: the device's `read`.
   */
  setDirect(direct: boolean): void;
}
