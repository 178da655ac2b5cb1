import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { seededWords } from '../../tests/random.ts';
import { testProgram } from '../debug/test-program.ts';
import { type Image, loadImageFile } from './loader/image.ts';
import { Machine, type RunResult } from './machine.ts';
import { MemoryFiles } from './semihosting/memory-files.ts';

const IMAGES = fileURLToPath(new URL('../../firmware/images/', import.meta.url));
const programs = readdirSync(IMAGES).filter((name) => name.endsWith('.elf') && !name.startsWith('bench-'));
const LIMIT_CYCLES = 60_000_000;
/** Of programs that wait for most of a long life: beyond that they only repeat themselves. */
const WAITING_LIMIT_CYCLES = 500_000;
const limitOf = (name: string) =>
  /^(systick-accuracy|watchdog)-/.test(name) ? WAITING_LIMIT_CYCLES : LIMIT_CYCLES;

function build(image: Image, flightRecorder: boolean): Machine {
  const machine = Machine.fromImage(image, { flightRecorder, semihosting: { files: new MemoryFiles() } });
  machine.input('hello, world\nquit\n');
  return machine;
}

/** Runs in pieces of random length. */
function runInPieces(machine: Machine, seed: number, largest: number, limit = LIMIT_CYCLES): RunResult {
  const random = seededWords(seed);
  const length = () => 1 + ((random() >>> 0) % largest);
  for (;;) {
    const stopWhenWaiting = (random() & 1) === 0;
    const kind = random() & 3;
    const result = machine.run({
      untilCycle: Math.min(limit, kind === 1 ? limit : machine.cycles + 100 * length()),
      ...(kind === 0 ? {} : { maxInstructions: length() }),
      stopWhenWaiting,
    });
    if (result.kind !== 'cycle-limit' && result.kind !== 'instruction-limit') return result;
    if (machine.cycles >= limit) return result;
  }
}

describe('it makes no difference into which pieces a run is cut', () => {
  test.each(programs)('%s', (name) => {
    const image = loadImageFile(IMAGES + name);
    const whole = build(image, false);
    const limit = limitOf(name);
    const end = whole.run({ untilCycle: limit });
    for (const [seed, largest] of [
      [1, 50],
      [2, 3000],
      [3, 200_000],
    ] as const) {
      const pieces = build(image, seed === 2);
      expect(runInPieces(pieces, seed, largest, limit)).toEqual(end);
      expect(pieces.cycles).toBe(whole.cycles);
      expect(pieces.console).toBe(whole.console);
      expect(pieces.statistics()).toEqual(whole.statistics());
      expect(pieces.stateHash()).toBe(whole.stateHash());
    }
  });
});

/** Counts in RAM how often it has started, asks for a reset until that is three times, and then ends. */
const RESETTING = testProgram({
  _start: [
    ['lui', { rd: 5, imm: 0x80100000 | 0 }],
    ['lw', { rd: 6, rs1: 5, imm: 0 }],
    ['addi', { rd: 6, rs1: 6, imm: 1 }],
    ['sw', { rs1: 5, rs2: 6, imm: 0 }],
    ['addi', { rd: 7, rs1: 0, imm: 3 }],
    ['lui', { rd: 5, imm: 0x00100000 }],
    ['beq', { rs1: 6, rs2: 7 }, 'end'],
    ['lui', { rd: 7, imm: 0x7000 }],
    ['addi', { rd: 7, rs1: 7, imm: 0x777 }],
    ['sw', { rs1: 5, rs2: 7, imm: 0 }],
    'end:',
    ['lui', { rd: 7, imm: 0x5000 }],
    ['addi', { rd: 7, rs1: 7, imm: 0x555 }],
    ['sw', { rs1: 5, rs2: 7, imm: 0 }],
  ],
});

