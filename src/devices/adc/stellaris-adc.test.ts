import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { StellarisAdc } from './stellaris-adc.ts';

const [ACTSS, RIS, IM, ISC, OSTAT, EMUX, USTAT, PSSI] = [
  0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x28,
] as const;
const muxOf = (n: number) => 0x40 + 0x20 * n;
const controlOf = (n: number) => 0x44 + 0x20 * n;
const fifoOf = (n: number) => 0x48 + 0x20 * n;
const statusOf = (n: number) => 0x4c + 0x20 * n;
const [EMPTY, FULL] = [0x100, 0x1000] as const;
const HALF_RANGE = 0x200;
const TEMPERATURE = 557;

function setUp() {
  const bench = new TestBench();
  const interrupts = [0, 1, 2, 3].map((n) => new Line(`adc0.ss${n}`)) as [Line, Line, Line, Line];
  const trigger = new Line('timer0.trigger');
  let timerRuns = false;
  trigger.drivenBy(() => timerRuns);
  const adc = bench.create(
    (context) => new StellarisAdc(context, { name: 'adc0', interrupts, triggers: [trigger] }),
  );
  return {
    ...{ bench, interrupts, trigger },
    runTimer: () => {
      timerRuns = true;
    },
    read: (offset: number) => adc.read(offset, 4),
    write: (offset: number, value: number) => adc.write(offset, 4, value),
  };
}

test('the processor starts an active sequencer; it goes to the step that ends it', () => {
  const { read, write, interrupts } = setUp();
  write(controlOf(1), 0x6080);
  write(IM, 0xf);
  write(PSSI, 2);
  expect(read(statusOf(1))).toBe(EMPTY);
  write(ACTSS, 2);
  write(PSSI, 0xf);
  expect([read(RIS), read(ISC), interrupts.map((line) => line.level)]).toEqual([
    2,
    2,
    [false, true, false, false],
  ]);
  expect(read(statusOf(1))).toBe(FULL);
  expect([0, 1, 2, 3].map(() => read(fifoOf(1)))).toEqual([HALF_RANGE, TEMPERATURE, HALF_RANGE, HALF_RANGE]);
  expect([read(statusOf(1)), read(USTAT)]).toEqual([EMPTY, 0]);
  write(ISC, 2);
  expect([read(RIS), interrupts[1].level]).toEqual([0, false]);
});

test('the FIFO tells where it is, when it runs over and when it is read empty', () => {
  const { read, write } = setUp();
  write(ACTSS, 1);
  write(controlOf(0), 0x020);
  for (let i = 0; i < 3; i++) write(PSSI, 1);
  read(fifoOf(0));
  expect([read(statusOf(0)), read(OSTAT)]).toEqual([0x16, 0]);
  write(PSSI, 1);
  write(PSSI, 1);
  expect([read(statusOf(0)), read(OSTAT)]).toEqual([FULL | 0x11, 1]);
  write(OSTAT, 1);
  for (let i = 0; i < 9; i++) read(fifoOf(0));
  expect([read(OSTAT), read(USTAT), read(statusOf(0))]).toEqual([0, 1, EMPTY | 0x11]);
  write(USTAT, 1);
  expect(read(USTAT)).toBe(0);
});

test('a sequencer has as many steps as its FIFO has places', () => {
  const { read, write } = setUp();
  for (const n of [0, 1, 2, 3]) {
    write(muxOf(n), 0xffff_ffff);
    write(controlOf(n), 0xffff_ffff);
  }
  expect([0, 1, 2, 3].map((n) => [read(muxOf(n)), read(controlOf(n))])).toEqual([
    [0x3333_3333, 0xffff_ffff],
    [0x3333, 0xffff],
    [0x3333, 0xffff],
    [0x3, 0xf],
  ]);
});

describe('a timer', () => {
  test('starts the sequencers that wait for it', () => {
    const { read, write, trigger, interrupts, runTimer } = setUp();
    write(ACTSS, 0xf);
    write(IM, 0xf);
    write(EMUX, 0x5000);
    write(controlOf(3), 6);
    expect(interrupts[3].mayRise()).toBe(false);
    runTimer();
    expect(interrupts.map((line) => line.mayRise())).toEqual([false, false, false, true]);
    trigger.set(true);
    trigger.set(false);
    expect([read(RIS), read(statusOf(3)), read(statusOf(2))]).toEqual([8, FULL, EMPTY]);
  });

  test('what else could start one is reported', () => {
    const { write, bench } = setUp();
    write(EMUX, 0x0f00);
    expect(bench.errors).toEqual(['unimplemented: ADCEMUX: trigger 15 never comes']);
  });
});
