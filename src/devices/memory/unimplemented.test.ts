import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { Unimplemented } from './unimplemented.ts';

test('reads as 0, and says that it is not modelled', () => {
  const bench = new TestBench();
  const device = bench.create((context) => new Unimplemented(context, { name: 'pwm', sizeBytes: 0x1000 }));
  device.write(0x10, 4, 0xffff_ffff);
  expect([device.read(0x10, 4), device.peek(0x10, 1)]).toEqual([0, 0]);
  expect(bench.errors).toEqual([
    'unimplemented: write of 0xffffffff at offset 0x10: pwm is not modelled',
    'unimplemented: read at offset 0x10: pwm is not modelled',
  ]);
});
