/**
 * What Thumb code does to SP, LR and R7, instruction by instruction: the rules by which unwind.ts follows a
 * function. Procedure Call Standard for the Arm Architecture (2023Q3), 6; R7 as frame pointer is what GCC and LLVM
 * make of it.
 */
import { Decoder, instructionLength } from '../cpu/armv7m/decode.ts';
import { Operation } from '../cpu/armv7m/instructions/operation.ts';
import { noOperands, type Operands, type TimingClass } from '../cpu/armv7m/instructions/row.ts';
import type { CodeMemory } from './guest-view.ts';
import {
  type FrameLayout,
  type FunctionRange,
  IN_REGISTER,
  LOST,
  type Place,
  type Successors,
  stateAt,
} from './unwind.ts';

const R7 = 7;
const SP = 13;
const LR = 14;
const PC = 15;
const ALWAYS = 14;
/** Registers that a call may change: R0 to R3, R12. */
const SCRATCH = [0, 1, 2, 3, 12];

/** What has happened since the function's entry, at one instruction. */
interface FlowState extends FrameLayout {
  /** Registers that hold SP at entry plus a number. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Registers that hold a known constant: large frames are made with one. */
  readonly known: ReadonlyMap<number, number>;
  /** How many of the instructions from here on are conditional by an IT. */
  readonly conditional: number;
}

const ENTRY: FlowState = {
  sp: 0,
  ra: IN_REGISTER,
  fp: IN_REGISTER,
  offsets: new Map(),
  known: new Map(),
  conditional: 0,
};

interface Decoded {
  readonly operation: Operation;
  readonly timing: TimingClass;
  readonly length: 2 | 4;
  readonly operands: Operands;
}

let decoder: Decoder | undefined;

function decodeAt(memory: CodeMemory, address: number): Decoded | undefined {
  decoder ??= new Decoder(new Set(['M', 'DSP']));
  const first = memory.readCode(address);
  if (first === undefined) return undefined;
  const length = instructionLength(first);
  const second = length === 4 ? memory.readCode(address + 2) : 0;
  if (second === undefined) return undefined;
  const operands = noOperands();
  const row = decoder.decode(length === 4 ? (first << 16) | second : first, operands);
  return row && { operation: row.operation, timing: row.timing, length, operands };
}

/** What the stack frame looks like just before the instruction at `pc`; see `stateAt`. */
export function frameLayout(
  memory: CodeMemory,
  ranges: readonly FunctionRange[],
  pc: number,
): FrameLayout | undefined {
  return stateAt(
    {
      entry: ENTRY,
      mayLeave: () => false,
      successors: (address, state: FlowState) => {
        const decoded = decodeAt(memory, address);
        return decoded && successors(decoded, address, state, memory);
      },
    },
    ranges,
    pc,
  );
}

/** Whether the instruction before an address is a call: what a return address must have. */
export function followsCall(memory: CodeMemory, address: number): boolean {
  const long = decodeAt(memory, address - 4);
  if (long?.length === 4 && long.operation === Operation.Bl) return true;
  const short = decodeAt(memory, address - 2);
  return short?.length === 2 && short.operation === Operation.Blx;
}

function successors(
  decoded: Decoded,
  address: number,
  before: FlowState,
  memory: CodeMemory,
): Successors<FlowState> {
  const { operation, length } = decoded;
  const { imm, cond } = decoded.operands;
  const next = (address + length) >>> 0;
  const isConditional = before.conditional > 0;
  const state = isConditional ? { ...before, conditional: before.conditional - 1 } : before;
  switch (operation) {
    case Operation.It:
      // The lowest bit that is set ends the block: 1000 is one instruction, xxx1 are four.
      return [[next, { ...state, conditional: 4 - (31 - Math.clz32(imm & -imm)) }]];
    case Operation.B: {
      const target = (address + 4 + imm) >>> 0;
      if (!isConditional && cond >= ALWAYS) return [[target, state]];
      return [
        [target, state],
        [next, state],
      ];
    }
    case Operation.Cbz:
      return [
        [(address + 4 + imm) >>> 0, state],
        [next, state],
      ];
    case Operation.Bl:
    case Operation.Blx:
      return [[next, called(state)]];
    default: {
      const after = leaves(decoded) ? undefined : effect(decoded, address, state, memory);
      // In an IT block what changes SP or leaves is one of two ways; the other one is more common further on.
      if (isConditional && (after === undefined || after.sp !== state.sp)) return [[next, state]];
      return after === undefined ? [] : [[next, after]];
    }
  }
}

