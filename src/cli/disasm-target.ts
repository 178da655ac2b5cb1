/** The second argument of `bluesim disasm`: which addresses a person means. */
import { hex32, UserError } from '../errors.ts';
import type { Image } from '../machine/loader/image.ts';
import { printable } from '../machine/loader/printable.ts';
import type { ImageSymbol } from '../machine/loader/symbols.ts';

/** From `start` up to, not including, `end`; both from 0 to 2^32. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

const HINT = 'Give a symbol, START..END or START+LENGTH, such as main..0x80000100 or main+64.';

/** `0x…`, or eight bare digits as listings print addresses. */
function parseAddress(text: string): number | undefined {
  return /^(0x[0-9a-f]{1,8}|[0-9a-f]{8})$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** A length or an offset: decimal, or hex with `0x`. */
function parseLength(text: string): number | undefined {
  return /^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text) ? Number(text) : undefined;
}

/** Splits `main+64` at the last plus sign that a length follows. */
function splitLength(text: string): { base: string; length: number } | undefined {
  const at = text.lastIndexOf('+');
  const length = at > 0 ? parseLength(text.slice(at + 1)) : undefined;
  return length === undefined ? undefined : { base: text.slice(0, at), length };
}

/** A symbol or an address, each also with an offset behind a plus sign. */
function parsePoint(image: Image, text: string): number | undefined {
  const point = image.symbols.lookup(text)?.address ?? parseAddress(text);
  if (point !== undefined) return point;
  const parts = splitLength(text);
  const base = parts && (image.symbols.lookup(parts.base)?.address ?? parseAddress(parts.base));
  return base === undefined ? undefined : base + parts!.length;
}

/** Where a symbol ends: a bare label reaches to the next symbol of its section. */
function endOf(image: Image, symbol: ImageSymbol): number {
  if (symbol.sizeBytes > 0) return symbol.address + symbol.sizeBytes;
  if (symbol.sectionEnd === undefined) {
    throw new UserError(
      `\`${printable(symbol.name)}\` is a number (${hex32(symbol.address)}), not a place in a section.`,
      HINT,
    );
  }
  const behind = image.symbols.symbols
    .filter(({ section, address }) => section === symbol.section && address > symbol.address)
    .map(({ address }) => address);
  return behind.reduce((nearest, address) => Math.min(nearest, address), symbol.sectionEnd);
}

function symbolRange(image: Image, symbol: ImageSymbol): AddressRange {
  return { start: symbol.address, end: endOf(image, symbol) };
}

/** A name may itself hold two dots (Rust's do), so every place to split at is tried. */
function dottedRange(image: Image, text: string): AddressRange | undefined {
  for (let at = text.indexOf('..'); at >= 0; at = text.indexOf('..', at + 1)) {
    const start = parsePoint(image, text.slice(0, at));
    const end = parsePoint(image, text.slice(at + 2));
    if (start !== undefined && end !== undefined) return { start, end };
  }
  return undefined;
}

function lengthRange(image: Image, text: string): AddressRange | undefined {
  const parts = splitLength(text);
  const start = parts && parsePoint(image, parts.base);
  return start === undefined ? undefined : { start, end: start + parts!.length };
}

/**
 * @param text a symbol; an address, which means the function around it; START..END or START+LENGTH, where
 *   START and END are symbols or addresses.
 * @throws UserError with a suggestion when it is none of these, or when the range is empty.
 */
export function parseTarget(image: Image, text: string): AddressRange {
  const symbol = image.symbols.lookup(text);
  if (symbol) return symbolRange(image, symbol);
  const address = parseAddress(text);
  if (address !== undefined) {
    const around = image.symbols.at(address);
    if (around) return symbolRange(image, around.symbol);
    throw new UserError(`No symbol describes ${hex32(address)}.`, `Say how far: ${hex32(address)}+64.`);
  }
  const range = dottedRange(image, text) ?? lengthRange(image, text);
  if (!range) {
    const names = text.split('..').map((part) => splitLength(part)?.base ?? part);
    const unknown = names.find((name) => parsePoint(image, name) === undefined);
    image.symbols.require(unknown ?? text);
    throw new UserError(`\`${printable(text)}\` is no range.`, HINT);
  }
  if (range.end > 2 ** 32) throw new UserError('The range runs past the end of the address space.', HINT);
  if (range.start >= range.end) {
    throw new UserError(`The range from ${hex32(range.start)} to ${hex32(range.end)} is empty.`, HINT);
  }
  return range;
}
