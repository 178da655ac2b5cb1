/** ELF files made by hand, for tests: every field can be set to anything, which no linker does. */

export interface TestSegment {
  address: number;
  virtualAddress?: number;
  bytes: number[];
  sizeInMemory?: number;
  flags?: number;
  type?: number;
}

export interface TestSymbol {
  name: string;
  value: number;
  size?: number;
  /** ELF32_ST_INFO: binding << 4 | type; a global function by default. */
  information?: number;
  /** Index of a section: 1 is `.text`. */
  section?: number;
}

export interface TestElf {
  machine?: number;
  type?: number;
  entry?: number;
  flags?: number;
  segments?: TestSegment[];
  symbols?: TestSymbol[];
  /** Contents of `.riscv.attributes` or `.ARM.attributes`. */
  attributes?: Uint8Array;
}

export const HEADER = {
  Class: 4,
  Data: 5,
  Type: 16,
  Machine: 18,
  PhOff: 28,
  ShOff: 32,
  PhNum: 44,
  ShNum: 48,
  ShStrNdx: 50,
};
export const GLOBAL_FUNCTION = 0x12;

class Strings {
  text = '\0';

  add(name: string): number {
    const offset = this.text.length;
    this.text += `${name}\0`;
    return offset;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.text);
  }
}

/** @returns the file; with sections only when there are symbols or attributes. Section 1, `.text`, covers segment 0. */
export function buildElf(description: TestElf = {}): Uint8Array {
  const segments = description.segments ?? [{ address: 0x80000000, bytes: [0x73, 0x00, 0x50, 0x10] }];
  const { symbols, attributes } = description;
  const parts: Uint8Array[] = [];
  let size = 52 + 32 * segments.length;
  const append = (bytes: Uint8Array) => {
    const offset = size;
    parts.push(bytes);
    size += bytes.length;
    return offset;
  };
  const programHeaders = segments.map((segment) => [
    segment.type ?? 1,
    append(Uint8Array.from(segment.bytes)),
    segment.virtualAddress ?? segment.address,
    segment.address,
    segment.bytes.length,
    segment.sizeInMemory ?? segment.bytes.length,
    segment.flags ?? 5,
    4,
  ]);
  const names = new Strings();
  const sections: number[][] = [];
  if (symbols || attributes) {
    const first = segments[0] ?? { address: 0, bytes: [] };
    sections.push(Array(10).fill(0));
    const textSize = first.sizeInMemory ?? first.bytes.length;
    sections.push([
      names.add('.text'),
      1,
      6,
      first.virtualAddress ?? first.address,
      programHeaders[0]?.[1] ?? 0,
      Math.min(textSize, first.bytes.length),
      0,
      0,
      4,
      0,
    ]);
    if (symbols) {
      const strings = new Strings();
      const table = new DataView(new ArrayBuffer(16 * (symbols.length + 1)));
      for (const [index, symbol] of symbols.entries()) {
        const at = 16 * (index + 1);
        table.setUint32(at, symbol.name === '' ? 0 : strings.add(symbol.name), true);
        table.setUint32(at + 4, symbol.value, true);
        table.setUint32(at + 8, symbol.size ?? 0, true);
        table.setUint8(at + 12, symbol.information ?? GLOBAL_FUNCTION);
        table.setUint16(at + 14, symbol.section ?? 1, true);
      }
      sections.push([
        names.add('.symtab'),
        2,
        0,
        0,
        append(new Uint8Array(table.buffer)),
        table.byteLength,
        3,
        1,
        4,
        16,
      ]);
      const text = strings.bytes();
      sections.push([names.add('.strtab'), 3, 0, 0, append(text), text.length, 0, 0, 1, 0]);
    }
    if (attributes) {
      sections.push([
        names.add('.attributes'),
        0x70000003,
        0,
        0,
        append(attributes),
        attributes.length,
        0,
        0,
        1,
        0,
      ]);
    }
    const nameOffset = names.add('.shstrtab');
    const text = names.bytes();
    sections.push([nameOffset, 3, 0, 0, append(text), text.length, 0, 0, 1, 0]);
  }
  const sectionStart = sections.length > 0 ? size : 0;
  const file = new Uint8Array(size + 40 * sections.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, description.type ?? 2, true);
  view.setUint16(18, description.machine ?? 243, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, description.entry ?? segments[0]?.address ?? 0, true);
  view.setUint32(28, segments.length > 0 ? 52 : 0, true);
  view.setUint32(32, sectionStart, true);
  view.setUint32(36, description.flags ?? 1, true);
  for (const [field, value] of [
    [40, 52],
    [42, 32],
    [44, segments.length],
    [46, 40],
    [48, sections.length],
    [50, Math.max(0, sections.length - 1)],
  ] as const) {
    view.setUint16(field, value, true);
  }
  const putWords = (start: number, words: number[]) => {
    for (const [index, word] of words.entries()) view.setUint32(start + 4 * index, word, true);
  };
  for (const [index, header] of programHeaders.entries()) putWords(52 + 32 * index, header);
  let offset = 52 + 32 * segments.length;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  for (const [index, header] of sections.entries()) putWords(sectionStart + 40 * index, header);
  return file;
}

/** One subsection of build attributes that hold for the whole file. */
export function buildAttributes(vendor: string, contents: number[]): Uint8Array {
  const name = [...new TextEncoder().encode(vendor), 0];
  const word = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
  const fileAttributes = [1, ...word(contents.length + 5), ...contents];
  return Uint8Array.from([
    0x41,
    ...word(4 + name.length + fileAttributes.length),
    ...name,
    ...fileAttributes,
  ]);
}

/** Intel HEX records with right checksums, one a line. */
export function buildHex(
  records: readonly { type: number; offset?: number; data?: readonly number[] }[],
): string {
  const line = ({
    type,
    offset = 0,
    data = [],
  }: {
    type: number;
    offset?: number;
    data?: readonly number[];
  }) => {
    const bytes = [data.length, (offset >> 8) & 255, offset & 255, type, ...data];
    const sum = bytes.reduce((total, byte) => total + byte, 0);
    return `:${[...bytes, -sum & 255].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}`;
  };
  return `${records.map(line).join('\n')}\n`;
}
