/**
 * What the instructions of ARMv7-M compute, written from the manual's pseudocode with BigInt: a second, slow
 * opinion that shares nothing with the interpreter. ARMv7-M ARM DDI 0403E, A2.2.1, A7.4.2, D6, and the operation
 * of each instruction in A7.7.
 *
 * A bit string of the manual is an unsigned BigInt here; results come back as signed 32-bit integers.
 */

/** APSR. */
export interface Flags {
  readonly n: boolean;
  readonly z: boolean;
  readonly c: boolean;
  readonly v: boolean;
  readonly q: boolean;
  readonly ge: number;
}

export const NO_FLAGS: Flags = { n: false, z: false, c: false, v: false, q: false, ge: 0 };

/** 'NC' has N and C set. */
export function flagsFrom(letters: string): Flags {
  const has = (letter: string) => letters.includes(letter);
  return { n: has('N'), z: has('Z'), c: has('C'), v: has('V'), q: has('Q'), ge: 0 };
}

export function lettersOf(flags: Flags): string {
  const letters: [boolean, string][] = [
    [flags.n, 'N'],
    [flags.z, 'Z'],
    [flags.c, 'C'],
    [flags.v, 'V'],
    [flags.q, 'Q'],
  ];
  return letters.map(([set, letter]) => (set ? letter : '')).join('');
}

export interface Result {
  /** For the destination, or its low word; absent when nothing is written. */
  readonly value?: number;
  /** For the high word of a long multiplication. */
  readonly high?: number;
  readonly flags: Flags;
}

const WORD = 32n;
const unsigned = (value: number | bigint, bits = 32) => BigInt.asUintN(bits, BigInt(value));
const signed = (value: number | bigint, bits = 32) => BigInt.asIntN(bits, BigInt(value));
const number = (value: bigint) => Number(BigInt.asIntN(32, value));
const bit = (value: bigint, index: bigint) => (value >> index) % 2n === 1n;
const one = (value: boolean) => (value ? 1n : 0n);

// --- D6: the functions that the operations are written with -----------------------------------------------------

export type ShiftType = 'LSL' | 'LSR' | 'ASR' | 'ROR' | 'RRX';

interface Shifted {
  readonly result: bigint;
  readonly carry: boolean;
}

/** A7.4.2 Shift_C(), with LSL_C() and its like of A2.2.1. */
function shiftC(value: number, type: ShiftType, amount: number, carryIn: boolean): Shifted {
  const x = unsigned(value);
  const n = BigInt(amount);
  if (type === 'RRX') return { result: (x >> 1n) + (one(carryIn) << 31n), carry: bit(x, 0n) };
  if (n === 0n) return { result: x, carry: carryIn };
  switch (type) {
    case 'LSL': {
      const extended = x << n;
      return { result: unsigned(extended), carry: bit(extended, WORD) };
    }
    case 'LSR':
      return { result: x >> n, carry: bit(x, n - 1n) };
    case 'ASR': {
      const extended = unsigned(signed(x), 32 + amount);
      return { result: unsigned(extended >> n), carry: bit(extended, n - 1n) };
    }
    case 'ROR': {
      const m = n % WORD;
      const result = unsigned((x >> m) + (x << (WORD - m)));
      return { result, carry: bit(result, 31n) };
    }
  }
}

/** A5.3.2 ThumbExpandImm_C(). */
export function thumbExpandImmC(imm12: number, carryIn: boolean): Shifted {
  const byte = BigInt(imm12 & 0xff);
  const rotation = imm12 >> 7;
  if (rotation >= 8) return shiftC(0x80 | (imm12 & 0x7f), 'ROR', rotation, carryIn);
  const patterns = [byte, byte * 0x0001_0001n, byte * 0x0100_0100n, byte * 0x0101_0101n];
  return { result: patterns[(imm12 >> 8) & 3]!, carry: carryIn };
}

function addWithCarry(x: bigint, y: bigint, carryIn: boolean): Shifted & { overflow: boolean } {
  const unsignedSum = x + y + one(carryIn);
  const signedSum = signed(x) + signed(y) + one(carryIn);
  const result = unsigned(unsignedSum);
  return { result, carry: result !== unsignedSum, overflow: signed(result) !== signedSum };
}

/** SignedSatQ() and UnsignedSatQ(). */
function saturate(value: bigint, bits: number, isSigned: boolean): { result: bigint; saturated: boolean } {
  const top = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
  const bottom = isSigned ? -top - 1n : 0n;
  const result = value > top ? top : value < bottom ? bottom : value;
  return { result, saturated: result !== value };
}

