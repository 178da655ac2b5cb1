import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Clint } from './clint.ts';

const COMPARE = 0x4000;
const TIME = 0xbff8;

function setUp(frequencyHz?: number, harts = 1) {
  const bench = new TestBench(frequencyHz);
  const lines = Array.from({ length: harts }, (_, i) => ({
    software: new Line(`msip${i}`),
    timer: new Line(`mtip${i}`),
  }));
  const clint = bench.create((context) => new Clint(context, { name: 'clint', harts: lines }));
  const setCompare = (value: bigint, hart = 0) => {
    clint.write(COMPARE + 8 * hart, 4, 0xffff_ffff);
    clint.write(COMPARE + 8 * hart + 4, 4, Number(value >> 32n));
    clint.write(COMPARE + 8 * hart, 4, Number(value & 0xffff_ffffn));
  };
  const setTime = (value: bigint) => {
    clint.write(TIME + 4, 4, Number(value >> 32n));
    clint.write(TIME, 4, Number(value & 0xffff_ffffn));
  };
  return { bench, clint, setCompare, setTime, software: lines[0]!.software, timer: lines[0]!.timer, lines };
}

test('msip drives the software interrupt', () => {
  const { clint, software } = setUp();
  clint.write(0, 4, 1);
  expect(software.level).toBe(true);
  clint.write(0, 4, 0);
  expect(software.level).toBe(false);
  expect(software.mayRise()).toBe(false);
});

describe('mtime', () => {
  test('ticks every ten cycles of 100 MHz', () => {
    const { bench, clint } = setUp();
    bench.runTo(99);
    expect(clint.read(TIME, 4)).toBe(9);
    bench.runTo(100);
    expect(clint.read(TIME, 4)).toBe(10);
  });

  test('does not drift at a frequency that is no multiple', () => {
    const { bench, clint } = setUp(33_333_333);
    bench.runTo(33_333_333 * 1000);
    expect(clint.time).toBe(10_000_000_000n);
    bench.runTo(33_333_333 * 1000 - 1);
    expect(clint.time).toBe(9_999_999_999n);
  });

  test('carries into the high word', () => {
    const { bench, clint } = setUp();
    bench.runTo(10 * 2 ** 32 - 1);
    expect([clint.read(TIME, 4), clint.read(TIME + 4, 4)]).toEqual([0xffff_ffff, 0]);
    bench.run(1);
    expect([clint.read(TIME, 4), clint.read(TIME + 4, 4)]).toEqual([0, 1]);
  });

  test('goes on from what is written', () => {
    const { bench, clint, setTime } = setUp();
    bench.runTo(12_345);
    setTime(0x1234_5678_ffff_fffen);
    expect(clint.time).toBe(0x1234_5678_ffff_fffen);
    bench.run(20);
    expect(clint.time).toBe(0x1234_5679_0000_0000n);
    setTime(3n);
    expect(clint.time).toBe(3n);
  });

  test('starts again at a reset', () => {
    const { bench, clint } = setUp();
    bench.runTo(5000);
    clint.reset();
    expect(clint.time).toBe(0n);
    bench.run(10);
    expect(clint.time).toBe(1n);
  });
});

describe('timer interrupt', () => {
  test('is pending at reset', () => {
    expect(setUp().timer.level).toBe(true);
  });

  test('rises in the cycle in which mtime reaches mtimecmp', () => {
    const { bench, setCompare, timer } = setUp();
    setCompare(1000n);
    expect(timer.level).toBe(false);
    expect(timer.mayRise()).toBe(true);
    bench.runTo(9999);
    expect(timer.level).toBe(false);
    bench.run(1);
    expect(timer.level).toBe(true);
    setCompare(1001n);
    expect(timer.level).toBe(false);
  });

  test('at a frequency that is no multiple too', () => {
    const { bench, setCompare, timer } = setUp(33_333_333);
    setCompare(7n);
    bench.runTo(23);
    expect(timer.level).toBe(false);
    bench.runTo(24);
    expect(timer.level).toBe(true);
  });

  test('a deadline beyond 2^53 cycles never comes', () => {
    const { bench, setCompare, timer } = setUp();
    setCompare(2n ** 53n / 10n + 1n);
    expect(bench.scheduler.pending()).toEqual([]);
    expect(timer.mayRise()).toBe(false);
    setCompare(2n ** 64n - 1n);
    expect(timer.mayRise()).toBe(false);
  });

  test('compares all 64 bits, unsigned', () => {
    const { setCompare, setTime, timer } = setUp();
    setCompare(0x8000_0000_0000_0000n);
    setTime(0x7fff_ffff_ffff_ffffn);
    expect(timer.level).toBe(false);
    setTime(0x8000_0000_0000_0000n);
    expect(timer.level).toBe(true);
    setCompare(0x8000_0000_0000_0001n);
    expect(timer.level).toBe(false);
  });

  test('falls when mtime wraps around, and rises again', () => {
    const { bench, setCompare, setTime, timer } = setUp();
    setCompare(5n);
    setTime(2n ** 64n - 2n);
    expect(timer.level).toBe(true);
    bench.run(19);
    expect(timer.level).toBe(true);
    bench.run(1);
    expect(timer.level).toBe(false);
    expect(timer.mayRise()).toBe(true);
    bench.run(50);
    expect(timer.level).toBe(true);
  });

  test('each hart has its own, from one event', () => {
    const { bench, setCompare, lines } = setUp(undefined, 3);
    setCompare(300n, 0);
    setCompare(100n, 1);
    setCompare(200n, 2);
    const levels = () => lines.map(({ timer }) => timer.level);
    expect(bench.scheduler.pending()).toHaveLength(1);
    bench.runTo(1000);
    expect(levels()).toEqual([false, true, false]);
    bench.runTo(2000);
    expect(levels()).toEqual([false, true, true]);
    bench.runTo(3000);
    expect(levels()).toEqual([true, true, true]);
  });
});

test('a restored one continues identically', () => {
  const original = setUp();
  original.bench.runTo(777);
  original.setTime(2n ** 40n);
  original.setCompare(2n ** 40n + 50n);
  const fresh = setUp();
  fresh.bench.restore(original.bench.snapshot());
  fresh.clint.restore(original.clint.snapshot());
  for (const { bench, clint, timer } of [original, fresh]) {
    expect(timer.level).toBe(false);
    bench.run(500);
    expect(timer.level).toBe(true);
    expect(clint.time).toBe(2n ** 40n + 50n);
  }
});
