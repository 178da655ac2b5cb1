/**
 * The devices of mps2-an385 against QEMU's: every word of every device page read at reset in every width, what
 * faults, and what random accesses over time lead to. The accesses are made by QEMU's core (qemu-arm-probe.ts) and
 * repeated here at the same cycles. An intended difference is excluded by name, with its reason.
 */
import { expect, test } from 'vitest';
import type { AccessWidth } from '../../src/bus/device.ts';
import { MPS2_AN385 } from '../../src/machine/boards/mps2-an385.ts';
import { describeWith } from '../tools.ts';
import { boardSubject, expectEqualAnswers, replay } from './device-replay.ts';
import { ARM_PROBE_TOOLS, type ArmOperation, load, probeArm } from './qemu-arm-probe.ts';
import { bouts, duration, type Random, type TimerKind } from './timer-bouts.ts';

const TIMER0 = 0x4000_0000;
const TIMER1 = 0x4000_1000;
const DUAL_TIMER = 0x4000_2000;
const WATCHDOG = 0x4000_8000;

const probe = (operations: readonly ArmOperation[]) => probeArm('mps2-an385', operations);

function compare(operations: readonly ArmOperation[], excluded?: (operation: ArmOperation) => boolean): void {
  const theirs = probe(operations);
  expectEqualAnswers(operations, replay(boardSubject(MPS2_AN385), operations, theirs), theirs, excluded);
}

const WIDTHS: readonly AccessWidth[] = [1, 2, 4];

describeWith(ARM_PROBE_TOOLS, 'every page read at reset', () => {
  test('sweep', () => {
    const operations: ArmOperation[] = [];
    for (const { start, end } of boardSubject(MPS2_AN385).bus.mappings) {
      if (end - start > 0x1_0000) continue;
      for (const width of WIDTHS) {
        for (let address = start; address < end; address += width) operations.push(load(address, width));
      }
    }
    compare(operations, (operation) => operation.kind === 'read' && operation.address === WATCHDOG + 4);
  });
});

function timer(base: number): TimerKind {
  return {
    base,
    stop: [[0x00, 0]],
    begin: (random) => [
      [0x0c, 1],
      [0x08, duration(random)],
      [0x04, duration(random)],
    ],
    write(random) {
      const offset = [0x00, 0x00, 0x00, 0x04, 0x08, 0x0c][random(6)]!;
      const control = [9, 9, 9, 1, 0, 8, random(16)][random(7)]!;
      return [offset, offset === 0x00 ? control : offset === 0x0c ? 1 : duration(random)];
    },
    offsets: [0x00, 0x04, 0x04, 0x04, 0x08, 0x0c],
  };
}

/** The prescaler is set while the timer is off: QEMU divides the count of a running one by the new prescaler. */
function dualTimer(): TimerKind {
  const prescale = [0, 0];
  const control = (random: Random, timer: number) =>
    (random(256) & 0x63) | prescale[timer]! | (random(4) === 0 ? 0 : 0x80);
  return {
    base: DUAL_TIMER,
    stop: [
      [0x08, 0],
      [0x28, 0],
    ],
    begin: (random) =>
      [0, 1].flatMap((timer) => {
        prescale[timer] = [0, 0, 4, 8][random(4)]!;
        const at = 0x20 * timer;
        return [
          [at + 0x08, control(random, timer) & 0x7f],
          [at + 0x0c, 1],
          [at, 1 + duration(random)],
        ] as const;
      }),
    write(random) {
      const timer = random(2);
      const offset = [0x08, 0x08, 0x08, 0x0c, 0x18][random(5)]!;
      return [0x20 * timer + offset, offset === 0x08 ? control(random, timer) : 1 + duration(random)];
    },
    offsets: [0x00, 0x04, 0x04, 0x04, 0x08, 0x10, 0x14, 0x18, 0x20, 0x24, 0x24, 0x24, 0x28, 0x30, 0x34, 0x38],
  };
}

describeWith(ARM_PROBE_TOOLS, 'random accesses over time', () => {
  test.each([
    [0, TIMER0],
    [1, TIMER1],
  ])('timer %i', (seed, base) => {
    compare(bouts(timer(base), seed, 200).operations);
  });

  test('dual timer', () => {
    const { operations, begins } = bouts(dualTimer(), 3, 400);
    const theirs = probe(operations);
    const subject = boardSubject(MPS2_AN385);
    // When mode or reload value change while a count is 0, QEMU has decided what follows, until the next bout.
    const decided = new Set<number>();
    let isDecided = false;
    const ours = replay(subject, operations, theirs, (operation, index) => {
      if (begins.has(index)) isDecided = false;
      if (operation.kind === 'write' && [0x08, 0x18].includes(operation.address & 0x1f)) {
        const registers = DUAL_TIMER + (operation.address & 0x20);
        const control = subject.bus.peek(registers + 0x08, 4)!;
        const mask = (control & 0x02) === 0 ? 0xffff : 0xffff_ffff;
        if ((control & 0x80) !== 0 && (subject.bus.peek(registers + 0x04, 4)! & mask) === 0) isDecided = true;
      }
      if (isDecided) decided.add(index);
    });
    expectEqualAnswers(operations, ours, theirs, (_, index) => decided.has(index));
    expect(decided.size).toBeLessThan(0.3 * operations.length);
  });
});