// --- A7.7: operations on two operands, the second one shifted or an immediate -----------------------------------

/** The first operand, the second one and the carry of its shifter, the flags before. */
type Operate = (a: bigint, b: Shifted, flags: Flags) => { result: bigint; carry: boolean; overflow: boolean };

const not = (x: bigint) => unsigned(~x);
const logical =
  (combine: (a: bigint, b: bigint) => bigint): Operate =>
  (a, { result, carry }, { v }) => ({ result: unsigned(combine(a, result)), carry, overflow: v });

const OPERATIONS: Readonly<Record<string, Operate>> = {
  ADC: (a, b, { c }) => addWithCarry(a, b.result, c),
  ADD: (a, b) => addWithCarry(a, b.result, false),
  AND: logical((a, b) => a & b),
  BIC: logical((a, b) => a & ~b),
  EOR: logical((a, b) => a ^ b),
  MOV: logical((_a, b) => b),
  MVN: logical((_a, b) => ~b),
  ORN: logical((a, b) => a | ~b),
  ORR: logical((a, b) => a | b),
  RSB: (a, b) => addWithCarry(not(a), b.result, true),
  SBC: (a, b, { c }) => addWithCarry(a, not(b.result), c),
  SUB: (a, b) => addWithCarry(a, not(b.result), true),
};

/** Those that keep the flags alone. */
const COMPARISONS: Readonly<Record<string, string>> = { CMN: 'ADD', CMP: 'SUB', TEQ: 'EOR', TST: 'AND' };

/** The second operand of a data-processing instruction. */
export type Operand =
  | { readonly register: number; readonly type: ShiftType; readonly amount: number }
  /** Of the 12 bits of a modified immediate. */
  | { readonly modified: number }
  /** As it stands; the carry does not change. */
  | { readonly plain: number };

export function plain(value: number): Operand {
  return { plain: value };
}

function secondOperand(operand: Operand, carry: boolean): Shifted {
  if ('register' in operand) return shiftC(operand.register, operand.type, operand.amount, carry);
  if ('modified' in operand) return thumbExpandImmC(operand.modified, carry);
  return { result: unsigned(operand.plain), carry };
}

/**
 * @param name ADD, CMP, MVN …; MOV and MVN do not look at `a`.
 * @param setFlags the form with S; comparisons always set them.
 */
export function dataProcessing(
  name: string,
  a: number,
  operand: Operand,
  flags: Flags,
  setFlags: boolean,
): Result {
  const compared = COMPARISONS[name];
  const operate = OPERATIONS[compared ?? name]!;
  const { result, carry, overflow } = operate(unsigned(a), secondOperand(operand, flags.c), flags);
  const after = { ...flags, n: bit(result, 31n), z: result === 0n, c: carry, v: overflow };
  if (compared !== undefined) return { flags: after };
  return { value: number(result), flags: setFlags ? after : flags };
}

/** LSL, LSR, ASR and ROR by a register, whose low byte counts. */
export function shiftByRegister(
  name: Exclude<ShiftType, 'RRX'>,
  a: number,
  b: number,
  flags: Flags,
  setFlags: boolean,
): Result {
  const { result, carry } = shiftC(a, name, b & 0xff, flags.c);
  const after = { ...flags, n: bit(result, 31n), z: result === 0n, c: carry };
  return { value: number(result), flags: setFlags ? after : flags };
}

// --- A7.7: multiplication, division ------------------------------------------------------------------------------

/** Operands in the manual's order: Rn, Rm, Ra; for long forms `accumulator` is RdHi:RdLo before. */
type Multiply = (n: number, m: number, accumulator: bigint) => bigint;

const MULTIPLY: Readonly<Record<string, Multiply>> = {
  MUL: (n, m) => BigInt(n) * BigInt(m),
  MLA: (n, m, accumulator) => BigInt(n) * BigInt(m) + accumulator,
  MLS: (n, m, accumulator) => accumulator - BigInt(n) * BigInt(m),
  // D6: RoundTowardsZero(); a zero divisor gives zero unless it traps.
  SDIV: (n, m) => (m === 0 ? 0n : signed(n) / signed(m)),
  UDIV: (n, m) => (m === 0 ? 0n : unsigned(n) / unsigned(m)),
};

