/**
 * Random programs in Thumb-2 for ARMv7-M, privileged and not, made so that two emulators must end in the same registers, flags
 * and memory. A trap's note is the exception number, the stacked pc and xPSR, CFSR, HFSR, the fault's address,
 * EXC_RETURN and the stacked R0.
 *
 * Programs run on the process stack, which lies in the scratch memory, the handler on the main stack. R8 points into
 * the scratch memory, R9 to the record, R10 into nothing, R11 counts loops; a program never writes these by chance.
 *
 * Left out, because QEMU 7.2 is known to be wrong there (docs/accuracy.md): SVC that escalates, BKPT, a store between
 * LDREX and STREX, BX to Arm state at a halfword, ISB in an IT block, division by zero that traps behind other
 * instructions of its block, MPU subregions below 1 KiB. Left out, because the manual leaves it open: unaligned
 * accesses and several words under MPU regions (which address is told), UNPREDICTABLE encodings.
 */
import { type EncodeOperands, encode, openBits } from '../../src/cpu/armv7m/assemble.ts';
import { Decoder } from '../../src/cpu/armv7m/decode.ts';
import {
  type Extension,
  ItPosition,
  itPosition,
  noOperands,
  type Operands,
  type Row,
  type TimingClass,
} from '../../src/cpu/armv7m/instructions/row.ts';
import { rows } from '../../src/cpu/armv7m/instructions/table.ts';
import { Assembly, type Choices, type Layout, type RandomImage } from './random-images.ts';

const RAM_ADDRESS = 0x2100_0000;
/** Behind 4 KiB, so that literals before the first program are in memory. */
const CODE_ADDRESS = RAM_ADDRESS + 0x1000;
const MAIN_STACK = RAM_ADDRESS + 0x70_0000;
const RECORD_ADDRESS = RAM_ADDRESS + 0x70_0000;
const SCRATCH_ADDRESS = RAM_ADDRESS + 0x80_0000;
const RECORD_BYTES = 1024;
const SCRATCH_BYTES = 16 << 10;
/** MPU regions lie below this offset in the scratch memory. */
const RESTRICTED_BYTES = 8 << 10;
/** Regions of at least 2 to this power have subregions that are no smaller than QEMU's pages. */
const SUBREGION_LOG = 13;
/** Of the scratch memory. */
const STACK_OFFSET = 14 << 10;

/** Words of a record behind R0 to R12 and LR. */
const RECORD = {
  lr: 13,
  psp: 14,
  apsr: 15,
  primask: 16,
  basepri: 17,
  control: 18,
  traps: 19,
  end: 20,
  firstTrap: 24,
};
const TRAP_WORDS = ['exception', 'pc', 'xPSR', 'CFSR', 'HFSR', 'address', 'EXC_RETURN', 'R0'];
const MOST_TRAPS = (RECORD_BYTES / 4 - RECORD.firstTrap) / TRAP_WORDS.length - 2;

export const LAYOUT: Layout = {
  ram: { address: RAM_ADDRESS, sizeBytes: 16 << 20 },
  record: { address: RECORD_ADDRESS, sizeBytes: RECORD_BYTES },
  scratch: { address: SCRATCH_ADDRESS, sizeBytes: SCRATCH_BYTES },
  recordWords: [...Array.from({ length: 13 }, (_, i) => `R${i}`), ...Object.keys(RECORD).slice(0, 8)],
  firstTrap: RECORD.firstTrap,
  trapWords: TRAP_WORDS,
};

const MIDDLE = 8;
const RECORD_POINTER = 9;
const NOWHERE = 10;
const COUNTER = 11;
const SP = 13;
const LR = 14;
const PC = 15;
/** What a program does not write by chance. */
const RESERVED = new Set([MIDDLE, RECORD_POINTER, NOWHERE, COUNTER, SP, PC]);
const FREE = [0, 1, 2, 3, 4, 5, 6, 7, 12, LR];
/** No memory and no device. */
const NOTHING = 0x0800_0000;
const ALWAYS = 14;

