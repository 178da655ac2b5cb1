import { expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { Mps2Scc } from './mps2-scc.ts';

const [CFG4, RTN, OUT, CTRL, STAT, DLL, AID, ID] = [
  0x10, 0xa0, 0xa4, 0xa8, 0xac, 0x100, 0xff8, 0xffc,
] as const;
const START = 0x8000_0000;
const WRITE = 0x4000_0000;
const OSCILLATOR = 1 << 20;

function setUp() {
  const scc = new TestBench().create(
    (context) =>
      new Mps2Scc(context, {
        name: 'scc',
        boardRevision: 2,
        applicationId: 0x0020_0008,
        id: 0x4104_3850,
        oscillatorsHz: [50_000_000, 24_576_000, 25_000_000],
      }),
  );
  return {
    scc,
    read: (offset: number) => scc.read(offset, 4),
    write: (offset: number, value: number) => scc.write(offset, 4, value >>> 0),
  };
}

test('identity and clock state', () => {
  const { read, write } = setUp();
  expect([CFG4, DLL, AID, ID].map(read)).toEqual([2, 0xffff_0001, 0x0020_0008, 0x4104_3850]);
  write(DLL, 0x1234_5678);
  expect(read(DLL)).toBe(0x12ff_0001);
});

test('oscillators are read and set; a reset restores them', () => {
  const { scc, read, write } = setUp();
  const frequencies = () =>
    [0, 1, 2].map((device) => {
      write(CTRL, START | OSCILLATOR | device);
      return read(RTN);
    });
  expect(frequencies()).toEqual([50_000_000, 24_576_000, 25_000_000]);
  expect([read(STAT), read(CTRL)]).toEqual([1, OSCILLATOR | 2]);
  write(OUT, 12_288_000);
  write(CTRL, START | WRITE | OSCILLATOR | 1);
  expect([read(STAT), frequencies()]).toEqual([1, [50_000_000, 12_288_000, 25_000_000]]);
  scc.reset();
  expect(frequencies()).toEqual([50_000_000, 24_576_000, 25_000_000]);
});

test.each([
  ['an oscillator that is none', START | OSCILLATOR | 3],
  ['another function', START | (2 << 20)],
])('%s is an error', (_, request) => {
  const { read, write } = setUp();
  write(CTRL, request);
  expect(read(STAT)).toBe(3);
  write(CTRL, OSCILLATOR);
  expect(read(STAT)).toBe(0);
});