const MULTIPLY_LONG: Readonly<Record<string, Multiply>> = {
  SMULL: (n, m) => signed(n) * signed(m),
  UMULL: (n, m) => unsigned(n) * unsigned(m),
  SMLAL: (n, m, accumulator) => signed(n) * signed(m) + accumulator,
  UMLAL: (n, m, accumulator) => unsigned(n) * unsigned(m) + accumulator,
  UMAAL: (n, m, accumulator) =>
    unsigned(n) * unsigned(m) + unsigned(accumulator) + unsigned(accumulator >> WORD),
};

export function multiply(
  name: string,
  n: number,
  m: number,
  a: number,
  flags: Flags,
  setFlags = false,
): Result {
  const value = number(MULTIPLY[name]!(n, m, BigInt(a)));
  // A7.7.84: C and V are unchanged.
  return { value, flags: setFlags ? { ...flags, n: value < 0, z: value === 0 } : flags };
}

function longResult(result: bigint, flags: Flags): Result {
  return { value: number(result), high: number(result >> WORD), flags };
}

export function multiplyLong(
  name: string,
  n: number,
  m: number,
  low: number,
  high: number,
  flags: Flags,
): Result {
  const accumulator = (unsigned(high) << WORD) + unsigned(low);
  return longResult(MULTIPLY_LONG[name]!(n, m, accumulator), flags);
}

// --- A7.7: one operand ---------------------------------------------------------------------------------------------

const digits = (value: bigint) => value.toString(2).padStart(32, '0');
const fromDigits = (binary: string) => BigInt(`0b${binary}`);
const bytesOf = (value: bigint) => [0n, 8n, 16n, 24n].map((at) => (value >> at) % 256n);
const fromBytes = (bytes: readonly bigint[]) =>
  bytes.reduce((sum, byte, index) => sum + (unsigned(byte, 8) << BigInt(8 * index)), 0n);
const halvesOf = (value: bigint) => [value % 65536n, value >> 16n] as const;
const fromHalves = (low: bigint, high: bigint) => unsigned(low, 16) + (unsigned(high, 16) << 16n);

const UNARY: Readonly<Record<string, (a: bigint) => bigint>> = {
  CLZ: (a) => BigInt(`${digits(a)}1`.indexOf('1')),
  RBIT: (a) => fromDigits([...digits(a)].reverse().join('')),
  REV: (a) => fromBytes(bytesOf(a).reverse()),
  REV16: (a) => {
    const [b0, b1, b2, b3] = bytesOf(a);
    return fromBytes([b1!, b0!, b3!, b2!]);
  },
  REVSH: (a) => {
    const [b0, b1] = bytesOf(a);
    return signed((b0! << 8n) + b1!, 16);
  },
};

export function unary(name: string, a: number): number {
  return number(UNARY[name]!(unsigned(a)));
}

const EXTEND: Readonly<Record<string, (rotated: bigint) => bigint>> = {
  SXTB: (x) => signed(x, 8),
  SXTH: (x) => signed(x, 16),
  UXTB: (x) => unsigned(x, 8),
  UXTH: (x) => unsigned(x, 16),
  SXTB16: (x) => fromHalves(signed(x, 8), signed(x >> 16n, 8)),
  UXTB16: (x) => fromHalves(unsigned(x, 8), unsigned(x >> 16n, 8)),
};

/** @param rotation 0, 8, 16 or 24. */
export function extend(name: string, a: number, rotation: number): number {
  return number(EXTEND[name]!(shiftC(a, 'ROR', rotation, false).result));
}

/** SXTAB and its like. */
export function extendAndAdd(name: string, n: number, m: number, rotation: number): number {
  const extended = unsigned(extend(name.replace('XTA', 'XT'), m, rotation));
  if (!name.endsWith('16')) return number(unsigned(n) + extended);
  const [low, high] = halvesOf(unsigned(n));
  const [extendedLow, extendedHigh] = halvesOf(extended);
  return number(fromHalves(low + extendedLow, high + extendedHigh));
}

/** @param name SBFX or UBFX. */
export function extractField(name: string, a: number, lsb: number, width: number): number {
  const field = digits(unsigned(a)).slice(32 - lsb - width, 32 - lsb);
  return number(name === 'SBFX' ? signed(fromDigits(field), width) : fromDigits(field));
}

/** BFI; BFC is BFI of zero. */
export function insertField(d: number, n: number, lsb: number, width: number): number {
  const [into, from] = [digits(unsigned(d)), digits(unsigned(n))];
  return number(fromDigits(into.slice(0, 32 - lsb - width) + from.slice(32 - width) + into.slice(32 - lsb)));
}

