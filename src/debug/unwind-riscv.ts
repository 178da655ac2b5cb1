/**
 * One step up a RISC-V stack without debug information: what the function has done to sp and ra, read off its
 * instructions from its symbol to the pc. Following the flow of control rather than the order of addresses
 * makes early returns and late prologues come out right, because compilers keep the stack the same on every
 * way to an instruction. Where that fails, the frame pointer (s0) is followed.
 *
 * RISC-V ABIs Specification 1.0, chapters 1 and 2.1 (integer calling convention); where GCC and LLVM put ra
 * and s0 below a frame pointer is not in it, but is what both do.
 */
import { Decoder, instructionLength } from '../cpu/riscv/decode.ts';
import type { Operands } from '../cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS } from '../cpu/riscv/instructions/table.ts';
import { Op } from '../cpu/riscv/operation.ts';

/** What an unwinder may look at: memory without side effects. */
export interface UnwindMemory {
  /** @returns undefined where no memory is. */
  readWord(address: number): number | undefined;
  /** A halfword that could be executed, or undefined. */
  readCode(address: number): number | undefined;
}

/** The instructions that belong to one function. */
export interface FunctionRange {
  readonly start: number;
  readonly end: number;
}

/** Where a register's value at entry is now. */
type Place =
  | { kind: 'register' }
  /** Relative to sp at entry. */
  | { kind: 'stack'; offset: number }
  | { kind: 'lost' };

/** What has happened since the function's entry, at one instruction. */
interface FlowState {
  /** sp minus sp at entry; undefined once it comes from elsewhere. */
  readonly sp: number | undefined;
  /** s0 minus sp at entry, while s0 is a frame pointer. */
  readonly s0: number | undefined;
  readonly ra: Place;
  readonly s0Place: Place;
  /** Where mepc was saved, relative to sp at entry: a handler that allows nested traps. */
  readonly mepc: number | undefined;
  /** Registers that hold a known constant, or mepc. */
  readonly known: ReadonlyMap<number, number | 'mepc'>;
  /** Return address of an out-of-line prologue (`jal t0, __riscv_save_0`). */
  readonly link: number | undefined;
}

export interface FrameLayout {
  /** sp minus sp at entry; undefined when it cannot be told. */
  readonly sp: number | undefined;
  readonly ra: Place;
  readonly s0: Place;
  readonly mepc: number | undefined;
  /** The function ends with MRET somewhere. */
  readonly returnsFromTrap: boolean;
}

const RA = 1;
const SP = 2;
const T0 = 5;
const S0 = 8;
const MEPC = 0x341;
/** More than the largest function that anyone writes; what is longer is data taken for code. */
const MOST_INSTRUCTIONS = 20_000;
const REGISTER: Place = { kind: 'register' };
const LOST: Place = { kind: 'lost' };

const ENTRY: FlowState = {
  sp: 0,
  s0: undefined,
  ra: REGISTER,
  s0Place: REGISTER,
  mepc: undefined,
  known: new Map(),
  link: undefined,
};

let decoder: Decoder | undefined;

interface Decoded extends Operands {
  op: Op;
  length: 2 | 4;
}

function decodeAt(memory: UnwindMemory, address: number): Decoded | undefined {
  decoder ??= new Decoder(new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]));
  const low = memory.readCode(address);
  if (low === undefined) return undefined;
  const length = instructionLength(low);
  const high = length === 4 ? memory.readCode(address + 2) : 0;
  if (high === undefined) return undefined;
  const operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  const row = decoder.decode(low | (high << 16), operands);
  return row && { ...operands, op: row.op, length };
}

/**
 * What the stack frame looks like just before the instruction at `pc`.
 * @param ranges the function's instructions; its entry is the start of the first one.
 * @returns undefined when the flow of control never comes to `pc`.
 */
export function frameLayout(
  memory: UnwindMemory,
  ranges: readonly FunctionRange[],
  pc: number,
): FrameLayout | undefined {
  const walk = walkFunction(memory, ranges);
  let state = walk.states.get(pc);
  // Behind a jump table: the frame is that of the nearest instruction before it that was reached in a frame.
  for (let back = pc - 2; state === undefined && back >= ranges[0]!.start; back -= 2) {
    const candidate = walk.states.get(back);
    if (candidate !== undefined && candidate.sp !== 0) state = candidate;
  }
  if (state === undefined) return undefined;
  return {
    sp: state.sp,
    ra: state.ra,
    s0: state.s0Place,
    mepc: state.mepc,
    returnsFromTrap: walk.returnsFromTrap,
  };
}

interface Walk {
  readonly states: Map<number, FlowState>;
  returnsFromTrap: boolean;
}

function walkFunction(memory: UnwindMemory, ranges: readonly FunctionRange[]): Walk {
  const walk: Walk = { states: new Map(), returnsFromTrap: false };
  const inside = (address: number) => ranges.some(({ start, end }) => address >= start && address < end);
  const waiting: { address: number; state: FlowState }[] = [{ address: ranges[0]!.start, state: ENTRY }];
  while (waiting.length > 0 && walk.states.size < MOST_INSTRUCTIONS) {
    const { address, state } = waiting.pop()!;
    if (walk.states.has(address)) continue;
    const decoded = decodeAt(memory, address);
    if (decoded === undefined) continue;
    walk.states.set(address, state);
    if (decoded.op === Op.Mret) walk.returnsFromTrap = true;
    for (const [next, nextState] of successors(decoded, address, state, inside)) {
      if (nextState.link !== undefined || inside(next)) waiting.push({ address: next, state: nextState });
    }
  }
  return walk;
}