const CCR = 0xe000_ed14;
const SHPR1 = 0xe000_ed18;
const SHCSR = 0xe000_ed24;
const CFSR = 0xe000_ed28;
const MPU_CTRL = 0xe000_ed94;
const MPU_RBAR = 0xe000_ed9c;
const MPU_RASR = 0xe000_eda0;
const MMARVALID = 1 << 7;
const BFARVALID = 1 << 15;
/** IACCVIOL, IBUSERR, INVSTATE, INVPC: nothing to go on behind. */
const FETCH_FAULTS = 0x0006_0101;
const IT_BITS = 0x0600_fc00;
const SYSM = { apsr: 0, ipsr: 5, psp: 9, primask: 16, basepri: 17, basepriMax: 18, control: 20 };
const FLAGS_MASK = 2;
const LEAVE_CALL = 255;

type Operation = readonly [name: string, encoding: string, operands?: EncodeOperands];

class ThumbAssembly extends Assembly {
  word(word: number, size: 2 | 4): void {
    this.later(size, () => (size === 2 ? word : (word << 16) | (word >>> 16)));
  }

  op(name: string, encoding: string, operands: EncodeOperands = {}): void {
    this.#encoded(name, encoding, () => operands);
  }

  ops(...operations: readonly Operation[]): void {
    for (const operation of operations) this.op(...operation);
  }

  /** An instruction with an offset from its PC to a label. */
  toLabel(name: string, encoding: string, label: number, operands: EncodeOperands = {}): void {
    this.#encoded(name, encoding, (address) => ({
      ...operands,
      imm: this.address(label) - (address + 4),
    }));
  }

  #encoded(name: string, encoding: string, operands: (address: number) => EncodeOperands): void {
    const size = WIDE.has(`${name} ${encoding}`) ? 4 : 2;
    this.later(size, (address) => {
      const word = encode(name, encoding, operands(address));
      return size === 2 ? word : (word << 16) | (word >>> 16);
    });
  }

  /** Loads any 32-bit value without touching the flags. */
  li(rd: number, value: number | (() => number)): void {
    const get = typeof value === 'number' ? () => value : value;
    const half = (name: string, encoding: string, shift: number) =>
      this.#encoded(name, encoding, () => ({ rd, imm: (get() >>> shift) & 0xffff }));
    half('MOV (immediate)', 'T3', 0);
    half('MOVT', 'T1', 16);
  }

  store(rd: number, rn: number, imm: number): void {
    this.op('STR (immediate)', 'T3', { rd, rn, imm });
  }

  load(rd: number, rn: number, imm: number): void {
    this.op('LDR (immediate)', 'T3', { rd, rn, imm });
  }

  read(rd: number, special: number): void {
    this.op('MRS', 'T1', { rd, imm: special });
  }

  write(special: number, rn: number): void {
    this.op('MSR', 'T1', { rn, imm: special, imm2: FLAGS_MASK });
  }

  branch(cond: number, label: number): void {
    this.toLabel('B', 'T3', label, { cond });
  }

  enableInterrupts(): void {
    this.op('CPS', 'T1', { imm: 2, imm2: 0 });
  }
}

const WIDE = new Set(
  rows()
    .filter((row) => row.length === 4)
    .map((row) => `${row.name} ${row.encoding}`),
);
const [NE, HS] = [1, 2];

export interface ProgramOptions {
  extensions: readonly Extension[];
  /** Instructions or short sequences in a program. */
  length: number;
}