/** @param name SSAT or USAT. @param to width in bits. */
export function saturateTo(
  name: string,
  a: number,
  operand: { type: ShiftType; amount: number },
  to: number,
  flags: Flags,
): Result {
  const shifted = shiftC(a, operand.type, operand.amount, flags.c).result;
  const { result, saturated } = saturate(signed(shifted), to, name === 'SSAT');
  return { value: number(result), flags: { ...flags, q: flags.q || saturated } };
}

// --- The DSP extension ---------------------------------------------------------------------------------------------

const withQ = (flags: Flags, saturated: boolean): Flags => ({ ...flags, q: flags.q || saturated });

/** QADD, QSUB, QDADD, QDSUB: operands in the assembler's order, Rm then Rn. */
export function saturatingArithmetic(name: string, m: number, n: number, flags: Flags): Result {
  const second = name.startsWith('QD')
    ? saturate(2n * signed(n), 32, true)
    : { result: signed(n), saturated: false };
  const sum = name.endsWith('ADD') ? signed(m) + second.result : signed(m) - second.result;
  const { result, saturated } = saturate(sum, 32, true);
  return { value: number(result), flags: withQ(flags, saturated || second.saturated) };
}

/** SSAT16 and USAT16. */
export function saturateHalves(name: string, a: number, to: number, flags: Flags): Result {
  const [low, high] = halvesOf(unsigned(a)).map((half) => saturate(signed(half, 16), to, name === 'SSAT16'));
  const value = number(fromHalves(low!.result, high!.result));
  return { value, flags: withQ(flags, low!.saturated || high!.saturated) };
}

/**
 * Parallel addition and subtraction: a prefix of S, Q, SH, U, UQ, UH, then ADD16, ASX, SAX, SUB16, ADD8 or SUB8.
 */
export function parallel(name: string, n: number, m: number, flags: Flags): Result {
  const [, prefix, operation] = /^(S|Q|SH|U|UQ|UH)(ADD16|ASX|SAX|SUB16|ADD8|SUB8)$/.exec(name)!;
  const isSigned = prefix === 'S' || prefix === 'Q' || prefix === 'SH';
  const width = operation!.endsWith('8') ? 8 : 16;
  const lanes = (value: number) => {
    const parts = width === 8 ? bytesOf(unsigned(value)) : [...halvesOf(unsigned(value))];
    return parts.map((part) => (isSigned ? signed(part, width) : part));
  };
  const [x, y] = [lanes(n), lanes(m)];
  const crossed = operation === 'ASX' || operation === 'SAX';
  const other = crossed ? [y[1]!, y[0]!] : y;
  const adds = x.map((_, lane) => {
    if (operation === 'ASX') return lane === 1;
    if (operation === 'SAX') return lane === 0;
    return operation!.startsWith('ADD');
  });
  const sums = x.map((value, lane) => (adds[lane] ? value + other[lane]! : value - other[lane]!));
  const results = sums.map((sum) => {
    if (prefix!.endsWith('Q')) return saturate(sum, width, isSigned).result;
    return prefix!.endsWith('H') ? sum >> 1n : sum;
  });
  const value = width === 8 ? fromBytes(results) : fromHalves(results[0]!, results[1]!);
  if (prefix !== 'S' && prefix !== 'U') return { value: number(value), flags };
  // Signed: the sum is not negative. Unsigned: an addition carries, a subtraction does not borrow.
  const sets = sums.map((sum, lane) => sum >= (!isSigned && adds[lane] ? 2n ** BigInt(width) : 0n));
  const ge = sets.reduce(
    (bits, set, lane) => bits | (set ? (width === 8 ? 1 : 3) << ((lane * width) / 8) : 0),
    0,
  );
  return { value: number(value), flags: { ...flags, ge } };
}

export function select(n: number, m: number, ge: number): number {
  const [from, otherwise] = [bytesOf(unsigned(n)), bytesOf(unsigned(m))];
  return number(fromBytes(from.map((byte, lane) => ((ge >> lane) & 1 ? byte : otherwise[lane]!))));
}

/** @param name PKHBT or PKHTB. */
export function packHalves(name: string, n: number, m: number, amount: number): number {
  const type = name === 'PKHTB' ? 'ASR' : 'LSL';
  const shifted = halvesOf(shiftC(m, type, amount, false).result);
  const first = halvesOf(unsigned(n));
  return number(name === 'PKHTB' ? fromHalves(shifted[0], first[1]) : fromHalves(first[0], shifted[1]));
}

