/**
 * Random programs for RV32IMAC in machine and user mode, made so that two emulators must end in the same
 * registers, CSRs and memory. A trap's note is cause, pc, value and mstatus.
 *
 * Register use: x3 points to the program's record, x4 into its scratch memory, x31 into nothing, x30 counts
 * loops; a program never writes these four by chance. Left out, because QEMU 7.2 is known to be wrong there
 * (docs/accuracy.md): misaligned AMO and SC, SC after a store of the same value, AMO where the access is
 * denied (cause 5 there, not 7),
 * misaligned accesses where there is none (its mtval is not in the access), bits of mstatus and mie
 * that belong to supervisor mode, mepc bit 0, counters.
 */
import { type EncodeOperands, encode, openBits } from '../../src/cpu/riscv/assemble.ts';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import type { Extension, Row } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, rows } from '../../src/cpu/riscv/instructions/table.ts';
import { Assembly, Choices, type Layout, type RandomImage } from './random-images.ts';

const CODE_ADDRESS = 0x8000_0000;
const RECORD_ADDRESS = 0x8080_0000;
const SCRATCH_ADDRESS = 0x80c0_0000;
const RECORD_BYTES = 1024;
const SCRATCH_BYTES = 4096;

/** Words of a record: x0 to x31, then these, then the traps of four words each. */
const RECORD = {
  traps: 32,
  mscratch: 33,
  mepc: 34,
  mcause: 35,
  mtval: 36,
  mstatus: 37,
  saved: 38,
  end: 41,
  firstTrap: 44,
};
const MOST_TRAPS = (RECORD_BYTES / 4 - RECORD.firstTrap) / 4 - 1;

export const LAYOUT: Layout = {
  ram: { address: CODE_ADDRESS, sizeBytes: 16 << 20 },
  record: { address: RECORD_ADDRESS, sizeBytes: RECORD_BYTES },
  scratch: { address: SCRATCH_ADDRESS, sizeBytes: SCRATCH_BYTES },
  recordWords: [...Array.from({ length: 32 }, (_, i) => `x${i}`), ...Object.keys(RECORD).slice(0, 6)],
  firstTrap: RECORD.firstTrap,
  trapWords: ['mcause', 'mepc', 'mtval', 'mstatus'],
};

const GP = 3;
const TP = 4;
const COUNTER = 30;
const NOWHERE = 31;
const RESERVED = new Set([GP, TP, COUNTER, NOWHERE]);
/** mstatus without the bits of supervisor mode: TW, MPRV, MPP, MPIE, MIE. */
const MSTATUS_MASK = 0x0022_1888;
const CSR = {
  mstatus: 0x300,
  misa: 0x301,
  mie: 0x304,
  mtvec: 0x305,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
};

class RiscvAssembly extends Assembly {
  word(word: number, size: 2 | 4 = 4): void {
    this.later(size, () => word);
  }

  op(mnemonic: string, operands: EncodeOperands = {}): void {
    this.word(encode(mnemonic, operands), mnemonic.startsWith('c.') ? 2 : 4);
  }

  /** Loads any 32-bit value. */
  li(rd: number, value: number): void {
    const low = (value << 20) >> 20;
    this.op('lui', { rd, imm: (value - low) | 0 });
    this.op('addi', { rd, rs1: rd, imm: low });
  }

  jump(label: number): void {
    this.later(4, (address) => encode('jal', { rd: 0, imm: this.address(label) - address }));
  }
}

export interface ProgramOptions {
  extensions: readonly Extension[];
  /** Instructions or short sequences in a program. */
  length: number;
}

