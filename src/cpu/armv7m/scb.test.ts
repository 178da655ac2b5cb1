import { describe, expect, test } from 'vitest';
import { createNvic } from '../../../tests/armv7m-bench.ts';
import { type BenchOptions, SystemBench } from './testing.ts';

const BASE = 0xe000_e000;

function setUp(options: BenchOptions = {}, lineCount = 64) {
  const { nvic } = createNvic(lineCount);
  const bench = new SystemBench(nvic, options);
  const { data } = bench;
  return {
    bench,
    nvic,
    read: (offset: number, width: 1 | 2 | 4 = 4) => data.load((BASE + offset) | 0, width) >>> 0,
    write: (offset: number, value: number, width: 1 | 2 | 4 = 4) =>
      data.store((BASE + offset) | 0, width, value | 0),
  };
}

test('what identifies the processor', () => {
  const { read } = setUp();
  expect([read(0x004), read(0xd00), read(0xd90)]).toEqual([1, 0x410f_c231, 0x800]);
  const features = Array.from({ length: 13 }, (_, i) => read(0xd40 + 4 * i));
  expect(features).toEqual([
    0x30, 0x200, 0x10_0000, 0, 0x10_0030, 0, 0x100_0000, 0, 0x110_0110, 0x211_1000, 0x2111_2231, 0x111_1110,
    0x131_0102,
  ]);
  expect(Array.from({ length: 12 }, (_, i) => read(0xfd0 + 4 * i, 1))).toEqual([
    4, 0, 0, 0, 0, 0xb0, 0x1b, 0, 0x0d, 0xe0, 0x05, 0xb1,
  ]);
});

test.each([
  [1, 0],
  [32, 0],
  [33, 1],
  [240, 7],
])('ICTR of %i lines is %i', (count, expected) => {
  expect(setUp({}, count).read(0x004)).toBe(expected);
});

test('a processor of another kind', () => {
  const { read } = setUp({ cpuid: 0x410f_c241, regionCount: 0 });
  expect([read(0xd00), read(0xd90)]).toEqual([0x410f_c241, 0]);
});

// B3.2, B3.5: offset, what is written, what is read then.
test.each([
  ['ACTLR', 0x008, 7],
  ['VTOR', 0xd08, 0xffff_ff80],
  ['SCR', 0xd10, 0x16],
  ['CCR', 0xd14, 0x31b],
  ['SHPR1', 0xd18, 0x00ff_ffff],
  ['SHPR2', 0xd1c, 0xff00_0000],
  ['SHPR3', 0xd20, 0xffff_00ff],
  ['CFSR', 0xd28, 0],
  ['HFSR', 0xd2c, 0],
  ['DFSR', 0xd30, 0],
  ['MMFAR', 0xd34, 0xffff_ffff],
  ['BFAR', 0xd38, 0xffff_ffff],
  ['AFSR', 0xd3c, 0],
  ['CPACR', 0xd88, 0],
  ['MPU_TYPE', 0xd90, 0x800],
  ['MPU_CTRL', 0xd94, 7],
  ['DHCSR', 0xdf0, 0],
  ['DEMCR', 0xdfc, 0x010f_07f1],
  ['STIR', 0xf00, 0],
  ['CPUID', 0xd00, 0x410f_c231],
])('%s: ones written', (_name, offset, expected) => {
  const { read, write } = setUp();
  write(offset, 0xffff_ffff);
  expect(read(offset)).toBe(expected);
});

test('status registers are cleared by ones', () => {
  const { bench, read, write } = setUp();
  const { registers } = bench;
  registers.cfsr = 0x030f_9f9b;
  registers.hfsr = 0xc000_0002 | 0;
  registers.dfsr = 0x1f;
  write(0xd28, 0x1_0001);
  write(0xd2c, 0x8000_0000);
  write(0xd30, 0x12);
  expect([read(0xd28), read(0xd2c), read(0xd30)]).toEqual([0x030e_9f9a, 0x4000_0002, 0x0d]);
});

