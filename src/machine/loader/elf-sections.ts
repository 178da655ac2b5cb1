/**
 * Sections and symbols of an ELF32 file. See elf.ts for what the parser promises.
 *
 * System V ABI, gABI 4.1 chapter 4; RISC-V ELF psABI 1.0, "Mapping Symbol"; Arm IHI 0044 (2023Q3) 5.5.5.
 */
import { UserError } from '../../errors.ts';
import { printable } from './printable.ts';
import type { ImageSymbol, MappingSymbol, SymbolBinding, SymbolKind } from './symbols.ts';

export const SectionType = {
  Null: 0,
  ProgramBits: 1,
  Symbols: 2,
  Strings: 3,
  NoBits: 8,
  /** The same number in both processor-specific ranges. */
  RiscvAttributes: 0x70000003,
  ArmAttributes: 0x70000003,
} as const;

const SHF_WRITE = 1;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const HEADER_SIZE = 40;
const SYMBOL_SIZE = 16;
const SHN_UNDEF = 0;
const SHN_XINDEX = 0xffff;
const REBUILD = 'Link or copy the file again, or run it without its symbols (`objcopy --strip-all`).';

export interface ElfSection {
  name: string;
  type: number;
  /** As in the file: SHF_WRITE 1, SHF_ALLOC 2, SHF_EXECINSTR 4, … */
  flags: number;
  address: number;
  offset: number;
  sizeBytes: number;
  link: number;
  info: number;
  alignment: number;
  entrySize: number;
  /** A view of the file; empty for NOBITS. */
  bytes: Uint8Array;
  /** Occupies memory when the image runs. */
  allocated: boolean;
  writable: boolean;
  executable: boolean;
}

/**
 * Bounds how much text may be made of one file. String tables may be shared, so a crafted file could have
 * each of a million symbols read a megabyte of name; real ones read each byte a few times at most.
 */
export class StringBudget {
  #left: number;
  readonly #name: string;

  constructor(fileSize: number, name: string) {
    this.#left = fileSize * 16 + 2 ** 20;
    this.#name = name;
  }

  spend(lengthBytes: number): void {
    this.#left -= lengthBytes;
    if (this.#left < 0) {
      throw new UserError(`\`${this.#name}\` has a damaged string table: its names never end.`, REBUILD);
    }
  }
}

const UTF8 = new TextDecoder();

/** Zero-terminated names in one string table. */
class Strings {
  readonly #table: Uint8Array;
  readonly #file: string;
  readonly #budget: StringBudget;
  readonly #known = new Map<number, string>();

  constructor(table: Uint8Array, file: string, budget: StringBudget) {
    this.#table = table;
    this.#file = file;
    this.#budget = budget;
  }

