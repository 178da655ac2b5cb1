import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { Mps2Fpgaio } from './mps2-fpgaio.ts';

const [LED0, BUTTON, CLK1HZ, CLK100HZ, COUNTER, PRESCALE, PSCNTR] = [
  0, 0x08, 0x10, 0x14, 0x18, 0x1c, 0x20,
] as const;
const SECOND = 25_000_000;

function setUp() {
  const bench = new TestBench(SECOND);
  const fpgaio = bench.create((context) => new Mps2Fpgaio(context, { name: 'fpgaio' }));
  return {
    bench,
    read: (offset: number) => fpgaio.read(offset, 4),
    write: (offset: number, value: number) => fpgaio.write(offset, 4, value),
  };
}

test('LEDs are kept, buttons are not pressed', () => {
  const { read, write } = setUp();
  write(LED0, 3);
  expect([read(LED0), read(BUTTON)]).toEqual([3, 0]);
});

test('seconds and hundredths, from when they were set', () => {
  const { bench, read, write } = setUp();
  bench.run(SECOND - 1);
  expect([read(CLK1HZ), read(CLK100HZ)]).toEqual([0, 99]);
  bench.run(1);
  expect([read(CLK1HZ), read(CLK100HZ)]).toEqual([1, 100]);
  bench.run(SECOND / 2);
  write(CLK1HZ, 0xffff_ffff);
  write(CLK100HZ, 7);
  bench.run(SECOND - 1);
  expect([read(CLK1HZ), read(CLK100HZ)]).toEqual([0xffff_ffff, 106]);
  bench.run(1);
  expect([read(CLK1HZ), read(CLK100HZ)]).toEqual([0, 107]);
});

test('the cycle counter behind its prescaler', () => {
  const { bench, read, write } = setUp();
  bench.run(1000);
  expect([read(COUNTER), read(PSCNTR)]).toEqual([1000, 0]);
  write(COUNTER, 0);
  write(PRESCALE, 9);
  bench.run(1);
  expect([read(COUNTER), read(PSCNTR)]).toEqual([1, 9]);
  bench.run(9);
  expect([read(COUNTER), read(PSCNTR)]).toEqual([1, 0]);
  bench.run(1);
  expect([read(COUNTER), read(PSCNTR)]).toEqual([2, 9]);
  bench.run(995);
  expect([read(COUNTER), read(PSCNTR)]).toEqual([101, 4]);
  write(PSCNTR, 100);
  bench.run(101);
  expect([read(COUNTER), read(PSCNTR)]).toEqual([102, 9]);
});
