import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { StellarisSystemControl } from './stellaris-system-control.ts';

const [DID0, DC0, SRCR1, RIS, IMC, MISC, RCC, PLLCFG, RCC2] = [
  0x00, 0x08, 0x44, 0x50, 0x54, 0x58, 0x60, 0x64, 0x70,
] as const;
const RCC_RESET = 0x078e_3ac0;
const PWRDN = 1 << 13;
const PLLL = 1 << 6;

function setUp() {
  const bench = new TestBench(12_500_000);
  const interrupt = new Line('irq');
  const uartReset = new Line('uart0.reset');
  const resets: number[] = [];
  uartReset.listen((level) => {
    if (level) resets.push(bench.now);
  });
  const identification = {
    did0: 0x1001_0002,
    did1: 0x1073_402e,
    dc: [1, 2, 3, 4, 5],
    user: [0x5452, 0x56_3412],
  } as const;
  const control = bench.create(
    (context) =>
      new StellarisSystemControl(context, {
        ...{ name: 'sysctl', interrupt, identification, clockControl: bench },
        resets: [{ register: 1, bit: 0, line: uartReset }],
      }),
  );
  return {
    ...{ bench, interrupt, resets, control },
    read: (offset: number) => control.read(offset, 4),
    write: (offset: number, value: number) => control.write(offset, 4, value),
  };
}

test('says what the part is and has', () => {
  const { read } = setUp();
  expect([read(DID0), read(4), read(DC0), read(0x1c), read(0x1e0), read(0x1e4)]).toEqual([
    0x1001_0002, 0x1073_402e, 1, 5, 0x5452, 0x56_3412,
  ]);
});

describe('the core clock', () => {
  test('is 200 MHz by SYSDIV + 1', () => {
    const { bench, write, read, control } = setUp();
    const frequencies: number[] = [];
    for (const divisor of [3, 2, 0, 15]) {
      write(RCC, (divisor << 23) | 0x1c0);
      frequencies.push(bench.frequencyHz);
    }
    expect(frequencies).toEqual([50_000_000, 66_666_667, 200_000_000, 12_500_000]);
    expect(read(PLLCFG)).toBe(0x98ee);
    write(RCC, 3 << 23);
    control.reset();
    expect([bench.frequencyHz, read(RCC)]).toEqual([12_500_000, RCC_RESET]);
  });

  test('follows SYSDIV2 while USERCC2 is set', () => {
    const { bench, write } = setUp();
    write(RCC2, 39 << 23);
    expect(bench.frequencyHz).toBe(12_500_000);
    write(RCC2, 0x8000_0000 | (39 << 23));
    expect(bench.frequencyHz).toBe(5_000_000);
    write(RCC, 0);
    expect(bench.frequencyHz).toBe(5_000_000);
    write(RCC2, 0);
    expect(bench.frequencyHz).toBe(200_000_000);
  });
});

test('the PLL is ready as soon as it is powered', () => {
  for (const register of [RCC, RCC2]) {
    const { read, write, interrupt } = setUp();
    write(IMC, PLLL);
    expect([read(RIS), interrupt.level]).toEqual([0, false]);
    write(register, read(register) & ~PWRDN);
    expect([read(RIS), read(MISC), interrupt.level]).toEqual([PLLL, PLLL, true]);
    write(IMC, 0);
    expect([read(RIS), read(MISC), interrupt.level]).toEqual([PLLL, 0, false]);
    write(MISC, PLLL);
    expect(read(RIS)).toBe(0);
    write(register, read(register));
    expect(read(RIS)).toBe(0);
  }
});

test('resets a peripheral when its bit is set', () => {
  const { bench, write, read, resets } = setUp();
  write(SRCR1, 2);
  bench.run(5);
  write(SRCR1, 3);
  expect([read(SRCR1), resets]).toEqual([3, [5]]);
  write(SRCR1, 1);
  write(SRCR1, 0);
  bench.run(5);
  write(SRCR1, 1);
  expect(resets).toEqual([5, 10]);
});
