/** What a device may do to the whole machine: what a power or test controller asks for. Neutral between devices and machine. */
export interface PowerControl {
  /** The guest ends the run. @param code exit code, 0 to 65535; 0 is success. */
  exit(code: number): void;
  /** The guest asks for a reset of the whole machine. */
  reset(): void;
}
