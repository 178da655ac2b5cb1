/**
 * From a row and operands to the encoding. A format only copies bits of the word into operands, so it can be
 * inverted by looking at what each bit of the word moves; thus there is no second description of the formats
 * that could disagree with the first. For generators of programs and for tests, not for people: operands are
 * those that the decoder reads (`imm` of `lui` has its low 12 bits zero, `rs1` of `csrrwi` is its immediate).
 */
import { UserError } from '../../errors.ts';
import type { Operands, Row } from './instructions/row.ts';
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

const FIELDS = ['rd', 'rs1', 'rs2', 'imm'] as const;
type Field = (typeof FIELDS)[number];

/** Unprivileged ISA 20240411, 14.1: aq and rl. */
const AQ = 1 << 26;
const RL = 1 << 25;

/** A bit of the word and, for each field that it reaches, a bit which it alone moves there. */
interface WordBit {
  readonly bit: number;
  readonly moves: ReadonlyMap<Field, number>;
}

interface Inverse {
  /** The operands of the row's bare pattern. */
  readonly fixed: Readonly<Operands>;
  readonly bits: readonly WordBit[];
}

function read(row: Row, word: number): Operands {
  const operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  row.format(word, operands);
  return operands;
}

/** The bits of a row's encoding that its pattern leaves open. */
export function openBits(row: Row): number {
  return ~row.mask & (row.length === 4 ? -1 : 0xffff);
}

function invert(row: Row): Inverse {
  const fixed = read(row, row.value);
  const bits: WordBit[] = [];
  for (let open = openBits(row); open !== 0; open &= open - 1) {
    const bit = open & -open;
    const moved = read(row, row.value | bit);
    const moves = new Map<Field, number>();
    for (const field of FIELDS) {
      const difference = moved[field] ^ fixed[field];
      // A sign bit moves all bits from its own upwards: the lowest is its own.
      if (difference !== 0) moves.set(field, difference & -difference);
    }
    if (moves.size > 0) bits.push({ bit, moves });
  }
  return { fixed, bits };
}

const inverses = new Map<Row, Inverse>();

function inverseOf(row: Row): Inverse {
  let inverse = inverses.get(row);
  if (!inverse) inverses.set(row, (inverse = invert(row)));
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
  const { fixed, bits } = inverseOf(row);
  let word = row.value | orderingBits(row, operands);
  for (const { bit, moves } of bits) {
    const field = FIELDS.find((name) => moves.has(name) && operands[name] !== undefined);
    if (!field) throw new UserError(`${row.mnemonic} needs ${[...moves.keys()].join(' or ')}`);
    if (((operands[field]! ^ fixed[field]) & moves.get(field)!) !== 0) word |= bit;
  }
  const encoded = read(row, word);
  for (const field of FIELDS) {
    const wanted = operands[field];
    if (wanted !== undefined && wanted !== encoded[field])
      throw new UserError(`${row.mnemonic} cannot have ${field} = ${wanted}`);
  }
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
