/**
 * What a user gives to run: an ELF file, an Intel HEX file or a raw binary, made into one shape. The format
 * is found by content first, because names lie, and by extension only where the content does not tell.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { hex32, UserError } from '../../errors.ts';
import { type ElfFile, isElf, loadedSize, parseElf, SegmentFlag } from './elf.ts';
import type { BuildAttributes } from './elf-attributes.ts';
import type { ElfSection } from './elf-sections.ts';
import { looksLikeIntelHex, parseIntelHex } from './intel-hex.ts';
import { printable, readableSize } from './printable.ts';
import { SymbolTable } from './symbols.ts';

export type ImageFormat = 'elf' | 'intel-hex' | 'raw';
export type Architecture = 'riscv32' | 'armv7m';

/** Bytes for one stretch of physical memory. Segments of an image do not overlap and do not wrap. */
export interface ImageSegment {
  /** Physical address, where it is loaded. */
  address: number;
  /** Where it runs: differs from `address` when start-up code copies it. */
  virtualAddress: number;
  bytes: Uint8Array;
  /** At least `bytes.length`; the rest is filled with zeros. At most 2^30. */
  sizeInMemory: number;
  /** Sum of SegmentFlag (execute 1, write 2, read 4); all of them for formats that do not tell. */
  flags: number;
  /** Names of its sections, or `segment 0`. */
  name: string;
}

export type ImageSection = ElfSection;

export interface Image {
  format: ImageFormat;
  /** How the file is called in messages. */
  name: string;
  /** Undefined when the format does not tell. */
  architecture: Architecture | undefined;
  /** Physical address at which execution begins, if the file says so; bit 0 set for Thumb code. */
  entry: number | undefined;
  /** What is to be loaded, at least one, in file order. */
  segments: ImageSegment[];
  /** Empty for formats other than ELF and for stripped files. */
  sections: ImageSection[];
  symbols: SymbolTable;
  /** ELF header flags (e_flags). */
  elfFlags: number | undefined;
  attributes: BuildAttributes | undefined;
  /** What may go wrong when it runs, in sentences without a full stop. */
  warnings: string[];
  /** The file itself: hash this for the identity of an image. */
  file: Uint8Array;
}

export interface LoadOptions {
  /** Where a raw binary goes; an integer from 0 to 2^32 - 1. Only for raw binaries. */
  loadAddress?: number | undefined;
}

const LARGEST_FILE = 512 * 1024 * 1024;
const ALL_FLAGS = SegmentFlag.Read | SegmentFlag.Write | SegmentFlag.Execute;
const PT_LOAD = 1;

function fromElf(elf: ElfFile, name: string, file: Uint8Array): Image {
  const segments: ImageSegment[] = [];
  for (const segment of elf.segments) {
    const sizeInMemory = loadedSize(segment);
    if (segment.type !== PT_LOAD || sizeInMemory === 0) continue;
    const { physicalAddress, virtualAddress, bytes, flags } = segment;
    segments.push({
      address: physicalAddress,
      virtualAddress,
      bytes,
      sizeInMemory,
      flags,
      name: segment.name,
    });
  }
  return {
    format: 'elf',
    name,
    architecture: elf.architecture,
    entry: elf.entry,
    segments,
    sections: elf.sections,
    symbols: elf.symbols,
    elfFlags: elf.flags,
    attributes: elf.attributes,
    warnings: elf.warnings,
    file,
  };
}

function fromPlain(
  format: ImageFormat,
  name: string,
  parts: { address: number; bytes: Uint8Array }[],
  entry: number | undefined,
  file: Uint8Array,
): Image {
  return {
    format,
    name,
    architecture: undefined,
    entry,
    segments: parts.map(({ address, bytes }, index) => ({
      address,
      virtualAddress: address,
      bytes,
      sizeInMemory: bytes.length,
      flags: ALL_FLAGS,
      name: `segment ${index}`,
    })),
    sections: [],
    symbols: new SymbolTable([]),
    elfFlags: undefined,
    attributes: undefined,
    warnings: [],
    file,
  };
}

function rawImage(bytes: Uint8Array, name: string, loadAddress: number): Image {
  if (!Number.isInteger(loadAddress) || loadAddress < 0 || loadAddress > 0xffffffff) {
    throw new UserError(
      `The load address ${loadAddress} is no 32-bit address.`,
      'Give one from 0 to 0xffffffff, such as --load-address 0x80000000 (RISC-V), --load-address 0 (ARM).',
    );
  }
  if (loadAddress + bytes.length > 2 ** 32) {
    throw new UserError(
      `\`${name}\` (${readableSize(bytes.length)}) at ${hex32(loadAddress)} runs past the end of the address space.`,
      'Give a lower --load-address.',
    );
  }
  return fromPlain('raw', name, [{ address: loadAddress, bytes }], undefined, bytes);
}

