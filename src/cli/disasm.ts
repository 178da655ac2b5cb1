/**
 * `bluesim disasm IMAGE [SYMBOL|RANGE]`: the code of an image, laid out as objdump does (address, bytes,
 * instruction, headings with the symbols), and in hex what is not code. Addresses are those where it runs.
 */
import type { Disassembler } from '../cpu/disassembler.ts';
import { hex32, hexDigits, UserError } from '../errors.ts';
import { type Isa, isaOf } from '../machine/isa.ts';
import { SegmentFlag } from '../machine/loader/elf.ts';
import type { Architecture, Image } from '../machine/loader/image.ts';
import { printable } from '../machine/loader/printable.ts';
import { parseTarget } from './disasm-target.ts';

export interface DisasmOptions {
  /** A symbol, an address, START..END or START+LENGTH; all code when undefined. */
  target?: string | undefined;
  /** Whether pseudo-instructions are printed; true unless said otherwise. */
  aliases?: boolean | undefined;
  /** For images that do not tell theirs. */
  architecture?: Architecture | undefined;
}

/** Bytes of the image that lie together; what of them is code the mapping symbols may restrict. */
interface Piece {
  readonly name: string;
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

const DATA_BYTES_PER_LINE = 16;
/** A run of zeros at least this long is printed as `...`; in code as objdump does it, and padding likewise. */
const ZERO_RUN_BYTES = { code: 8, data: 16 };
const PADDING_BYTES = 3;

function isaFor(image: Image, architecture: Architecture | undefined): Isa {
  const wanted = image.architecture ?? architecture;
  if (wanted !== undefined) return isaOf(wanted);
  throw new UserError(
    `\`${image.name}\` does not say which architecture it is for.`,
    'Name a board that has it: --board virt.',
  );
}

function piecesOf(image: Image): Piece[] {
  const sections = image.sections.filter((section) => section.allocated && section.bytes.length > 0);
  const pieces =
    sections.length > 0
      ? sections.map(({ name, address, bytes, executable }) => ({ name, start: address, bytes, executable }))
      : image.segments.map(({ name, virtualAddress, bytes, flags }) => ({
          name,
          start: virtualAddress,
          bytes,
          executable: (flags & SegmentFlag.Execute) !== 0,
        }));
  return pieces.sort((a, b) => a.start - b.start);
}

/** @returns the number of zero bytes from an offset on, up to `end`. */
function zerosAt(bytes: Uint8Array, offset: number, end: number): number {
  let last = offset;
  while (last < end && bytes[last] === 0) last++;
  return last - offset;
}

function wordAt(bytes: Uint8Array, offset: number): number {
  const byte = (index: number) => bytes[offset + index] ?? 0;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

const label = (address: number) => `${(address >>> 0).toString(16).padStart(8)}:`;

/** Data between instructions is in words where they are aligned, which it mostly is. */
function literalEnd(address: number, end: number): number {
  if (address % 4 === 0 && address + 4 <= end) return address + 4;
  return address % 2 === 0 && address + 2 <= end ? address + 2 : address + 1;
}

function literal({ listing }: Isa, bytes: Uint8Array, address: number): string {
  const directive = bytes.length === 4 ? '.word' : bytes.length === 2 ? '.short' : '.byte';
  const digits = hexDigits(wordAt(bytes, 0), 2 * bytes.length);
  const width = bytes.length === 4 ? listing.wordWidth : listing.width;
  return `${label(address)}\t${digits.padEnd(width)}\t${directive}\t0x${digits}`;
}

function dump(bytes: Uint8Array, address: number): string {
  const numbers = Array.from(bytes, (byte) => hexDigits(byte, 2)).join(' ');
  const letters = Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  );
  return `${label(address)}\t${numbers.padEnd(3 * DATA_BYTES_PER_LINE - 1)}\t|${letters.join('')}|`;
}

/** Prints stretches of one image. */
class Listing {
  readonly #image: Image;
  readonly #isa: Isa;
  readonly #disassembler: Disassembler;
  readonly #aliases: boolean;

  constructor(image: Image, isa: Isa, aliases: boolean) {
    this.#image = image;
    this.#isa = isa;
    this.#disassembler = isa.disassembler();
    this.#aliases = aliases;
  }

