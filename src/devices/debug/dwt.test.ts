import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Dwt } from './dwt.ts';

const CTRL = 0;
const CYCCNT = 4;
const CPICNT = 8;
const SLEEPCNT = 0x10;

function setUp() {
  const bench = new TestBench();
  const traceEnable = new Line('trcena');
  const activity = {
    extraCycles: 0,
    exceptionCycles: 0,
    sleepCycles: 0,
    loadStoreCycles: 0,
    foldedInstructions: 0,
  };
  const dwt = bench.create((context) => new Dwt(context, { name: 'dwt', traceEnable, activity }));
  return {
    bench,
    traceEnable,
    activity,
    dwt,
    read: (offset: number) => dwt.read(offset, 4),
    write: (offset: number, value: number) => dwt.write(offset, 4, value),
  };
}

describe('CYCCNT', () => {
  test('counts cycles of the core clock while TRCENA and CYCCNTENA are set', () => {
    const { bench, traceEnable, read, write } = setUp();
    traceEnable.set(true);
    bench.runTo(100);
    expect(read(CYCCNT)).toBe(0);
    write(CTRL, 1);
    bench.runTo(150);
    expect(read(CYCCNT)).toBe(50);
    write(CTRL, 0);
    bench.runTo(200);
    expect(read(CYCCNT)).toBe(50);
    write(CTRL, 1);
    traceEnable.set(false);
    bench.runTo(300);
    expect(read(CYCCNT)).toBe(50);
    traceEnable.set(true);
    bench.runTo(301);
    expect(read(CYCCNT)).toBe(51);
  });

  test('can be written, and wraps', () => {
    const { bench, traceEnable, read, write } = setUp();
    traceEnable.set(true);
    write(CTRL, 1);
    write(CYCCNT, 0xffff_fff0);
    bench.run(0x20);
    expect(read(CYCCNT)).toBe(0x10);
    bench.run(5 * 2 ** 32);
    expect(read(CYCCNT)).toBe(0x10);
  });
});

test('without TRCENA writes are ignored and reported', () => {
  const { bench, read, write } = setUp();
  write(CTRL, 1);
  expect(read(CTRL)).toBe(0x4000_0000);
  expect(bench.errors).toEqual(['disabled: a write while DEMCR.TRCENA is clear is ignored']);
});

test('CTRL names four comparators, whatever is written', () => {
  const { traceEnable, read, write } = setUp();
  traceEnable.set(true);
  write(CTRL, 0x0fff_ffff);
  expect(read(CTRL)).toBe(0x407f_1fff);
});

describe('profiling counters', () => {
  test('count what the core knows, modulo 256, from when they are enabled', () => {
    const { traceEnable, activity, read, write } = setUp();
    traceEnable.set(true);
    activity.sleepCycles = 1000;
    write(CTRL, 1 << 19);
    activity.sleepCycles = 1100;
    activity.extraCycles = 7;
    expect([read(SLEEPCNT), read(CPICNT)]).toEqual([100, 0]);
    activity.sleepCycles = 1300;
    expect(read(SLEEPCNT)).toBe(300 - 256);
    write(CTRL, 0);
    activity.sleepCycles = 5000;
    expect(read(SLEEPCNT)).toBe(300 - 256);
    write(CTRL, 1 << 19);
    expect(read(SLEEPCNT)).toBe(0);
  });

  test('can be written', () => {
    const { traceEnable, activity, read, write } = setUp();
    traceEnable.set(true);
    write(CTRL, 1 << 17);
    activity.extraCycles = 3;
    write(CPICNT, 0x1f0);
    activity.extraCycles = 23;
    expect(read(CPICNT)).toBe(4);
  });
});

test('the comparators keep what is written', () => {
  const { traceEnable, read, write } = setUp();
  traceEnable.set(true);
  write(0x50, 0x2000_0000);
  write(0x54, 0xff);
  write(0x58, 0x0100_0205);
  expect([read(0x50), read(0x54), read(0x58)]).toEqual([0x2000_0000, 0x1f, 5]);
});
