/**
 * From an encoding to text, made from the encoding table: mnemonic, operands in the row's syntax, and the
 * pseudo-instructions of aliases.ts. The text is that of GNU objdump, with and without `-M no-aliases`,
 * which people know and other tools read; where they differ (tests/differential/riscv-disassembly.test.ts
 * names each place) the manual's spelling is printed: `addi`, not `add`, for what has an immediate.
 */
import {
  type DisassembleOptions,
  type Disassembler,
  type DisassemblyOfRow,
  decodersBySet,
  type OptionsWithExtensions,
  placeText,
} from '../disassembler.ts';
import { ALIASES } from './aliases.ts';
import { csrName } from './csr-names.ts';
import { Decoder, instructionLength } from './decode.ts';
import type { Extension, Operands, Row } from './instructions/row.ts';
import { rows } from './instructions/table.ts';
import type { Op } from './operation.ts';

/** ABI names of x0 to x31. RISC-V ELF psABI 1.0, "Integer Register Convention". */
export const REGISTER_NAMES: readonly string[] = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5'],
  ...['a6', 'a7', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
];

/** Unprivileged ISA 20240411, 2.7: `fence.tso` is fm = 1000 with both sets RW. */
const FENCE_TSO = 0x833;
/** `csrrw zero,cycle,zero`: writes a read-only register, so never legal to execute; what `unimp` assembles to. */
const UNIMP = 0xc0001073 | 0;

interface Context {
  readonly operands: Operands;
  readonly address: number;
  readonly symbol: DisassembleOptions['symbol'];
}

function fenceSet(bits: number): string {
  const letters = ['i', 'o', 'r', 'w'].filter((_, index) => bits & (8 >> index));
  return letters.join('') || 'unknown';
}

const hex = (value: number) => `0x${value.toString(16)}`;
const register = (index: number) => REGISTER_NAMES[index]!;

/** How each operand of the table's syntax column is printed. */
const PRINTERS: Readonly<Record<string, (context: Context) => string>> = {
  rd: ({ operands }) => register(operands.rd),
  rs1: ({ operands }) => register(operands.rs1),
  rs2: ({ operands }) => register(operands.rs2),
  imm: ({ operands }) => String(operands.imm),
  // c.nop's immediate, which only its HINTs have.
  hint: ({ operands }) => (operands.imm === 0 ? '' : String(operands.imm)),
  imm20: ({ operands }) => hex(operands.imm >>> 12),
  shamt: ({ operands }) => hex(operands.imm),
  csr: ({ operands }) => csrName(operands.imm),
  uimm: ({ operands }) => String(operands.rs1),
  '(rs1)': ({ operands }) => `(${register(operands.rs1)})`,
  'imm(rs1)': ({ operands }) => `${operands.imm}(${register(operands.rs1)})`,
  fence: ({ operands }) => `${fenceSet(operands.imm >>> 4)},${fenceSet(operands.imm)}`,
  target: ({ operands, address, symbol }) => placeText(address + operands.imm, symbol),
};

function render(mnemonic: string, syntax: string, context: Context): string {
  if (syntax === '') return mnemonic;
  const operands = syntax.split(', ').map((name) => PRINTERS[name]!(context));
  return `${mnemonic} ${operands.join(',')}`.trimEnd();
}

function mnemonicOf(row: Row, word: number): string {
  if (row.extension !== 'A') return row.mnemonic;
  return row.mnemonic + ['', '.rl', '.aq', '.aqrl'][(word >>> 25) & 3];
}

let baseRows: ReadonlyMap<Op, Row> | undefined;

/** The row of an operation that is not compressed. */
function baseRow(op: Op): Row {
  baseRows ??= new Map(
    rows()
      .filter((row) => row.length === 4)
      .map((row) => [row.op, row]),
  );
  return baseRows.get(op)!;
}

/** Unprivileged ISA 20240411, 26.7: compressed HINTs have no base form that would be encoded so. */
function isCompressedHint(row: Row, operands: Operands): boolean {
  if (row.timing !== 'alu') return false;
  return (
    (operands.rd === 0 && !(row.mnemonic === 'c.nop' && operands.imm === 0)) ||
    (row.syntax.endsWith('shamt') && operands.imm === 0)
  );
}

function renderWithAliases(row: Row, word: number, context: Context): string {
  const { operands } = context;
  if (row.length === 2 && isCompressedHint(row, operands)) return render(row.mnemonic, row.syntax, context);
  const base = row.length === 2 ? baseRow(row.op) : row;
  for (const mnemonic of new Set([row.mnemonic, base.mnemonic])) {
    const alias = ALIASES[mnemonic]?.find((candidate) => candidate.when(operands));
    if (alias) return render(alias.mnemonic, alias.syntax, context);
  }
  return render(mnemonicOf(base, word), base.syntax, context);
}

const decoderFor = decodersBySet((extensions: ReadonlySet<Extension>) => new Decoder(extensions));

/**
 * @param word the four bytes at `address`, little-endian; of a compressed instruction only the lower two matter.
 */
export function disassemble(
  word: number,
  address: number,
  options: OptionsWithExtensions<Extension>,
): DisassemblyOfRow<Row> {
  const length = instructionLength(word);
  const encoding = length === 2 ? word & 0xffff : word | 0;
  const operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  const row = decoderFor(options.extensions).decode(encoding, operands);
  const aliases = options.aliases ?? true;
  const context = { operands, address, symbol: options.symbol };
  let text: string;
  if (encoding === 0) text = aliases ? 'unimp' : 'c.unimp';
  else if (!row) text = length === 2 ? `.short ${hex(encoding)}` : `.word ${hex(encoding >>> 0)}`;
  else if (encoding === UNIMP) text = 'unimp';
  else if (row.mnemonic === 'fence' && operands.imm === FENCE_TSO) text = 'fence.tso';
  else if (aliases) text = renderWithAliases(row, encoding, context);
  else text = render(mnemonicOf(row, encoding), row.syntax, context);
  return { text, length, row, context: 0, writesSpecial: row?.timing === 'csr' || row?.timing === 'mret' };
}

/** The same behind the neutral interface. */
export function riscvDisassembler(extensions: ReadonlySet<Extension>): Disassembler {
  return {
    disassemble: (word, address, options) => disassemble(word, address, { ...options, extensions }),
  };
}
