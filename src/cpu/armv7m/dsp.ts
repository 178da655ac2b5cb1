/**
 * Saturation, and the instructions of the DSP extension (ARMv7E-M): arithmetic on halves and bytes of registers with
 * the GE flags, and multiplies of halves. ARMv7-M ARM DDI 0403E.e, A7.7; saturation: A2.2.1.
 *
 * None of them is common in the code that bluesim is made for, so they are written for reading: the values of a
 * lane are computed as ordinary numbers, then wrapped, halved or saturated.
 */
import { Operation } from './instructions/operation.ts';
import { Shift } from './instructions/row.ts';
import type { ProcessorState } from './state.ts';

/** Unpacked operands of a record (translate.ts). */
interface DspOperands {
  readonly d: number;
  readonly ra: number;
  readonly n: number;
  readonly m: number;
  readonly imm: number;
  readonly shift: Shift;
  readonly amount: number;
}

type Rule = (state: ProcessorState, o: DspOperands) => void;

/** @param word first word of the record: d, n and m; @param extra its third. */
export function executeDsp(state: ProcessorState, word: number, operation: Operation, extra: number): void {
  const rule = (rules ??= makeRules())[operation];
  rule?.(state, {
    d: (word >>> 8) & 31,
    n: (word >>> 13) & 31,
    m: (word >>> 18) & 31,
    ra: extra & 15,
    imm: (extra >>> 4) & 0xff,
    shift: (extra >>> 12) & 15,
    amount: (extra >>> 16) & 0xff,
  });
}

// --- Lanes ------------------------------------------------------------------------------------------------------

/** Halves or bytes of a word. */
interface Lanes {
  readonly bits: 8 | 16;
  readonly count: 2 | 4;
}
const HALVES: Lanes = { bits: 16, count: 2 };
const BYTES: Lanes = { bits: 8, count: 4 };

function lane(value: number, index: number, { bits }: Lanes, signed: boolean): number {
  const up = value << (32 - bits * (index + 1));
  return signed ? up >> (32 - bits) : up >>> (32 - bits);
}

function withLane(word: number, index: number, { bits }: Lanes, value: number): number {
  return word | ((value & ((1 << bits) - 1)) << (bits * index));
}

function clamp(value: number, least: number, greatest: number): number {
  return Math.min(Math.max(value, least), greatest);
}

