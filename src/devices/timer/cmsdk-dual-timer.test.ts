import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { CmsdkDualTimer } from './cmsdk-dual-timer.ts';

const [LOAD, VALUE, CONTROL, INTCLR, RIS, MIS, BGLOAD] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18] as const;
const SECOND = 0x20;
const [ITCR, ITOP] = [0xf00, 0xf04] as const;
const ONESHOT = 0x01;
const SIZE_32 = 0x02;
const BY_16 = 0x04;
const BY_256 = 0x08;
const INTEN = 0x20;
const PERIODIC = 0x40;
const ENABLE = 0x80;

function setUp() {
  const bench = new TestBench(25_000_000);
  const line = new Line('dual-timer');
  const timer = bench.create(
    (context) => new CmsdkDualTimer(context, { name: 'dual-timer', interrupt: line }),
  );
  return {
    bench,
    line,
    read: (offset: number) => timer.read(offset, 4),
    write: (offset: number, value: number) => timer.write(offset, 4, value),
  };
}

describe('modes', () => {
  test('periodic: an interrupt every LOAD + 1 ticks', () => {
    const { bench, line, read, write } = setUp();
    write(LOAD, 10);
    write(CONTROL, ENABLE | PERIODIC | SIZE_32 | INTEN);
    bench.run(9);
    expect([read(VALUE), line.level]).toEqual([1, false]);
    bench.run(1);
    expect([read(VALUE), read(RIS), read(MIS), line.level]).toEqual([0, 1, 1, true]);
    write(INTCLR, 0);
    expect([read(RIS), line.level, line.mayRise()]).toEqual([0, false, true]);
    bench.run(1);
    expect(read(VALUE)).toBe(10);
    bench.run(10);
    expect(line.level).toBe(true);
  });

  test('free running: on from the largest value, of 32 bits or of 16 with the upper half kept', () => {
    const { bench, read, write } = setUp();
    write(LOAD, 0x1234_0002);
    write(CONTROL, ENABLE);
    bench.run(3);
    expect([read(VALUE), read(RIS)]).toEqual([0x1234_ffff, 1]);
    write(CONTROL, ENABLE | SIZE_32);
    bench.run(0xffff);
    expect(read(VALUE)).toBe(0x1234_0000);
    bench.run(1);
    expect(read(VALUE)).toBe(0x1233_ffff);
    write(LOAD, 0);
    bench.run(1);
    expect(read(VALUE)).toBe(0xffff_ffff);
  });

  test('one-shot: stops at 0 until it is loaded', () => {
    const { bench, line, read, write } = setUp();
    write(LOAD, 5);
    write(CONTROL, ENABLE | ONESHOT | SIZE_32 | INTEN);
    bench.run(100);
    expect([read(VALUE), line.level]).toEqual([0, true]);
    write(INTCLR, 1);
    bench.run(100);
    expect([line.level, line.mayRise()]).toEqual([false, false]);
    write(LOAD, 7);
    bench.run(6);
    expect(line.level).toBe(false);
    bench.run(1);
    expect(line.level).toBe(true);
  });

  test('BGLOAD changes what follows 0, and not the count', () => {
    const { bench, read, write } = setUp();
    write(LOAD, 10);
    write(CONTROL, ENABLE | PERIODIC | SIZE_32);
    bench.run(3);
    write(BGLOAD, 50);
    expect([read(VALUE), read(LOAD), read(BGLOAD)]).toEqual([7, 50, 50]);
    bench.run(8);
    expect(read(VALUE)).toBe(50);
  });
});

test.each([
  ['16', BY_16, 16],
  ['256', BY_256, 256],
])('the prescaler divides by %s', (_, prescale, divisor) => {
  const { bench, read, write } = setUp();
  write(LOAD, 3);
  write(CONTROL, ENABLE | PERIODIC | SIZE_32 | prescale);
  bench.run(divisor - 1);
  expect(read(VALUE)).toBe(3);
  bench.run(1);
  expect(read(VALUE)).toBe(2);
  bench.run(2 * divisor - 1);
  expect(read(RIS)).toBe(0);
  bench.run(1);
  expect([read(VALUE), read(RIS)]).toEqual([0, 1]);
});

test('either timer raises the line, if its interrupt is enabled', () => {
  const { bench, line, read, write } = setUp();
  write(LOAD, 4);
  write(CONTROL, ENABLE | PERIODIC | SIZE_32);
  write(SECOND + LOAD, 8);
  write(SECOND + CONTROL, ENABLE | PERIODIC | SIZE_32 | INTEN);
  bench.run(5);
  expect([read(RIS), read(MIS), line.level]).toEqual([1, 0, false]);
  bench.run(4);
  expect([read(SECOND + MIS), line.level]).toEqual([1, true]);
  write(SECOND + INTCLR, 1);
  expect(line.level).toBe(false);
  write(CONTROL, ENABLE | PERIODIC | SIZE_32 | INTEN);
  expect(line.level).toBe(true);
});

test('the integration test register drives the line', () => {
  const { line, write } = setUp();
  write(ITOP, 2);
  expect(line.level).toBe(false);
  write(ITCR, 1);
  expect(line.level).toBe(true);
  write(ITOP, 0);
  expect(line.level).toBe(false);
});