/** @returns an image with `count` programs that follow from the choices. */
export function randomImage(choices: Choices, count: number, options: ProgramOptions): RandomImage {
  const code = new ThumbAssembly(CODE_ADDRESS);
  // Thread mode goes to the process stack.
  code.li(0, SCRATCH_ADDRESS + STACK_OFFSET);
  code.write(SYSM.psp, 0);
  code.op('MOV (immediate)', 'T2', { rd: 0, imm: 2 });
  code.write(SYSM.control, 0);
  code.op('ISB', 'T1', { imm: 15 });
  const labels: { start: number; end: number }[] = [];
  for (let i = 0; i < count; i++) labels.push(new Program(code, choices, i, options).emit());
  // SYS_EXIT with ADP_Stopped_ApplicationExit.
  code.li(0, 0x18);
  code.li(1, 0x2_0026);
  code.op('BKPT', 'T1', { imm: 0xab });
  const handler = code.label();
  code.place(handler);
  emitHandler(code);
  const vectors = new DataView(new ArrayBuffer(64));
  vectors.setUint32(0, MAIN_STACK, true);
  vectors.setUint32(4, CODE_ADDRESS | 1, true);
  for (let vector = 2; vector < 16; vector++) vectors.setUint32(4 * vector, code.address(handler) | 1, true);
  return {
    segments: [
      { address: 0, bytes: new Uint8Array(vectors.buffer) },
      { address: CODE_ADDRESS, bytes: code.bytes() },
    ],
    programs: labels.map(({ start, end }) => ({ start: code.address(start), end: code.address(end) })),
  };
}

function emitHandler(code: ThumbAssembly): void {
  const [noted, leave, fault] = [code.label(), code.label(), code.label()];
  const [frame, note, value, status, scratch] = [0, 1, 2, 3, 12];
  const [stackedPc, stackedXpsr] = [24, 28];
  const back = () => code.op('BX', 'T1', { rm: LR });
  code.read(frame, SYSM.psp);
  code.load(note, RECORD_POINTER, 4 * RECORD.traps);
  code.op('ADD (immediate)', 'T4', { rd: value, rn: note, imm: 1 });
  code.store(value, RECORD_POINTER, 4 * RECORD.traps);
  code.op('ADD (register)', 'T3', { rd: note, rn: RECORD_POINTER, rm: note, shift: 0, amount: 5 });
  const word = (index: number) => 4 * (RECORD.firstTrap + index);
  code.read(value, SYSM.ipsr);
  code.store(value, note, word(0));
  code.load(value, frame, stackedPc);
  code.store(value, note, word(1));
  code.load(value, frame, stackedXpsr);
  code.store(value, note, word(2));
  code.li(status, CFSR);
  code.load(value, status, 0);
  code.store(value, note, word(3));
  code.load(scratch, status, 4);
  code.store(scratch, note, word(4));
  code.store(scratch, status, 4);
  code.op('MOV (immediate)', 'T2', { rd: scratch, imm: 0 });
  for (const [valid, register] of [
    [MMARVALID, 12],
    [BFARVALID, 16],
  ] as const) {
    code.op('TST (immediate)', 'T1', { rn: value, imm: valid });
    code.op('IT', 'T1', { cond: NE, imm: 8 });
    code.load(scratch, status, register);
  }
  code.store(scratch, note, word(5));
  code.store(value, status, 0);
  code.store(LR, note, word(6));
  code.load(scratch, frame, 0);
  code.store(scratch, note, word(7));
  // A call that leaves the program gives privilege back.
  code.op('CMP (immediate)', 'T2', { rn: value, imm: 0 });
  code.branch(NE, noted);
  code.load(scratch, frame, stackedPc);
  code.op('LDRB (immediate)', 'T3', { rd: scratch, rn: scratch, imm: 2, index: 1, add: 0, wback: 0 });
  code.op('CMP (immediate)', 'T2', { rn: scratch, imm: LEAVE_CALL });
  code.branch(NE, noted);
  code.op('MOV (immediate)', 'T2', { rd: scratch, imm: 2 });
  code.write(SYSM.control, scratch);
  back();
  code.place(noted);
  code.load(scratch, RECORD_POINTER, 4 * RECORD.traps);
  code.op('CMP (immediate)', 'T2', { rn: scratch, imm: MOST_TRAPS });
  code.branch(HS, leave);
  code.li(scratch, FETCH_FAULTS);
  code.op('TST (register)', 'T2', { rn: value, rm: scratch });
  code.branch(NE, leave);
  code.op('CMP (immediate)', 'T2', { rn: value, imm: 0 });
  code.branch(NE, fault);
  back();
  // Behind the instruction that faulted, and out of its IT block.
  code.place(fault);
  code.load(scratch, frame, stackedPc);
  code.op('LDRH (immediate)', 'T2', { rd: value, rn: scratch, imm: 0 });
  code.li(status, 0xe800);
  code.op('ADD (immediate)', 'T4', { rd: scratch, rn: scratch, imm: 2 });
  code.op('CMP (register)', 'T3', { rn: value, rm: status });
  code.op('IT', 'T1', { cond: HS, imm: 8 });
  code.op('ADD (immediate)', 'T4', { rd: scratch, rn: scratch, imm: 2 });
  code.store(scratch, frame, stackedPc);
  code.load(value, frame, stackedXpsr);
  code.li(status, IT_BITS);
  code.op('BIC (register)', 'T2', { rd: value, rn: value, rm: status });
  code.store(value, frame, stackedXpsr);
  back();
  code.place(leave);
  code.load(scratch, RECORD_POINTER, 4 * RECORD.end);
  code.store(scratch, frame, stackedPc);
  code.li(scratch, 0x0100_0000);
  code.store(scratch, frame, stackedXpsr);
  back();
}

