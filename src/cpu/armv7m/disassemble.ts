/**
 * From an encoding to text, made from the encoding table: the row's syntax with its operands. The text is that of
 * GNU objdump, which people know and other tools read; where they differ
 * (tests/differential/armv7m-disassembly.test.ts names each place) the manual's is printed.
 *
 * Inside an IT block the mnemonic carries the instruction's condition (`addeq`) and narrow instructions do not set
 * flags. Which block an instruction is in, its encoding does not tell: that is the context of the interface,
 * ITSTATE. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A7.3.2.
 */
import {
  type DisassembleOptions,
  type Disassembler,
  type DisassemblyOfRow,
  decodersBySet,
  type OptionsWithExtensions,
  placeText,
} from '../disassembler.ts';
import { Decoder, instructionLength } from './decode.ts';
import { Operation } from './instructions/operation.ts';
import {
  type Extension,
  ItPosition,
  itPosition,
  nextItstate,
  noOperands,
  type Operands,
  OUTSIDE_IT,
  type Row,
  Shift,
  unpredictableCases,
} from './instructions/row.ts';
import { specialRegisterName } from './special-register-names.ts';

/** Names of R0 to R15 as objdump prints them. Procedure Call Standard for the Arm Architecture, 6.1.1. */
export const REGISTER_NAMES: readonly string[] = [
  ...['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'sl', 'fp', 'ip', 'sp', 'lr', 'pc'],
];

/** A7.3 */
const CONDITIONS: readonly string[] = [
  ...['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al', 'al'],
];

const SHIFT_NAMES: Readonly<Record<Shift, string>> = {
  [Shift.LSL]: 'lsl',
  [Shift.LSR]: 'lsr',
  [Shift.ASR]: 'asr',
  [Shift.ROR]: 'ror',
  [Shift.RRX]: 'rrx',
};

/** Options of DMB and DSB. ARMv7-M has SY alone (A7.7.33); the names are those of ARMv7-A and ARMv8. */
const BARRIER_OPTIONS: Readonly<Record<number, string>> = {
  ...{ 1: 'oshld', 2: 'oshst', 3: 'osh', 5: 'nshld', 6: 'unst', 7: 'un' },
  ...{ 9: 'ishld', 10: 'ishst', 11: 'ish', 13: 'ld', 14: 'st', 15: 'sy' },
};

interface Context {
  readonly row: Row;
  readonly word: number;
  readonly operands: Operands;
  readonly address: number;
  readonly symbol: DisassembleOptions['symbol'];
  /** Condition that the IT block gives; '' outside of one. */
  readonly condition: string;
  readonly position: ItPosition;
  /** A number worth repeating in hexadecimal; the last one counts. */
  number: number;
  /** Other remarks, before it. */
  readonly remarks: string[];
}

const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;
const register = (index: number) => REGISTER_NAMES[index]!;

const place = (address: number, { symbol }: Context) => placeText(address, symbol);

function number(value: number, context: Context): string {
  context.number = value;
  return `#${value}`;
}

function shiftText({ operands }: Context): string {
  const { shift, amount } = operands;
  if (shift === Shift.RRX) return ', rrx';
  return amount === 0 ? '' : `, ${SHIFT_NAMES[shift]} #${amount}`;
}

function listText(list: number): string {
  return `{${REGISTER_NAMES.filter((_, index) => (list >>> index) & 1).join(', ')}}`;
}

/** Value of PC that a literal is relative to: the instruction's address plus 4, down to a word. A5.1.2 */
const literalBase = ({ address }: Context) => ((address + 4) & ~3) | 0;

function literal(context: Context): string {
  const { operands, row } = context;
  const target = operands.add ? literalBase(context) + operands.imm : literalBase(context) - operands.imm;
  context.remarks.push(row.length === 2 ? `(${place(target, context)})` : place(target, context));
  return operands.imm === 0 && row.length === 4 ? '[pc]' : `[pc, #${operands.add ? '' : '-'}${operands.imm}]`;
}

/** LDRD (literal). */
function dualLiteral(context: Context): string {
  const { imm, add } = context.operands;
  literal(context);
  context.number = imm;
  return `[pc, #${add ? '' : '-'}${imm}]`;
}

/** LDC and STC; the offset from PC of a literal is printed as a number, too. */
function transfer(context: Context): string {
  const { operands } = context;
  const { rn, imm2, index, add, wback } = operands;
  const base = add ? literalBase(context) + imm2 : literalBase(context) - imm2;
  if (!index && !wback) context.number = imm2 >>> 2;
  else if (rn === 15) context.remarks.push(place(base, context));
  else context.number = add ? imm2 : -imm2;
  return indexedWords(imm2, context);
}

/** [Rn, #±imm] in all its forms. */
function indexed({ operands }: Context): string {
  const { rn, imm, index, add, wback } = operands;
  const base = register(rn);
  if (!index) return `[${base}], #${add || imm === 0 ? '' : '-'}${imm}`;
  const offset = imm === 0 ? '' : `, #${add ? '' : '-'}${imm}`;
  return `[${base}${offset}]${wback ? '!' : ''}`;
}

/** The same with an offset in words, of two registers or a coprocessor, which is printed when it is −0 or written back. */
function indexedWords(offset: number, { operands }: Context): string {
  const { rn, index, add, wback } = operands;
  const base = register(rn);
  const text = `#${add ? '' : '-'}${offset}`;
  if (!index) return wback ? `[${base}], ${text}` : `[${base}], {${offset >>> 2}}`;
  if (wback) return `[${base}, ${text}]!`;
  return offset === 0 && add ? `[${base}]` : `[${base}, ${text}]`;
}

function field({ operands }: Context): string {
  return `#${operands.imm}, #${operands.imm2}`;
}

/** How each operand of the table's syntax column is printed. */
const PRINTERS: Readonly<Record<string, (context: Context) => string>> = {
  rd: ({ operands }) => register(operands.rd),
  rn: ({ operands }) => register(operands.rn),
  rm: ({ operands }) => register(operands.rm),
  ra: ({ operands }) => register(operands.ra),
  imm: (context) => number(context.operands.imm, context),
  const: (context) => number(context.operands.imm >>> 0, context),
  plain: ({ operands }) => `#${operands.imm}`,
  hint: (context) => {
    context.number = context.operands.imm;
    return `{${context.operands.imm}}`;
  },
  breakpoint: ({ operands }) => `0x${operands.imm.toString(16).padStart(4, '0')}`,
  amount: ({ operands }) => `#${operands.amount}`,
  shifted: (context) => register(context.operands.rm) + shiftText(context),
  saturated: (context) => register(context.operands.rn) + shiftText(context),
  field,
  call: (context) => {
    context.number = context.operands.imm;
    return String(context.operands.imm);
  },
  // Of 16-bit loads and stores objdump prints an offset of 0 too.
  near: (context) => `[${register(context.operands.rn)}, ${number(context.operands.imm, context)}]`,
  offset: (context) => {
    const { rn, imm } = context.operands;
    return imm === 0 ? `[${register(rn)}]` : `[${register(rn)}, ${number(imm, context)}]`;
  },
  indexed,
  dual: (context) => {
    context.number = context.operands.imm;
    return indexedWords(context.operands.imm, context);
  },
  dualliteral: dualLiteral,
  scaled: ({ operands }) =>
    `${register(operands.rm)}${operands.amount === 0 ? '' : `, lsl #${operands.amount}`}`,
  halved: ({ operands }) => `${register(operands.rm)}${operands.imm ? ', lsl #1' : ''}`,
  literal,
  address: (context) => {
    const { operands } = context;
    context.remarks.push(
      `(adr ${register(operands.rd)}, ${place(literalBase(context) + operands.imm, context)})`,
    );
    return `pc, #${operands.imm}`;
  },
  target: (context) => place(context.address + 4 + context.operands.imm, context),
  base: ({ operands }) => `${register(operands.rn)}${operands.wback ? '!' : ''}`,
  list: ({ operands }) => listText(operands.imm),
  one: ({ operands }) => register(31 - Math.clz32(operands.imm)),
  special: ({ operands }) => specialRegisterName(operands.imm),
  specialmask: ({ operands }) => specialRegisterName(operands.imm, operands.imm2),
  barrier: ({ operands }) => BARRIER_OPTIONS[operands.imm] ?? `#${operands.imm}`,
  synchronization: ({ operands }) => (operands.imm === 15 ? 'sy' : `#${operands.imm}`),
  masks: ({ operands }) => ['', 'f', 'i', 'if'][operands.imm]!,
  first: ({ operands }) => CONDITIONS[operands.cond]!,
  cp: ({ operands }) => String(operands.imm),
  crd: ({ operands }) => `cr${operands.rd}`,
  crn: ({ operands }) => `cr${operands.rn}`,
  crm: ({ operands }) => `cr${operands.rm}`,
  opa: ({ operands }) => String(operands.amount),
  opb: ({ operands }) => String(operands.imm2),
  // MRC to PC sets the flags.
  to: ({ operands }) => (operands.rd === 15 ? 'APSR_nzcv' : register(operands.rd)),
  transfer,
};

const half = (top: number) => (top ? 't' : 'b');

/** Parts of mnemonics that operands decide. */
const MNEMONIC_PARTS: Readonly<Record<string, (context: Context) => string>> = {
  s: ({ operands, position }) =>
    operands.setFlags === 1 || (operands.setFlags === OUTSIDE_IT && position === ItPosition.Outside)
      ? 's'
      : '',
  c: ({ condition }) => condition,
  cond: ({ operands }) => CONDITIONS[operands.cond]!,
  nz: ({ operands }) => (operands.imm2 ? 'nz' : 'z'),
  bh: ({ operands }) => (operands.imm ? 'h' : 'b'),
  tb: ({ operands }) => (operands.imm ? 'tb' : 'bt'),
  nm: ({ operands }) => half(operands.imm & 2) + half(operands.imm & 1),
  m: ({ operands }) => half(operands.imm),
  x: ({ operands }) => (operands.imm ? 'x' : ''),
  r: ({ operands }) => (operands.imm ? 'r' : ''),
  two: ({ word }) => (word & (1 << 28) ? '2' : ''),
  l: ({ word }) => (word & (1 << 22) ? 'l' : ''),
  effect: ({ operands }) => (operands.imm2 ? 'id' : 'ie'),
  // A7.3.2: the mask has firstcond<0> for "then" and its opposite for "else", and ends with a 1.
  xyz: ({ operands }) => {
    let text = '';
    for (let rest = operands.imm; (rest & 7) !== 0; rest <<= 1)
      text += ((rest >>> 3) & 1) === (operands.cond & 1) ? 't' : 'e';
    return text;
  },
};

/** Numbers that are printed in decimal are repeated in hexadecimal when they are beyond these. */
const PLAIN_NUMBERS = { from: -16, to: 32 };

function render(context: Context): string {
  const [mnemonic, ...operands] = context.row.syntax.split(' ');
  const name = mnemonic!.replace(/\{(\w+)\}/g, (_, part: string) => MNEMONIC_PARTS[part]!(context));
  const text = operands.join(' ').replace(/(?<![#\w])[a-z]+/g, (token) => PRINTERS[token]!(context));
  const { number: value, remarks } = context;
  if (value < PLAIN_NUMBERS.from || value > PLAIN_NUMBERS.to) remarks.push(hex(value));
  return `${name} ${text}`.trimEnd() + remarks.map((remark) => ` @ ${remark}`).join('');
}

const decoderFor = decodersBySet((extensions: ReadonlySet<Extension>) => new Decoder(extensions));

/** Whether an instruction can do more to the state than change general registers and flags. */
function writesSpecial(row: Row, operands: Operands): boolean {
  switch (row.timing) {
    case 'msr':
    case 'cps':
    case 'branch-exchange': // An exception return; so are the next two with PC.
      return true;
    case 'load':
      return operands.rd === 15 || (row.operation === Operation.Pop && (operands.imm & 0x8000) !== 0);
    case 'load-multiple':
      return (operands.imm & 0x8000) !== 0;
    default:
      return false;
  }
}

/**
 * @param word the four bytes at `address`, little-endian, so that the first halfword is the lower half; of a 16-bit
 * instruction only that matters.
 */
export function disassemble(
  word: number,
  address: number,
  options: OptionsWithExtensions<Extension>,
): DisassemblyOfRow<Row> {
  const length = instructionLength(word);
  const encoding = length === 2 ? word & 0xffff : (word << 16) | (word >>> 16);
  const itstate = options.context ?? 0;
  const position = itPosition(itstate);
  const row = decoderFor(options.extensions).findAny(encoding);
  const context = nextItstate(itstate);
  if (!row) {
    const digits = (encoding >>> 0).toString(16).padStart(2 * length, '0');
    const text = `${length === 2 ? '.inst.n' : '.inst.w'} 0x${digits} @ <UNDEFINED>`;
    return { text, length, row, context, writesSpecial: false };
  }
  const operands = noOperands();
  row.format(encoding, operands);
  const remarks: string[] = [];
  const condition = position === ItPosition.Outside ? '' : CONDITIONS[itstate >>> 4]!;
  const rendered = render({
    row,
    word: encoding,
    operands,
    address,
    symbol: options.symbol,
    condition,
    position,
    number: 0,
    remarks,
  });
  const unpredictable = unpredictableCases(row, encoding, position).length > 0 ? ' @ <UNPREDICTABLE>' : '';
  return {
    text: rendered + unpredictable,
    length,
    row,
    context: row.operation === Operation.It ? (operands.cond << 4) | operands.imm : context,
    writesSpecial: writesSpecial(row, operands),
  };
}

/** The same behind the neutral interface; pseudo-instructions are none of Thumb's, so `aliases` changes nothing. */
export function armv7mDisassembler(extensions: ReadonlySet<Extension>): Disassembler {
  return {
    disassemble: (word, address, options) => disassemble(word, address, { ...options, extensions }),
  };
}
