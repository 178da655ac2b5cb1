/** What tests of the programs on the Rust kernel share. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Machine } from 'bluesim';
import { runOnQemu } from '../../firmware/programs.mjs';

export const firmware = fileURLToPath(new URL('../../firmware/', import.meta.url));
export const BOARDS = ['virt', 'mps2-an385', 'lm3s6965evb'] as const;
export type Board = (typeof BOARDS)[number];
export const TOOLS = ['make', 'cargo', 'rustc', 'riscv64-unknown-elf-gcc', 'arm-none-eabi-gcc'];

/** No program takes longer. */
export const MAX_CYCLES = 4_000_000_000;

export const image = (name: string, board: Board, folder = 'build/kernel') =>
  `${firmware}${folder}/${name}-${board}.elf`;

export const SWITCHES = 10_000;

/** What is typed at the shell, with a mistake that is taken back, and what it must answer. */
const TYPED = 'help\rthreads\rtake\rtake\rgive\rmemmory\b\b\b\bory\r\rwhat\rexit 3\r';
const CONVERSATION =
  /^bluekernel on \S+; help .*\r\n> help\r\n(\w+: .*\r\n){9}> threads\r\n(\w+, priority \d+, (ready|blocked)\r\n){3}> take\r\n> take\r\n> give\r\n> mem.*\r\n7 free, at least 6\r\n> \r\n> what\r\nno such command; .*\r\n> exit 3\r\n$/;

/** What c-driver answers to two lines and an empty one. */
export const LINES = 'hello\rworld\r\r';
export const LINES_SAID = 'Type lines; an empty one ends.\r\nhello\r\n1: hello\r\nworld\r\n2: world\r\n\r\n';

/** Name, exit code, what the console must be or contain, why QEMU's may be another one, and what is typed. */
export const PROGRAMS: readonly [name: string, code: number, output: string | RegExp, input?: string][] = [
  ['hello', 0, /^Hello from bluekernel on \S+\r\n$/],
  ['first', 0, 'number 1\r\nnumber 2\r\nnumber 3\r\n'],
  ['minimal', 0, 'minimal: 42\r\n'],
  ['pingpong', 0, `${SWITCHES} switches by yielding\r\n${SWITCHES} switches by semaphores\r\n`],
  ['console', 3, CONVERSATION, TYPED],
  [
    'philosophers',
    0,
    /^(\w+ has eaten 200 times\r\n){5}(fork \d was used 400 times\r\n){5}and never by two at once\r\n$/,
  ],
  [
    'producer-consumer',
    0,
    /^(500 items of producer \d, sum 125250\r\n){2}in their order, and all blocks are back\r\n$/,
  ],
  ['irq-latency', 0, '1000 interrupts\r\n'],
  ['c-driver', 0, LINES_SAID, LINES],
  [
    'c-application',
    0,
    /^(ok .*\r\n){70,}written by the driver\r\nok and writes\r\nnumbers: 4294967295 0x00c0ffee\r\npassed\r\n$/,
  ],
  ['test_scheduler', 0, /^(ok .*\r\n)+passed\r\n$/],
  ['test_mutex', 0, /^(ok .*\r\n)+passed\r\n$/],
  ['test_sync', 0, /^(ok .*\r\n)+passed\r\n$/],
  ['test_nested', 0, /^(ok .*\r\n){4,}passed\r\n$/],
  ['test_memory', 0, /^(ok .*\r\n){20,}passed\r\n$/],
  ['heap-test', 0, /^(ok .*\r\n){6}passed\r\n$/],
  ['test_rollover', 0, /^(ok .*\r\n){9}passed\r\n$/],
  ['test_random', 0, /^\d+ operations\r\n$/],
  ['test_time', 0, /^(ok .*\r\n)+passed\r\n$/],
  ['test_overflow', 101, 'at the bottom\r\nfault: stack overflow\r\nthread: deep\r\n'],
];

/** Meanings of the trace points by their places: section .bluekernel.trace, see firmware/kernel/src/trace.rs. */
export function tracePoints(file: string): Map<number, readonly string[]> {
  const elf = readFileSync(file);
  const header = (index: number) => elf.readUInt32LE(32) + index * elf.readUInt16LE(46);
  const field = (index: number, offset: number) => elf.readUInt32LE(header(index) + offset);
  const text = (at: number) => elf.toString('latin1', at, elf.indexOf(0, at));
  const names = field(elf.readUInt16LE(50), 16);
  const points = new Map<number, string[]>();
  for (let section = 0; section < elf.readUInt16LE(48); section++) {
    if (text(names + field(section, 0)) !== '.bluekernel.trace') continue;
    const [start, size] = [field(section, 16), field(section, 20)];
    for (let at = start; at + 4 < start + size; ) {
      const meaning = text(at + 4);
      const place = elf.readUInt32LE(at);
      points.set(place, [...(points.get(place) ?? []), meaning]);
      at += (4 + meaning.length + 1 + 3) & ~3;
    }
  }
  return points;
}

