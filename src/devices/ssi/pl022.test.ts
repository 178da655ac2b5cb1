import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Pl022 } from './pl022.ts';

const [CR0, CR1, DR, SR, CPSR, IMSC, RIS, MIS, ICR] = [
  0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20,
] as const;
const LBM = 1;
const SSE = 2;
const MS = 4;
const [ROR, RT, RX, TX] = [1, 2, 4, 8] as const;
const [TFE, TNF, RNE, RFF, BSY] = [1, 2, 4, 8, 16] as const;

function setUp() {
  const bench = new TestBench();
  const interrupt = new Line('irq');
  const emptySlot = new Line('cs');
  emptySlot.set(true);
  const port = bench.create((context) => new Pl022(context, { name: 'ssi0', interrupt, emptySlot }));
  port.write(CR0, 4, 0x0107);
  port.write(CPSR, 4, 2);
  return {
    ...{ bench, interrupt, emptySlot },
    read: (offset: number) => port.read(offset, 4),
    write: (offset: number, value: number) => port.write(offset, 4, value),
  };
}

test('loopback: frames come back, cut to their size', () => {
  const { read, write } = setUp();
  write(CR1, SSE | LBM);
  write(DR, 0x1a5);
  expect([read(SR), read(DR), read(SR)]).toEqual([TFE | TNF | RNE, 0xa5, TFE | TNF]);
  write(CR0, 0x0f);
  write(DR, 0xbeef);
  expect(read(DR)).toBe(0xbeef);
});

test('zeros come in, or ones from a slot without a card', () => {
  const { read, write, emptySlot } = setUp();
  write(CR1, SSE);
  write(DR, 0x40);
  emptySlot.set(false);
  write(DR, 0x40);
  expect([read(DR), read(DR)]).toEqual([0, 0xff]);
});

test('while the port is disabled frames wait', () => {
  const { read, write, bench } = setUp();
  for (let i = 0; i < 8; i++) write(DR, i);
  expect([read(SR), read(RIS)]).toEqual([BSY, 0]);
  write(DR, 8);
  expect(bench.errors).toEqual(['overrun: SSPDR written while the transmit FIFO is full: the frame is lost']);
  write(CR1, SSE | LBM);
  expect([read(SR), read(RIS)]).toEqual([TFE | TNF | RNE | RFF, RX | TX]);
  expect(Array.from({ length: 8 }, () => read(DR))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

describe('interrupts', () => {
  test('TX while half of the FIFO is free, RX from half full', () => {
    const { read, write, interrupt } = setUp();
    write(IMSC, RX);
    write(CR1, SSE);
    for (let i = 0; i < 3; i++) write(DR, i);
    expect([interrupt.level, read(RIS)]).toEqual([false, TX]);
    write(DR, 3);
    expect([interrupt.level, read(MIS)]).toEqual([true, RX]);
    read(DR);
    expect(interrupt.level).toBe(false);
    write(IMSC, TX);
    expect(interrupt.level).toBe(true);
    write(CR1, 0);
    for (let i = 0; i < 5; i++) write(DR, i);
    expect(interrupt.level).toBe(false);
  });

  test('ROR when a frame is lost, until it is cleared', () => {
    const { read, write, interrupt } = setUp();
    write(IMSC, ROR);
    write(CR1, SSE);
    for (let i = 0; i < 9; i++) write(DR, i);
    expect([interrupt.level, read(RIS) & ROR]).toEqual([true, ROR]);
    write(ICR, ROR);
    expect(interrupt.level).toBe(false);
  });

  test('RT 32 bits after the last frame, until all is read', () => {
    const { bench, read, write, interrupt } = setUp();
    write(IMSC, RT);
    write(CR1, SSE);
    expect(interrupt.mayRise()).toBe(false);
    write(DR, 1);
    expect(interrupt.mayRise()).toBe(true);
    bench.run(32 * 4 - 1);
    expect(interrupt.level).toBe(false);
    bench.run(1);
    expect([interrupt.level, read(RIS) & RT]).toEqual([true, RT]);
    read(DR);
    expect(interrupt.level).toBe(false);
  });
});

test('slave mode is reported', () => {
  const { bench, read, write } = setUp();
  write(CR1, SSE | MS);
  write(DR, 1);
  expect([read(SR) & RNE, bench.errors]).toEqual([0, ['unimplemented: SSPCR1: slave mode is not modelled']]);
});