/** @returns an image with `count` programs that follow from the seed. */
export function randomImage(seed: number, count: number, options: ProgramOptions): RandomImage {
  const code = new RiscvAssembly(CODE_ADDRESS);
  const choices = new Choices(seed);
  const handler = code.label();
  code.later(4, (address) =>
    encode('auipc', { rd: 5, imm: (code.address(handler) - address + 0x800) & ~0xfff }),
  );
  code.later(4, (address) =>
    encode('addi', { rd: 5, rs1: 5, imm: ((code.address(handler) - (address - 4)) << 20) >> 20 }),
  );
  code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.mtvec });
  const labels: { start: number; end: number }[] = [];
  for (let i = 0; i < count; i++) labels.push(new Program(code, choices, i, options).emit());
  code.li(5, 0x10_0000);
  code.li(6, 0x5555);
  code.op('sw', { rs1: 5, rs2: 6, imm: 0 });
  code.op('jal', { rd: 0, imm: 0 });
  if (code.size % 4 !== 0) code.op('c.nop', { imm: 0 });
  code.place(handler);
  emitHandler(code);
  const programs = labels.map(({ start, end }) => ({ start: code.address(start), end: code.address(end) }));
  return { segments: [{ address: CODE_ADDRESS, bytes: code.bytes() }], programs };
}

function emitHandler(code: RiscvAssembly): void {
  const [goOn, leave, notIllegal, restore, long] = [
    code.label(),
    code.label(),
    code.label(),
    code.label(),
    code.label(),
  ];
  const branch = (mnemonic: string, rs1: number, rs2: number, label: number) =>
    code.later(4, (address) => encode(mnemonic, { rs1, rs2, imm: code.address(label) - address }));
  const slot = (register: number) => 4 * (RECORD.saved + register - 5);
  for (const register of [5, 6, 7]) code.op('sw', { rs1: GP, rs2: register, imm: slot(register) });
  code.op('lw', { rd: 5, rs1: GP, imm: 4 * RECORD.traps });
  code.op('addi', { rd: 6, rs1: 5, imm: 1 });
  code.op('sw', { rs1: GP, rs2: 6, imm: 4 * RECORD.traps });
  code.op('slli', { rd: 5, rs1: 5, imm: 4 });
  code.op('add', { rd: 5, rs1: 5, rs2: GP });
  const note = (offset: number, csr: number) => {
    code.op('csrrs', { rd: 7, rs1: 0, imm: csr });
    if (csr === CSR.mstatus) {
      code.li(6, MSTATUS_MASK);
      code.op('and', { rd: 7, rs1: 7, rs2: 6 });
    }
    code.op('sw', { rs1: 5, rs2: 7, imm: 4 * RECORD.firstTrap + offset });
  };
  note(0, CSR.mcause);
  note(4, CSR.mepc);
  note(8, CSR.mtval);
  note(12, CSR.mstatus);
  // Too many traps: leave the program.
  code.op('lw', { rd: 6, rs1: GP, imm: 4 * RECORD.traps });
  code.op('addi', { rd: 7, rs1: 0, imm: MOST_TRAPS });
  branch('bgeu', 6, 7, leave);
  code.op('csrrs', { rd: 6, rs1: 0, imm: CSR.mcause });
  branch('bge', 6, 0, notIllegal);
  // An interrupt: switch all of them off and go on where it came.
  code.op('csrrw', { rd: 0, rs1: 0, imm: CSR.mie });
  code.jump(restore);
  code.place(notIllegal);
  // A fetch that failed and a call from user mode end the program.
  code.op('addi', { rd: 7, rs1: 0, imm: 1 });
  branch('beq', 6, 7, leave);
  code.op('addi', { rd: 7, rs1: 0, imm: 8 });
  branch('beq', 6, 7, leave);
  code.place(goOn);
  code.op('csrrs', { rd: 5, rs1: 0, imm: CSR.mepc });
  code.op('lhu', { rd: 6, rs1: 5, imm: 0 });
  code.op('andi', { rd: 6, rs1: 6, imm: 3 });
  code.op('addi', { rd: 7, rs1: 0, imm: 3 });
  code.op('addi', { rd: 5, rs1: 5, imm: 2 });
  branch('bne', 6, 7, long);
  code.op('addi', { rd: 5, rs1: 5, imm: 2 });
  code.place(long);
  code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.mepc });
  code.jump(restore);
  code.place(leave);
  code.op('lw', { rd: 5, rs1: GP, imm: 4 * RECORD.end });
  code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.mepc });
  code.li(5, 0x1800);
  code.op('csrrs', { rd: 0, rs1: 5, imm: CSR.mstatus });
  code.place(restore);
  for (const register of [5, 6, 7]) code.op('lw', { rd: register, rs1: GP, imm: slot(register) });
  code.op('mret');
}

