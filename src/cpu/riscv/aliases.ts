/**
 * Pseudo-instructions: other ways to write an instruction with certain operands. The first that applies is
 * printed. Those of a compressed instruction go before those of its base instruction.
 * RISC-V Assembly Programmer's Manual 1.0; Unprivileged ISA 20240411, chapter 34.
 */
import type { Operands } from './instructions/row.ts';

export interface Alias {
  readonly mnemonic: string;
  /** As in the encoding table. */
  readonly syntax: string;
  readonly when: (operands: Operands) => boolean;
}

const always = () => true;
const rdZero = (o: Operands) => o.rd === 0;
const rs1Zero = (o: Operands) => o.rs1 === 0;
const rs2Zero = (o: Operands) => o.rs2 === 0;
const noImmediate = (o: Operands) => o.imm === 0;

/** A counter that user mode may read has a pseudo-instruction of its own: Unprivileged ISA 20240411, chapter 8. */
function readsCounter(mnemonic: string, csr: number): Alias {
  return { mnemonic, syntax: 'rd', when: (o) => o.rs1 === 0 && o.imm === csr };
}

/** By mnemonic of the row. */
export const ALIASES: Readonly<Record<string, readonly Alias[]>> = {
  addi: [
    { mnemonic: 'nop', syntax: '', when: (o) => o.rd === 0 && o.rs1 === 0 && o.imm === 0 },
    { mnemonic: 'li', syntax: 'rd, imm', when: rs1Zero },
    { mnemonic: 'mv', syntax: 'rd, rs1', when: noImmediate },
  ],
  // A HINT, so not `mv`: 26.7.
  'c.addi': [{ mnemonic: 'addi', syntax: 'rd, rs1, imm', when: noImmediate }],
  'c.mv': [{ mnemonic: 'mv', syntax: 'rd, rs2', when: always }],
  xori: [{ mnemonic: 'not', syntax: 'rd, rs1', when: (o) => o.imm === -1 }],
  andi: [{ mnemonic: 'zext.b', syntax: 'rd, rs1', when: (o) => o.imm === 255 }],
  sub: [{ mnemonic: 'neg', syntax: 'rd, rs2', when: rs1Zero }],
  sltiu: [{ mnemonic: 'seqz', syntax: 'rd, rs1', when: (o) => o.imm === 1 }],
  sltu: [{ mnemonic: 'snez', syntax: 'rd, rs2', when: rs1Zero }],
  slt: [
    { mnemonic: 'sltz', syntax: 'rd, rs1', when: rs2Zero },
    { mnemonic: 'sgtz', syntax: 'rd, rs2', when: rs1Zero },
  ],
  beq: [{ mnemonic: 'beqz', syntax: 'rs1, target', when: rs2Zero }],
  bne: [{ mnemonic: 'bnez', syntax: 'rs1, target', when: rs2Zero }],
  blt: [
    { mnemonic: 'bltz', syntax: 'rs1, target', when: rs2Zero },
    { mnemonic: 'bgtz', syntax: 'rs2, target', when: rs1Zero },
  ],
  bge: [
    { mnemonic: 'blez', syntax: 'rs2, target', when: rs1Zero },
    { mnemonic: 'bgez', syntax: 'rs1, target', when: rs2Zero },
  ],
  jal: [
    { mnemonic: 'j', syntax: 'target', when: rdZero },
    { mnemonic: 'jal', syntax: 'target', when: (o) => o.rd === 1 },
  ],
  jalr: [
    { mnemonic: 'ret', syntax: '', when: (o) => o.rd === 0 && o.rs1 === 1 && o.imm === 0 },
    { mnemonic: 'jr', syntax: 'rs1', when: (o) => o.rd === 0 && o.imm === 0 },
    { mnemonic: 'jr', syntax: 'imm(rs1)', when: rdZero },
    { mnemonic: 'jalr', syntax: 'rs1', when: (o) => o.rd === 1 && o.imm === 0 },
    { mnemonic: 'jalr', syntax: 'imm(rs1)', when: (o) => o.rd === 1 },
    { mnemonic: 'jalr', syntax: 'rd, rs1', when: noImmediate },
  ],
  fence: [{ mnemonic: 'fence', syntax: '', when: (o) => (o.imm & 0xff) === 0xff }],
  csrrw: [{ mnemonic: 'csrw', syntax: 'csr, rs1', when: rdZero }],
  csrrs: [
    readsCounter('rdcycle', 0xc00),
    readsCounter('rdtime', 0xc01),
    readsCounter('rdinstret', 0xc02),
    readsCounter('rdcycleh', 0xc80),
    readsCounter('rdtimeh', 0xc81),
    readsCounter('rdinstreth', 0xc82),
    { mnemonic: 'csrr', syntax: 'rd, csr', when: rs1Zero },
    { mnemonic: 'csrs', syntax: 'csr, rs1', when: rdZero },
  ],
  csrrc: [{ mnemonic: 'csrc', syntax: 'csr, rs1', when: rdZero }],
  csrrwi: [{ mnemonic: 'csrwi', syntax: 'csr, uimm', when: rdZero }],
  csrrsi: [{ mnemonic: 'csrsi', syntax: 'csr, uimm', when: rdZero }],
  csrrci: [{ mnemonic: 'csrci', syntax: 'csr, uimm', when: rdZero }],
};
