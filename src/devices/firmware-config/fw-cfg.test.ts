import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { FwCfg } from './fw-cfg.ts';

test('an item is read byte by byte in any width, and has zeros behind it', () => {
  const bench = new TestBench();
  const items = new Map([[0x1234, Uint8Array.of(1, 2, 3, 4, 5)]]);
  const device = bench.create((context) => new FwCfg(context, { name: 'fw-cfg', items }));
  expect([device.read(0, 4), device.read(0, 1)]).toEqual([0x554d_4551, 0]);
  device.write(8, 2, 0x3412);
  expect([device.read(0, 1), device.read(0, 2), device.read(0, 4), device.read(0, 4)]).toEqual([
    1, 0x0302, 0x0504, 0,
  ]);
  device.write(8, 2, 0x0100);
  expect(device.read(0, 4)).toBe(1);
  expect(bench.errors).toEqual([]);
});

test('everything else is a guest error', () => {
  const bench = new TestBench();
  const device = bench.create((context) => new FwCfg(context, { name: 'fw-cfg' }));
  device.read(8, 2);
  device.write(0x10, 4, 1);
  expect(bench.errors).toEqual([
    'write-only: read of the fw_cfg selector',
    'unimplemented: fw_cfg: write of 4 bytes at offset 0x10',
  ]);
});
