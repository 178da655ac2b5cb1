/** A machine that rows are executed on: bluesim in one of its ways to run, or a reference behind a GDB port. */
export interface Target {
  readonly name: string;
  /** Power-on state as far as a row can see it, with all privileges. Memory may keep what was written. */
  reset(): Promise<void>;
  /** @param name a register of the ISA part's list, or a special one. Takes effect at the latest before the next step. */
  setRegister(name: string, value: number): void;
  setMemory(address: number, bytes: Uint8Array): void;
  /** Executes one instruction, or takes one trap. */
  step(): Promise<void>;
  /** Runs until the program counter is at an address. @param steps instructions until then. */
  runTo(address: number, steps: number): Promise<void>;
  /** Those of the ISA part's list, in its order, signed. */
  getRegisters(): Promise<Int32Array>;
  /** @param name a special register. @returns a signed value. */
  getRegister(name: string): Promise<number>;
  getMemory(address: number, sizeBytes: number): Promise<Uint8Array>;
}
