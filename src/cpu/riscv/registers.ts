/** The registers of a hart by name, for people, debuggers and tests. Names: RISC-V ABIs Specification 1.0, chapter 1. */
import type { RegisterFile } from '../core.ts';
import { csrNumber } from './csr-names.ts';
import { REGISTER_NAMES } from './disassemble.ts';
import type { Hart } from './hart.ts';

const SHOWN_CSRS = ['mstatus', 'mie', 'mip', 'mtvec', 'mepc', 'mcause', 'mtval', 'mscratch'];

export class RiscvRegisters implements RegisterFile {
  readonly names: readonly string[] = ['pc', ...REGISTER_NAMES, ...SHOWN_CSRS];
  readonly #hart: Hart;

  constructor(hart: Hart) {
    this.#hart = hart;
  }

  read(name: string): number | undefined {
    if (name === 'pc') return this.#hart.pc;
    if (name === 'priv') return this.#hart.privilege;
    const index = registerIndex(name);
    if (index !== undefined) return this.#hart.x[index]! >>> 0;
    const csr = csrNumber(name);
    return csr === undefined || !this.#hart.csr.has(csr) ? undefined : this.#hart.csr.read(csr) >>> 0;
  }

  write(name: string, value: number): boolean {
    if (name === 'pc') {
      this.#hart.pc = value;
      return true;
    }
    const index = registerIndex(name);
    if (index !== undefined) {
      if (index !== 0) this.#hart.x[index] = value;
      return index !== 0;
    }
    const csr = csrNumber(name);
    if (csr === undefined || !this.#hart.csr.has(csr) || csr >>> 10 === 3) return false;
    this.#hart.csr.write(csr, value);
    return true;
  }
}

function registerIndex(name: string): number | undefined {
  if (name === 'fp') return 8;
  const abi = REGISTER_NAMES.indexOf(name);
  if (abi >= 0) return abi;
  const match = /^x(\d|[12]\d|3[01])$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