  *piece(piece: Piece, start: number, end: number): Generator<string> {
    const { symbols } = this.#image;
    yield '';
    yield `Disassembly of section ${printable(piece.name)}:`;
    const cuts = new Set([start, ...symbols.mapping.map(({ address }) => address)]);
    for (const { address } of symbols.symbols) if (symbols.at(address)?.offset === 0) cuts.add(address);
    const inside = [...cuts].filter((address) => address >= start && address < end).sort((a, b) => a - b);
    for (const [index, from] of inside.entries()) {
      const located = symbols.at(from);
      if (located && (located.offset === 0 || from === start)) {
        yield '';
        yield `${hexDigits(from, 8)} <${symbols.format(from)}>:`;
      }
      const mapped = symbols.holds(from);
      // Instructions of the ARM state are none here.
      const isData = (mapped?.holds === 'data' || mapped?.holds === 'arm') && mapped.address >= piece.start;
      yield* this.#stretch(piece, from, inside[index + 1] ?? end, piece.executable && !isData);
    }
  }

  /** Nothing begins between the two addresses. */
  *#stretch(piece: Piece, from: number, to: number, isCode: boolean): Generator<string> {
    let address = from;
    let context = 0;
    while (address < to) {
      const offset = address - piece.start;
      const zeros = zerosAt(piece.bytes, offset, to - piece.start);
      const isPadding = isCode && zeros > 0 && zeros <= PADDING_BYTES && address + zeros === to;
      if (isPadding || zeros >= ZERO_RUN_BYTES[isCode ? 'code' : 'data']) {
        yield '\t...';
        address += address + zeros === to ? zeros : zeros - (zeros % 4);
      } else if (isCode) {
        const instruction = this.#instruction(piece, address, context);
        yield instruction.line;
        address += instruction.length;
        context = instruction.context;
      } else {
        const next = piece.executable ? literalEnd(address, to) : Math.min(to, address + DATA_BYTES_PER_LINE);
        const bytes = piece.bytes.subarray(offset, next - piece.start);
        yield piece.executable ? literal(this.#isa, bytes, address) : dump(bytes, address);
        address = next;
      }
    }
  }

  #instruction(
    piece: Piece,
    address: number,
    before: number,
  ): { line: string; length: number; context: number } {
    const offset = address - piece.start;
    const word = wordAt(piece.bytes, offset);
    const { symbols } = this.#image;
    const { text, length, context } = this.#disassembler.disassemble(word, address, {
      aliases: this.#aliases,
      context: before,
      symbol: (target) => (symbols.at(target) ? symbols.format(target) : undefined),
    });
    const end = piece.start + piece.bytes.length;
    if (address + length > end) {
      const left = literalEnd(address, end) - address;
      return {
        line: literal(this.#isa, piece.bytes.subarray(offset, offset + left), address),
        length: left,
        context: 0,
      };
    }
    const { listing } = this.#isa;
    const encoding = length === 2 ? hexDigits(word & 0xffff, 4).padEnd(listing.width) : listing.long(word);
    return {
      line: `${label(address)}\t${encoding}\t${text.replace(' ', '\t').replace(' @ ', '\t@ ')}`,
      length,
      context,
    };
  }
}

/**
 * @returns the lines, without line feeds.
 * @throws UserError at once when the target is unknown or the image holds nothing there.
 */
export function disasmText(image: Image, options: DisasmOptions = {}): Iterable<string> {
  const listing = new Listing(image, isaFor(image, options.architecture), options.aliases ?? true);
  const pieces = piecesOf(image);
  const everything = { start: 0, end: 2 ** 32 };
  const range = options.target === undefined ? everything : parseTarget(image, options.target);
  const parts = pieces
    .filter((piece) => piece.executable || range !== everything)
    .map((piece) => ({
      piece,
      start: Math.max(range.start, piece.start),
      end: Math.min(range.end, piece.start + piece.bytes.length),
    }))
    .filter(({ start, end }) => start < end);
  if (parts.length === 0) {
    const where =
      range === everything ? 'no code' : `no bytes from ${hex32(range.start)} to ${hex32(range.end - 1)}`;
    throw new UserError(
      `\`${image.name}\` has ${where}.`,
      '`bluesim info` lists its segments and sections; variables without an initial value have no bytes in it.',
    );
  }
  return (function* () {
    for (const { piece, start, end } of parts) yield* listing.piece(piece, start, end);
  })();
}
