/** The probe itself: its times are exact, and it sees faults and interrupt lines as they are. */
import { expect, test } from 'vitest';
import { describeWith } from '../tools.ts';
import {
  ARM_PROBE_TOOLS,
  type ArmBoard,
  type ArmOperation,
  delay,
  lines,
  load,
  nmi,
  PHASES,
  probeArm,
  store,
} from './qemu-arm-probe.ts';

const RAM = 0x2000_8000;
const PRECISE_BUS_FAULT = 0x8200;

describeWith(ARM_PROBE_TOOLS, 'the probe of Cortex-M boards', () => {
  test.each<ArmBoard>(['mps2-an385', 'lm3s6965evb'])('%s: each operation takes three ticks', (board) => {
    const kinds: ((i: number) => ArmOperation)[] = [
      (i) => store(RAM + 4 * (i % 8), i, 4, i % PHASES),
      (i) => load(RAM + 4 * (i % 8)),
      (i) => store(RAM + (i % 32), i, 1),
      (i) => load(RAM + 2 * (i % 16), 2),
      (i) => delay(3 + (i % 50)),
      () => lines(),
      () => nmi,
    ];
    // As many as fit one chunk of the list: between two of them the program reads and writes files.
    const operations = Array.from({ length: 1024 }, (_, i) => kinds[(i * i + i) % kinds.length]!(i));
    const answers = probeArm(board, operations);
    const durations = operations.slice(1).map((_, i) => answers[i + 1]!.tick - answers[i]!.tick);
    expect(durations).toEqual(
      operations.slice(0, -1).map((operation) => (operation.kind === 'delay' ? operation.ticks : 3)),
    );
  });

  test('mps2-an385: faults, widths, interrupt lines', () => {
    const timer = 0x4000_0000;
    const operations = [
      store(RAM, 0x1234_5678),
      load(RAM + 1, 1),
      load(RAM + 2, 2),
      load(0x5000_0000),
      store(0x5000_0000, 1, 1),
      lines(),
      store(timer + 8, 100),
      store(timer, 9),
      lines(),
      delay(200),
      lines(),
      store(timer, 0),
      store(timer + 12, 1),
      lines(),
      lines(),
    ];
    const outcomes = probeArm('mps2-an385', operations).map(({ value, status }) => [value, status]);
    expect(outcomes).toEqual([
      [0, 0],
      [0x56, 0],
      [0x1234, 0],
      [0, PRECISE_BUS_FAULT],
      [0, PRECISE_BUS_FAULT],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [1 << 8, 1 << 8],
      [0, 0],
      [0, 0],
      [0, 1 << 8],
      [0, 0],
    ]);
  });
});