const signedRange = (bits: number): [number, number] => [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
const unsignedRange = (bits: number): [number, number] => [0, 2 ** bits - 1];

/** What becomes of a lane's exact result. */
type Finish = 'wrap' | 'halve' | 'saturate';

/**
 * Addition and subtraction by lanes.
 * @param subtract for each lane, whether the operand is subtracted.
 * @param exchange the halves of the second operand change places.
 */
function parallel(
  lanes: Lanes,
  signed: boolean,
  finish: Finish,
  subtract: readonly boolean[],
  exchange = false,
): Rule {
  const range = signed ? signedRange(lanes.bits) : unsignedRange(lanes.bits);
  return (state, { d, n, m }) => {
    const { x } = state;
    const a = x[n]!;
    const b = exchange ? (x[m]! << 16) | (x[m]! >>> 16) : x[m]!;
    let result = 0;
    let ge = 0;
    for (let i = 0; i < lanes.count; i++) {
      const minus = subtract[i]!;
      const left = lane(a, i, lanes, signed);
      const right = lane(b, i, lanes, signed);
      const exact = minus ? left - right : left + right;
      // The flags say of signed and of subtracted lanes that they are not negative, of unsigned sums that they carry.
      const flag = signed || minus ? exact >= 0 : exact >= 2 ** lanes.bits;
      if (flag) ge |= ((1 << (lanes.bits >>> 3)) - 1) << (i * (lanes.bits >>> 3));
      const value = finish === 'halve' ? exact >> 1 : finish === 'saturate' ? clamp(exact, ...range) : exact;
      result = withLane(result, i, lanes, value);
    }
    x[d] = result;
    if (finish === 'wrap') state.ge = ge;
  };
}

const [PLUS, MINUS] = [
  [false, false, false, false],
  [true, true, true, true],
];
/** ASX: the lower half is subtracted, the upper one added; SAX the other way round. */
const ASX = [true, false];
const SAX = [false, true];

// --- Saturation -------------------------------------------------------------------------------------------------

/** Saturates to 32 bits and notes in Q that it had to. */
function saturate32(state: ProcessorState, value: number): number {
  const result = clamp(value, ...signedRange(32));
  if (result !== value) state.q = 1;
  return result | 0;
}

/** Sets Q when an exact value does not fit 32 bits, and wraps it. */
function overflowing(state: ProcessorState, value: number): number {
  if (value !== (value | 0)) state.q = 1;
  return value | 0;
}

function saturateTo(bits: number, signed: boolean, lanes: number): Rule {
  return (state, { d, n, imm, shift, amount }) => {
    const { x } = state;
    const range = signed ? signedRange(imm) : unsignedRange(imm);
    if (lanes === 2) {
      let result = 0;
      for (let i = 0; i < 2; i++) {
        const value = lane(x[n]!, i, HALVES, true);
        const clamped = clamp(value, ...range);
        if (clamped !== value) state.q = 1;
        result = withLane(result, i, HALVES, clamped);
      }
      x[d] = result;
      return;
    }
    const operand = shift === Shift.ASR ? x[n]! >> Math.min(amount, bits - 1) : x[n]! << amount;
    const clamped = clamp(operand, ...range);
    if (clamped !== operand) state.q = 1;
    x[d] = clamped | 0;
  };
}

// --- Multiplication ---------------------------------------------------------------------------------------------

const bottom = (value: number) => (value << 16) >> 16;
const top = (value: number) => value >> 16;
const half = (value: number, upper: number) => (upper ? top(value) : bottom(value));

/** The 64-bit accumulator in two registers. */
function addLong({ x }: ProcessorState, { d, ra }: DspOperands, value: bigint): void {
  const sum = (BigInt(x[ra]!) << 32n) + BigInt(x[d]! >>> 0) + value;
  x[d] = Number(BigInt.asIntN(32, sum));
  x[ra] = Number(BigInt.asIntN(32, sum >> 32n));
}

/** Sum or difference of the products of the halves. @param imm exchange the halves of the second operand. */
function dual({ x }: ProcessorState, { n, m, imm }: DspOperands, minus: boolean): number {
  const b = imm ? (x[m]! << 16) | (x[m]! >>> 16) : x[m]!;
  const [low, high] = [bottom(x[n]!) * bottom(b), top(x[n]!) * top(b)];
  return minus ? low - high : low + high;
}

/** Upper word of a 64-bit value. @param round add half of the lower word's range first. */
function upper(value: bigint, round: number): number {
  return Number(BigInt.asIntN(32, (value + (round ? 0x8000_0000n : 0n)) >> 32n));
}

const product = (a: number, b: number) => BigInt(a) * BigInt(b);

function sumOfDifferences({ x }: ProcessorState, { n, m }: DspOperands): number {
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += Math.abs(lane(x[n]!, i, BYTES, false) - lane(x[m]!, i, BYTES, false));
  return sum;
}

/** SXTB16 and UXTB16: bytes 0 and 2 of the rotated operand as halves, added to those of Rn. */
function extendBytes(signed: boolean, add: boolean): Rule {
  return ({ x }, { d, n, m, amount }) => {
    const value = amount === 0 ? x[m]! : (x[m]! >>> amount) | (x[m]! << (32 - amount));
    let result = 0;
    for (let i = 0; i < 2; i++) {
      const base = add ? lane(x[n]!, i, HALVES, false) : 0;
      result = withLane(result, i, HALVES, base + lane(value, 2 * i, BYTES, signed));
    }
    x[d] = result;
  };
}

// --- All of them ------------------------------------------------------------------------------------------------

let rules: Partial<Record<Operation, Rule>> | undefined;

/** Made when the first of them runs: most programs have none. */
function makeRules(): Partial<Record<Operation, Rule>> {
  const wrap = 'wrap';
  return {
    [Operation.Ssat]: saturateTo(32, true, 1),
    [Operation.Usat]: saturateTo(32, false, 1),
    [Operation.Ssat16]: saturateTo(16, true, 2),
    [Operation.Usat16]: saturateTo(16, false, 2),

    [Operation.Sadd16]: parallel(HALVES, true, wrap, PLUS!),
    [Operation.Sadd8]: parallel(BYTES, true, wrap, PLUS!),
    [Operation.Ssub16]: parallel(HALVES, true, wrap, MINUS!),
    [Operation.Ssub8]: parallel(BYTES, true, wrap, MINUS!),
    [Operation.Sasx]: parallel(HALVES, true, wrap, ASX, true),
    [Operation.Ssax]: parallel(HALVES, true, wrap, SAX, true),
    [Operation.Uadd16]: parallel(HALVES, false, wrap, PLUS!),
    [Operation.Uadd8]: parallel(BYTES, false, wrap, PLUS!),
    [Operation.Usub16]: parallel(HALVES, false, wrap, MINUS!),
    [Operation.Usub8]: parallel(BYTES, false, wrap, MINUS!),
    [Operation.Uasx]: parallel(HALVES, false, wrap, ASX, true),
    [Operation.Usax]: parallel(HALVES, false, wrap, SAX, true),
    [Operation.Qadd16]: parallel(HALVES, true, 'saturate', PLUS!),
    [Operation.Qadd8]: parallel(BYTES, true, 'saturate', PLUS!),
    [Operation.Qsub16]: parallel(HALVES, true, 'saturate', MINUS!),
    [Operation.Qsub8]: parallel(BYTES, true, 'saturate', MINUS!),
    [Operation.Qasx]: parallel(HALVES, true, 'saturate', ASX, true),
    [Operation.Qsax]: parallel(HALVES, true, 'saturate', SAX, true),
    [Operation.Uqadd16]: parallel(HALVES, false, 'saturate', PLUS!),
    [Operation.Uqadd8]: parallel(BYTES, false, 'saturate', PLUS!),
    [Operation.Uqsub16]: parallel(HALVES, false, 'saturate', MINUS!),
    [Operation.Uqsub8]: parallel(BYTES, false, 'saturate', MINUS!),
    [Operation.Uqasx]: parallel(HALVES, false, 'saturate', ASX, true),
    [Operation.Uqsax]: parallel(HALVES, false, 'saturate', SAX, true),
    [Operation.Shadd16]: parallel(HALVES, true, 'halve', PLUS!),
    [Operation.Shadd8]: parallel(BYTES, true, 'halve', PLUS!),
    [Operation.Shsub16]: parallel(HALVES, true, 'halve', MINUS!),
    [Operation.Shsub8]: parallel(BYTES, true, 'halve', MINUS!),
    [Operation.Shasx]: parallel(HALVES, true, 'halve', ASX, true),
    [Operation.Shsax]: parallel(HALVES, true, 'halve', SAX, true),
    [Operation.Uhadd16]: parallel(HALVES, false, 'halve', PLUS!),
    [Operation.Uhadd8]: parallel(BYTES, false, 'halve', PLUS!),
    [Operation.Uhsub16]: parallel(HALVES, false, 'halve', MINUS!),
    [Operation.Uhsub8]: parallel(BYTES, false, 'halve', MINUS!),
    [Operation.Uhasx]: parallel(HALVES, false, 'halve', ASX, true),
    [Operation.Uhsax]: parallel(HALVES, false, 'halve', SAX, true),

    // The manual names the operands of these the other way round: Rm first.
    [Operation.Qadd]: (s, { d, n, m }) => (s.x[d] = saturate32(s, s.x[m]! + s.x[n]!)),
    [Operation.Qsub]: (s, { d, n, m }) => (s.x[d] = saturate32(s, s.x[m]! - s.x[n]!)),
    [Operation.Qdadd]: (s, { d, n, m }) => (s.x[d] = saturate32(s, s.x[m]! + saturate32(s, 2 * s.x[n]!))),
    [Operation.Qdsub]: (s, { d, n, m }) => (s.x[d] = saturate32(s, s.x[m]! - saturate32(s, 2 * s.x[n]!))),

    [Operation.Sel]: (s, { d, n, m }) => {
      let result = 0;
      for (let i = 0; i < 4; i++) {
        result = withLane(result, i, BYTES, lane((s.ge >>> i) & 1 ? s.x[n]! : s.x[m]!, i, BYTES, false));
      }
      s.x[d] = result;
    },
    [Operation.Pkh]: (s, { d, n, m, imm, shift, amount }) => {
      const operand = shift === Shift.ASR ? s.x[m]! >> Math.min(amount, 31) : s.x[m]! << amount;
      // PKHTB takes the upper half of Rn, PKHBT the lower one.
      s.x[d] = imm ? (s.x[n]! & ~0xffff) | (operand & 0xffff) : (operand & ~0xffff) | (s.x[n]! & 0xffff);
    },
    [Operation.Sxtb16]: extendBytes(true, false),
    [Operation.Sxtab16]: extendBytes(true, true),
    [Operation.Uxtb16]: extendBytes(false, false),
    [Operation.Uxtab16]: extendBytes(false, true),
    [Operation.Usad8]: (s, o) => (s.x[o.d] = sumOfDifferences(s, o)),
    [Operation.Usada8]: (s, o) => (s.x[o.d] = (s.x[o.ra]! + sumOfDifferences(s, o)) | 0),

    [Operation.SmulHalves]: ({ x }, { d, n, m, imm }) =>
      (x[d] = Math.imul(half(x[n]!, imm & 2), half(x[m]!, imm & 1))),
    [Operation.SmlaHalves]: (s, { d, n, m, ra, imm }) =>
      (s.x[d] = overflowing(s, half(s.x[n]!, imm & 2) * half(s.x[m]!, imm & 1) + s.x[ra]!)),
    [Operation.SmlalHalves]: (s, o) =>
      addLong(s, o, product(half(s.x[o.n]!, o.imm & 2), half(s.x[o.m]!, o.imm & 1))),
    [Operation.Smulw]: ({ x }, { d, n, m, imm }) =>
      (x[d] = Number(product(x[n]!, half(x[m]!, imm & 1)) >> 16n)),
    [Operation.Smlaw]: (s, { d, n, m, ra, imm }) =>
      (s.x[d] = overflowing(s, Number(product(s.x[n]!, half(s.x[m]!, imm & 1)) >> 16n) + s.x[ra]!)),
    [Operation.Smuad]: (s, o) => (s.x[o.d] = overflowing(s, dual(s, o, false))),
    [Operation.Smusd]: (s, o) => (s.x[o.d] = dual(s, o, true) | 0),
    [Operation.Smlad]: (s, o) => (s.x[o.d] = overflowing(s, dual(s, o, false) + s.x[o.ra]!)),
    [Operation.Smlsd]: (s, o) => (s.x[o.d] = overflowing(s, dual(s, o, true) + s.x[o.ra]!)),
    [Operation.Smlald]: (s, o) => addLong(s, o, BigInt(dual(s, o, false))),
    [Operation.Smlsld]: (s, o) => addLong(s, o, BigInt(dual(s, o, true))),
    [Operation.Smmul]: ({ x }, { d, n, m, imm }) => (x[d] = upper(product(x[n]!, x[m]!), imm)),
    [Operation.Smmla]: ({ x }, { d, n, m, ra, imm }) =>
      (x[d] = upper((BigInt(x[ra]!) << 32n) + product(x[n]!, x[m]!), imm)),
    [Operation.Smmls]: ({ x }, { d, n, m, ra, imm }) =>
      (x[d] = upper((BigInt(x[ra]!) << 32n) - product(x[n]!, x[m]!), imm)),
    [Operation.Umaal]: ({ x }, { d, n, m, ra }) => {
      const sum = BigInt(x[n]! >>> 0) * BigInt(x[m]! >>> 0) + BigInt(x[ra]! >>> 0) + BigInt(x[d]! >>> 0);
      x[d] = Number(BigInt.asIntN(32, sum));
      x[ra] = Number(BigInt.asIntN(32, sum >> 32n));
    },
  };
}
