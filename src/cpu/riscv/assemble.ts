/**
 * From a row and operands to the encoding: the format turned round. For generators of programs and for tests, not for
 * people: operands are those that the decoder reads (`imm` of `lui` has its low 12 bits zero, `rs1` of `csrrwi` is its
 * immediate).
 */
import { UserError } from '../../errors.ts';
import { FormatInverse, refusal } from '../assembler.ts';
import type { Row } from './instructions/row.ts';
import { rows } from './instructions/table.ts';

/**
 * The operands to encode. One that another determines (`rs1` of `c.addi`, which is its `rd`) or that is fixed
 * (`rs1` of `c.lwsp`) may be left out; where it is given, it must be that.
 */
export interface EncodeOperands {
  readonly rd?: number;
  readonly rs1?: number;
  readonly rs2?: number;
  /** Sign-extended immediate, CSR number, or shift amount. */
  readonly imm?: number;
  /** Acquire ordering; only of `lr`, `sc` and AMOs. */
  readonly aq?: boolean;
  /** Release ordering; only of `lr`, `sc` and AMOs. */
  readonly rl?: boolean;
}

export { openBits } from '../assembler.ts';

const FIELDS = ['rd', 'rs1', 'rs2', 'imm'] as const;
type Field = (typeof FIELDS)[number];

/** Unprivileged ISA 20240411, 14.1: aq and rl. */
const AQ = 1 << 26;
const RL = 1 << 25;

const inverses = new Map<Row, FormatInverse<Field>>();

function inverseOf(row: Row): FormatInverse<Field> {
  let inverse = inverses.get(row);
  if (!inverse)
    inverses.set(row, (inverse = new FormatInverse(row, FIELDS, () => ({ rd: 0, rs1: 0, rs2: 0, imm: 0 }))));
  return inverse;
}

function orderingBits(row: Row, operands: EncodeOperands): number {
  const wanted = (operands.aq ? AQ : 0) | (operands.rl ? RL : 0);
  if (wanted !== 0 && row.extension !== 'A') throw new UserError(`${row.mnemonic} has no aq and rl bits`);
  return wanted;
}

/**
 * @returns the encoding: an instruction of 4 bytes as a signed 32-bit integer, one of 2 bytes as 0 to 0xffff.
 * @throws UserError when an operand is missing, out of range, or of a reserved value.
 */
export function encodeRow(row: Row, operands: EncodeOperands): number {
  const ordering = orderingBits(row, operands);
  const encoded = inverseOf(row).encode(operands);
  if (!('word' in encoded)) throw refusal(row.mnemonic, encoded, operands);
  const word = encoded.word | ordering;
  if (row.where?.(word) === false)
    throw new UserError(`${row.mnemonic} is reserved with these operands (${row.spec})`);
  return word;
}

let rowsByMnemonic: ReadonlyMap<string, Row> | undefined;

/**
 * As `encodeRow`, by mnemonic as in the manual: `encode('addi', { rd: 10, rs1: 0, imm: -1 })`.
 * @throws UserError also when there is no such instruction.
 */
export function encode(mnemonic: string, operands: EncodeOperands = {}): number {
  rowsByMnemonic ??= new Map(rows().map((row) => [row.mnemonic, row]));
  const row = rowsByMnemonic.get(mnemonic);
  if (!row) throw new UserError(`no instruction ${mnemonic}`);
  return encodeRow(row, operands);
}
