import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { SbconI2c } from './sbcon-i2c.ts';

test('the lines are as the guest sets and clears them', () => {
  const i2c = new TestBench().create((context) => new SbconI2c(context, { name: 'i2c' }));
  const states = [];
  for (const [offset, lines] of [
    [0, 3],
    [4, 2],
    [4, 1],
    [0, 2],
    [0, 0],
    [4, 0],
    [4, 3],
  ] as const) {
    i2c.write(offset, 4, lines);
    states.push(i2c.read(0, 4));
  }
  expect(states).toEqual([3, 1, 0, 2, 2, 2, 0]);
});

test('elsewhere it reads as ones', () => {
  const i2c = new TestBench().create((context) => new SbconI2c(context, { name: 'i2c' }));
  expect([i2c.read(4, 4), i2c.read(0xffe, 2), i2c.peek(1, 1)]).toEqual([0xffff_ffff, 0xffff, 0xff]);
});
