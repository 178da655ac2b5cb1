/**
 * What the arithmetic instructions compute, written from the manual with BigInt: a second, slow opinion that
 * shares nothing with the interpreter. Unprivileged ISA 20240411, 2.4 (I), 13 (M), 14.4 (A), 28.4 (B).
 *
 * Operands come in as unsigned 32-bit values; of the result the low 32 bits count.
 */

type Binary = (a: bigint, b: bigint) => bigint;

const signed = (value: bigint) => BigInt.asIntN(32, value);
const amount = (value: bigint) => value % 32n;
const lesser = (a: bigint, b: bigint) => [a, b][Number(a > b)]!;
const greater = (a: bigint, b: bigint) => [a, b][Number(a < b)]!;
const truth = (value: boolean) => (value ? 1n : 0n);
/** 32 binary digits, the most significant first. */
const digits = (value: bigint) => BigInt.asUintN(32, value).toString(2).padStart(32, '0');
const number = (binary: string) => BigInt(`0b${binary}`);
/** Moves the first `count` digits to the end. */
const rotate = (binary: string, count: number) => binary.slice(count) + binary.slice(0, count);
/** The operand with the digit of bit `index` replaced. */
const withBit = (value: bigint, index: bigint, digit: (old: string) => string) => {
  const at = 31 - Number(amount(index));
  const old = digits(value);
  return number(old.slice(0, at) + digit(old[at]!) + old.slice(at + 1));
};

const BASE: Record<string, Binary> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a * 2n ** amount(b),
  slt: (a, b) => truth(signed(a) < signed(b)),
  sltu: (a, b) => truth(a < b),
  xor: (a, b) => a ^ b,
  srl: (a, b) => a / 2n ** amount(b),
  // Rounds down, where BigInt division rounds towards zero.
  sra: (a, b) => {
    const divisor = 2n ** amount(b);
    const remainder = BigInt.asUintN(Number(amount(b)), a);
    return (signed(a) - remainder) / divisor;
  },
  or: (a, b) => a | b,
  and: (a, b) => a & b,
};

const MULTIPLY: Record<string, Binary> = {
  mul: (a, b) => a * b,
  mulh: (a, b) => (signed(a) * signed(b)) >> 32n,
  mulhsu: (a, b) => (signed(a) * b) >> 32n,
  mulhu: (a, b) => (a * b) >> 32n,
  // Table 11: division by zero; the overflow case needs no mention, because only the low 32 bits count.
  div: (a, b) => (b === 0n ? -1n : signed(a) / signed(b)),
  divu: (a, b) => (b === 0n ? -1n : a / b),
  rem: (a, b) => (b === 0n ? a : signed(a) % signed(b)),
  remu: (a, b) => (b === 0n ? a : a % b),
};

const BITS: Record<string, Binary> = {
  sh1add: (a, b) => a * 2n + b,
  sh2add: (a, b) => a * 4n + b,
  sh3add: (a, b) => a * 8n + b,
  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  max: (a, b) => greater(signed(a), signed(b)),
  maxu: greater,
  min: (a, b) => lesser(signed(a), signed(b)),
  minu: lesser,
  rol: (a, b) => number(rotate(digits(a), Number(amount(b)))),
  ror: (a, b) => number(rotate(digits(a), 32 - Number(amount(b)))),
  bclr: (a, b) => withBit(a, b, () => '0'),
  bext: (a, b) => BigInt(digits(a)[31 - Number(amount(b))]!),
  binv: (a, b) => withBit(a, b, (digit) => (digit === '0' ? '1' : '0')),
  bset: (a, b) => withBit(a, b, () => '1'),
};

const UNARY: Record<string, (a: bigint) => bigint> = {
  clz: (a) => BigInt(`${digits(a)}1`.indexOf('1')),
  ctz: (a) => BigInt(`1${digits(a)}`.split('').reverse().indexOf('1')),
  cpop: (a) => BigInt(digits(a).replaceAll('0', '').length),
  'sext.b': (a) => BigInt.asIntN(8, a),
  'sext.h': (a) => BigInt.asIntN(16, a),
  'zext.h': (a) => BigInt.asUintN(16, a),
  'orc.b': (a) => number(digits(a).replace(/.{8}/g, (byte) => (byte.includes('1') ? '1' : '0').repeat(8))),
  rev8: (a) => number(digits(a).match(/.{8}/g)!.reverse().join('')),
};

/** The value that goes to memory; `a` is what was there. */
const ATOMIC: Record<string, Binary> = {
  'amoswap.w': (_a, b) => b,
  'amoadd.w': BASE.add!,
  'amoxor.w': BASE.xor!,
  'amoand.w': BASE.and!,
  'amoor.w': BASE.or!,
  'amomin.w': BITS.min!,
  'amomax.w': BITS.max!,
  'amominu.w': BITS.minu!,
  'amomaxu.w': BITS.maxu!,
};

const FUNCTIONS: Record<string, Binary> = { ...BASE, ...MULTIPLY, ...BITS, ...UNARY, ...ATOMIC };

/** Immediate forms compute the same, with the sign-extended immediate as the second operand. */
const IMMEDIATE_FORMS: Record<string, string> = {
  addi: 'add',
  slti: 'slt',
  sltiu: 'sltu',
  xori: 'xor',
  ori: 'or',
  andi: 'and',
  slli: 'sll',
  srli: 'srl',
  srai: 'sra',
  rori: 'ror',
  bclri: 'bclr',
  bexti: 'bext',
  binvi: 'binv',
  bseti: 'bset',
};

/** @returns the result of an instruction, a signed 32-bit integer. */
export function reference(mnemonic: string, a: number, b = 0): number {
  const compute = FUNCTIONS[IMMEDIATE_FORMS[mnemonic] ?? mnemonic];
  if (compute === undefined) throw new Error(`no reference for ${mnemonic}`);
  const result = compute(BigInt.asUintN(32, BigInt(a)), BigInt.asUintN(32, BigInt(b)));
  return Number(BigInt.asIntN(32, result));
}

/** Whether a conditional branch is taken. Unprivileged ISA 20240411, 2.5.2. */
export function taken(mnemonic: string, a: number, b: number): boolean {
  const [x, y] = mnemonic.endsWith('u') ? [a >>> 0, b >>> 0] : [a | 0, b | 0];
  switch (mnemonic) {
    case 'beq':
      return x === y;
    case 'bne':
      return x !== y;
    case 'blt':
    case 'bltu':
      return x < y;
    case 'bge':
    case 'bgeu':
      return x >= y;
    default:
      throw new Error(`${mnemonic} is no branch`);
  }
}
