import { expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { CmsdkWatchdog, type WatchdogVariant } from './cmsdk-watchdog.ts';

const [LOAD, VALUE, CONTROL, INTCLR, RIS, MIS] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14] as const;
const [LOCK, ITCR, ITOP] = [0xc00, 0xf00, 0xf04] as const;
const INTEN = 1;
const RESEN = 2;

function setUp(variant: WatchdogVariant = 'cmsdk') {
  const bench = new TestBench(25_000_000);
  const line = new Line('nmi');
  const resets: number[] = [];
  const power = { exit() {}, reset: () => void resets.push(bench.now) };
  const watchdog = bench.create(
    (context) => new CmsdkWatchdog(context, { name: 'watchdog', interrupt: line, power, variant }),
  );
  return {
    bench,
    line,
    resets,
    watchdog,
    read: (offset: number) => watchdog.read(offset, 4),
    write: (offset: number, value: number) => watchdog.write(offset, 4, value),
  };
}

test('the first time-out interrupts, the second resets', () => {
  const { bench, line, resets, read, write } = setUp();
  write(LOAD, 100);
  write(CONTROL, INTEN | RESEN);
  bench.run(99);
  expect([line.level, line.mayRise(), read(VALUE)]).toEqual([false, true, 1]);
  bench.run(1);
  expect([line.level, read(RIS), read(MIS), resets]).toEqual([true, 1, 1, []]);
  bench.run(100);
  expect(resets).toEqual([]);
  bench.run(1);
  expect(resets).toEqual([201]);
});

test('a guest that clears the interrupt in time is never reset, and each time the count begins anew', () => {
  const { bench, line, resets, read, write } = setUp();
  write(LOAD, 100);
  write(CONTROL, INTEN | RESEN);
  for (let i = 0; i < 10; i++) {
    bench.run(150);
    expect(line.level).toBe(true);
    write(INTCLR, 0);
    expect([line.level, read(VALUE), read(RIS)]).toEqual([false, 100, 0]);
  }
  expect(resets).toEqual([]);
});

test('without RESEN a second time-out changes nothing', () => {
  const { bench, line, resets, write } = setUp();
  write(LOAD, 10);
  write(CONTROL, INTEN);
  bench.run(1000);
  expect([line.level, resets]).toEqual([true, []]);
});

test('it counts only while INTEN is set, from WDOGLOAD', () => {
  const { bench, line, read, write } = setUp();
  write(LOAD, 50);
  bench.run(1000);
  expect([read(VALUE), line.mayRise()]).toEqual([50, false]);
  write(CONTROL, INTEN);
  bench.run(20);
  expect(read(VALUE)).toBe(30);
  write(CONTROL, 0);
  bench.run(20);
  expect(read(VALUE)).toBe(30);
  write(CONTROL, INTEN);
  expect(read(VALUE)).toBe(50);
  write(LOAD, 7);
  bench.run(7);
  expect(line.level).toBe(true);
});

test('locked, it takes no writes but the key', () => {
  const { bench, read, write } = setUp();
  write(LOCK, 1);
  write(LOAD, 50);
  write(CONTROL, INTEN);
  expect([read(LOCK), read(LOAD), read(CONTROL)]).toEqual([1, 0xffff_ffff, 0]);
  expect(bench.errors).toEqual([
    'locked: write at offset 0x0 while WDOGLOCK is locked',
    'locked: write at offset 0x8 while WDOGLOCK is locked',
  ]);
  write(LOCK, 0x1acc_e551);
  write(LOAD, 50);
  expect([read(LOCK), read(LOAD)]).toEqual([0, 50]);
});

test('a reset unlocks and stops it', () => {
  const { bench, line, watchdog, read, write } = setUp();
  write(LOAD, 10);
  write(CONTROL, INTEN);
  write(LOCK, 1);
  bench.run(20);
  watchdog.reset();
  expect([line.level, read(LOCK), read(VALUE), read(RIS)]).toEqual([false, 0, 0xffff_ffff, 0]);
  bench.run(1000);
  expect(line.level).toBe(false);
});

test('the integration test registers drive its outputs', () => {
  const { line, resets, write } = setUp();
  write(ITOP, 3);
  expect([line.level, resets.length]).toEqual([false, 0]);
  write(ITCR, 1);
  expect([line.level, resets.length]).toEqual([true, 1]);
  write(ITOP, 0);
  expect([line.level, resets.length]).toEqual([false, 1]);
});

test('of Stellaris parts: once the interrupt is enabled its control stays as it is', () => {
  const { bench, line, resets, read, write, watchdog } = setUp('luminary');
  write(LOAD, 100);
  write(CONTROL, RESEN);
  expect(read(CONTROL)).toBe(RESEN);
  write(CONTROL, INTEN);
  write(CONTROL, INTEN | RESEN);
  write(CONTROL, 0);
  expect(read(CONTROL)).toBe(INTEN);
  write(ITCR, 1);
  write(ITOP, 1);
  bench.run(1000);
  expect([line.level, resets, read(0xfe0), read(0xfd0)]).toEqual([true, [], 0x05, 0]);
  watchdog.reset();
  expect(read(CONTROL)).toBe(0);
});

test('loaded with 0 it does nothing, and says so', () => {
  const { bench, line, resets, watchdog, write } = setUp();
  write(LOAD, 0);
  write(CONTROL, INTEN | RESEN);
  expect([line.mayRise(), watchdog.mayReset()]).toEqual([false, false]);
  bench.run(1000);
  expect([line.level, resets]).toEqual([false, []]);
  write(LOAD, 5);
  expect([line.mayRise(), watchdog.mayReset()]).toEqual([true, true]);
});
