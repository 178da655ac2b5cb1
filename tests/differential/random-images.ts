/**
 * What random programs of every instruction set share: code with labels, random choices, and the comparison of what
 * two machines made of an image.
 *
 * An image holds many programs behind one harness, which loads all registers, runs a program, notes each trap and
 * stores the registers at the end. Each program has a record and scratch memory of its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hex32 } from '../../src/errors.ts';
import { loadImage } from '../../src/machine/loader/image.ts';
import type { Machine } from '../../src/machine/machine.ts';
import { seededWords } from '../random.ts';

/** Images of one run, and the seed of the first. */
export const IMAGES = Number(process.env.BLUESIM_IMAGES ?? 10);
export const SEED = Number(process.env.BLUESIM_SEED ?? 1);

/** Code with labels: an item is an encoding of 2 or 4 bytes, known now or once all addresses are. */
export class Assembly {
  readonly origin: number;
  readonly #items: { size: 2 | 4; make: (address: number) => number }[] = [];
  readonly #labels: number[] = [];
  #size = 0;

  /** @param origin address of the first byte. */
  constructor(origin: number) {
    this.origin = origin;
  }

  get size(): number {
    return this.#size;
  }

  /** @param make gives the bytes, the lowest first, as an integer. */
  later(size: 2 | 4, make: (address: number) => number): void {
    this.#items.push({ size, make });
    this.#size += size;
  }

  /** A label that is placed now or later. */
  label(): number {
    return this.#labels.push(-1) - 1;
  }

  place(label: number): void {
    this.#labels[label] = this.#size;
  }

  address(label: number): number {
    return this.origin + this.#labels[label]!;
  }

  /** The bytes, with everything resolved. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const { size, make } of this.#items) {
      const word = make(this.origin + at);
      for (let i = 0; i < size; i++) bytes[at + i] = word >>> (8 * i);
      at += size;
    }
    return bytes;
  }
}

const CORNERS = [
  0, 1, -1, 2, -2, 31, 32, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, -0x8000_0000, 0x5555_5555, -0x5555_5556, 0x80,
  0xff,
];

/** Random choices that follow from a seed. */
export class Choices {
  /** Any 32-bit integer. */
  readonly word: () => number;

  constructor(seed: number) {
    this.word = seededWords(seed);
  }

  /** 0 to `limit` − 1. */
  readonly below = (limit: number): number => (this.word() >>> 0) % limit;

  readonly chance = (oneIn: number): boolean => this.below(oneIn) === 0;

  readonly pick = <T>(from: readonly T[]): T => from[this.below(from.length)]!;

  /** A 32-bit integer, often one at an edge, often small. */
  readonly value = (): number => (this.chance(3) ? this.pick(CORNERS) : this.word() >> this.below(32));
}

export interface RandomImage {
  /** What to load, by address. */
  segments: readonly { address: number; bytes: Uint8Array }[];
  /** Address of each program's first random instruction, and of its end. */
  programs: readonly { start: number; end: number }[];
}

/** Where an image's programs leave what they did. */
export interface Layout {
  /** The memory that is compared. */
  readonly ram: { readonly address: number; readonly sizeBytes: number };
  readonly record: { readonly address: number; readonly sizeBytes: number };
  readonly scratch: { readonly address: number; readonly sizeBytes: number };
  /** Names of a record's words by their index, and of those of the traps behind them. */
  readonly recordWords: readonly string[];
  readonly firstTrap: number;
  readonly trapWords: readonly string[];
}

/** One program's listing for people. */
export type Listing = (code: DataView, address: number, end: number, base: number) => string;

/** The first differences of a program's record and scratch memory, in words that help; undefined when equal. */
function difference(layout: Layout, index: number, ours: Uint8Array, theirs: Uint8Array): string | undefined {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
  const [a, b] = [view(ours), view(theirs)];
  const found: string[] = [];
  const { ram, record, scratch, firstTrap, trapWords } = layout;
  const compare = (offset: number, what: () => string) => {
    const [left, right] = [a.getUint32(offset, true), b.getUint32(offset, true)];
    if (left !== right) found.push(`${what()}: here ${hex32(left)}, QEMU ${hex32(right)}`);
  };
  const records = record.address + index * record.sizeBytes - ram.address;
  for (let i = 0; i < record.sizeBytes / 4; i++) {
    const trap = i - firstTrap;
    const width = trapWords.length;
    compare(records + 4 * i, () =>
      trap < 0
        ? (layout.recordWords[i] ?? `word ${i}`)
        : `trap ${Math.floor(trap / width)} ${trapWords[trap % width]}`,
    );
  }
  const scratches = scratch.address + index * scratch.sizeBytes - ram.address;
  for (let i = 0; i < scratch.sizeBytes; i += 4) compare(scratches + i, () => `scratch+${i}`);
  return found.length === 0 ? undefined : `program ${index}: ${found.slice(0, 12).join('; ')}`;
}

export interface RandomTest {
  readonly layout: Layout;
  image(): RandomImage;
  /** A machine that has nothing loaded. */
  machine(): Machine;
  readonly exit: { readonly code: number; readonly reason: string };
  readonly listing: Listing;
  /** Command and arguments of QEMU without those that load; its RAM is to be the memory backend `ram`. */
  readonly qemu: readonly [program: string, ...parameters: string[]];
}

function runOnQemu(image: RandomImage, { qemu, layout }: RandomTest): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-random-'));
  try {
    const { sizeBytes } = layout.ram;
    const [program, ...board] = qemu;
    const ram = `memory-backend-file,id=ram,size=${sizeBytes},mem-path=ram.bin,share=on`;
    const load = image.segments.flatMap(({ address, bytes }, index) => {
      writeFileSync(join(folder, `${index}.bin`), bytes);
      return ['-device', `loader,file=${index}.bin,addr=${address},force-raw=on`];
    });
    const host = ['-display', 'none', '-serial', 'null', '-monitor', 'none'];
    const parameters = [...board, '-object', ram, '-m', `${sizeBytes >> 20}M`, ...load, ...host];
    execFileSync(program, parameters, { cwd: folder, timeout: 60_000 });
    return readFileSync(join(folder, 'ram.bin'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runHere(
  image: RandomImage,
  { layout, machine: make, exit }: RandomTest,
  observed: boolean,
): Uint8Array {
  const machine = make();
  for (const { address, bytes } of image.segments)
    machine.load(loadImage(bytes, 'random.bin', { loadAddress: address }));
  if (observed) machine.observe({ instruction: () => {}, trap: () => {} });
  const result = machine.run({ maxCycles: 50_000_000 });
  expect(result).toEqual({ kind: 'exit', ...exit });
  return machine.readMemory(layout.ram.address, layout.ram.sizeBytes);
}

/** A test that the programs of one image end alike on bluesim, plain and observed, and on QEMU. */
export function testRandomImage(name: string, from: RandomTest): void {
  test(name, { timeout: 120_000 }, () => {
    const image = from.image();
    const theirs = runOnQemu(image, from);
    for (const observed of [false, true]) {
      const ours = runHere(image, from, observed);
      const differences = image.programs.map(({ start, end }, index) => {
        const text = difference(from.layout, index, ours, theirs);
        if (text === undefined) return undefined;
        const { address, bytes } = image.segments.find((segment) => {
          return start >= segment.address && end <= segment.address + segment.bytes.length;
        })!;
        return `${text}\n${from.listing(new DataView(bytes.buffer), start, end, address)}`;
      });
      const found = differences.filter((text) => text !== undefined);
      expect(found.slice(0, 2).join('\n\n')).toBe('');
    }
  });
}