/** Formats that people give by mistake, and the way from there to one that can be run. */
function refuseRelatives(bytes: Uint8Array, name: string): void {
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (start.startsWith('!<arch>') || start.startsWith('!<thin>')) {
    throw new UserError(
      `\`${name}\` is a static library, not an executable.`,
      'Link it into an executable first.',
    );
  }
  if (/^S[0-9][0-9A-Fa-f]{6}/.test(start)) {
    throw new UserError(
      `\`${name}\` is a Motorola S-record file, which is not read.`,
      'Convert it: `objcopy -I srec -O ihex image.srec image.hex`, or give the ELF file.',
    );
  }
  if (start.startsWith('UF2\n')) {
    throw new UserError(
      `\`${name}\` is a UF2 file, which is not read.`,
      'Give the ELF file it was made from.',
    );
  }
}

/**
 * Makes an image of a file's bytes.
 * @param bytes the whole file; the image may hold views of it.
 * @param name its name, for the extension and for messages.
 * @throws UserError, with a hint, for everything that cannot be loaded.
 */
export function loadImage(bytes: Uint8Array, name: string, options: LoadOptions = {}): Image {
  const shown = printable(name);
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const { loadAddress } = options;
  if (bytes.length === 0) {
    throw new UserError(
      `\`${shown}\` is empty.`,
      'Build the image again; the last build may have been interrupted.',
    );
  }
  const ownAddresses = (format: string) => {
    if (loadAddress === undefined) return;
    throw new UserError(
      `\`${shown}\` is an ${format} file, which says itself where it is loaded.`,
      'Leave out --load-address; it is for raw binaries.',
    );
  };
  if (isElf(bytes)) {
    ownAddresses('ELF');
    return fromElf(parseElf(bytes, shown), shown, bytes);
  }
  const hexName = extension === 'hex' || extension === 'ihex' || extension === 'ihx';
  if (hexName || (looksLikeIntelHex(bytes) && loadAddress === undefined)) {
    ownAddresses('Intel HEX');
    const { segments, entry } = parseIntelHex(bytes, shown);
    if (segments.length === 0) {
      throw new UserError(`\`${shown}\` has no data records.`, 'Make it again from an image that has code.');
    }
    return fromPlain('intel-hex', shown, segments, entry, bytes);
  }
  if (loadAddress !== undefined) return rawImage(bytes, shown, loadAddress);
  refuseRelatives(bytes, shown);
  if (extension === 'elf' || extension === 'axf') {
    throw new UserError(
      `\`${shown}\` is not an ELF file, whatever its name says.`,
      'Give the executable that the linker wrote.',
    );
  }
  throw new UserError(
    `\`${shown}\` is neither an ELF nor an Intel HEX file.`,
    'If it is a raw binary, say where it goes: --load-address 0x80000000 (RISC-V), --load-address 0 (ARM).',
  );
}

const READ_ERRORS: Record<string, [what: string, hint: string]> = {
  ENOENT: ['does not exist', 'Check the path, or build the image first.'],
  ENOTDIR: ['does not exist', 'Check the path: one of its folders is a file.'],
  EACCES: ['may not be read', 'Check its permissions (`ls -l`).'],
  EPERM: ['may not be read', 'Check its permissions (`ls -l`).'],
  ELOOP: ['is a symbolic link that leads in a circle', 'Give the file itself.'],
  ENAMETOOLONG: ['has too long a name', 'Check the path.'],
};

function unreadable(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  const [what, hint] = READ_ERRORS[code ?? ''] ?? [
    `cannot be read (${message})`,
    'Check the path and the disk.',
  ];
  return new UserError(`\`${printable(path)}\` ${what}.`, hint);
}

/**
 * Reads an image file: a regular file of at most 512 MiB.
 * @returns its bytes.
 * @throws UserError, with a hint, when it cannot be read.
 */
export function readImageFile(path: string): Uint8Array {
  const shown = printable(path);
  let descriptor = -1;
  try {
    // Asked before it is opened: opening a pipe without a writer would wait for ever.
    const kind = statSync(path);
    if (kind.isDirectory()) throw new UserError(`\`${shown}\` is a directory.`, 'Give the image file in it.');
    if (!kind.isFile()) {
      throw new UserError(`\`${shown}\` is a pipe or a device.`, 'Save the image to a file and give that.');
    }
    descriptor = openSync(path, 'r');
    const sizeBytes = fstatSync(descriptor).size;
    if (sizeBytes > LARGEST_FILE) {
      throw new UserError(
        `\`${shown}\` has ${readableSize(sizeBytes)}; an image may have at most ${readableSize(LARGEST_FILE)}.`,
        'Strip its debug sections (`objcopy --strip-debug`), or check that it is the right file.',
      );
    }
    const bytes = new Uint8Array(sizeBytes);
    let filled = 0;
    while (filled < sizeBytes) {
      const count = readSync(descriptor, bytes, filled, sizeBytes - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error);
  } finally {
    if (descriptor >= 0) closeSync(descriptor);
  }
}

/** Reads and parses an image file; the name in messages is the file's own, without its folders. */
export function loadImageFile(path: string, options: LoadOptions = {}): Image {
  return loadImage(readImageFile(path), basename(path), options);
}
