/** RISC-V, for whoever shows code and state to people. */
import { instructionLength } from '../cpu/riscv/decode.ts';
import { REGISTER_NAMES, riscvDisassembler } from '../cpu/riscv/disassemble.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS } from '../cpu/riscv/instructions/table.ts';
import { riscvFacts } from '../debug/riscv-facts.ts';
import { hexDigits } from '../errors.ts';
import type { Isa } from './isa.ts';

const RISCV_ISA: Isa = {
  architecture: 'riscv32',
  base: 'RV32IMAC',
  optionalExtensions: OPTIONAL_EXTENSIONS,
  disassembler: (chosen = OPTIONAL_EXTENSIONS) => riscvDisassembler(new Set([...BASE_EXTENSIONS, ...chosen])),
  place: (registers) => registers.read('pc')!,
  context: () => 0,
  trapNoun: 'trap',
  instructionLength,
  trace: {
    general: REGISTER_NAMES.map((name) => (name === 'zero' ? undefined : name)),
    status: [],
    special: ['mstatus', 'mie', 'mtvec', 'mepc', 'mcause', 'mtval', 'mscratch'],
    toldByTraps: new Set(['mstatus', 'mepc', 'mcause', 'mtval']),
    trapValue: 'mtval',
  },
  listing: { width: 20, wordWidth: 18, long: (word) => hexDigits(word, 8).padEnd(18) },
  facts: riscvFacts,
};

export function riscvIsa(): Isa {
  return RISCV_ISA;
}
