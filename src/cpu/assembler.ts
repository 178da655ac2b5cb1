/**
 * From operands to the bits of an encoding, for every instruction set. A format only reads operands out of a word, so
 * it can be inverted by looking at what each bit of the word moves; thus there is no second description of the
 * formats that could disagree with the first.
 *
 * Bits fall into groups that move operands of their own. Where each bit flips the same bits of the operands whatever
 * the others are (register numbers, split immediates, sign extension, Arm's I = NOT (J EOR S)), the group is a system
 * of linear equations over bits. Where they interact (Arm's modified immediates, LSR #0 for 32) the group is small,
 * and all of its values are tried once.
 */
import { UserError } from '../errors.ts';
import type { Encoding } from './encoding.ts';

/** Operands are numbers by name. */
export type OperandValues<Field extends string> = { [name in Field]: number };

export interface InvertibleRow<Field extends string> extends Encoding {
  readonly length: 2 | 4;
  /** Bits that should have a value although they do not decide; they get it. */
  readonly shouldMask?: number;
  readonly shouldBe?: number;
  readonly format: (word: number, operands: OperandValues<Field>) => void;
}

/** The bits of a row's encoding that its pattern leaves open, without those that should have a value. */
export function openBits(row: Pick<InvertibleRow<never>, 'mask' | 'length' | 'shouldMask'>): number {
  return ~row.mask & ~(row.shouldMask ?? 0) & (row.length === 4 ? -1 : 0xffff);
}

/** What could not be encoded. */
export type EncodeProblem<Field extends string> =
  | { readonly kind: 'missing'; readonly fields: readonly Field[] }
  | { readonly kind: 'impossible'; readonly field: Field };

export type Encoded<Field extends string> = { readonly word: number } | EncodeProblem<Field>;

/** The error that tells what could not be encoded. @param name of the instruction. */
export function refusal<Field extends string>(
  name: string,
  problem: EncodeProblem<Field>,
  given: Partial<Readonly<OperandValues<Field>>>,
): UserError {
  return problem.kind === 'missing'
    ? new UserError(`${name} needs ${problem.fields.join(' or ')}`)
    : new UserError(`${name} cannot have ${problem.field} = ${given[problem.field]}`);
}

/** More bits that interact than this are not tried one by one. */
const MOST_TRIED_BITS = 16;

/** Other bits of a word to look at one bit among. */
const SAMPLES_OF_OTHERS = [0, -1, 0x55555555, 0xaaaaaaaa, 0x33333333, 0xcccccccc, 0x0f0f0f0f, 0xf0f0f0f0];

const bitsOf = (mask: number): number[] => {
  const bits: number[] = [];
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits.push(rest & -rest);
  return bits;
};

/** Bits of the word that move the same operands, and the operands that they move. */
interface Group<Field extends string> {
  readonly bits: readonly number[];
  readonly fields: readonly Field[];
  /** For groups that are linear: what each bit flips in each field, in the order of `bits` and `fields`. */
  readonly flips: readonly (readonly number[])[] | undefined;
}

/** One row's format, turned round. */
export class FormatInverse<Field extends string> {
  readonly #row: InvertibleRow<Field>;
  readonly #fields: readonly Field[];
  readonly #blank: () => OperandValues<Field>;
  readonly #base: number;
  readonly #fixed: Readonly<OperandValues<Field>>;
  readonly #groups: readonly Group<Field>[];
  /** For each group whose values are tried and each set of given fields: the bits by the fields' values. */
  readonly #tried = new Map<string, Map<string, number[]>>();

  /**
   * @param fields in the order in which they count where they contradict each other.
   * @param blank makes operands for the format to write.
   */
  constructor(row: InvertibleRow<Field>, fields: readonly Field[], blank: () => OperandValues<Field>) {
    this.#row = row;
    this.#fields = fields;
    this.#blank = blank;
    this.#base = row.value | (row.shouldBe ?? 0);
    this.#fixed = this.#read(this.#base);
    this.#groups = this.#makeGroups();
  }

  /**
   * @param given the operands; one that others determine, or that is fixed, may be left out.
   * @param defaults what to take for operands that are left out and not determined.
   */
  encode(
    given: Partial<Readonly<OperandValues<Field>>>,
    defaults: Partial<Readonly<OperandValues<Field>>> = {},
  ): Encoded<Field> {
    let word = this.#base;
    for (const group of this.#groups) {
      const bits = this.#encodeGroup(group, given, defaults);
      if (typeof bits !== 'number') return bits;
      word |= bits;
    }
    const encoded = this.#read(word);
    for (const field of this.#fields) {
      const wanted = given[field];
      if (wanted !== undefined && wanted !== encoded[field]) return { kind: 'impossible', field };
    }
    return { word };
  }

