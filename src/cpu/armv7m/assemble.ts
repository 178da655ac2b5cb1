/**
 * From a row and operands to the encoding: the format turned round. For generators of programs and for tests, not for
 * people: operands are those that the decoder reads (`imm` of LDR is the magnitude of its offset, `imm` of MOV the
 * value that its constant stands for).
 */
import { UserError } from '../../errors.ts';
import { FormatInverse, refusal } from '../assembler.ts';
import { noOperands, type Operands, type Row } from './instructions/row.ts';
import { rows } from './instructions/table.ts';

export { openBits } from '../assembler.ts';

/**
 * The operands to encode. One that another determines (`rn` of ADDS Rdn, which is its `rd`) or that is fixed (`rn` of
 * PUSH) may be left out; where it is given, it must be that. Left out, shifts are LSL #0, S is 0, and offsets are
 * added before the access without writeback.
 */
export type EncodeOperands = { readonly [name in keyof Operands]?: number };

const FIELDS = [
  ...(['rd', 'rn', 'rm', 'ra', 'imm', 'imm2', 'shift', 'amount', 'carry', 'setFlags', 'cond'] as const),
  ...(['index', 'add', 'wback'] as const),
];
type Field = (typeof FIELDS)[number];

const DEFAULTS: EncodeOperands = { shift: 0, amount: 0, setFlags: 0, index: 1, add: 1, wback: 0 };

const inverses = new Map<Row, FormatInverse<Field>>();

function inverseOf(row: Row): FormatInverse<Field> {
  let inverse = inverses.get(row);
  if (!inverse) inverses.set(row, (inverse = new FormatInverse(row, FIELDS, noOperands)));
  return inverse;
}

const fullName = (row: Row) => `${row.name} ${row.encoding}`;

/**
 * @returns the encoding: a 32-bit instruction as a signed integer with its first halfword in the upper half, a 16-bit
 * one as 0 to 0xffff. It may be UNPREDICTABLE.
 * @throws UserError when an operand is missing or out of range, or makes it an encoding of another instruction.
 */
export function encodeRow(row: Row, operands: EncodeOperands): number {
  const encoded = inverseOf(row).encode(operands, DEFAULTS);
  if (!('word' in encoded)) throw refusal(fullName(row), encoded, operands);
  if (row.where?.(encoded.word) === false)
    throw new UserError(`${fullName(row)} is something else with these operands (${row.spec})`);
  return encoded.word;
}

let rowsByName: ReadonlyMap<string, Row> | undefined;

/**
 * As `encodeRow`, by name and encoding as in the manual: `encode('MOV (immediate)', 'T2', { rd: 0, imm: -1 })`.
 * @throws UserError also when there is no such encoding.
 */
export function encode(name: string, encoding: string, operands: EncodeOperands = {}): number {
  rowsByName ??= new Map(rows().map((row) => [fullName(row), row]));
  const row = rowsByName.get(`${name} ${encoding}`);
  if (!row) throw new UserError(`no instruction ${name} ${encoding}`);
  return encodeRow(row, operands);
}
