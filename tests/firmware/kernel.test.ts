/**
 * The programs on the Rust kernel are built, run on bluesim on their boards, and say the same on QEMU. Those called
 * test-… check themselves; what a switch costs and how much the kernel takes is held to the kernel's bars.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Machine } from 'bluesim';
import { beforeAll, describe, expect, test } from 'vitest';
import { QEMU } from '../../firmware/programs.mjs';
import { describeWith } from '../tools.ts';
import {
  BOARDS,
  type Board,
  firmware,
  image,
  instructionsBetween,
  LINES,
  LINES_SAID,
  longestSection,
  MAX_CYCLES,
  onQemu,
  PROGRAMS,
  SWITCHES,
  spans,
  TOOLS,
} from './kernel-programs.ts';

/** Instructions for a switch of `pingpong`. */
const instructionsPerSwitch = (board: Board, phase: string) =>
  instructionsBetween(image('pingpong', board), board, `pingpong: ${phase} begin`, `pingpong: ${phase} end`) /
  SWITCHES;

/** Bytes of flash and static RAM without the application's stacks, and bytes of code and constants without the vectors. */
function footprint(board: Board): { total: number; code: number } {
  const sizes = execFileSync(
    board === 'virt' ? 'riscv64-unknown-elf-size' : 'arm-none-eabi-size',
    ['-A', image('minimal', board)],
    { encoding: 'utf8' },
  );
  const size = (name: string) =>
    Number(new RegExp(`^\\${name}\\s+(\\d+)`, 'm').exec(sizes)?.[1] ?? Number.NaN);
  const vectors = board === 'virt' ? 0 : size('.vectors');
  const code = size('.text') + size('.rodata') + vectors;
  const applicationStacks = 2 * 512;
  // Initial values lie in flash and are copied to RAM.
  const ram = size('.data') + size('.bss') + size('.interrupt_stack') - applicationStacks;
  return { total: code + size('.data') + ram, code: code - vectors };
}