/** Rows whose random operands need no care. */
const PLAIN_TIMINGS = new Set(['alu', 'mul', 'mulh', 'div', 'fence', 'fence.i']);

class Program {
  readonly #code: RiscvAssembly;
  readonly #choices: Choices;
  readonly #index: number;
  readonly #options: ProgramOptions;
  readonly #plain: readonly Row[];
  readonly #decoder: Decoder;
  #restricted = false;

  constructor(code: RiscvAssembly, choices: Choices, index: number, options: ProgramOptions) {
    this.#code = code;
    this.#choices = choices;
    this.#index = index;
    this.#options = options;
    const extensions = new Set<Extension>([...BASE_EXTENSIONS, ...options.extensions]);
    this.#plain = rows().filter((row) => extensions.has(row.extension) && PLAIN_TIMINGS.has(row.timing));
    this.#decoder = new Decoder(extensions);
  }

  /** @returns the labels of the first random instruction and of the end. */
  emit(): { start: number; end: number } {
    const code = this.#code;
    const start = code.label();
    const end = code.label();
    const record = RECORD_ADDRESS + this.#index * RECORD_BYTES;
    const userMode = this.#choices.chance(4);
    code.li(GP, record | 0);
    this.#address(5, end);
    code.op('sw', { rs1: GP, rs2: 5, imm: 4 * RECORD.end });
    if (userMode) this.#enterUserMode(start);
    for (let register = 1; register < 32; register++) {
      if (register !== GP) code.li(register, this.#initial(register));
    }
    if (userMode) code.op('mret');
    code.place(start);
    for (let i = 0; i < this.#options.length; i++) this.#item(userMode);
    if (userMode) code.op('ecall');
    code.place(end);
    this.#finish();
    return { start, end };
  }

  #initial(register: number): number {
    if (register === TP) return (SCRATCH_ADDRESS + this.#index * SCRATCH_BYTES + 2048) | 0;
    if (register === NOWHERE) return 0x0800_0000;
    return this.#choices.value();
  }

  #finish(): void {
    const code = this.#code;
    for (let register = 1; register < 32; register++)
      code.op('sw', { rs1: GP, rs2: register, imm: 4 * register });
    for (const name of ['mscratch', 'mepc', 'mcause', 'mtval', 'mstatus'] as const) {
      code.op('csrrs', { rd: 5, rs1: 0, imm: CSR[name] });
      if (name === 'mstatus') {
        code.li(6, MSTATUS_MASK);
        code.op('and', { rd: 5, rs1: 5, rs2: 6 });
      }
      code.op('sw', { rs1: GP, rs2: 5, imm: 4 * RECORD[name] });
    }
    code.op('csrrw', { rd: 0, rs1: 0, imm: CSR.mie });
    code.li(5, 0x1800);
    code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.mstatus });
    for (let i = 0; i < 4; i++) code.op('csrrw', { rd: 0, rs1: 0, imm: CSR.pmpcfg0 + i });
  }

  /** Random protection of the scratch memory, everything else open below it in priority; then MPP = U. */
  #enterUserMode(start: number): void {
    const code = this.#code;
    const scratch = SCRATCH_ADDRESS + this.#index * SCRATCH_BYTES;
    const configuration: number[] = [];
    const entries = this.#choices.below(6);
    this.#restricted = entries > 0;
    for (let entry = 0; entry < entries; entry++) {
      const mode = [0, 1, 2, 3, 3][this.#choices.below(5)]!;
      // R = 0 with W = 1 is reserved, and QEMU keeps it: not generated.
      const permissions = [0, 1, 3, 4, 5, 7, 1, 3][this.#choices.below(8)]!;
      const size = 8 << this.#choices.below(7);
      const at = scratch + this.#choices.below(SCRATCH_BYTES / size) * size;
      code.li(5, mode === 3 ? (at >>> 2) | ((size >>> 3) - 1) : at >>> 2);
      code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.pmpaddr0 + entry });
      configuration.push((mode << 3) | permissions);
    }
    code.li(5, -1);
    code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.pmpaddr0 + entries });
    configuration.push(0x1f);
    for (let i = 0; i < 4; i++) {
      const bytes = [0, 1, 2, 3].map((k) => (configuration[4 * i + k] ?? 0) << (8 * k));
      code.li(
        5,
        bytes.reduce((a, b) => a | b),
      );
      code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.pmpcfg0 + i });
    }
    this.#address(5, start);
    code.op('csrrw', { rd: 0, rs1: 5, imm: CSR.mepc });
    code.op('csrrw', { rd: 0, rs1: 0, imm: CSR.mstatus });
  }

  #address(rd: number, label: number): void {
    const code = this.#code;
    code.later(4, () => encode('lui', { rd, imm: (code.address(label) + 0x800) & ~0xfff }));
    code.later(4, () => encode('addi', { rd, rs1: rd, imm: (code.address(label) << 20) >> 20 }));
  }

  #item(userMode: boolean): void {
    const pick = this.#choices.below(100);
    if (pick < 46) this.#plainInstruction();
    else if (pick < 64) this.#memory();
    else if (pick < 70) this.#atomic();
    else if (pick < 80) this.#branch();
    else if (pick < 83) this.#loop();
    else if (pick < 86) this.#indirectJump();
    else if (pick < 93) this.#csr(userMode);
    else if (pick < 96) this.#system(userMode);
    else this.#selfModify();
  }

  /** Any encoding of a plain row that writes no reserved register. */
  #plainInstruction(): void {
    for (;;) {
      const row = this.#plain[this.#choices.below(this.#plain.length)]!;
      const word = row.value | (this.#choices.word() & openBits(row));
      const operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
      if (this.#decoder.decode(word, operands) !== row || RESERVED.has(operands.rd)) continue;
      this.#code.word(word, row.length);
      return;
    }
  }

  #memory(): void {
    const code = this.#code;
    const mnemonic = [
      'lb',
      'lbu',
      'lh',
      'lhu',
      'lw',
      'lw',
      'sb',
      'sh',
      'sw',
      'sw',
      'c.lw',
      'c.sw',
      'c.lwsp',
      'c.swsp',
    ][this.#choices.below(14)]!;
    const offset = this.#offset();
    const register = this.#register();
    if (mnemonic.endsWith('sp')) {
      code.op('addi', { rd: 2, rs1: TP, imm: offset & ~3 });
      const imm = 4 * this.#choices.below(16);
      if (mnemonic === 'c.lwsp') code.op(mnemonic, { rd: this.#target() || 1, imm });
      else code.op(mnemonic, { rs2: register, imm });
    } else if (mnemonic.startsWith('c.')) {
      const base = 8 + this.#choices.below(8);
      code.op('addi', { rd: base, rs1: TP, imm: offset });
      const other = 8 + this.#choices.below(8);
      const imm = 4 * this.#choices.below(32);
      code.op(mnemonic, mnemonic === 'c.lw' ? { rd: other, rs1: base, imm } : { rs1: base, rs2: other, imm });
    } else {
      const rs1 = this.#choices.chance(16) ? NOWHERE : TP;
      const imm = rs1 === NOWHERE ? offset & ~3 : offset;
      if (mnemonic.startsWith('s')) code.op(mnemonic, { rs1, rs2: register, imm });
      else code.op(mnemonic, { rd: this.#target(), rs1, imm });
    }
  }

  #atomic(): void {
    const code = this.#code;
    const base = this.#target() || 1;
    // Few words, so that reservations and stores meet.
    const offset = 4 * this.#choices.below(16);
    code.op('addi', { rd: base, rs1: TP, imm: offset });
    const names = [
      'amoswap.w',
      'amoadd.w',
      'amoxor.w',
      'amoand.w',
      'amoor.w',
      'amomin.w',
      'amomax.w',
      'amominu.w',
      'amomaxu.w',
    ];
    const order = { aq: this.#choices.chance(2), rl: this.#choices.chance(2) };
    if (!this.#restricted && this.#choices.chance(2)) {
      code.op(names[this.#choices.below(names.length)]!, {
        rd: this.#target(),
        rs1: base,
        rs2: this.#register(),
        ...order,
      });
      return;
    }
    if (this.#choices.chance(8)) code.op('addi', { rd: base, rs1: base, imm: 2 });
    // Not x0: its complement would be stored, which may be what lies there.
    let loaded = this.#target();
    if (loaded === base || loaded === 0) loaded = base === 1 ? 2 : 1;
    code.op('lr.w', { rd: loaded, rs1: base, ...order });
    code.op('andi', { rd: base, rs1: base, imm: -4 });
    if (this.#choices.chance(4)) {
      // A store of another value than what lies there takes the reservation.
      code.op('xori', { rd: loaded, rs1: loaded, imm: -1 });
      code.op('sw', { rs1: TP, rs2: loaded, imm: offset });
    }
    if (this.#choices.chance(4)) code.op('addi', { rd: base, rs1: base, imm: 4 });
    code.op('sc.w', { rd: this.#target(), rs1: base, rs2: this.#register(), ...order });
    if (this.#choices.chance(4))
      code.op('sc.w', { rd: this.#target(), rs1: TP, rs2: this.#register(), ...order });
  }

  #branch(): void {
    const code = this.#code;
    const label = code.label();
    const kind = this.#choices.below(10);
    if (kind < 6) {
      const mnemonic = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'][kind]!;
      const [rs1, rs2] = [this.#register(), this.#register()];
      code.later(4, (address) => encode(mnemonic, { rs1, rs2, imm: code.address(label) - address }));
    } else if (kind < 8) {
      const mnemonic = kind === 6 ? 'c.beqz' : 'c.bnez';
      const rs1 = 8 + this.#choices.below(8);
      code.later(2, (address) => encode(mnemonic, { rs1, imm: code.address(label) - address }));
    } else if (kind === 8) {
      const rd = this.#target();
      code.later(4, (address) => encode('jal', { rd, imm: code.address(label) - address }));
    } else {
      const mnemonic = this.#choices.chance(2) ? 'c.j' : 'c.jal';
      code.later(2, (address) => encode(mnemonic, { imm: code.address(label) - address }));
    }
    for (let i = this.#choices.below(4); i > 0; i--) this.#plainInstruction();
    code.place(label);
  }

  #loop(): void {
    const code = this.#code;
    code.op('addi', { rd: COUNTER, rs1: 0, imm: 1 + this.#choices.below(20) });
    const top = code.label();
    code.place(top);
    for (let i = 1 + this.#choices.below(6); i > 0; i--) {
      if (this.#choices.chance(3)) this.#memory();
      else this.#plainInstruction();
    }
    code.op('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 });
    code.later(4, (address) => encode('bne', { rs1: COUNTER, rs2: 0, imm: code.address(top) - address }));
  }

  #indirectJump(): void {
    const code = this.#code;
    const base = this.#target();
    if (base === 0) return;
    const label = code.label();
    this.#address(base, label);
    const kind = this.#choices.below(3);
    if (kind === 0) code.op('c.jr', { rs1: base });
    else if (kind === 1) code.op('c.jalr', { rs1: base });
    // Bit 0 of the sum is dropped.
    else
      code.op('jalr', {
        rd: this.#choices.chance(2) ? base : this.#target(),
        rs1: base,
        imm: this.#choices.below(2),
      });
    for (let i = this.#choices.below(3); i > 0; i--) this.#plainInstruction();
    code.place(label);
  }

  #csr(userMode: boolean): void {
    const code = this.#code;
    const forms = ['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci'];
    const form = forms[this.#choices.below(6)]!;
    const rd = this.#target();
    const pick = this.#choices.below(8);
    if (pick < 2 || userMode) code.op(form, { rd, rs1: this.#register(), imm: CSR.mscratch });
    else if (pick < 4) {
      const csr = [CSR.mcause, CSR.mtval][this.#choices.below(2)]!;
      code.op(form, { rd, rs1: this.#register(), imm: csr });
    } else if (pick === 4)
      code.op('csrrs', { rd, rs1: 0, imm: [CSR.mip, CSR.misa, CSR.mtvec][this.#choices.below(3)]! });
    // MTIP is pending from reset on, so that setting MIE and MTIE raises an interrupt at once.
    else if (pick === 5)
      code.op(this.#choices.chance(2) ? 'csrrsi' : 'csrrci', { rd: 0, rs1: 8, imm: CSR.mstatus });
    else if (pick === 6) {
      const source = this.#target();
      code.op('addi', { rd: source, rs1: 0, imm: this.#choices.chance(2) ? 0x80 : 0x88 });
      code.op(this.#choices.chance(2) ? 'csrrw' : 'csrrs', { rd: 0, rs1: source, imm: CSR.mie });
    } else {
      const source = this.#target();
      code.op('andi', { rd: source, rs1: this.#register(), imm: -2 });
      code.op('csrrw', { rd, rs1: source, imm: CSR.mepc });
    }
  }

  #system(userMode: boolean): void {
    const code = this.#code;
    const pick = this.#choices.below(6);
    if (pick === 0 && !userMode) code.op('ecall');
    else if (pick === 1) code.op('ebreak');
    else if (pick === 2) code.op('c.ebreak');
    else if (pick === 3 && userMode) code.op('mret');
    else {
      for (;;) {
        const word = this.#choices.word();
        const isLong = (word & 3) === 3;
        const encoding = isLong ? word : word & 0xffff;
        // sfence.vma executes on QEMU although there is no supervisor mode (Priv 10.2.1).
        if (this.#decoder.find(encoding) !== undefined || (word & 0x7f) === 0x73) continue;
        // Longer encodings and those of extensions that the reference has on by default stay out.
        if (isLong && ![0x03, 0x23, 0x63, 0x67, 0x2f].includes(word & 0x7f)) continue;
        code.word(encoding, isLong ? 4 : 2);
        return;
      }
    }
  }

  /** Overwrites an instruction that lies ahead and runs into it. Without FENCE.I QEMU would finish its block with the old one. */
  #selfModify(): void {
    const code = this.#code;
    const [source, base] = [5, 6];
    const target = code.label();
    const rd = this.#target();
    code.li(source, encode('addi', { rd, rs1: this.#register(), imm: this.#offset() }));
    this.#address(base, target);
    if (this.#choices.chance(2)) code.op('sw', { rs1: base, rs2: source, imm: 0 });
    else {
      code.op('sh', { rs1: base, rs2: source, imm: 0 });
      code.op('srli', { rd: source, rs1: source, imm: 16 });
      code.op('sh', { rs1: base, rs2: source, imm: 2 });
    }
    code.op('fence.i');
    for (let i = this.#choices.below(3); i > 0; i--) this.#plainInstruction();
    code.place(target);
    code.op('addi', { rd: 0, rs1: 0, imm: 0 });
  }

  #offset(): number {
    return this.#choices.below(4096) - 2048;
  }

  #register(): number {
    return this.#choices.below(32);
  }

  #target(): number {
    for (;;) {
      const register = this.#choices.below(32);
      if (!RESERVED.has(register)) return register;
    }
  }
}