/** Instructions from when one trace point is first reached to when another one is. */
export function instructionsBetween(file: string, board: Board, begin: string, end: string): number {
  const points = tracePoints(file);
  const machine = Machine.fromFile(file, { board, model: 'unit' });
  const reached = new Map<string, number>();
  machine.observe({
    trap: () => {},
    instruction: (pc) => {
      for (const meaning of points.get(pc >>> 0) ?? []) {
        if (!reached.has(meaning)) reached.set(meaning, machine.statistics().instructions);
      }
    },
  });
  machine.run({ maxCycles: MAX_CYCLES });
  return reached.get(end)! - reached.get(begin)!;
}

/** Least, most and sum of some figures. */
export interface Figures {
  least: number;
  most: number;
  sum: number;
}

/** Observes the cycles from one trace point to the next of another meaning, each time that a machine runs there. */
export function spans(machine: Machine, file: string, begin: string, end: string): Readonly<Figures> {
  const points = tracePoints(file);
  const figures = { least: Number.POSITIVE_INFINITY, most: 0, sum: 0 };
  let begun: number | undefined;
  machine.observe({
    trap: () => {},
    instruction: (pc, cycle) => {
      const meanings = points.get(pc >>> 0);
      if (meanings?.includes(end) && begun !== undefined) {
        const span = cycle - begun;
        figures.least = Math.min(figures.least, span);
        figures.most = Math.max(figures.most, span);
        figures.sum += span;
        begun = undefined;
      }
      if (meanings?.includes(begin)) begun = cycle;
    },
  });
  return figures;
}

/**
 * The longest time for which a program's critical sections hold interrupts back, and where that one begins. A section
 * begins at a trace point `critical begin` where interrupts are enabled, and is over behind the instruction that enables
 * them again: at a point `critical end`, or where an interrupt returns to another thread.
 */
export function longestSection(
  name: string,
  board: Board,
  input = '',
): { instructions: number; where: string } {
  const file = image(name, board);
  const points = tracePoints(file);
  const machine = Machine.fromFile(file, { board });
  machine.input(input);
  const { registers } = machine;
  const enabled =
    board === 'virt'
      ? () => (registers.read('mstatus')! & 8) !== 0
      : () => registers.read('basepri') === 0 && registers.read('primask') === 0;
  let longest = { instructions: 0, where: '' };
  let instructions = 0;
  let begun: { instructions: number; pc: number } | undefined;
  const over = () => {
    if (begun && instructions - begun.instructions > longest.instructions) {
      const at = machine.symbols.at(begun.pc);
      longest = { instructions: instructions - begun.instructions, where: at?.symbol.name ?? '' };
    }
    begun = undefined;
  };
  machine.observe({
    trap: (_cause, isInterrupt) => {
      // On RISC-V the trap itself has disabled them.
      if (isInterrupt && (board === 'virt' || enabled())) over();
    },
    instruction: (pc) => {
      for (const meaning of points.get(pc >>> 0) ?? []) {
        if ((meaning === 'critical end' && enabled()) || meaning === 'interrupt exit') over();
        else if (meaning === 'critical begin' && !begun && enabled()) begun = { instructions, pc: pc >>> 0 };
      }
      instructions++;
    },
  });
  machine.run({ maxCycles: MAX_CYCLES });
  return longest;
}

/**
 * QEMU's clocks follow its instructions, 32 ns each, and not those of the host: how loaded that is decides nothing. While
 * a program waits for input its time would run away.
 */
const INSTRUCTION_CLOCK = ['-icount', 'shift=5,align=off,sleep=off'];

/** A program's exit code and console on QEMU, with what is typed at it. */
export async function onQemu(name: string, board: Board, input = '', end = 0) {
  const isa = board === 'virt' ? 'riscv32' : 'armv7m';
  const program = { name, source: '', image: image(name, board), isa, board, semihosting: false };
  return await runOnQemu({ ...program, end, input, output: '' }, input === '' ? INSTRUCTION_CLOCK : []);
}
