/** A machine that rows are executed on: bluesim in one of its ways to run, or a reference behind a GDB port. */
export interface Target {
  readonly name: string;
  /** Power-on state as far as a row can see it, in machine mode. Memory may keep what was written. */
  reset(): Promise<void>;
  /** @param name 'x1' to 'x31', 'pc', or a CSR. Takes effect at the latest before the next step. */
  setRegister(name: string, value: number): void;
  setMemory(address: number, bytes: Uint8Array): void;
  /** Executes one instruction, or takes one trap. */
  step(): Promise<void>;
  /** Runs until the program counter is at an address. @param steps instructions until then. */
  runTo(address: number, steps: number): Promise<void>;
  /** x0 to x31 and pc, signed. */
  getRegisters(): Promise<Int32Array>;
  /** @param name a CSR, or 'priv' for the privilege: 0 user, 3 machine. @returns a signed value. */
  getRegister(name: string): Promise<number>;
  getMemory(address: number, sizeBytes: number): Promise<Uint8Array>;
}