/** Instructions whose random operands need no care. */
const PLAIN: ReadonlySet<TimingClass> = new Set([
  ...(['alu', 'mul', 'mla', 'smull', 'umull', 'smlal', 'umlal', 'sdiv', 'udiv', 'dsp'] as const),
  ...(['nop', 'event', 'barrier', 'preload', 'clear-exclusive'] as const),
]);
const TRANSFERS: ReadonlySet<TimingClass> = new Set([
  ...(['load', 'load-double', 'store', 'store-register', 'store-double'] as const),
]);
const MULTIPLES: ReadonlySet<TimingClass> = new Set(['load-multiple', 'store-multiple']);

class Program {
  readonly #code: ThumbAssembly;
  readonly #choices: Choices;
  readonly #index: number;
  readonly #length: number;
  readonly #rows: readonly Row[];
  readonly #decoder: Decoder;
  readonly #scratch: number;
  #restricted = false;
  #unprivileged = false;
  #divisionTraps = false;

  constructor(code: ThumbAssembly, choices: Choices, index: number, options: ProgramOptions) {
    this.#code = code;
    this.#choices = choices;
    this.#index = index;
    this.#length = options.length;
    const extensions = new Set<Extension>(['M', ...options.extensions]);
    this.#rows = rows().filter((row) => extensions.has(row.extension));
    this.#decoder = new Decoder(extensions);
    this.#scratch = SCRATCH_ADDRESS + index * SCRATCH_BYTES;
  }

