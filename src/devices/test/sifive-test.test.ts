import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { SifiveTest } from './sifive-test.ts';

function setUp() {
  const bench = new TestBench();
  const acts: string[] = [];
  const power = {
    exit: (code: number) => void acts.push(`exit ${code}`),
    reset: () => void acts.push('reset'),
  };
  return { bench, acts, device: bench.create((context) => new SifiveTest(context, { name: 'test', power })) };
}

test('pass, fail with a code, reset', () => {
  const { device, acts } = setUp();
  device.write(0, 4, 0x5555);
  device.write(0, 4, 0x002a_3333);
  device.write(0, 4, 0xffff_3333);
  device.write(0, 4, 0x7777);
  expect(acts).toEqual(['exit 0', 'exit 42', 'exit 65535', 'reset']);
});

test('two bytes carry no code', () => {
  const { device, acts } = setUp();
  device.write(0, 2, 0x3333);
  expect(acts).toEqual(['exit 0']);
});

test('anything else is a guest error', () => {
  const { device, acts, bench } = setUp();
  device.write(0, 4, 0x1234);
  device.write(4, 4, 0x5555);
  expect(acts).toEqual([]);
  expect(bench.errors).toEqual([
    'unimplemented: finisher: unknown status 0x1234',
    'unmapped: write of 0x00005555 at offset 0x4: no register there',
  ]);
});
