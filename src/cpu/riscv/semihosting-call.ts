/** How a RISC-V program calls its host: operation in a0, parameter in a1. RISC-V Semihosting 1.0, chapter 2. */
import type { Bus } from '../../bus/bus.ts';

/** slli x0, x0, 0x1f; ebreak; srai x0, x0, 7: in a row and uncompressed. */
const BEFORE = 0x01f01013;
const EBREAK = 0x00100073;
const AFTER = 0x40705013;

/** Whether the EBREAK at `pc` is a call and no breakpoint. */
export function isSemihostingCall(bus: Bus, pc: number): boolean {
  const word = (address: number) => bus.peek(address >>> 0, 4);
  return word(pc) === EBREAK && word(pc - 4) === BEFORE && word(pc + 4) === AFTER;
}
