/**
 * The symbols of an image: from a name to an address and back. Addresses come back to people in reports,
 * traces and backtraces, so the choice among several symbols at one place matters: sized ones before bare
 * labels, functions before objects, global before local. Mapping symbols (`$x`, `$d`, `$t`, `$a`: where
 * code and data begin) are no names for anything and are kept apart.
 *
 * RISC-V ELF psABI 1.0, "Mapping Symbol"; Arm IHI 0044 (ELF for the Arm Architecture, 2023Q3) 5.5.5.
 */

import { hex32, UserError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { printable } from './printable.ts';

export type SymbolKind = 'none' | 'object' | 'function' | 'section' | 'file' | 'common' | 'tls' | 'other';
export type SymbolBinding = 'local' | 'global' | 'weak' | 'other';

export interface ImageSymbol {
  name: string;
  /** Bit 0 of an ARM function symbol (Thumb) is cleared. */
  address: number;
  /** 0 for a label of assembly code or of a linker script. */
  sizeBytes: number;
  kind: SymbolKind;
  binding: SymbolBinding;
  /** Name of its section; undefined for an absolute symbol, a file name or a reference that is not defined here. */
  section: string | undefined;
  /** First address behind its section; undefined as above. */
  sectionEnd: number | undefined;
  /** False for a reference that the link left open (weak, or resolved elsewhere). */
  defined: boolean;
}

/** From here on the section holds this, up to the next mapping symbol of the section. */
export interface MappingSymbol {
  address: number;
  holds: 'code' | 'arm' | 'thumb' | 'data';
  /** RISC-V: the ISA string of a `$xrv32…` symbol. */
  isa: string | undefined;
}

export interface LocatedSymbol {
  symbol: ImageSymbol;
  /** Bytes from the symbol's address. */
  offset: number;
}

const KIND_RANK: Record<SymbolKind, number> = {
  function: 0,
  object: 1,
  none: 2,
  other: 3,
  common: 3,
  tls: 3,
  section: 4,
  file: 4,
};
const BINDING_RANK: Record<SymbolBinding, number> = { global: 0, weak: 1, local: 2, other: 3 };

/** Negative when `a` is the better name. */
function compareWorth(a: ImageSymbol, b: ImageSymbol): number {
  return (
    Number(a.sizeBytes === 0) - Number(b.sizeBytes === 0) ||
    KIND_RANK[a.kind] - KIND_RANK[b.kind] ||
    BINDING_RANK[a.binding] - BINDING_RANK[b.binding] ||
    a.name.length - b.name.length ||
    (a.name < b.name ? -1 : Number(a.name > b.name))
  );
}

/** Negative when `a` is what a person means by a name that both have. */
function compareNamesakes(a: ImageSymbol, b: ImageSymbol): number {
  return BINDING_RANK[a.binding] - BINDING_RANK[b.binding] || compareWorth(a, b);
}

/** Whether an address may be described by this symbol. */
function namesAnAddress(symbol: ImageSymbol): boolean {
  return (
    symbol.section !== undefined && KIND_RANK[symbol.kind] <= KIND_RANK.none && !symbol.name.startsWith('.L')
  );
}

/** A stretch of addresses that one symbol describes; the next stretch ends it. */
interface Stretch {
  start: number;
  symbol: ImageSymbol | undefined;
}

/** Turns symbols, which may nest and share addresses, into stretches that do not overlap, in ascending order. */
function layOut(symbols: readonly ImageSymbol[]): Stretch[] {
  const ordered = symbols.filter(namesAnAddress).sort((a, b) => a.address - b.address || compareWorth(a, b));
  const stretches: Stretch[] = [];
  const open: { symbol: ImageSymbol; end: number }[] = [];
  const begin = (start: number, symbol: ImageSymbol | undefined) => {
    const last = stretches.at(-1);
    if (last?.start === start) last.symbol = symbol;
    else stretches.push({ start, symbol });
  };
  const closeUpTo = (address: number) => {
    while (open.length > 0 && open.at(-1)!.end <= address) {
      const { end } = open.pop()!;
      while (open.length > 0 && open.at(-1)!.end <= end) open.pop();
      begin(end, open.at(-1)?.symbol);
    }
  };
  let previousAddress = -1;
  for (let index = 0; index < ordered.length; index++) {
    const symbol = ordered[index]!;
    if (symbol.address === previousAddress) continue;
    previousAddress = symbol.address;
    closeUpTo(symbol.address);
    let end = symbol.address + symbol.sizeBytes;
    if (symbol.sizeBytes === 0) {
      if (open.length > 0) continue;
      let next = index + 1;
      while (next < ordered.length && ordered[next]!.address === symbol.address) next++;
      end = Math.max(symbol.address + 1, Math.min(symbol.sectionEnd ?? 0, ordered[next]?.address ?? 2 ** 32));
    }
    open.push({ symbol, end });
    begin(symbol.address, symbol);
  }
  closeUpTo(Number.POSITIVE_INFINITY);
  return stretches;
}

/** Index of the last element whose key is at most `key`, or -1. */
function lastAtMost<T>(sorted: readonly T[], key: number, keyOf: (element: T) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(sorted[middle]!) <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export class SymbolTable {
  /** All symbols but the mapping symbols, in file order. */
  readonly symbols: readonly ImageSymbol[];
  /** Ascending by address. */
  readonly mapping: readonly MappingSymbol[];
  #stretches: Stretch[] | undefined;
  #byName: Map<string, ImageSymbol> | undefined;

  constructor(symbols: readonly ImageSymbol[], mapping: readonly MappingSymbol[] = []) {
    this.symbols = symbols;
    this.mapping = [...mapping].sort((a, b) => a.address - b.address);
  }

  /** The symbol of that exact name; among several the global, sized, function one. Absolute symbols count. */
  lookup(name: string): ImageSymbol | undefined {
    return this.#names().get(name);
  }

  /**
   * As `lookup`.
   * @throws UserError that proposes names like it.
   */
  require(name: string): ImageSymbol {
    const symbol = this.lookup(name);
    if (symbol) return symbol;
    const [nearest] = this.suggest(name);
    const question = nearest === undefined ? '' : `; did you mean \`${printable(nearest)}\`?`;
    throw new UserError(
      `No symbol \`${printable(name)}\`${question || '.'}`,
      this.#names().size === 0
        ? 'The image has no symbols: link it without -s, or give an address.'
        : 'Give a symbol of the image (`bluesim info` lists the largest), or an address such as 0x80000000.',
    );
  }

  /** The symbol that describes an address, and how far into it the address lies; undefined where none does. */
  at(address: number): LocatedSymbol | undefined {
    const unsigned = address >>> 0;
    this.#stretches ??= layOut(this.symbols);
    const stretch = this.#stretches[lastAtMost(this.#stretches, unsigned, (element) => element.start)];
    if (!stretch?.symbol) return undefined;
    return { symbol: stretch.symbol, offset: unsigned - stretch.symbol.address };
  }

  /** `main`, `main+0x12`, or `0x80000012` where no symbol describes the address. */
  format(address: number): string {
    const located = this.at(address);
    if (!located) return hex32(address);
    const name = printable(located.symbol.name);
    return located.offset === 0 ? name : `${name}+0x${located.offset.toString(16)}`;
  }

  /** Names that begin with a prefix, sorted; for Tab completion. */
  complete(prefix: string, limit = 100): string[] {
    const found = [...this.#names().keys()].filter((name) => name.startsWith(prefix));
    return found.sort().slice(0, limit);
  }

  /** Names a person may have meant, the nearest first; empty when none is near. */
  suggest(name: string, limit = 3): string[] {
    return nearest(name, this.#names().keys(), limit);
  }

  /** What an address holds by the mapping symbols; undefined before the first one. */
  holds(address: number): MappingSymbol | undefined {
    return this.mapping[lastAtMost(this.mapping, address >>> 0, (element) => element.address)];
  }

  #names(): Map<string, ImageSymbol> {
    if (this.#byName) return this.#byName;
    this.#byName = new Map();
    for (const symbol of this.symbols) {
      if (!symbol.defined || KIND_RANK[symbol.kind] >= KIND_RANK.section || symbol.name === '') continue;
      const rival = this.#byName.get(symbol.name);
      if (!rival || compareNamesakes(symbol, rival) < 0) this.#byName.set(symbol.name, symbol);
    }
    return this.#byName;
  }
}