/** USAD8 with an accumulator of zero, and USADA8. */
export function sumOfDifferences(n: number, m: number, a: number): number {
  const [x, y] = [bytesOf(unsigned(n)), bytesOf(unsigned(m))];
  const sum = x.reduce(
    (total, byte, lane) => total + (byte > y[lane]! ? byte - y[lane]! : y[lane]! - byte),
    0n,
  );
  return number(unsigned(a) + sum);
}

/** A halfword of a register, B for the bottom one and T for the top one. */
const half = (value: number, which: string) => signed(halvesOf(unsigned(value))[which === 'T' ? 1 : 0], 16);

/** Whether a sum does not fit a register: it then sets Q and wraps. */
function wrapping(sum: bigint, flags: Flags): Result {
  return { value: number(sum), flags: withQ(flags, sum !== signed(sum)) };
}

/** The signed multiplications of halfwords and most significant words whose result is one register. */
export function multiplyDsp(name: string, n: number, m: number, a: number, flags: Flags): Result {
  const halves = /^SM(UL|LA)([BT])([BT])$/.exec(name);
  if (halves) {
    const product = half(n, halves[2]!) * half(m, halves[3]!);
    return wrapping(product + (halves[1] === 'LA' ? BigInt(a) : 0n), flags);
  }
  const wide = /^SM(UL|LA)W([BT])$/.exec(name);
  if (wide) {
    const product = (BigInt(n) * half(m, wide[2]!)) >> 16n;
    return wrapping(product + (wide[1] === 'LA' ? BigInt(a) : 0n), flags);
  }
  const dual = /^SM(UA|US|LA|LS)D(X?)$/.exec(name);
  if (dual) {
    const rotated = dual[2] === 'X' ? Number(signed(shiftC(m, 'ROR', 16, false).result)) : m;
    const [first, second] = [half(n, 'B') * half(rotated, 'B'), half(n, 'T') * half(rotated, 'T')];
    const sum = dual[1]!.endsWith('A') ? first + second : first - second;
    return wrapping(sum + (dual[1]!.startsWith('L') ? BigInt(a) : 0n), flags);
  }
  const most = /^SMM(UL|LA|LS)(R?)$/.exec(name)!;
  const product = BigInt(n) * BigInt(m);
  const accumulator = most[1] === 'UL' ? 0n : BigInt(a) << WORD;
  const sum = (most[1] === 'LS' ? accumulator - product : accumulator + product) + (most[2] ? 2n ** 31n : 0n);
  return { value: number(sum >> WORD), flags };
}

/** SMLALBB and its like, SMLALD, SMLSLD. */
export function multiplyDspLong(
  name: string,
  n: number,
  m: number,
  low: number,
  high: number,
  flags: Flags,
): Result {
  const accumulator = (BigInt(high) << WORD) + unsigned(low);
  const halves = /^SMLAL([BT])([BT])$/.exec(name);
  if (halves) return longResult(accumulator + half(n, halves[1]!) * half(m, halves[2]!), flags);
  const rotated = name.endsWith('X') ? Number(signed(shiftC(m, 'ROR', 16, false).result)) : m;
  const [first, second] = [half(n, 'B') * half(rotated, 'B'), half(n, 'T') * half(rotated, 'T')];
  return longResult(accumulator + (name.startsWith('SMLA') ? first + second : first - second), flags);
}

// --- A7.3: conditions ------------------------------------------------------------------------------------------------

export const CONDITIONS = [
  ...['EQ', 'NE', 'CS', 'CC', 'MI', 'PL', 'VS', 'VC', 'HI', 'LS', 'GE', 'LT', 'GT', 'LE', 'AL'],
];

/** ConditionPassed(). @param condition its number, 0 to 14. */
export function conditionPassed(condition: number, { n, z, c, v }: Flags): boolean {
  const results: Readonly<Record<string, boolean>> = {
    EQ: z,
    NE: !z,
    CS: c,
    CC: !c,
    MI: n,
    PL: !n,
    VS: v,
    VC: !v,
    HI: c && !z,
    LS: !c || z,
    GE: n === v,
    LT: n !== v,
    GT: !z && n === v,
    LE: z || n !== v,
    AL: true,
  };
  return results[CONDITIONS[condition]!]!;
}
