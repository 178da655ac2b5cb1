/** Small Thumb programs for tests, written as instructions with labels: no cross compiler needed. */
import { type EncodeOperands, encode } from '../cpu/armv7m/assemble.ts';
import { type Image, loadImage } from '../machine/loader/image.ts';
import { buildElf, type TestElf } from '../machine/loader/test-images.ts';

/**
 * An instruction by its name and encoding in the manual, with a label that it leads to: `['B', 'T2', {}, 'again']`; a
 * label of its own, `'again:'`; or a halfword that no assembler makes.
 */
export type ThumbLine =
  | string
  | number
  | [name: string, encoding: string, operands?: EncodeOperands, target?: string];

export interface ThumbProgramOptions extends Pick<TestElf, 'attributes' | 'flags'> {
  /** Handlers by exception number; the other vectors are 0. */
  readonly handlers?: Readonly<Record<number, string>>;
  readonly initialSp?: number;
}

export const [R0, R1, R2, R3, SP] = [0, 1, 2, 3, 13];
const VECTORS = 64;
const EABI5_SOFT = 0x0500_0200;
const INITIAL_SP = 0x2000_1000;
const SYS_EXIT_EXTENDED = 0x20;
const APPLICATION_EXIT = 0x20026;

/** Halfwords in the order in which they lie in memory. */
function halfwordsOf(line: Exclude<ThumbLine, string>, offset: number | undefined): number[] {
  if (typeof line === 'number') return [line];
  const [name, encoding, operands = {}] = line;
  const word = encode(name, encoding, offset === undefined ? operands : { ...operands, imm: offset });
  return word >>> 16 === 0 ? [word] : [word >>> 16, word & 0xffff];
}

/**
 * @param functions in the order in which they lie in memory; each becomes a symbol with its size.
 * @returns an image at address 0 whose vector table leads to the first of them.
 */
export function thumbProgram(
  functions: Record<string, ThumbLine[]>,
  options: ThumbProgramOptions = {},
): Image {
  const labels = new Map<string, number>();
  const symbols: { name: string; value: number; size: number }[] = [];
  let address = 4 * VECTORS;
  for (const [name, lines] of Object.entries(functions)) {
    labels.set(name, address);
    const start = address;
    for (const line of lines) {
      if (typeof line === 'string') labels.set(line.slice(0, -1), address);
      // The length of a branch does not depend on how far it goes: its encoding is stated.
      else
        address +=
          2 * halfwordsOf(line, typeof line !== 'number' && line[3] !== undefined ? 0 : undefined).length;
    }
    symbols.push({ name, value: start | 1, size: address - start });
  }
  const bytes: number[] = [];
  const put = (value: number, width: 2 | 4) => {
    for (let shift = 0; shift < 8 * width; shift += 8) bytes.push((value >>> shift) & 0xff);
  };
  const entry = 4 * VECTORS + 1;
  put(options.initialSp ?? INITIAL_SP, 4);
  put(entry, 4);
  for (let number = 2; number < VECTORS; number++) {
    const handler = options.handlers?.[number];
    put(handler === undefined ? 0 : labels.get(handler)! | 1, 4);
  }
  for (const line of Object.values(functions).flat()) {
    if (typeof line === 'string') continue;
    const target = typeof line === 'number' ? undefined : line[3];
    const offset = target === undefined ? undefined : labels.get(target)! - bytes.length - 4;
    for (const halfword of halfwordsOf(line, offset)) put(halfword, 2);
  }
  const { attributes, flags = EABI5_SOFT } = options;
  const segments = [{ address: 0, bytes, flags: 5 }];
  return loadImage(
    buildElf({ machine: 40, entry, flags, segments, symbols, ...(attributes && { attributes }) }),
    'test.elf',
  );
}

/** Instructions that load a constant. */
export function loadWord(rd: number, value: number): ThumbLine[] {
  return [
    ['MOV (immediate)', 'T3', { rd, imm: value & 0xffff }],
    ['MOVT', 'T1', { rd, imm: value >>> 16 }],
  ];
}

/** A store of a word to a constant address; changes R0 and R1. */
export function storeWord(address: number, value: number): ThumbLine[] {
  return [
    ...loadWord(R0, address),
    ...loadWord(R1, value),
    ['STR (immediate)', 'T3', { rd: R1, rn: R0, imm: 0 }],
  ];
}

/** Ends by semihosting with a code. */
export function exitWith(code: number): ThumbLine[] {
  return [
    ...loadWord(R2, APPLICATION_EXIT),
    ...loadWord(R3, code),
    ['PUSH', 'T1', { imm: (1 << R2) | (1 << R3) }],
    ['MOV (register)', 'T1', { rd: R1, rm: SP }],
    ...loadWord(R0, SYS_EXIT_EXTENDED),
    ['BKPT', 'T1', { imm: 0xab }],
  ];
}