  /** @returns the labels of the first random instruction and of the end. */
  emit(): { start: number; end: number } {
    const code = this.#code;
    const [start, end] = [code.label(), code.label()];
    this.#unprivileged = this.#choices.chance(3);
    code.li(RECORD_POINTER, RECORD_ADDRESS + this.#index * RECORD_BYTES);
    code.li(0, () => code.address(end));
    code.store(0, RECORD_POINTER, 4 * RECORD.end);
    code.li(0, this.#scratch + STACK_OFFSET);
    code.write(SYSM.psp, 0);
    this.#configure();
    for (const [register, value] of [
      [MIDDLE, this.#scratch + RESTRICTED_BYTES],
      [NOWHERE, NOTHING],
      [COUNTER, 0],
    ] as const)
      code.li(register, value);
    if (this.#unprivileged) {
      code.op('MOV (immediate)', 'T2', { rd: 0, imm: 3 });
      code.write(SYSM.control, 0);
      code.op('ISB', 'T1', { imm: 15 });
    }
    code.li(0, this.#choices.word());
    code.write(SYSM.apsr, 0);
    for (const register of FREE) code.li(register, this.#choices.value());
    code.place(start);
    for (let i = 0; i < this.#length; i++) this.#item();
    code.place(end);
    this.#finish();
    return { start, end };
  }

  /** Faults that are enabled, their priorities, what traps, and random MPU regions over the scratch memory. */
  #configure(): void {
    const { below, chance, pick, word } = this.#choices;
    this.#set(SHCSR, below(8) << 16);
    this.#set(SHPR1, word() & 0x00e0_e0e0);
    this.#divisionTraps = chance(2);
    this.#set(CCR, (below(2) << 3) | (this.#divisionTraps ? 0x10 : 0) | (chance(2) ? 0x200 : 0));
    const regions = chance(2) ? below(6) : 0;
    this.#restricted = regions > 0;
    if (!this.#restricted) return;
    // Everything, full access; then the restrictions.
    const region = (index: number, address: number, rasr: number) => {
      this.#set(MPU_RBAR, address | 0x10 | index);
      this.#set(MPU_RASR, rasr);
    };
    region(0, 0, (3 << 24) | (31 << 1) | 1);
    for (let index = 1; index <= regions; index++) {
      const log = 5 + below(9);
      const at = this.#scratch + (below(RESTRICTED_BYTES >>> log) << log);
      const access = pick([0, 1, 2, 3, 5, 6, 7]);
      const subregions = log >= SUBREGION_LOG && chance(2) ? below(256) : 0;
      region(index, at, (below(2) << 28) | (access << 24) | (subregions << 8) | ((log - 1) << 1) | 1);
    }
    for (let index = regions + 1; index < 8; index++) region(index, 0, 0);
    this.#set(MPU_CTRL, pick([5, 7]));
    this.#synchronise();
  }

  #synchronise(): void {
    this.#code.op('DSB', 'T1', { imm: 15 });
    this.#code.op('ISB', 'T1', { imm: 15 });
  }

  #set(address: number, value: number): void {
    const code = this.#code;
    code.li(0, address);
    code.li(1, value);
    code.store(1, 0, 0);
  }

  #finish(): void {
    const code = this.#code;
    code.enableInterrupts();
    code.op('SVC', 'T1', { imm: LEAVE_CALL });
    for (let register = 0; register <= 12; register++) code.store(register, RECORD_POINTER, 4 * register);
    code.store(LR, RECORD_POINTER, 4 * RECORD.lr);
    for (const name of ['psp', 'apsr', 'primask', 'basepri', 'control'] as const) {
      code.read(0, SYSM[name]);
      code.store(0, RECORD_POINTER, 4 * RECORD[name]);
    }
    code.op('MOV (immediate)', 'T2', { rd: 0, imm: 0 });
    code.write(SYSM.basepri, 0);
    this.#set(MPU_CTRL, 0);
    this.#set(CCR, 0x200);
  }

  #item(): void {
    const pick = this.#choices.below(100);
    if (pick < 40) this.#plain();
    else if (pick < 52) this.#transfer(ItPosition.Outside);
    else if (pick < 57) this.#multiple();
    else if (pick < 60) this.#stack();
    else if (pick < 63) this.#exclusive();
    else if (pick < 75) this.#itBlock();
    else if (pick < 84) this.#branch();
    else if (pick < 87) this.#loop();
    else if (pick < 90) this.#indirectBranch();
    else if (pick < 94) this.#special();
    else if (pick < 97) this.#call();
    else this.#selfModify();
  }

  /** An encoding of one of these rows whose meaning is certain at this place. @returns undefined where the draw had none. */
  #draw(timings: ReadonlySet<TimingClass>, position: ItPosition): [Row, number, Operands] | undefined {
    const row = this.#choices.pick(this.#rows.filter((each) => timings.has(each.timing)));
    const word = row.value | row.shouldBe | (this.#choices.word() & openBits(row));
    if (this.#decoder.findAny(word) !== row) return undefined;
    if (row.unpredictable.some(({ when }) => when(word, position))) return undefined;
    const operands = noOperands();
    row.format(word, operands);
    return [row, word, operands];
  }

  /** Any encoding that writes no reserved register. */
  #plain(position = ItPosition.Outside): void {
    for (;;) {
      const drawn = this.#draw(PLAIN, position);
      if (!drawn) continue;
      const [row, word, { rd, ra }] = drawn;
      const writesTwo = /^[su](mull|mlal)$/.test(row.timing) || row.timing === 'dsp';
      if (RESERVED.has(rd) || (writesTwo && RESERVED.has(ra))) continue;
      const endsBlocks = row.name === 'ISB';
      const mayTrap = this.#divisionTraps && row.timing.endsWith('div');
      if (position !== ItPosition.Outside && (endsBlocks || mayTrap)) continue;
      if (mayTrap) this.#synchronise();
      this.#code.word(word, row.length);
      return;
    }
  }

  /** A load or store, behind what gives its base register an address. In an IT block, where that can't be, through R8. */
  #transfer(position: ItPosition): void {
    const { below, chance } = this.#choices;
    for (;;) {
      const drawn = this.#draw(TRANSFERS, position);
      if (!drawn) continue;
      const [row, word, operands] = drawn;
      const { rd, ra, rn, rm, imm, index, add, wback } = operands;
      const isDual = row.timing.endsWith('double');
      if ([rd, ...(isDual ? [ra] : [])].some((register) => RESERVED.has(register))) continue;
      const byRegister = row.name.endsWith('(register)');
      const fixedBase = RESERVED.has(rn) || position !== ItPosition.Outside;
      if (rn === PC) {
        // A literal that is not aligned would be told at an address of its own.
        if (this.#restricted && (imm & 3) !== 0) continue;
      } else if (fixedBase) {
        if (wback || byRegister || ![MIDDLE, NOWHERE, SP].includes(rn)) continue;
        if (((rn === NOWHERE || this.#restricted) && (imm & 3) !== 0) || (rn === NOWHERE && isDual)) continue;
      } else {
        if (byRegister && (RESERVED.has(rm) || rm === rn)) continue;
        const small = below(256) & (this.#restricted ? ~3 : -1);
        const delta = byRegister ? small << operands.amount : index ? (add ? imm : -imm) : 0;
        if (this.#restricted && (wback || index) && !byRegister && (imm & 3) !== 0 && chance(2)) continue;
        const unaligned = !this.#restricted && chance(3) ? below(4) : 0;
        const lowest = isDual && this.#restricted ? RESTRICTED_BYTES : 0;
        const target = lowest + 4 * below((12 << 8) - lowest / 4) + unaligned;
        this.#code.li(rn, this.#scratch + target - delta);
        if (byRegister) this.#code.li(rm, small);
      }
      this.#code.word(word, row.length);
      return;
    }
  }

  #multiple(): void {
    for (;;) {
      const drawn = this.#draw(MULTIPLES, ItPosition.Outside);
      if (!drawn) continue;
      const [row, word, { rn, imm: list }] = drawn;
      if (RESERVED.has(rn)) continue;
      const loads = row.timing === 'load-multiple';
      if ([...RESERVED].some((register) => ((list >>> register) & 1) !== 0 && (loads || register >= SP)))
        continue;
      const target = (this.#restricted ? RESTRICTED_BYTES : 1024) + 4 * this.#choices.below(512) + 64;
      this.#code.li(rn, this.#scratch + target);
      this.#code.word(word, row.length);
      return;
    }
  }

  /** As many words onto the stack as from it. */
  #stack(): void {
    const code = this.#code;
    const registers = (count: number) => {
      const among = FREE.filter((register) => register < 8);
      let list = 0;
      for (let left = count; left > 0; left--)
        list |= 1 << among.splice(this.#choices.below(among.length), 1)[0]!;
      return list;
    };
    const count = 2 + this.#choices.below(5);
    const size = () => (this.#choices.chance(2) ? 'T1' : 'T2');
    code.op('PUSH', size(), { imm: registers(count) });
    for (let i = this.#choices.below(3); i > 0; i--) this.#plain();
    code.op('POP', size(), { imm: registers(count) });
  }

  /** No store between the load and its store, no other address: see above. */
  #exclusive(): void {
    const code = this.#code;
    const [rn, rd, status, data] = this.#distinct(4) as [number, number, number, number];
    const lowest = this.#restricted ? RESTRICTED_BYTES : 0;
    code.li(rn, this.#scratch + lowest + 4 * this.#choices.below(256));
    const [suffix, offset] = this.#choices.pick([
      ['', 4 * this.#choices.below(256)],
      ['B', 0],
      ['H', 0],
    ] as const);
    code.op(`LDREX${suffix}`, 'T1', suffix === '' ? { rd, rn, imm: offset } : { rd, rn });
    if (this.#choices.chance(4)) code.op('CLREX', 'T1');
    if (this.#choices.chance(6)) this.#supervisorCall();
    const store = suffix === '' ? { ra: status, rd: data, rn, imm: offset } : { ra: status, rd: data, rn };
    code.op(`STREX${suffix}`, 'T1', store);
    // The first has ended the reservation.
    if (this.#choices.chance(4)) code.op(`STREX${suffix}`, 'T1', store);
  }

  #itBlock(): void {
    const { below, chance } = this.#choices;
    const cond = below(15);
    const mask = cond === ALWAYS ? 1 << below(4) : 1 + below(15);
    this.#code.op('IT', 'T1', { cond, imm: mask });
    for (let state = mask; state !== 0; state = (state << 1) & 15) {
      const position = itPosition(state);
      if (chance(4)) this.#transfer(position);
      else if (chance(16)) this.#code.op('UDF', chance(2) ? 'T1' : 'T2', { imm: below(256) });
      else this.#plain(position);
    }
  }

  #branch(): void {
    const code = this.#code;
    const { below, chance, pick } = this.#choices;
    const label = code.label();
    const kind = below(6);
    if (kind < 2) code.toLabel('B', kind === 0 ? 'T1' : 'T3', label, { cond: below(14) });
    else if (kind === 2) {
      code.toLabel('CBNZ, CBZ', 'T1', label, { rn: below(8), imm2: below(2) });
      // Its least offset is 0, which is two halfwords ahead.
      code.op('NOP', 'T1');
    } else if (kind === 3) code.toLabel('B', pick(['T2', 'T4']), label);
    else if (kind === 4) code.toLabel('BL', 'T1', label);
    else {
      // The last of an IT block may branch.
      code.op('IT', 'T1', { cond: below(14), imm: 8 });
      code.toLabel('B', chance(2) ? 'T2' : 'T4', label);
    }
    code.op('NOP', 'T1');
    for (let i = below(4); i > 0; i--) this.#plain();
    code.place(label);
  }

  #loop(): void {
    const code = this.#code;
    const { below, chance } = this.#choices;
    code.op('MOV (immediate)', 'T2', { rd: COUNTER, imm: 1 + below(20) });
    const top = code.label();
    code.place(top);
    for (let i = 1 + below(5); i > 0; i--) {
      if (chance(3)) this.#transfer(ItPosition.Outside);
      else if (chance(8)) this.#itBlock();
      else this.#plain();
    }
    code.op('SUB (immediate)', 'T3', { rd: COUNTER, rn: COUNTER, imm: 1, setFlags: 1 });
    code.branch(NE, top);
  }

  /** BX and BLX (at times without the Thumb bit), MOV, ADD and LDR to PC, POP, LDM, TBB and TBH. */
  #indirectBranch(): void {
    const code = this.#code;
    const { below, chance, pick } = this.#choices;
    const label = code.label();
    const [first, second] = this.#distinct(2) as [number, number];
    const kind = below(7);
    let arm = false;
    const address = (bit: number) => () => code.address(label) | bit;
    if (kind < 2) {
      arm = chance(16);
      code.li(first, address(arm ? 0 : 1));
      code.op(kind === 0 ? 'BX' : 'BLX (register)', 'T1', { rm: first });
    } else if (kind === 2) {
      code.li(first, address(below(2)));
      code.op('MOV (register)', 'T1', { rd: PC, rm: first });
    } else if (kind === 3) {
      code.li(first, address(1));
      code.op('PUSH', 'T3', { imm: 1 << first });
      code.op('POP', pick(['T1', 'T3']), { imm: 1 << PC });
    } else if (kind === 4) {
      const at = (this.#restricted ? RESTRICTED_BYTES : 0) + 4 * below(512);
      code.li(first, this.#scratch + at);
      code.li(second, address(1));
      code.store(second, first, 0);
      code.store(second, first, 4);
      const target = { rd: PC, rn: first, imm: 4, index: 1, add: 1, wback: 1 };
      if (chance(2)) code.op('LDR (immediate)', 'T4', target);
      else code.op('LDM, LDMIA, LDMFD', 'T2', { rn: first, imm: (1 << PC) | 1, wback: 0 });
    } else {
      // The table, then the code that it skips.
      const isHalf = kind === 5;
      const index = below(4);
      code.li(first, index);
      const table = code.label();
      code.op('TBB, TBH', 'T1', { rn: PC, rm: first, imm: isHalf ? 1 : 0 });
      code.place(table);
      const entry = () => (code.address(label) - code.address(table)) >> 1;
      for (let i = 0; i < (isHalf ? 4 : 2); i++)
        code.later(2, () => (isHalf ? entry() : entry() | (entry() << 8)));
    }
    for (let i = below(3); i > 0; i--) this.#plain();
    if (arm && code.size % 4 !== 0) code.op('NOP', 'T1');
    code.place(label);
  }

  #special(): void {
    const code = this.#code;
    const { below, chance, pick } = this.#choices;
    const [rd] = this.#distinct(1) as [number];
    const kind = below(6);
    if (kind < 2) code.read(rd, pick([0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20]));
    else if (kind === 2) code.op('MSR', 'T1', { rn: rd, imm: below(4), imm2: FLAGS_MASK });
    else if (kind === 3) {
      // Not 1, whose group priority is that of SVC, which would escalate.
      if (chance(2)) code.li(rd, 2 + below(254));
      else code.op('BIC (immediate)', 'T1', { rd, rn: rd, imm: 1 });
      code.write(pick([SYSM.primask, SYSM.basepri, SYSM.basepriMax]), rd);
    } else if (kind === 4) code.op('CPS', 'T1', { imm: 2, imm2: below(2) });
    else {
      code.op('CPS', 'T1', { imm: 1, imm2: 1 });
      code.read(rd, 19);
      code.op('CPS', 'T1', { imm: chance(2) ? 1 : 3, imm2: 0 });
    }
  }

  #call(): void {
    const { below, pick } = this.#choices;
    const kind = below(3);
    if (kind === 0) this.#supervisorCall();
    else if (kind === 1) this.#code.op('UDF', pick(['T1', 'T2']), { imm: below(256) });
    else {
      // VADD.F32 and its like: data processing of coprocessors 10 and 11.
      const word = pick([0xee30_0a20, 0xeef1_0a10, 0xed90_0b00, 0xee00_0f00]) | below(16);
      this.#code.word(word | 0, 4);
    }
  }

  /** Preceded by what keeps it from escalating. */
  #supervisorCall(): void {
    this.#code.enableInterrupts();
    this.#code.op('SVC', 'T1', { imm: this.#choices.below(LEAVE_CALL) });
  }

  /** Overwrites an instruction that lies ahead and runs into it. */
  #selfModify(): void {
    const code = this.#code;
    const [base, source] = this.#distinct(2) as [number, number];
    const target = code.label();
    const [rd] = this.#distinct(1) as [number];
    const word = encode('MOV (immediate)', 'T3', { rd, imm: this.#choices.below(0x10000) });
    code.li(base, () => code.address(target));
    for (const [half, offset] of [
      [word >>> 16, 0],
      [word & 0xffff, 2],
    ] as const) {
      code.op('MOV (immediate)', 'T3', { rd: source, imm: half });
      code.op('STRH (immediate)', 'T2', { rd: source, rn: base, imm: offset });
    }
    this.#synchronise();
    for (let i = this.#choices.below(3); i > 0; i--) this.#plain();
    code.place(target);
    code.op('NOP', 'T2');
  }

  /** Registers that a program may write. */
  #distinct(count: number): number[] {
    const among = [...FREE];
    return Array.from({ length: count }, () => among.splice(this.#choices.below(among.length), 1)[0]!);
  }
}
