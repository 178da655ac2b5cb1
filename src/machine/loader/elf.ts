/**
 * ELF32 little-endian executables. Own code, because what the registry offers knows either no symbols or no
 * RISC-V; and total, because it is the first thing that meets a user's file: whatever the bytes are, the
 * outcome is an image or a UserError that says what to do. Every offset, size and count that the file
 * states is checked against the file's real length before it is used, and nothing is allocated by a size
 * that the file states: segments and sections are views of the file.
 *
 * System V ABI, gABI 4.1 chapters 4 and 5; RISC-V ELF psABI 1.0; Arm IHI 0044 (ELF for the Arm Architecture, 2023Q3).
 */
import { hex32, UserError } from '../../errors.ts';
import { checkArmTarget } from './arm-target.ts';
import { type BuildAttributes, parseBuildAttributes } from './elf-attributes.ts';
import { type ElfSection, parseSections, parseSymbols, SectionType, StringBudget } from './elf-sections.ts';
import { printable, readableSize } from './printable.ts';
import { SymbolTable } from './symbols.ts';

export interface ElfSegment {
  type: number;
  offset: number;
  virtualAddress: number;
  physicalAddress: number;
  sizeInFile: number;
  sizeInMemory: number;
  /** Sum of SegmentFlag. */
  flags: number;
  alignment: number;
  /** The part of the file that it loads. */
  bytes: Uint8Array;
  /** Its sections, such as `.text .rodata`, or `segment 2` when it has none. */
  name: string;
}

export const SegmentFlag = { Execute: 1, Write: 2, Read: 4 } as const;

export const Machine = { Arm: 40, RiscV: 243 } as const;

export interface ElfFile {
  architecture: 'riscv32' | 'armv7m';
  /** Physical address at which execution begins. */
  entry: number;
  /** As in the header: RISC-V RVC 0x1, float ABI 0x6, RVE 0x8; ARM EABI version in the top byte. */
  flags: number;
  segments: ElfSegment[];
  sections: ElfSection[];
  symbols: SymbolTable;
  attributes: BuildAttributes | undefined;
  /** What may go wrong although it can be loaded, in sentences without a full stop. */
  warnings: string[];
}

const HEADER_SIZE = 52;
const PROGRAM_HEADER_SIZE = 32;
const SECTION_HEADER_SIZE = 40;
const PT_LOAD = 1;
const EXTENDED_COUNT = 0xffff;
/** No linker writes as many; the bound keeps every step below quadratic cost in the size of the file. */
const MOST_SEGMENTS = 1024;
/** More than any board here has. */
const LARGEST_SEGMENT = 2 ** 30;

const OTHER_MACHINES: Record<number, string> = {
  2: 'SPARC',
  3: 'x86',
  8: 'MIPS',
  20: 'PowerPC',
  22: 'S/390',
  42: 'SuperH',
  62: 'x86-64',
  83: 'AVR',
  94: 'Xtensa',
  105: 'MSP430',
  183: 'AArch64',
  189: 'MicroBlaze',
  258: 'LoongArch',
};

const BUILD_RISCV = 'For RISC-V, build with -march=rv32imac -mabi=ilp32 and link with -melf32lriscv.';
const BUILD_ANY =
  'Build for RISC-V (-march=rv32imac -mabi=ilp32) or for ARM Cortex-M (-mcpu=cortex-m3 -mthumb).';
const REBUILD = 'Link or copy the file again; `readelf -a` shows what is wrong with it.';

export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Refuses everything that is not an ELF32 little-endian executable for an architecture that is emulated. */
function checkIdentity(bytes: Uint8Array, view: DataView, name: string): void {
  if (!isElf(bytes)) {
    throw new UserError(`\`${name}\` is not an ELF file.`, 'Give the executable that the linker wrote.');
  }
  if (bytes.length < 20)
    throw new UserError(`\`${name}\` is truncated: it ends within its ELF header.`, REBUILD);
  const [classOfFile, dataEncoding, version] = [bytes[4]!, bytes[5]!, bytes[6]!];
  const littleEndian = dataEncoding !== 2;
  const type = view.getUint16(16, littleEndian);
  const machine = view.getUint16(18, littleEndian);
  if (classOfFile === 2) {
    const target =
      machine === Machine.RiscV ? 'RV64' : (OTHER_MACHINES[machine] ?? `64-bit machine ${machine}`);
    throw new UserError(
      `\`${name}\` is a 64-bit ELF file, built for ${target}.`,
      machine === Machine.RiscV ? BUILD_RISCV.replace(', build', ' at 32 bits, build') : BUILD_ANY,
    );
  }
  if (classOfFile !== 1 || dataEncoding === 0 || dataEncoding > 2 || version !== 1) {
    throw new UserError(
      `\`${name}\` has a damaged ELF identification (class ${classOfFile}, data encoding ${dataEncoding}, version ${version}).`,
      REBUILD,
    );
  }
  if (dataEncoding === 2) {
    throw new UserError(`\`${name}\` is big-endian.`, 'Build it little-endian (-mlittle-endian).');
  }
  if (machine !== Machine.RiscV && machine !== Machine.Arm) {
    const target = OTHER_MACHINES[machine] ?? `machine number ${machine}`;
    throw new UserError(`\`${name}\` is built for ${target}, which is not emulated.`, BUILD_ANY);
  }
  if (type === 1) {
    throw new UserError(
      `\`${name}\` is a relocatable object, not yet an executable.`,
      'Link it with a linker script first.',
    );
  }
  if (type === 3) {
    throw new UserError(
      `\`${name}\` is a shared object or position-independent executable, which needs a dynamic loader.`,
      'Link it with -static -no-pie (Rust: -C relocation-model=static).',
    );
  }
  if (type !== 2) {
    throw new UserError(
      type === 4
        ? `\`${name}\` is a core dump, not an executable.`
        : `\`${name}\` is not an executable (ELF type ${type}).`,
      'Give the executable that the linker wrote.',
    );
  }
  if (bytes.length < HEADER_SIZE) {
    throw new UserError(`\`${name}\` is truncated: it ends within its ELF header.`, REBUILD);
  }
}