describe('a guest that resets the machine', () => {
  test('is counted over all of its lives, in whatever pieces', () => {
    const whole = Machine.fromImage(RESETTING, { flightRecorder: true });
    expect(whole.run()).toMatchObject({ kind: 'exit', code: 0 });
    expect(whole.statistics()).toMatchObject({ resets: 2, instructions: 2 * 16 + 16, cycles: 2 * 16 + 16 });
    expect(whole.report()).toMatch(/Last branches, the latest last\n/);
    for (const seed of [1, 2, 3]) {
      const pieces = Machine.fromImage(RESETTING);
      expect(runInPieces(pieces, seed, 10)).toEqual({ kind: 'exit', code: 0, reason: 'test finisher' });
      expect(pieces.statistics()).toEqual(whole.statistics());
      expect(pieces.stateHash()).toBe(whole.stateHash());
    }
  });

  test('meets limits over all of its lives', () => {
    const machine = Machine.fromImage(RESETTING);
    expect(machine.run({ maxInstructions: 40 }).kind).toBe('instruction-limit');
    expect(machine.instructions).toBe(40);
    expect(machine.run({ untilCycle: 45 }).kind).toBe('cycle-limit');
    expect(machine.cycles).toBe(45);
  });
});

describe('waiting', () => {
  test('ends where only input can go on, or at the limit, as asked', () => {
    const image = loadImageFile(`${IMAGES}uart-echo-riscv32.elf`);
    const machine = Machine.fromImage(image);
    machine.setInputOpen(true);
    expect(machine.run().kind).toBe('waiting-for-input');
    const before = machine.cycles;
    expect(machine.run({ maxCycles: 5000, stopWhenWaiting: true }).kind).toBe('waiting-for-input');
    expect(machine.cycles).toBe(before);
    expect(machine.run({ maxCycles: 5000 }).kind).toBe('cycle-limit');
    expect(machine.cycles).toBe(before + 5000);
    expect(machine.run({ maxInstructions: 5 }).kind).toBe('waiting-for-input');
  });

  test('a timer far away is not taken for input', () => {
    // 2^29 ticks of 10 cycles: farther than the run loop ever runs in one go.
    const image = testProgram({
      _start: [
        ['lui', { rd: 5, imm: 0x02004000 }],
        ['lui', { rd: 6, imm: 0x20000000 }],
        ['sw', { rs1: 5, rs2: 0, imm: 4 }],
        ['sw', { rs1: 5, rs2: 6, imm: 0 }],
        ['addi', { rd: 7, rs1: 0, imm: 0x80 }],
        ['csrrw', { rd: 0, rs1: 7, imm: 0x304 }],
        ['wfi'],
        'spin:',
        ['jal', { rd: 0 }, 'spin'],
      ],
    });
    const machine = Machine.fromImage(image);
    machine.setInputOpen(true);
    expect(machine.run()).toEqual({ kind: 'stuck', reason: expect.stringMatching(/^a jump to itself/) });
    expect(machine.cycles).toBeGreaterThanOrEqual(10 * 2 ** 29);
    expect(machine.cycles).toBeLessThan(10 * 2 ** 29 + 100);
  });
});

// If the limit came first there, the jump would be executed once more to find out, and the end of the run would
// depend on its pieces.
test('a dead jump to itself is found when it is executed first, also where just that uses up a limit', () => {
  const image = testProgram({ _start: ['spin:', ['jal', { rd: 0 }, 'spin']] });
  const whole = Machine.fromImage(image);
  const end = whole.run();
  expect(end.kind).toBe('stuck');
  for (const limit of [{ maxCycles: 1 }, { maxInstructions: 1 }]) {
    const pieces = Machine.fromImage(image);
    expect(pieces.run({ untilSymbol: '_start' }).kind).toBe('breakpoint');
    expect(pieces.run(limit)).toEqual(end);
    expect(pieces.cycles).toBe(whole.cycles);
    expect(pieces.stateHash()).toBe(whole.stateHash());
  }
});