describeWith(TOOLS, 'programs on the kernel', () => {
  beforeAll(() => {
    execFileSync('make', ['-C', firmware, 'build-kernel'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }, 600_000);

  describe.each(BOARDS)('on bluesim, %s', (board) => {
    test.each(PROGRAMS)('%s', (name, code, output, input) => {
      const machine = Machine.fromFile(image(name, board), { board });
      if (input) machine.input(input);
      const end = machine.run({ maxCycles: MAX_CYCLES });
      expect(machine.console).toEqual(typeof output === 'string' ? output : expect.stringMatching(output));
      expect(end).toMatchObject({ kind: 'exit', code });
      expect(machine.statistics().guestErrors).toEqual({});
    });
  });

  test.each(BOARDS)(
    'the program with a C driver does not notice when it is in Rust, %s',
    (board) => {
      const folder = 'build/rust-uart';
      const options = ['FEATURES=rust-uart', `KERNEL_IMAGES=${folder}`];
      execFileSync('make', ['-C', firmware, `build-${board}-c`, ...options], { stdio: 'ignore' });
      const drivers = [image('c-driver', board), image('c-driver', board, folder)].map((file) => {
        const machine = Machine.fromFile(file, { board });
        machine.input(LINES);
        expect(machine.run({ maxCycles: MAX_CYCLES })).toMatchObject({ kind: 'exit', code: 0 });
        expect(machine.console).toBe(LINES_SAID);
        return machine.symbols.lookup('serial_operations') !== undefined;
      });
      expect(drivers).toEqual([true, false]);
    },
    300_000,
  );

  test('the first application is the one in the README', () => {
    const readme = readFileSync(`${firmware}README.md`, 'utf8');
    expect(readme).toContain(
      `\`\`\`rust\n${readFileSync(`${firmware}apps/src/bin/first.rs`, 'utf8')}\`\`\`\n`,
    );
  });

  test('C uses each function of the header', () => {
    const header = readFileSync(`${firmware}include/bluekernel.h`, 'utf8');
    const declared = [...header.matchAll(/\b(bk_\w+)\(/g)].map(([, name]) => name!);
    const sources = ['application/application.c', 'drivers/serial.c', 'drivers/uart0.c'];
    const code = sources.map((source) => readFileSync(`${firmware}c/${source}`, 'utf8')).join('\n');
    expect(declared.length).toBeGreaterThan(40);
    expect(declared.filter((name) => !code.includes(`${name}(`))).toEqual([]);
  });

  // What the program measures by the core's cycles, and what its trace points say, is the same but for the few
  // instructions that lie between a point and the reading of the clock. The bars are instructions.
  test.each([
    ['virt', 50, 150],
    ['mps2-an385', 50, 150],
  ] as const)('latency of interrupts, %s', (board, untilHandler, untilThread) => {
    const file = image('irq-latency', board);
    for (const [begin, end, bar, at] of [
      ['raise', 'handler', untilHandler, 0],
      ['handler', 'thread', untilThread, 12],
    ] as const) {
      const machine = Machine.fromFile(file, { board, model: 'unit' });
      const figures = spans(machine, file, `irq-latency: ${begin}`, `irq-latency: ${end}`);
      machine.run({ maxCycles: MAX_CYCLES });
      const { address } = machine.symbol('IRQ_LATENCY');
      const [least, most, sum] = [0, 4, 8].map((offset) => machine.readWord(address + at + offset));
      expect(figures.least).toBeGreaterThan(0);
      expect(figures.most).toBeLessThanOrEqual(bar);
      expect(most! - least!).toBe(figures.most - figures.least);
      expect(Math.abs(sum! - figures.sum) / 1000).toBeLessThanOrEqual(40);
    }
  });

  test.each([
    ['mps2-an385', 25e6],
    ['lm3s6965evb', 12.5e6],
  ] as const)('the kernel does not lose time, %s', (board, hertz) => {
    const machine = Machine.fromFile(image('test_rollover', board), { board });
    machine.run({ maxCycles: MAX_CYCLES });
    const { address } = machine.symbol('TIME_AT_END');
    const kernel = machine.readWord(address) + machine.readWord(address + 4) * 2 ** 32;
    // What is printed at the end, and the start before the clock runs.
    expect(machine.cycles - kernel).toBeGreaterThan(0);
    expect(machine.cycles - kernel).toBeLessThan(10_000);
    expect(machine.nanoseconds / 1e9).toBeCloseTo(machine.cycles / hertz, 3);
  });

  // Three threads in a chain of mutexes, the queue of deadlines and the heap are the longest.
  test('critical sections are short', () => {
    const programs = PROGRAMS.filter(
      ([name]) => !['test_time', 'test_memory', 'heap-test', 'test_rollover', 'test_random'].includes(name),
    );
    const sections = (['virt', 'mps2-an385'] as const).flatMap((board) =>
      programs.map(([name, , , input]) => ({ name, board, ...longestSection(name, board, input) })),
    );
    expect(sections.filter(({ instructions }) => instructions > 400)).toEqual([]);
    expect(sections.filter(({ instructions }) => instructions > 100).length).toBeGreaterThan(10);
  }, 300_000);

  // Bars: instructions of a switch, bytes of the minimal image.
  test.each([
    ['virt', 87, 250, 7_700],
    ['mps2-an385', 58, 200, 6_300],
  ] as const)('%s stays within its bars', (board, yielding, semaphores, codeBytes) => {
    expect(instructionsPerSwitch(board, 'yield')).toBeLessThanOrEqual(yielding);
    expect(instructionsPerSwitch(board, 'semaphore')).toBeLessThanOrEqual(semaphores);
    const { total, code } = footprint(board);
    expect(total).toBeLessThanOrEqual(13_312);
    expect(code).toBeLessThanOrEqual(codeBytes);
  });

  for (const board of BOARDS) {
    describeWith([QEMU[board]![0]!], `on QEMU, ${board}`, () => {
      test.each(PROGRAMS)('%s', async (name, code, _output, input = '') => {
        const file = image(name, board);
        const machine = Machine.fromFile(file, { board });
        machine.input(input);
        machine.run({ maxCycles: MAX_CYCLES });
        expect(await onQemu(name, board, input, code)).toEqual({ end: code, output: machine.console });
      });
    });
  }
});