/** The instructions that may come next, the likelier one last. */
function successors(
  decoded: Decoded,
  address: number,
  state: FlowState,
  inside: (address: number) => boolean,
): [number, FlowState][] {
  const { op, rd, rs1, imm, length } = decoded;
  const next = (address + length) >>> 0;
  const target = (address + imm) >>> 0;
  switch (op) {
    case Op.Beq:
    case Op.Bne:
    case Op.Blt:
    case Op.Bge:
    case Op.Bltu:
    case Op.Bgeu:
      return [
        [target, state],
        [next, state],
      ];
    case Op.Jal:
      if (rd === 0) return [[target, state]];
      if (rd === T0 && !inside(target)) return [[target, { ...state, link: next }]];
      return [[next, called(state)]];
    case Op.Jalr:
      if (rd === 0 && rs1 === T0 && state.link !== undefined) {
        return [[state.link, { ...state, link: undefined }]];
      }
      // A return or a jump through a table; where the latter goes is not known.
      return rd === 0 ? [] : [[next, called(state)]];
    case Op.Mret:
      return [];
    default:
      return [[next, effect(decoded, state)]];
  }
}

/** A call leaves only what the convention preserves. */
function called(state: FlowState): FlowState {
  return { ...state, ra: state.ra.kind === 'register' ? LOST : state.ra, known: new Map() };
}

function effect({ op, rd, rs1, rs2, imm }: Decoded, state: FlowState): FlowState {
  if (op === Op.Sw) return stored(rs1, rs2, imm, state);
  if (rd === 0) return state;
  const value = constantMadeBy(op, rs1, rs2, imm, state);
  if (rd === SP) {
    // A CSR swapped with sp is a change of stacks; taken for none, because a trap in machine mode makes none.
    if (op === Op.Csrrw || op === Op.Csrrs) return state;
    return { ...state, sp: offsetOf(op, rs1, rs2, imm, state) };
  }
  if (rd === S0) {
    const s0 = op === Op.Addi || op === Op.Add ? offsetOf(op, rs1, rs2, imm, state) : undefined;
    const restored = op === Op.Lw && rs1 === SP;
    const s0Place = restored ? REGISTER : state.s0Place.kind === 'register' ? LOST : state.s0Place;
    return { ...state, s0, s0Place };
  }
  if (rd === RA) {
    const restored = op === Op.Lw && rs1 === SP && state.ra.kind === 'stack';
    return { ...state, ra: restored ? REGISTER : state.ra.kind === 'register' ? LOST : state.ra };
  }
  if (value === undefined && !state.known.has(rd)) return state;
  const known = new Map(state.known);
  if (value === undefined) known.delete(rd);
  else known.set(rd, value);
  return { ...state, known };
}

function stored(base: number, register: number, imm: number, state: FlowState): FlowState {
  const from = base === SP ? state.sp : base === S0 ? state.s0 : undefined;
  if (from === undefined) return state;
  const offset = from + imm;
  if (register === RA && state.ra.kind === 'register') return { ...state, ra: { kind: 'stack', offset } };
  if (register === S0 && state.s0Place.kind === 'register') {
    return { ...state, s0Place: { kind: 'stack', offset } };
  }
  if (state.known.get(register) === 'mepc' && state.mepc === undefined) return { ...state, mepc: offset };
  return state;
}

/** The constant that an instruction makes, as far as large frames need it. */
function constantMadeBy(
  op: Op,
  rs1: number,
  rs2: number,
  imm: number,
  state: FlowState,
): number | 'mepc' | undefined {
  const constant = (register: number) => (register === 0 ? 0 : state.known.get(register));
  const [a, b] = [constant(rs1), constant(rs2)];
  switch (op) {
    case Op.Lui:
      return imm;
    case Op.Addi:
      return typeof a === 'number' ? (a + imm) | 0 : undefined;
    case Op.Add:
      if (rs1 === 0) return b;
      return typeof a === 'number' && typeof b === 'number' ? (a + b) | 0 : undefined;
    case Op.Csrrs:
    case Op.Csrrw:
      return imm === MEPC ? 'mepc' : undefined;
    default:
      return undefined;
  }
}

/** sp or s0 after an instruction, relative to sp at entry. */
function offsetOf(op: Op, rs1: number, rs2: number, imm: number, state: FlowState): number | undefined {
  const offset = (register: number) => (register === SP ? state.sp : register === S0 ? state.s0 : undefined);
  const constant = (register: number) => (register === 0 ? 0 : state.known.get(register));
  const [left, right] = [offset(rs1), offset(rs2)];
  const [a, b] = [constant(rs1), constant(rs2)];
  switch (op) {
    case Op.Addi:
      return left === undefined ? undefined : left + imm;
    case Op.Add:
      if (left !== undefined && typeof b === 'number') return left + b;
      return right !== undefined && typeof a === 'number' ? right + a : undefined;
    case Op.Sub:
      return left !== undefined && typeof b === 'number' ? left - b : undefined;
    default:
      return undefined;
  }
}

/** Whether the instruction before an address is a call: what a return address must have. */
export function followsCall(memory: UnwindMemory, address: number): boolean {
  for (const length of [4, 2] as const) {
    const before = decodeAt(memory, address - length);
    if (before?.length !== length) continue;
    if ((before.op === Op.Jal || before.op === Op.Jalr) && (before.rd === RA || before.rd === T0))
      return true;
  }
  return false;
}
