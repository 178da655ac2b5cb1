/** How a core hands a program's call to its host over; what the call looks like in the program is the ISA's matter. */

/** What answers a call. Operation and parameter: Semihosting for AArch32 and AArch64, 2.1; RISC-V Semihosting 1.0, chapter 2. */
export interface SemihostingPort {
  /** @returns the result, or 'retry' when the instruction must be executed again later, or 'stop' when the machine ends. */
  call(operation: number, parameter: number): number | 'retry' | 'stop';
}