/** A return or a jump whose target is not in the instruction. */
function leaves({ operation, timing, operands: { rd, imm } }: Decoded): boolean {
  switch (operation) {
    case Operation.Bx:
    case Operation.Tbb:
    case Operation.Udf:
      return true;
    case Operation.Pop:
    case Operation.Ldm:
    case Operation.Ldmdb:
      return (imm & (1 << PC)) !== 0;
    default:
      return rd === PC && (timing === 'alu' || timing === 'load');
  }
}

/** A call leaves only what the convention preserves. */
function called(state: FlowState): FlowState {
  const offsets = new Map([...state.offsets].filter(([register]) => !SCRATCH.includes(register)));
  return {
    ...state,
    ra: state.ra.kind === 'register' ? LOST : state.ra,
    known: new Map(),
    offsets,
  };
}

function effect(decoded: Decoded, address: number, state: FlowState, memory: CodeMemory): FlowState {
  const { operation, operands } = decoded;
  const { rd, rn, ra, imm, index, add, wback } = operands;
  const signed = add ? imm : -imm;
  switch (operation) {
    case Operation.Push: {
      if (state.sp === undefined) return state;
      const sp = state.sp - 4 * countBits(imm);
      let at = sp;
      let result: FlowState = { ...state, sp };
      for (let register = 0; register < 16; register++) {
        if ((imm & (1 << register)) === 0) continue;
        result = saved(result, register, at);
        at += 4;
      }
      return result;
    }
    case Operation.Pop: {
      let result: FlowState =
        state.sp === undefined ? state : { ...state, sp: state.sp + 4 * countBits(imm) };
      for (let register = 0; register < 15; register++) {
        if (imm & (1 << register)) result = restored(result, register);
      }
      return result;
    }
    case Operation.StrImmediate:
    case Operation.Strd: {
      const base = offsetOf(state, rn);
      if (base === undefined) return wback ? written(state, rn) : state;
      const at = index ? base + signed : base;
      let result = saved(state, rd, at);
      if (operation === Operation.Strd) result = saved(result, ra, at + 4);
      return wback ? moved(result, rn, base + signed) : result;
    }
    case Operation.LdrImmediate:
    case Operation.LdrdImmediate: {
      const base = offsetOf(state, rn);
      const isOwn = base !== undefined && rn === SP;
      let result = isOwn ? restored(state, rd) : written(state, rd);
      if (operation === Operation.LdrdImmediate) result = isOwn ? restored(result, ra) : written(result, ra);
      if (!wback) return result;
      return base === undefined ? written(result, rn) : moved(result, rn, base + signed);
    }
    default: {
      const offset = offsetMadeBy(decoded, state);
      if (offset !== undefined) return moved(state, rd, offset);
      const constant = constantMadeBy(decoded, address, state, memory);
      const result = destinations(decoded).reduce(written, state);
      if (constant === undefined) return result;
      return { ...result, known: new Map(result.known).set(rd, constant) };
    }
  }
}

