/**
 * Semihosting on the ARM boards answers as QEMU's does, where the answer depends on the board or on how a program
 * calls: BKPT 0xAB, the heap that SYS_HEAPINFO offers, the codes of the two exits. The operations themselves are
 * compared in semihosting.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exitWith, loadWord, R0, R1, type ThumbLine, thumbProgram } from '../../src/debug/thumb-program.ts';
import { loadImageFile } from '../../src/machine/loader/image.ts';
import { buildElf, type TestSegment } from '../../src/machine/loader/test-images.ts';
import { Machine } from '../../src/machine/machine.ts';
import { describeWith } from '../tools.ts';

const QEMU = 'qemu-system-arm';
const [SYS_OPEN, SYS_WRITE, SYS_EXIT, SYS_HEAPINFO] = [0x01, 0x05, 0x18, 0x16];
/** Where the programs keep what they pass. */
const BLOCK = 0x2000_0100;

function call(operation: number, parameter: number): ThumbLine[] {
  return [...loadWord(R1, parameter), ...loadWord(R0, operation), ['BKPT', 'T1', { imm: 0xab }]];
}

/** Stores words one after the other. */
function store(address: number, values: readonly number[]): ThumbLine[] {
  return values.flatMap((value, index): ThumbLine[] => [
    ...loadWord(R0, address + 4 * index),
    ...loadWord(R1, value),
    ['STR (immediate)', 'T3', { rd: R1, rn: R0, imm: 0 }],
  ]);
}

/** Writes 16 bytes at BLOCK + 0x20 to stdout, and ends. */
const SEND_BLOCK: ThumbLine[] = [
  ...store(BLOCK, [BLOCK + 0x10, 4, 3]),
  ...store(BLOCK + 0x10, [0x0074_743a]),
  ...call(SYS_OPEN, BLOCK),
  ...loadWord(R1, BLOCK),
  ['STR (immediate)', 'T1', { rd: R0, rn: R1, imm: 0 }],
  ...store(BLOCK + 4, [BLOCK + 0x20, 16]),
  ...call(SYS_WRITE, BLOCK),
  ...exitWith(0),
];

const HEAP_INFO: ThumbLine[] = [...store(BLOCK, [BLOCK + 0x20]), ...call(SYS_HEAPINFO, BLOCK), ...SEND_BLOCK];

describeWith([QEMU], 'semihosting on ARM equals QEMU', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-semihosting-arm-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const image = join(folder, 'program.elf');

  function build(lines: ThumbLine[], more: readonly TestSegment[] = []): void {
    const program = thumbProgram({ start: lines });
    const [{ address, bytes }] = program.segments as [(typeof program.segments)[number]];
    const segments = [{ address, bytes: [...bytes], flags: 5 }, ...more];
    writeFileSync(image, buildElf({ machine: 40, entry: program.entry!, flags: 0x0500_0200, segments }));
  }

  function onQemu(board: string): { code: number | null; stdout: string } {
    const config = ['-display', 'none', '-serial', 'none', '-monitor', 'none'];
    const { status, stdout } = spawnSync(
      QEMU,
      ['-M', board, ...config, '-semihosting-config', 'enable=on,target=native', '-kernel', image],
      { encoding: 'latin1', timeout: 20_000, input: '' },
    );
    return { code: status, stdout };
  }

  function here(board: string): { code: number | null; stdout: string } {
    const machine = Machine.fromImage(loadImageFile(image), { board });
    const end = machine.run({ maxCycles: 100_000 });
    return { code: end.kind === 'exit' ? end.code & 0xff : null, stdout: machine.console };
  }

  const words = (text: string) => [...new Uint32Array(Uint8Array.from(Buffer.from(text, 'latin1')).buffer)];

  test.each([
    ['mps2-an385', [], [0x2100_0000, 0x2200_0000, 0x2200_0000, 0x2100_0000]],
    ['lm3s6965evb', [], [0x2000_0000, 0x2001_0000, 0x2001_0000, 0x2000_0000]],
    [
      'mps2-an385',
      [{ address: 0x2100_0000, bytes: [1, 2, 3], sizeInMemory: 0x1010, flags: 6 }],
      [0x2100_1010, 0x2200_0000, 0x2200_0000, 0x2100_1010],
    ],
    [
      'mps2-an385',
      [{ address: 0x21c0_0000, bytes: [1, 2, 3, 4], flags: 6 }],
      [0x2100_0000, 0x21c0_0000, 0x21c0_0000, 0x2100_0000],
    ],
  ])('the heap on %s, with %j', (board, more, expected) => {
    build(HEAP_INFO, more);
    const theirs = onQemu(board);
    expect({ code: theirs.code, words: words(theirs.stdout) }).toEqual({ code: 0, words: expected });
    expect(here(board)).toEqual(theirs);
  });

  test.each([
    ['SYS_EXIT of the application', call(SYS_EXIT, 0x20026), 0],
    ['SYS_EXIT for another reason', call(SYS_EXIT, 0x20024), 1],
    ['SYS_EXIT for no reason', call(SYS_EXIT, 0), 1],
    ['SYS_EXIT_EXTENDED', exitWith(42), 42],
  ])('%s', (_, lines, code) => {
    build(lines);
    for (const board of ['mps2-an385', 'lm3s6965evb']) {
      expect(onQemu(board).code).toBe(code);
      expect(here(board).code).toBe(code);
    }
  });
});
