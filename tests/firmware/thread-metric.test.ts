/**
 * Thread-Metric on the Rust kernel: the seven tests check themselves, say the same on QEMU, and take fewer instructions
 * an event than the better one of FreeRTOS and ThreadX does.
 */
import { execFileSync } from 'node:child_process';
import { Machine } from 'bluesim';
import { beforeAll, describe, expect, test } from 'vitest';
import { QEMU } from '../../firmware/programs.mjs';
import { describeWith } from '../tools.ts';
import {
  BOARDS,
  firmware,
  image,
  instructionsBetween,
  MAX_CYCLES,
  onQemu,
  TOOLS,
} from './kernel-programs.ts';

const ROUNDS = 10_000;

/** Name, events in a round, and instructions an event of the better one of the two kernels, on RV32IMAC and Cortex-M3. */
const TESTS = [
  ['cooperative', 5, 101, 63],
  ['preemptive', 5, 318, 217],
  ['interrupt', 1, 176, 65],
  ['interrupt-preemption', 1, 499, 290],
  ['message', 1, 162, 127],
  ['synchronization', 1, 62, 50],
  ['memory', 1, 63, 61],
] as const;

describeWith(TOOLS, 'Thread-Metric on the kernel', () => {
  beforeAll(() => {
    for (const board of BOARDS) {
      execFileSync('make', ['-C', firmware, `build-${board}-thread-metric`], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
  }, 600_000);

  describe.each(BOARDS)('on bluesim, %s', (board) => {
    test.each(TESTS)('%s', (name, events) => {
      const machine = Machine.fromFile(image(`thread-metric-${name}`, board), { board });
      expect(machine.run({ maxCycles: MAX_CYCLES })).toMatchObject({ kind: 'exit', code: 0 });
      expect(machine.console).toBe(`${events * ROUNDS} events\r\n`);
    });
  });

  test.each(TESTS)('%s takes fewer instructions an event', (name, events, riscv, arm) => {
    for (const [board, bar] of [
      ['virt', riscv],
      ['mps2-an385', arm],
    ] as const) {
      const file = image(`thread-metric-${name}`, board);
      const instructions = instructionsBetween(file, board, 'thread-metric: begin', 'thread-metric: end');
      expect(instructions / (ROUNDS * events)).toBeGreaterThan(10);
      expect(instructions / (ROUNDS * events)).toBeLessThan(bar);
    }
  });

  for (const board of BOARDS) {
    describeWith([QEMU[board]![0]!], `on QEMU, ${board}`, () => {
      test.each(TESTS)('%s', async (name, events) => {
        expect(await onQemu(`thread-metric-${name}`, board)).toEqual({
          end: 0,
          output: `${events * ROUNDS} events\r\n`,
        });
      });
    });
  }
});