describe('narrow accesses', () => {
  test('reach priorities, fault status and identification', () => {
    const { bench, read, write } = setUp();
    write(0xd1f, 0x80, 1);
    write(0xd22, 0x1234, 2);
    expect([read(0xd1c), read(0xd20), read(0xd1f, 1), read(0xd22, 2)]).toEqual([
      0x8000_0000, 0x1234_0000, 0x80, 0x1234,
    ]);
    bench.registers.cfsr = 0x0201_8282;
    expect([read(0xd28, 1), read(0xd29, 1), read(0xd2a, 2)]).toEqual([0x82, 0x82, 0x0201]);
    write(0xd2a, 0x0200, 2);
    write(0xd28, 0x80, 1);
    expect(read(0xd28)).toBe(0x1_8202);
    expect(read(0xfe4, 1)).toBe(0xb0);
  });

  test('halves of RASR', () => {
    const { read, write } = setUp();
    write(0xda0, 0x0300_0000);
    write(0xda0, 0x001f, 2);
    write(0xda2, 0x1103, 2);
    expect([read(0xda0), read(0xda2, 2), read(0xdb8)]).toEqual([0x1103_001f, 0x1103, 0x1103_001f]);
  });

  test('elsewhere read zero and are ignored, with a word to the developer', () => {
    const { bench, read, write } = setUp();
    write(0xd14, 0, 1);
    expect([read(0xd14, 1), read(0xd14), read(0xd00, 2)]).toEqual([0, 0x200, 0]);
    expect(bench.errors).toEqual([
      'width: write of 1 bytes at 0xe000ed14',
      'width: read of 1 bytes at 0xe000ed14',
      'width: read of 2 bytes at 0xe000ed00',
    ]);
  });
});

test('registers that cannot be written are reported', () => {
  const { bench, write } = setUp();
  write(0xd00, 1);
  expect(bench.errors).toEqual(['read-only: write of 0x00000001 at 0xe000ed00: no writable register there']);
});

test('STIR makes an interrupt pending; the number of a line that does not exist is ignored', () => {
  const { nvic, write } = setUp({}, 40);
  write(0xf00, 39);
  write(0xf00, 40);
  write(0xf00, 0x200);
  expect([nvic.peek(0x100, 4), nvic.peek(0x104, 4)]).toEqual([1, 0x80]);
});

test('the aliases of the MPU reach the region that is selected', () => {
  const { read, write } = setUp();
  write(0xd98, 2);
  write(0xda4, 0x2000_0000);
  write(0xdb0, 0x0300_0017);
  expect([read(0xd9c), read(0xdac), read(0xdb4), read(0xda0), read(0xda8)]).toEqual([
    0x2000_0002, 0x2000_0002, 0x2000_0002, 0x0300_0017, 0x0300_0017,
  ]);
  write(0xdb4, 0x2000_1015);
  expect([read(0xd98), read(0xd9c), read(0xda0)]).toEqual([5, 0x2000_1005, 0]);
});

test('TRCENA reaches the trace units', () => {
  const { bench, write } = setUp();
  write(0xdfc, 1 << 24);
  expect(bench.traceEnable.level).toBe(true);
  const state = bench.registers.snapshot();
  bench.reset();
  expect(bench.traceEnable.level).toBe(false);
  bench.registers.restore(state);
  expect(bench.traceEnable.level).toBe(true);
});

test('a peek never has an effect', () => {
  const { bench } = setUp();
  bench.registers.cfsr = 0x82;
  const before = [bench.registers.snapshot(), bench.exceptions.snapshot(), bench.mpu.snapshot()];
  for (let offset = 0xd00; offset < 0x1000; offset += 4) {
    for (const width of [1, 2, 4] as const) bench.bus.peek(BASE + offset, width);
  }
  expect([bench.registers.snapshot(), bench.exceptions.snapshot(), bench.mpu.snapshot()]).toEqual(before);
  expect(bench.errors).toEqual([]);
});