  #read(word: number): OperandValues<Field> {
    const operands = this.#blank();
    this.#row.format(word, operands);
    return operands;
  }

  #encodeGroup(
    group: Group<Field>,
    given: Partial<Readonly<OperandValues<Field>>>,
    defaults: Partial<Readonly<OperandValues<Field>>>,
  ): number | EncodeProblem<Field> {
    const wanted = { ...given };
    for (;;) {
      const solution = group.flips ? this.#solve(group, group.flips, wanted) : this.#lookUp(group, wanted);
      if (typeof solution === 'number') return solution;
      const next = solution.find((field) => defaults[field] !== undefined);
      if (next === undefined) return { kind: 'missing', fields: solution };
      wanted[next] = defaults[next]!;
    }
  }

  #makeGroups(): Group<Field>[] {
    const groups: { bits: number[]; fields: Set<Field> }[] = [];
    for (const bit of bitsOf(openBits(this.#row))) {
      const fields = this.#movedBy(bit);
      if (fields.size === 0) continue;
      const joined = { bits: [bit], fields };
      for (let index = groups.length - 1; index >= 0; index--) {
        const other = groups[index]!;
        if (![...other.fields].some((field) => fields.has(field))) continue;
        joined.bits.push(...other.bits);
        for (const field of other.fields) joined.fields.add(field);
        groups.splice(index, 1);
      }
      groups.push(joined);
    }
    return groups.map(({ bits, fields }) => this.#makeGroup(bits, [...fields]));
  }

  /** The fields that a bit moves, whatever the other bits are: some matter only together with others. */
  #movedBy(bit: number): Set<Field> {
    const open = openBits(this.#row);
    const moved = new Set<Field>();
    for (const others of SAMPLES_OF_OTHERS) {
      const without = this.#read(this.#base | (others & open & ~bit));
      const withIt = this.#read(this.#base | (others & open) | bit);
      for (const field of this.#fields) if (without[field] !== withIt[field]) moved.add(field);
    }
    return moved;
  }

  #makeGroup(unsorted: readonly number[], unordered: readonly Field[]): Group<Field> {
    const bits = [...unsorted].sort((a, b) => (a >>> 0) - (b >>> 0));
    const fields = this.#fields.filter((field) => unordered.includes(field));
    const flips = bits.map((bit) => {
      const moved = this.#read(this.#base | bit);
      return fields.map((field) => moved[field] ^ this.#fixed[field]);
    });
    if (this.#isLinear(bits, fields, flips)) return { bits, fields, flips };
    if (bits.length > MOST_TRIED_BITS) throw new Error(`a format with ${bits.length} bits that interact`);
    return { bits, fields, flips: undefined };
  }

  /** Whether no two bits interact, nor many: any that do show in pairs or in this sample of the rest. */
  #isLinear(
    bits: readonly number[],
    fields: readonly Field[],
    flips: readonly (readonly number[])[],
  ): boolean {
    const agrees = (chosen: readonly number[]) => {
      const read = this.#read(chosen.reduce((word, index) => word | bits[index]!, this.#base));
      return fields.every(
        (field, column) =>
          read[field] === chosen.reduce((value, index) => value ^ flips[index]![column]!, this.#fixed[field]),
      );
    };
    const indices = bits.map((_, index) => index);
    const pairs = indices.flatMap((a) => indices.slice(a + 1).map((b) => [a, b]));
    const samples = indices.map((first) => indices.filter((index) => (index * 7 + first * 3) % 5 < 3));
    return [...pairs, ...samples, indices].every(agrees);
  }

  /** @returns the bits, or the fields of which one more is needed. */
  #solve(
    { bits, fields }: Group<Field>,
    flips: readonly (readonly number[])[],
    wanted: Partial<Readonly<OperandValues<Field>>>,
  ): number | Field[] {
    // Each unknown bit is a column; an equation is a bit of a field, over a set of columns (a mask of their indices).
    const pivots: { column: number; columns: number; target: number }[] = [];
    for (const [row, field] of fields.entries()) {
      const value = wanted[field];
      if (value === undefined) continue;
      for (let position = 0; position < 32; position++) {
        let columns = 0;
        for (const [column, flip] of flips.entries()) columns |= ((flip[row]! >>> position) & 1) << column;
        let target = ((value ^ this.#fixed[field]) >>> position) & 1;
        for (const pivot of pivots) {
          if (((columns >>> pivot.column) & 1) === 0) continue;
          columns ^= pivot.columns;
          target ^= pivot.target;
        }
        // An equation without unknowns is met or not: whoever reads the word back sees it.
        if (columns === 0) continue;
        const column = 31 - Math.clz32(columns & -columns);
        for (const pivot of pivots) {
          if (((pivot.columns >>> column) & 1) === 0) continue;
          pivot.columns ^= columns;
          pivot.target ^= target;
        }
        pivots.push({ column, columns, target });
      }
    }
    const missing = fields.filter((field) => wanted[field] === undefined);
    if (pivots.length < bits.length && missing.length > 0) return missing;
    return pivots.reduce((word, { column, target }) => (target ? word | bits[column]! : word), 0);
  }

  #lookUp(group: Group<Field>, wanted: Partial<Readonly<OperandValues<Field>>>): number | Field[] {
    const known = group.fields.filter((field) => wanted[field] !== undefined);
    const name = `${group.bits[0]} ${known.join(' ')}`;
    let tried = this.#tried.get(name);
    if (!tried) this.#tried.set(name, (tried = this.#tryAll(group, known)));
    const words = tried.get(known.map((field) => wanted[field]).join(' '));
    // Nothing of the kind: whoever reads the word back sees which operand is not met.
    if (words === undefined) return 0;
    const [first, ...others] = words.map((word) => this.#read(this.#base | word));
    const needed = group.fields.filter(
      (field) => wanted[field] === undefined && others.some((other) => other[field] !== first![field]),
    );
    return needed.length > 0 ? needed : words[0]!;
  }

  /** The bits of a group by the values that they give to some of its fields. */
  #tryAll({ bits }: Group<Field>, known: readonly Field[]): Map<string, number[]> {
    const tried = new Map<string, number[]>();
    for (let chosen = 0; chosen < 1 << bits.length; chosen++) {
      const word = bits.reduce((made, bit, index) => ((chosen >>> index) & 1 ? made | bit : made), 0);
      const operands = this.#read(this.#base | word);
      const key = known.map((field) => operands[field]).join(' ');
      const words = tried.get(key);
      if (words) words.push(word);
      else tried.set(key, [word]);
    }
    return tried;
  }
}