function countBits(list: number): number {
  let count = 0;
  for (let rest = list; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function offsetOf(state: FlowState, register: number): number | undefined {
  return register === SP ? state.sp : state.offsets.get(register);
}

/** A register's value is at an offset from SP at entry from now on, if it was still the one of the entry. */
function saved(state: FlowState, register: number, offset: number): FlowState {
  const place: Place = { kind: 'stack', offset };
  if (register === LR && state.ra.kind === 'register') return { ...state, ra: place };
  if (register === R7 && state.fp.kind === 'register') return { ...state, fp: place };
  return state;
}

/** A register was loaded from the frame: LR and R7 with what they were at entry. */
function restored(state: FlowState, register: number): FlowState {
  const result = written(state, register);
  if (register === LR && state.ra.kind === 'stack') return { ...result, ra: IN_REGISTER };
  if (register === R7 && state.fp.kind === 'stack') return { ...result, fp: IN_REGISTER };
  return result;
}

/** A register holds something that nothing is known of. */
function written(state: FlowState, register: number): FlowState {
  if (register === SP) return { ...state, sp: undefined };
  let result = state;
  if (register === LR && state.ra.kind === 'register') result = { ...result, ra: LOST };
  if (register === R7 && state.fp.kind === 'register') result = { ...result, fp: LOST };
  if (!state.offsets.has(register) && !state.known.has(register)) return result;
  const [offsets, known] = [new Map(state.offsets), new Map(state.known)];
  offsets.delete(register);
  known.delete(register);
  return { ...result, offsets, known };
}

/** A register holds SP at entry plus a number. */
function moved(state: FlowState, register: number, offset: number): FlowState {
  if (register === SP) return { ...state, sp: offset };
  const result = written(state, register);
  return { ...result, offsets: new Map(result.offsets).set(register, offset) };
}

/** The offset from SP at entry that an instruction makes in rd. */
function offsetMadeBy({ operation, operands }: Decoded, state: FlowState): number | undefined {
  const { rn, rm, imm, amount } = operands;
  const base = offsetOf(state, rn);
  const by = amount === 0 ? state.known.get(rm) : undefined;
  switch (operation) {
    case Operation.AddSpImmediate:
    case Operation.AddImmediate:
      return base === undefined ? undefined : base + imm;
    case Operation.SubSpImmediate:
    case Operation.SubImmediate:
      return base === undefined ? undefined : base - imm;
    case Operation.AddSpRegister:
    case Operation.AddRegister:
      return base === undefined || by === undefined ? undefined : base + by;
    case Operation.SubSpRegister:
    case Operation.SubRegister:
      return base === undefined || by === undefined ? undefined : base - by;
    case Operation.MovRegister:
      return offsetOf(state, rm);
    default:
      return undefined;
  }
}

/** The constant that an instruction makes in rd, as far as large frames need it. */
function constantMadeBy(
  { operation, operands }: Decoded,
  address: number,
  state: FlowState,
  memory: CodeMemory,
): number | undefined {
  const { rd, rn, imm, add, amount, rm } = operands;
  const known = state.known.get(operation === Operation.Movt ? rd : rn);
  switch (operation) {
    case Operation.MovImmediate:
      return imm;
    case Operation.MvnImmediate:
      return ~imm;
    case Operation.Movt:
      return known === undefined ? undefined : (known & 0xffff) | (imm << 16);
    case Operation.RsbImmediate:
      return known === undefined ? undefined : (imm - known) | 0;
    case Operation.LslImmediate: {
      const value = state.known.get(rm);
      return value === undefined ? undefined : value << amount;
    }
    case Operation.LdrLiteral: {
      const base = (address + 4) & ~3;
      const value = memory.readWord((add ? base + imm : base - imm) >>> 0);
      return value === undefined ? undefined : value | 0;
    }
    default:
      return undefined;
  }
}

/** Of the DSP extension: what has a result of 64 bits. Elsewhere Ra is an operand. */
const LONG: ReadonlySet<Operation> = new Set([
  Operation.SmlalHalves,
  Operation.Smlald,
  Operation.Smlsld,
  Operation.Umaal,
]);

/** Registers that an instruction writes, besides those that `effect` knows by itself. */
function destinations({ operation, timing, operands }: Decoded): number[] {
  const { rd, rn, ra, imm, wback } = operands;
  switch (timing) {
    case 'alu':
    case 'mul':
    case 'mla':
    case 'sdiv':
    case 'udiv':
    case 'mrs':
      return [rd];
    case 'dsp':
      return LONG.has(operation) ? [rd, ra] : [rd];
    case 'smull':
    case 'umull':
    case 'smlal':
    case 'umlal':
      return [rd, ra];
    case 'load':
    case 'load-exclusive':
      return wback ? [rd, rn] : [rd];
    case 'load-double':
      return wback ? [rd, ra, rn] : [rd, ra];
    case 'load-multiple': {
      const list = Array.from({ length: 15 }, (_, register) => register).filter((r) => imm & (1 << r));
      return wback ? [...list, rn] : list;
    }
    case 'store':
    case 'store-register':
    case 'store-double':
    case 'store-multiple':
      return wback ? [rn] : [];
    case 'store-exclusive':
      return [ra];
    default:
      return [];
  }
}
