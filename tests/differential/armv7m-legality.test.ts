/**
 * Which encodings are instructions: the decoder agrees with QEMU, which is made to execute them (the harness is
 * armv7m-legality.s) while its RAM is a file that words are put into and results are read from. Tried are all 16-bit
 * halfwords, every first halfword of 32 bits with several second ones, and a seeded sample of words of every row,
 * outside of IT blocks, inside of one and as its last instruction; with the DSP extension on mps2-an386, which has a
 * Cortex-M4. Where QEMU differs, the difference is one of DIFFERENCES below.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Decoder } from '../../src/cpu/armv7m/decode.ts';
import { Operation } from '../../src/cpu/armv7m/instructions/operation.ts';
import { ItPosition, type Row, unpredictableCases } from '../../src/cpu/armv7m/instructions/row.ts';
import { rows } from '../../src/cpu/armv7m/instructions/table.ts';
import { seededWords } from '../random.ts';
import { describeWith } from '../tools.ts';

const QEMU = 'qemu-system-arm';
const GCC = 'arm-none-eabi-gcc';

/** The board's RAM, and where the harness looks for words and leaves results: offsets into it. */
const RAM_BYTES = 16 << 20;
const RESULTS = 0xc0_0000;

/** NOP; ITT EQ; IT EQ. */
const HALFWORD_BEFORE: Readonly<Record<ItPosition, number>> = {
  [ItPosition.Outside]: 0xbf00,
  [ItPosition.Inside]: 0xbf04,
  [ItPosition.Last]: 0xbf08,
};
/** Behind a halfword the harness has UDF, as everywhere around. */
const UDF = 0xde00;

/** What the harness leaves for each word. */
enum Result {
  NotTried,
  Executes,
  Undefined,
  NoCoprocessor,
}

interface Case {
  readonly word: number;
  /** The row whose encoding it is, UNPREDICTABLE or not; undefined for an UNDEFINED one. */
  readonly row: Row | undefined;
  readonly dsp: boolean;
  readonly position: ItPosition;
  readonly ours: Result;
  readonly theirs: Result;
}

interface Difference {
  readonly name: string;
  readonly spec: string;
  readonly ours: Result;
  readonly theirs: Result;
  readonly applies: (difference: Case) => boolean;
}

const UNDEFINED_HERE = { ours: Result.Undefined, theirs: Result.Executes } as const;

/** UNPREDICTABLE encodings that QEMU executes. */
const unpredictable =
  (...whats: string[]) =>
  ({ row, word, position }: Case) =>
    row !== undefined && unpredictableCases(row, word, position).some(({ what }) => whats.includes(what));

const dspOnly = new Decoder(new Set(['DSP'] as const));
const EXECUTED_WITHOUT_DSP = new Set<Operation | undefined>([
  ...[Operation.Sxtab, Operation.Sxtah, Operation.Uxtab, Operation.Uxtah, Operation.Usad8, Operation.Usada8],
  ...[Operation.Smlad, Operation.Smlsd, Operation.Smuad, Operation.Smusd, Operation.Smlald, Operation.Smlsld],
  ...[Operation.Smlaw, Operation.Smulw],
]);

const DIFFERENCES: readonly Difference[] = [
  {
    name: 'SETEND executes',
    spec: 'A5.2.5: not of ARMv7-M',
    ...UNDEFINED_HERE,
    applies: ({ word }) => (word & ~8) === 0xb650,
  },
  {
    name: 'LDREXD and STREXD execute',
    spec: 'A5.3.6: not of ARMv7-M',
    ...UNDEFINED_HERE,
    applies: ({ word }) => (word & 0xffe000f0) >>> 0 === 0xe8c00070,
  },
  {
    name: 'SSAT16 and USAT16 execute without the DSP extension, as SSAT and USAT',
    spec: 'A5.3.3: SSAT with ASR by 0 is SSAT16; with the extension, bits 5 and 4 should be 0',
    ...UNDEFINED_HERE,
    applies: ({ word, row, dsp }) =>
      (word & 0xfb7080c0) >>> 0 === 0xf3200000 && (word & 0x7000) === 0 && (!dsp || row?.extension === 'DSP'),
  },
  {
    name: 'some instructions of the DSP extension execute without it',
    spec: 'A1.2: they are of ARMv7E-M',
    ...UNDEFINED_HERE,
    applies: ({ word, row, dsp }) =>
      !dsp && row === undefined && EXECUTED_WITHOUT_DSP.has(dspOnly.findAny(word)?.operation),
  },
  {
    name: 'coprocessor instructions with op1 = 00000x are NOCP',
    spec: 'A5.3.18: UNDEFINED',
    ours: Result.Undefined,
    theirs: Result.NoCoprocessor,
    applies: ({ word, row }) => row === undefined && (word & 0xefe00000) >>> 0 === 0xec000000,
  },
  {
    name: 'PC is an operand like any other register',
    spec: 'A5.1.2: UNPREDICTABLE where not said otherwise',
    ...UNDEFINED_HERE,
    applies: unpredictable('PC as an operand', 'writeback to PC'),
  },
  {
    name: 'loads to PC that are not hints are hints all the same',
    spec: 'A5.3.8, A5.3.9: UNPREDICTABLE',
    ...UNDEFINED_HERE,
    applies: unpredictable('PC as the destination, in the space of hints'),
  },
  {
    name: 'SP is in lists of LDM and STM, PC in those of STM',
    spec: 'A7.7.41, A7.7.42, A7.7.159, A7.7.160: bits that should be 0',
    ...UNDEFINED_HERE,
    applies: (difference) =>
      /^(LDM|STM|PUSH)/.test(difference.row?.name ?? '') &&
      unpredictable('bits that should be 0 or 1')(difference),
  },
];