function describe(segment: ElfSegment, index: number): string {
  return segment.name.startsWith('segment ') ? segment.name : `segment ${index} (${printable(segment.name)})`;
}

function parseSegments(bytes: Uint8Array, view: DataView, name: string, count: number): ElfSegment[] {
  const start = view.getUint32(28, true);
  const entrySize = view.getUint16(42, true);
  if (count === 0) return [];
  if (entrySize !== PROGRAM_HEADER_SIZE) {
    throw new UserError(
      `\`${name}\` states a program header size of ${entrySize} bytes; ELF32 has ${PROGRAM_HEADER_SIZE}.`,
      REBUILD,
    );
  }
  if (count > MOST_SEGMENTS) {
    throw new UserError(`\`${name}\` states ${count} program headers, more than any linker writes.`, REBUILD);
  }
  if (start + count * PROGRAM_HEADER_SIZE > bytes.length) {
    throw new UserError(
      `\`${name}\` is truncated: its program headers lie past the end of the file.`,
      REBUILD,
    );
  }
  const segments: ElfSegment[] = [];
  for (let index = 0; index < count; index++) {
    const word = (field: number) => view.getUint32(start + index * PROGRAM_HEADER_SIZE + field, true);
    const [offset, sizeInFile] = [word(4), word(16)];
    segments.push({
      type: word(0),
      offset,
      virtualAddress: word(8),
      physicalAddress: word(12),
      sizeInFile,
      sizeInMemory: word(20),
      flags: word(24),
      alignment: word(28),
      bytes: bytes.subarray(offset, offset + sizeInFile),
      name: `segment ${index}`,
    });
  }
  return segments;
}

/** Checks what will be loaded; the other program headers (notes, stack, RELRO) play no role. */
function checkLoadable(segments: readonly ElfSegment[], fileSize: number, name: string): void {
  const loadable: { from: number; to: number; label: string }[] = [];
  for (const [index, segment] of segments.entries()) {
    if (segment.type !== PT_LOAD) continue;
    const label = describe(segment, index);
    if (segment.offset + segment.sizeInFile > fileSize) {
      throw new UserError(
        `\`${name}\` is truncated: ${label} needs bytes up to ${segment.offset + segment.sizeInFile} of a file of ${fileSize}.`,
        REBUILD,
      );
    }
    if (segment.sizeInFile > segment.sizeInMemory) {
      throw new UserError(
        `\`${name}\`: ${label} has more bytes in the file (${segment.sizeInFile}) than in memory (${segment.sizeInMemory}).`,
        REBUILD,
      );
    }
    if (segment.sizeInMemory > LARGEST_SEGMENT) {
      throw new UserError(
        `\`${name}\`: ${label} asks for ${readableSize(segment.sizeInMemory)} of memory.`,
        'Look for a wrong size or address in the linker script; no board has more than 1 GiB.',
      );
    }
    for (const address of [segment.physicalAddress, segment.virtualAddress]) {
      if (address + segment.sizeInMemory <= 2 ** 32) continue;
      throw new UserError(
        `\`${name}\`: ${label} begins at ${hex32(address)} and runs past the end of the address space.`,
        'Look for a wrong address in the linker script.',
      );
    }
    const sizeBytes = loadedSize(segment);
    const from = segment.physicalAddress;
    if (sizeBytes > 0) loadable.push({ from, to: from + sizeBytes, label });
  }
  if (loadable.length === 0) {
    const hint =
      'Check that the linker script puts sections into PT_LOAD segments, and that this is not a debug file.';
    throw new UserError(`\`${name}\` has no loadable segments.`, hint);
  }
  loadable.sort((a, b) => a.from - b.from);
  for (let index = 1; index < loadable.length; index++) {
    const [lower, upper] = [loadable[index - 1]!, loadable[index]!];
    if (upper.from >= lower.to) continue;
    throw new UserError(
      `\`${name}\`: ${lower.label} at ${hex32(lower.from)}–${hex32(lower.to - 1)} overlaps ${upper.label} at ${hex32(upper.from)}–${hex32(upper.to - 1)}.`,
      'Give them different load addresses (LMA) in the linker script.',
    );
  }
}

