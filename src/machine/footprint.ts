/**
 * What an image occupies, by section, by segment and by symbol. The classes are those of GNU size (binutils
 * manual, `size --format=berkeley`), since those are the numbers people compare: text is what is code or
 * read-only, data is what has contents and is written, bss what begins as zeros. Flash holds text and the
 * initial values of data; RAM holds data and bss.
 */

import { SegmentFlag } from './loader/elf.ts';
import { SectionType } from './loader/elf-sections.ts';
import type { Image, ImageSection } from './loader/image.ts';

export type FootprintClass = 'text' | 'data' | 'bss';

export interface FootprintEntry {
  name: string;
  address: number;
  sizeBytes: number;
  class: FootprintClass;
}

export interface FootprintSymbol extends FootprintEntry {
  kind: 'function' | 'object' | 'none';
  section: string;
}

/** All sizes in bytes. */
export interface Footprint {
  text: number;
  data: number;
  bss: number;
  /** text + data. */
  flash: number;
  /** data + bss. */
  ram: number;
  /** The sections that occupy memory, in file order; of a file without sections, its segments. */
  sections: FootprintEntry[];
  /** Every function and object with a size, the largest first; names that share one place count once. */
  symbols: FootprintSymbol[];
}

function classOf(section: ImageSection): FootprintClass {
  if (section.executable || !section.writable) return 'text';
  return section.type === SectionType.NoBits ? 'bss' : 'data';
}

/** Segments stand in where there are no sections. */
function entriesOfSegments(image: Image): FootprintEntry[] {
  const entries: FootprintEntry[] = [];
  for (const { name, address, bytes, sizeInMemory, flags } of image.segments) {
    const writable = (flags & SegmentFlag.Write) !== 0;
    if (bytes.length > 0)
      entries.push({ name, address, sizeBytes: bytes.length, class: writable ? 'data' : 'text' });
    const zeros = sizeInMemory - bytes.length;
    if (zeros > 0) entries.push({ name, address: address + bytes.length, sizeBytes: zeros, class: 'bss' });
  }
  return entries;
}

function symbolsOf(image: Image, classes: ReadonlyMap<string, FootprintClass>): FootprintSymbol[] {
  const symbols: FootprintSymbol[] = [];
  for (const symbol of image.symbols.symbols) {
    const { name, address, sizeBytes, kind, section } = symbol;
    const classOfSection = section === undefined ? undefined : classes.get(section);
    if (sizeBytes === 0 || section === undefined || classOfSection === undefined) continue;
    if (kind !== 'function' && kind !== 'object' && kind !== 'none') continue;
    if (image.symbols.at(address)?.symbol !== symbol) continue;
    symbols.push({ name, address, sizeBytes, class: classOfSection, kind, section });
  }
  return symbols.sort((a, b) => b.sizeBytes - a.sizeBytes || a.address - b.address);
}

/** Sums an image up. It reads the image only. */
export function footprintOf(image: Image): Footprint {
  const allocated = image.sections.filter((section) => section.allocated && section.sizeBytes > 0);
  const sections = allocated.map((section) => ({
    name: section.name,
    address: section.address,
    sizeBytes: section.sizeBytes,
    class: classOf(section),
  }));
  const entries = sections.length > 0 ? sections : entriesOfSegments(image);
  const sum = (wanted: FootprintClass) =>
    entries.reduce((total, entry) => total + (entry.class === wanted ? entry.sizeBytes : 0), 0);
  const [text, data, bss] = [sum('text'), sum('data'), sum('bss')];
  const classes = new Map(entries.map((entry) => [entry.name, entry.class]));
  const symbols = symbolsOf(image, classes);
  return { text, data, bss, flash: text + data, ram: data + bss, sections: entries, symbols };
}