let folder: string;
let harness: string;

/** Has QEMU execute the encodings. @returns one result each. */
function execute(words: Uint32Array, dsp: boolean, position: ItPosition): Uint8Array {
  const path = join(folder, 'ram');
  const file = openSync(path, 'w+');
  try {
    ftruncateSync(file, RAM_BYTES);
    writeSync(file, new Uint32Array([words.length, HALFWORD_BEFORE[position]]), 0, 8, 0);
    const inMemory = words.map((word) =>
      word >>> 16 === 0 ? word | (UDF << 16) : (word >>> 16) | (word << 16),
    );
    writeSync(file, inMemory, 0, inMemory.byteLength, 8);
    const ram = `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=${path},share=on`;
    const board = `mps2-an${dsp ? 386 : 385},memory-backend=ram`;
    const quiet = ['-display', 'none', '-serial', 'none', '-monitor', 'none', '-no-reboot'];
    execFileSync(
      QEMU,
      ['-M', board, '-object', ram, ...quiet, '-icount', 'shift=0,sleep=off', '-kernel', harness],
      { stdio: ['ignore', 'ignore', 'inherit'], timeout: 240_000 },
    );
    const results = new Uint8Array(words.length);
    readSync(file, results, 0, results.length, RESULTS);
    return results;
  } finally {
    closeSync(file);
  }
}

function resultOf(row: Row | undefined): Result {
  if (row === undefined || row.timing === 'undefined') return Result.Undefined;
  return row.timing === 'coprocessor' ? Result.NoCoprocessor : Result.Executes;
}

function disagreements(words: Uint32Array, dsp: boolean, position: ItPosition): string[] {
  const decoder = new Decoder(new Set(dsp ? (['M', 'DSP'] as const) : (['M'] as const)));
  const results = execute(words, dsp, position);
  const wrong: string[] = [];
  for (const [index, unsigned] of words.entries()) {
    const word = unsigned | 0;
    const ours = resultOf(decoder.find(word, position));
    const theirs: Result = results[index]!;
    if (ours === theirs) continue;
    const difference = { word, row: decoder.findAny(word), dsp, position, ours, theirs };
    if (
      DIFFERENCES.some((known) => known.ours === ours && known.theirs === theirs && known.applies(difference))
    )
      continue;
    const name = difference.row ? `${difference.row.name} ${difference.row.encoding}` : 'no row';
    wrong.push(`${unsigned.toString(16)} (${name}): ${Result[ours]}, on QEMU ${Result[theirs]}`);
  }
  return wrong;
}

const allHalfwords = () => Uint32Array.from({ length: 0xe800 }, (_, halfword) => halfword);

/** Every first halfword of 32 bits with random second ones, half of them with 1111 in Rt or 0000 at the bottom. */
function allFirstHalfwords(each: number, seed: number): Uint32Array {
  const random = seededWords(seed);
  return Uint32Array.from({ length: 0x1800 * each }, (_, index) => {
    const second = [random(), random() | 0xf000, random() & ~0xf0, (random() | 0xf000) & ~0xf0][index & 3]!;
    return ((0xe800 + Math.floor(index / each)) << 16) | (second & 0xffff);
  });
}

/** Words of every row: random operands, with many of R0, SP and PC, and bits that are not as they should be. */
function sampleOfRows(perRow: number, seed: number): Uint32Array {
  const random = seededWords(seed);
  const zeros = [-1, -1, ~(15 << 16), ~(15 << 12), ~(15 << 8), ~15, ~0xff, ~0x70c0];
  const ones = [0, 0, 0, 15 << 16, 15 << 12, 13 << 16, 13 << 8, 15];
  const wide = rows().filter((row) => row.length === 4);
  return Uint32Array.from({ length: wide.length * perRow }, (_, index) => {
    const row = wide[index % wide.length]!;
    const operands = (random() & zeros[random() & 7]!) | ones[random() & 7]!;
    const should = (random() & 7) === 0 ? 0 : row.shouldMask;
    return row.value | (row.shouldBe & should) | (operands & ~row.mask & ~should);
  });
}

describeWith([QEMU, GCC], 'what executes on QEMU is what the table has', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bluesim-legality-'));
    harness = join(folder, 'harness.elf');
    const source = fileURLToPath(new URL('armv7m-legality.s', import.meta.url));
    const flags = ['-mcpu=cortex-m3', '-mthumb', '-nostdlib', '-Wl,-Ttext=0', '-Wl,-e,0'];
    execFileSync(GCC, [...flags, source, '-o', harness]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const { Outside, Inside, Last } = ItPosition;

  test.each([
    ['all halfwords', false, Outside, allHalfwords],
    ['all halfwords, in an IT block', false, Inside, allHalfwords],
    ['all halfwords, last in an IT block', false, Last, allHalfwords],
    ['all first halfwords of 32 bits', false, Outside, () => allFirstHalfwords(20, 1)],
    ['words of every row', false, Outside, () => sampleOfRows(500, 2)],
    ['words of every row, in an IT block', false, Inside, () => sampleOfRows(200, 3)],
    ['words of every row, last in an IT block', false, Last, () => sampleOfRows(200, 4)],
    ['DSP: all first halfwords of 32 bits', true, Outside, () => allFirstHalfwords(20, 5)],
    ['DSP: words of every row', true, Outside, () => sampleOfRows(500, 6)],
    ['DSP: words of every row, in an IT block', true, Inside, () => sampleOfRows(200, 7)],
  ] as const)('%s', { timeout: 240_000 }, (_name, dsp, position, words) => {
    expect(disagreements(words(), dsp, position).slice(0, 40)).toEqual([]);
  });
});
