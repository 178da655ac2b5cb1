/**
 * How an instruction that changed the stack pointer did it: moved it along its stack, as every function does, or set it to
 * a value from elsewhere, as who changes stacks does. By the encoding alone.
 *
 * RISC-V Unprivileged ISA 2.4 and 27 (C extension); ARMv7-M ARM DDI 0403E, A5.2 and A5.3.
 */

export type StackPointerChange =
  | 'moves'
  | 'sets'
  /** The upper half of a constant: what the next change makes of it is set, too. */
  | 'begins to set';

const RISCV_SP = 2;
const Opcode = { OpImmediate: 0x13, Auipc: 0x17, Op: 0x33, Lui: 0x37 } as const;

/** @param word of four bytes, little-endian: an instruction that changes SP and, if it is short, what is behind it. */
export function stackPointerChange(architecture: 'riscv32' | 'armv7m', word: number): StackPointerChange {
  return architecture === 'riscv32' ? onRiscv(word) : onArm(word & 0xffff, word >>> 16);
}

/** Only what is computed from SP itself moves it. */
function onRiscv(word: number): StackPointerChange {
  if ((word & 3) !== 3) return onRiscvCompressed(word);
  const [rs1, rs2] = [(word >>> 15) & 31, (word >>> 20) & 31];
  switch (word & 0x7f) {
    case Opcode.OpImmediate:
      return rs1 === RISCV_SP ? 'moves' : 'sets';
    case Opcode.Op:
      return rs1 === RISCV_SP || rs2 === RISCV_SP ? 'moves' : 'sets';
    case Opcode.Lui:
    case Opcode.Auipc:
      return 'begins to set';
    default:
      return 'sets';
  }
}

function onRiscvCompressed(word: number): StackPointerChange {
  const [quadrant, funct3] = [word & 3, (word >>> 13) & 7];
  // C.ADDI and C.ADDI16SP; C.LI sets.
  if (quadrant === 1) return funct3 === 2 ? 'sets' : 'moves';
  // C.ADD; C.MV and C.LWSP set.
  return funct3 === 4 && (word & 0x1000) !== 0 ? 'moves' : 'sets';
}

/** What computes SP computes it from SP: anything else is UNPREDICTABLE (A5.1.1). */
function onArm(first: number, second: number): StackPointerChange {
  const isMove = (first & 0xff87) === 0x4685 || (first === 0xea4f && (second & 0xfff0) === 0x0d00);
  const isLoad = (first & 0xff70) === 0xf850 && second >>> 12 === 13;
  // Also of CONTROL, which chooses between the two stack pointers.
  const isSpecial = (first & 0xfff0) === 0xf380;
  return isMove || isLoad || isSpecial ? 'sets' : 'moves';
}
