import { expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { CmsdkTimer } from './cmsdk-timer.ts';

const [CTRL, VALUE, RELOAD, INTSTATUS] = [0x00, 0x04, 0x08, 0x0c] as const;
const EN = 1;
const IRQEN = 8;

function setUp() {
  const bench = new TestBench(25_000_000);
  const line = new Line('timer0');
  const timer = bench.create((context) => new CmsdkTimer(context, { name: 'timer0', interrupt: line }));
  return {
    bench,
    line,
    timer,
    read: (offset: number) => timer.read(offset, 4),
    write: (offset: number, value: number) => timer.write(offset, 4, value),
  };
}

test('interrupts when the count comes to 0, every RELOAD + 1 cycles', () => {
  const { bench, line, read, write } = setUp();
  write(RELOAD, 9);
  write(CTRL, EN | IRQEN);
  expect([read(VALUE), line.level, line.mayRise()]).toEqual([9, false, true]);
  const rises: number[] = [];
  line.listen((level) => {
    if (level) rises.push(bench.now);
  });
  for (let i = 0; i < 40; i++) {
    bench.run(1);
    if (line.level) write(INTSTATUS, 1);
  }
  expect(rises).toEqual([9, 19, 29, 39]);
});

test('the interrupt stays until it is cleared, and comes only while it is enabled', () => {
  const { bench, line, read, write } = setUp();
  write(RELOAD, 5);
  write(CTRL, EN);
  expect(line.mayRise()).toBe(false);
  bench.run(100);
  expect([line.level, read(INTSTATUS)]).toEqual([false, 0]);
  write(CTRL, EN | IRQEN);
  bench.run(6);
  expect([line.level, read(INTSTATUS)]).toEqual([true, 1]);
  write(CTRL, 0);
  write(INTSTATUS, 0);
  expect([line.level, read(INTSTATUS)]).toEqual([true, 1]);
  write(INTSTATUS, 1);
  expect([line.level, read(INTSTATUS), line.mayRise()]).toEqual([false, 0, false]);
});

test('VALUE is set by itself and by RELOAD, and holds while the timer is off', () => {
  const { bench, read, write } = setUp();
  write(RELOAD, 100);
  expect(read(VALUE)).toBe(100);
  write(VALUE, 7);
  bench.run(50);
  expect([read(VALUE), read(RELOAD)]).toEqual([7, 100]);
  write(CTRL, EN);
  bench.run(8);
  expect(read(VALUE)).toBe(100);
  bench.run(30);
  write(CTRL, 0);
  bench.run(30);
  expect(read(VALUE)).toBe(70);
});

test('without a RELOAD value it stops at 0 after one interrupt', () => {
  const { bench, line, read, write } = setUp();
  write(VALUE, 3);
  write(CTRL, EN | IRQEN);
  bench.run(3);
  expect([line.level, read(VALUE)]).toEqual([true, 0]);
  write(INTSTATUS, 1);
  bench.run(1000);
  expect([line.level, read(VALUE), line.mayRise()]).toEqual([false, 0, false]);
});

test('external clock and enable are reported', () => {
  const { bench, write } = setUp();
  write(CTRL, 2);
  expect(bench.errors).toEqual(['unimplemented: CTRL: no external clock or enable is connected']);
});