/**
 * Bytes of memory that loading a segment fills. One that runs where it is loaded has its zeros (.bss) filled
 * in; one that start-up code copies to its place (LMA ≠ VMA) has its .bss at the other address, where
 * start-up code clears it: zeros behind its load address would overwrite what happens to be there.
 */
export function loadedSize(segment: ElfSegment): number {
  return segment.physicalAddress === segment.virtualAddress ? segment.sizeInMemory : segment.sizeInFile;
}

/** As QEMU's loader: an entry within code that is linked at another address than it is loaded to moves along. */
function physicalEntry(entry: number, segments: readonly ElfSegment[]): number {
  for (const segment of segments) {
    const offset = entry - segment.virtualAddress;
    const executable = segment.type === PT_LOAD && (segment.flags & SegmentFlag.Execute) !== 0;
    if (executable && offset >= 0 && offset < segment.sizeInFile) return segment.physicalAddress + offset;
  }
  return entry;
}

function nameSegments(segments: readonly ElfSegment[], sections: readonly ElfSection[]): void {
  for (const segment of segments) {
    if (segment.type !== PT_LOAD) continue;
    const names: string[] = [];
    for (const section of sections) {
      const offset = section.address - segment.virtualAddress;
      const inside = offset >= 0 && offset + section.sizeBytes <= segment.sizeInMemory;
      if (section.allocated && section.sizeBytes > 0 && inside && names.length < 8) names.push(section.name);
    }
    if (names.length > 0) segment.name = names.join(' ');
  }
}

/**
 * @param bytes the whole file; the result holds views of it.
 * @param name how the file is called in messages.
 * @throws UserError when it is not an ELF32 little-endian executable for RISC-V or ARM, or is damaged.
 */
export function parseElf(bytes: Uint8Array, name: string): ElfFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkIdentity(bytes, view, name);
  const sectionStart = view.getUint32(32, true);
  let segmentCount = view.getUint16(44, true);
  let sectionCount = sectionStart === 0 ? 0 : view.getUint16(48, true);
  let nameSection = view.getUint16(50, true);
  if (sectionStart !== 0) {
    // gABI 4.1: counts that do not fit are in section header 0.
    if (sectionStart + SECTION_HEADER_SIZE > bytes.length) {
      throw new UserError(
        `\`${name}\` is truncated: its section headers lie past the end of the file.`,
        REBUILD,
      );
    }
    if (sectionCount === 0) sectionCount = view.getUint32(sectionStart + 20, true);
    if (nameSection === EXTENDED_COUNT) nameSection = view.getUint32(sectionStart + 24, true);
    if (segmentCount === EXTENDED_COUNT) segmentCount = view.getUint32(sectionStart + 28, true);
    const entrySize = view.getUint16(46, true);
    if (sectionCount > 0 && entrySize !== SECTION_HEADER_SIZE) {
      throw new UserError(
        `\`${name}\` states a section header size of ${entrySize} bytes; ELF32 has ${SECTION_HEADER_SIZE}.`,
        REBUILD,
      );
    }
    if (sectionStart + sectionCount * SECTION_HEADER_SIZE > bytes.length) {
      throw new UserError(
        `\`${name}\` is truncated: its section headers lie past the end of the file.`,
        REBUILD,
      );
    }
  }
  const segments = parseSegments(bytes, view, name, segmentCount);
  const budget = new StringBudget(bytes.length, name);
  const layout = { start: sectionStart, count: sectionCount, nameSection };
  const sections = parseSections(bytes, view, layout, name, budget);
  nameSegments(segments, sections);
  checkLoadable(segments, bytes.length, name);
  const architecture = view.getUint16(18, true) === Machine.Arm ? 'armv7m' : 'riscv32';
  const attributes = attributesOf(sections, architecture);
  const flags = view.getUint32(36, true);
  const warnings = architecture === 'armv7m' ? checkArmTarget(flags, attributes, name) : [];
  const { symbols, mapping } = parseSymbols(view, sections, architecture, name, budget);
  return {
    architecture,
    entry: physicalEntry(view.getUint32(24, true), segments),
    flags,
    segments,
    sections,
    symbols: new SymbolTable(symbols, mapping),
    attributes,
    warnings,
  };
}

function attributesOf(sections: readonly ElfSection[], architecture: string): BuildAttributes | undefined {
  const type = architecture === 'armv7m' ? SectionType.ArmAttributes : SectionType.RiscvAttributes;
  const section = sections.find((candidate) => candidate.type === type);
  return section && parseBuildAttributes(section.bytes);
}