  at(offset: number, whose: string): string {
    if (offset === 0) return '';
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const end = offset < this.#table.length ? this.#table.indexOf(0, offset) : -1;
    if (end < 0) {
      throw new UserError(
        `\`${this.#file}\` is damaged: the name of ${whose} lies outside its string table.`,
        REBUILD,
      );
    }
    this.#budget.spend(end - offset);
    const text = UTF8.decode(this.#table.subarray(offset, end));
    this.#known.set(offset, text);
    return text;
  }
}

/**
 * @param layout where the section headers are; checked by the caller to lie within the file.
 * @throws UserError when a section or its name lies outside the file.
 */
export function parseSections(
  bytes: Uint8Array,
  view: DataView,
  layout: { start: number; count: number; nameSection: number },
  file: string,
  budget: StringBudget,
): ElfSection[] {
  const sections: ElfSection[] = [];
  const nameOffsets: number[] = [];
  for (let index = 0; index < layout.count; index++) {
    const word = (field: number) => view.getUint32(layout.start + index * HEADER_SIZE + field, true);
    const [type, flags, offset, sizeBytes] = [word(4), word(8), word(16), word(20)];
    const inFile = type !== SectionType.NoBits && type !== SectionType.Null && sizeBytes > 0;
    if (inFile && offset + sizeBytes > bytes.length) {
      throw new UserError(
        `\`${file}\` is truncated: section ${index} lies past the end of the file.`,
        REBUILD,
      );
    }
    nameOffsets.push(word(0));
    sections.push({
      name: '',
      type,
      flags,
      address: word(12),
      offset,
      sizeBytes,
      link: word(24),
      info: word(28),
      alignment: word(32),
      entrySize: word(36),
      bytes: inFile ? bytes.subarray(offset, offset + sizeBytes) : bytes.subarray(0, 0),
      allocated: (flags & SHF_ALLOC) !== 0,
      writable: (flags & SHF_WRITE) !== 0,
      executable: (flags & SHF_EXECINSTR) !== 0,
    });
  }
  if (layout.count > 0 && layout.nameSection !== 0) {
    const table = sections[layout.nameSection];
    if (!table) {
      throw new UserError(
        `\`${file}\` is damaged: section ${layout.nameSection}, which would hold the section names, does not exist.`,
        REBUILD,
      );
    }
    const names = new Strings(table.bytes, file, budget);
    for (const [index, section] of sections.entries())
      section.name = names.at(nameOffsets[index]!, `section ${index}`);
  }
  return sections;
}

const KINDS: readonly SymbolKind[] = ['none', 'object', 'function', 'section', 'file', 'common', 'tls'];
/** STT_ARM_TFUNC: how old toolchains mark a Thumb function. */
const ARM_THUMB_FUNCTION = 13;
const BINDINGS: readonly SymbolBinding[] = ['local', 'global', 'weak'];

/** `$x`, `$xrv32i2p1`, `$d`, `$t`, `$a`, each also with a suffix after a dot; undefined when it is an ordinary name. */
function mappingOf(name: string, address: number, architecture: string): MappingSymbol | undefined {
  if (name.charCodeAt(0) !== 0x24) return undefined;
  const match = /^\$([xdta])(rv[^.]*)?(?:\..*)?$/s.exec(name);
  if (!match) return undefined;
  const [, letter, isa] = match;
  if (letter === 'd') return { address, holds: 'data', isa: undefined };
  if (architecture === 'riscv32') return letter === 'x' ? { address, holds: 'code', isa } : undefined;
  if (letter === 't') return { address, holds: 'thumb', isa: undefined };
  return letter === 'a' ? { address, holds: 'arm', isa: undefined } : undefined;
}

/** @throws UserError when the symbol table is damaged. A file without one yields no symbols. */
export function parseSymbols(
  view: DataView,
  sections: readonly ElfSection[],
  architecture: 'riscv32' | 'armv7m',
  file: string,
  budget: StringBudget,
): { symbols: ImageSymbol[]; mapping: MappingSymbol[] } {
  const symbols: ImageSymbol[] = [];
  const mapping: MappingSymbol[] = [];
  const table = sections.find((section) => section.type === SectionType.Symbols);
  if (!table) return { symbols, mapping };
  const stringTable = sections[table.link];
  if (table.entrySize !== SYMBOL_SIZE || table.sizeBytes % SYMBOL_SIZE !== 0 || !stringTable) {
    throw new UserError(`\`${file}\` has a damaged symbol table (${printable(table.name)}).`, REBUILD);
  }
  const strings = new Strings(stringTable.bytes, file, budget);
  const count = table.sizeBytes / SYMBOL_SIZE;
  for (let index = 1; index < count; index++) {
    const start = table.offset + index * SYMBOL_SIZE;
    const name = strings.at(view.getUint32(start, true), `symbol ${index}`);
    const value = view.getUint32(start + 4, true);
    const information = view.getUint8(start + 12);
    const mapped = mappingOf(name, value, architecture);
    if (mapped) {
      mapping.push(mapped);
      continue;
    }
    const sectionIndex = view.getUint16(start + 14, true);
    const section = sectionIndex === SHN_UNDEF ? undefined : sections[sectionIndex];
    const isArm = architecture === 'armv7m';
    const type = information & 15;
    const kind = isArm && type === ARM_THUMB_FUNCTION ? 'function' : (KINDS[type] ?? 'other');
    symbols.push({
      name: kind === 'section' && name === '' ? (section?.name ?? '') : name,
      address: isArm && kind === 'function' ? (value & ~1) >>> 0 : value,
      sizeBytes: view.getUint32(start + 8, true),
      kind,
      binding: BINDINGS[information >> 4] ?? 'other',
      section: section?.name,
      sectionEnd: section && section.address + section.sizeBytes,
      defined: sectionIndex !== SHN_UNDEF && sectionIndex !== SHN_XINDEX,
    });
  }
  return { symbols, mapping };
}
