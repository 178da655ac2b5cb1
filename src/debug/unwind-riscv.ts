/**
 * What RISC-V code does to sp, ra and s0, instruction by instruction: the rules by which unwind.ts follows a
 * function. RISC-V ABIs Specification 1.0, chapters 1 and 2.1 (integer calling convention).
 */
import { Decoder, instructionLength } from '../cpu/riscv/decode.ts';
import type { Operands } from '../cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS } from '../cpu/riscv/instructions/table.ts';
import { Op } from '../cpu/riscv/operation.ts';
import type { CodeMemory } from './guest-view.ts';
import {
  type FrameLayout,
  type FunctionRange,
  IN_REGISTER,
  LOST,
  type Successors,
  stateAt,
} from './unwind.ts';

/** What has happened since the function's entry, at one instruction. */
interface FlowState extends FrameLayout {
  /** s0 minus sp at entry, while s0 is a frame pointer. */
  readonly s0: number | undefined;
  /** Where mepc was saved, relative to sp at entry: a handler that allows nested traps. */
  readonly mepc: number | undefined;
  /** Registers that hold a known constant, or mepc. */
  readonly known: ReadonlyMap<number, number | 'mepc'>;
  /** Return address of an out-of-line prologue (`jal t0, __riscv_save_0`). */
  readonly link: number | undefined;
}

export interface RiscvFrameLayout extends FrameLayout {
  readonly mepc: number | undefined;
  /** The function ends with MRET somewhere. */
  readonly returnsFromTrap: boolean;
}

const RA = 1;
const SP = 2;
const T0 = 5;
const S0 = 8;
const MEPC = 0x341;
const ENTRY: FlowState = {
  sp: 0,
  s0: undefined,
  ra: IN_REGISTER,
  fp: IN_REGISTER,
  mepc: undefined,
  known: new Map(),
  link: undefined,
};

let decoder: Decoder | undefined;

interface Decoded extends Operands {
  op: Op;
  length: 2 | 4;
}

function decodeAt(memory: CodeMemory, address: number): Decoded | undefined {
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

/** What the stack frame looks like just before the instruction at `pc`; see `stateAt`. */
export function frameLayout(
  memory: CodeMemory,
  ranges: readonly FunctionRange[],
  pc: number,
): RiscvFrameLayout | undefined {
  let returnsFromTrap = false;
  const state = stateAt(
    {
      entry: ENTRY,
      mayLeave: ({ link }) => link !== undefined,
      successors: (address, before: FlowState, inside) => {
        const decoded = decodeAt(memory, address);
        if (decoded?.op === Op.Mret) returnsFromTrap = true;
        return decoded && successors(decoded, address, before, inside);
      },
    },
    ranges,
    pc,
  );
  return state && { sp: state.sp, ra: state.ra, fp: state.fp, mepc: state.mepc, returnsFromTrap };
}

function successors(
  decoded: Decoded,
  address: number,
  state: FlowState,
  inside: (address: number) => boolean,
): Successors<FlowState> {
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
    const fp = restored ? IN_REGISTER : state.fp.kind === 'register' ? LOST : state.fp;
    return { ...state, s0, fp };
  }
  if (rd === RA) {
    const restored = op === Op.Lw && rs1 === SP && state.ra.kind === 'stack';
    return { ...state, ra: restored ? IN_REGISTER : state.ra.kind === 'register' ? LOST : state.ra };
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
  if (register === S0 && state.fp.kind === 'register') return { ...state, fp: { kind: 'stack', offset } };
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
export function followsCall(memory: CodeMemory, address: number): boolean {
  for (const length of [4, 2] as const) {
    const before = decodeAt(memory, address - length);
    if (before?.length !== length) continue;
    if ((before.op === Op.Jal || before.op === Op.Jalr) && (before.rd === RA || before.rd === T0))
      return true;
  }
  return false;
}
