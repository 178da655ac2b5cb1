import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { PcieHost } from './pcie-host.ts';

test('a scan of the bus finds the host bridge and nothing else', () => {
  const host = new TestBench().create((context) => new PcieHost(context, { name: 'pcie' }));
  const found: string[] = [];
  for (let bus = 0; bus < 256; bus++) {
    for (let device = 0; device < 32; device++) {
      const id = host.read((bus << 20) | (device << 15), 4);
      if (id !== 0xffff_ffff)
        found.push(`${bus}:${device} ${id.toString(16)} ${host.read((bus << 20) + 0xa, 2)}`);
    }
  }
  expect(found).toEqual(['0:0 81b36 1536']);
});

test('writes to functions that are none vanish', () => {
  const bench = new TestBench();
  const host = bench.create((context) => new PcieHost(context, { name: 'pcie' }));
  host.write(0x8000, 4, 5);
  expect([host.read(0x8000, 4), host.read(0x8001, 1), bench.errors]).toEqual([0xffff_ffff, 0xff, []]);
});
