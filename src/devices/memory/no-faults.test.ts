import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { NoFaults } from './no-faults.ts';

test('reads as 0, and says that hardware would fault', () => {
  const bench = new TestBench();
  const device = bench.create((context) => new NoFaults(context, { name: 'nothing' }));
  device.write(0x1000_0001, 2, 0x1234);
  expect([device.read(0xffff_fffc, 4), device.peek(0, 1)]).toEqual([0, 0]);
  expect(bench.errors).toEqual([
    'unmapped: store of 2 bytes, 0x00001234, at 0x10000001: nothing takes it, and hardware would fault',
    'unmapped: load of 4 bytes at 0xfffffffc: nothing takes it, and hardware would fault',
  ]);
});
