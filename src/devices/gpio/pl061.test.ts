import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Pl061, type Pl061Options } from './pl061.ts';

const [DATA, DIR, IS, IBE, IEV, IM, RIS, MIS, ICR, AFSEL] = [
  0x3fc, 0x400, 0x404, 0x408, 0x40c, 0x410, 0x414, 0x418, 0x41c, 0x420,
] as const;
const [DR2R, DR4R, DR8R, PUR, PDR, DEN, LOCK, CR] = [
  0x500, 0x504, 0x508, 0x510, 0x514, 0x51c, 0x520, 0x524,
] as const;

function setUp(options: Partial<Pl061Options> = {}) {
  const bench = new TestBench();
  const interrupt = new Line('irq');
  const inputs = Array.from({ length: 8 }, (_, pin) => (pin < 4 ? new Line(`in${pin}`) : undefined));
  const outputs = Array.from({ length: 8 }, (_, pin) => (pin < 2 ? new Line(`out${pin}`) : undefined));
  const port = bench.create(
    (context) => new Pl061(context, { name: 'gpioa', interrupt, inputs, outputs, ...options }),
  );
  return {
    ...{ interrupt, port },
    drive: (pin: number, level: boolean) => inputs[pin]!.set(level),
    driven: () => outputs.map((line) => line?.level),
    read: (offset: number) => port.read(offset, 4),
    write: (offset: number, value: number) => port.write(offset, 4, value),
  };
}

test('address bits choose the pins that data reach', () => {
  const { read, write } = setUp();
  write(DIR, 0xff);
  write(DATA, 0xff);
  write(0xc << 2, 0x5a);
  expect([read(DATA), read(0x3 << 2), read(0), read(0x8 << 2)]).toEqual([0xfb, 0x3, 0, 0x8]);
});

test('an input reads its wire, or its pull', () => {
  const { read, write, drive } = setUp();
  expect(read(DATA)).toBe(0);
  drive(0, true);
  write(PUR, 0x31);
  expect(read(DATA)).toBe(0x31);
  write(PDR, 0x10);
  expect([read(DATA), read(PUR)]).toEqual([0x21, 0x21]);
  write(DIR, 0x20);
  expect(read(DATA)).toBe(0x01);
});

test('outputs are driven; a pin that is none is high', () => {
  const { write, driven } = setUp();
  expect(driven().slice(0, 2)).toEqual([true, true]);
  write(DIR, 1);
  expect(driven().slice(0, 2)).toEqual([false, true]);
  write(DATA, 0xff);
  write(DIR, 3);
  expect(driven().slice(0, 2)).toEqual([true, false]);
});

describe('interrupts', () => {
  test('by a rising edge, a falling edge, or either', () => {
    const { read, write, drive, interrupt } = setUp();
    write(IM, 0x3);
    write(IEV, 0x1);
    write(IBE, 0x4);
    for (const pin of [0, 1, 2]) drive(pin, true);
    expect([read(RIS), read(MIS), interrupt.level]).toEqual([0x5, 0x1, true]);
    write(ICR, 0x5);
    expect([read(RIS), interrupt.level]).toEqual([0, false]);
    for (const pin of [0, 1, 2]) drive(pin, false);
    expect([read(RIS), read(MIS), interrupt.level]).toEqual([0x6, 0x2, true]);
  });

  test('by a level, as long as it lasts', () => {
    const { read, write, drive, interrupt } = setUp();
    write(IEV, 0x1);
    write(IM, 0x3);
    write(IS, 0x3);
    expect([read(RIS), interrupt.level]).toEqual([0x2, true]);
    write(ICR, 0xff);
    expect(read(RIS)).toBe(0x2);
    drive(1, true);
    expect([read(RIS), interrupt.level]).toEqual([0, false]);
    drive(0, true);
    expect([read(RIS), interrupt.level]).toEqual([0x1, true]);
  });

  test('of an output only by its level', () => {
    const { read, write } = setUp();
    write(DIR, 0xff);
    write(IBE, 0xff);
    write(DATA, 0xff);
    expect(read(RIS)).toBe(0);
    write(IEV, 0xff);
    write(IS, 0xf0);
    expect(read(RIS)).toBe(0xf0);
  });

  test('may come while the wire of an enabled input may rise', () => {
    const { write, interrupt } = setUp();
    const rising = new Line('rising');
    rising.drivenBy(() => true);
    const other = setUp({ inputs: [rising] });
    expect([interrupt.mayRise(), other.interrupt.mayRise()]).toEqual([false, false]);
    write(IM, 1);
    other.write(IM, 1);
    expect([interrupt.mayRise(), other.interrupt.mayRise()]).toEqual([false, true]);
  });
});

describe('the pins of the debugger', () => {
  test('belong to it after reset, until they are committed', () => {
    const { read, write } = setUp({ debugPins: 0x80 });
    expect([read(AFSEL), read(PUR), read(DEN), read(CR), read(DATA)]).toEqual([0x80, 0x80, 0x80, 0x7f, 0x80]);
    write(AFSEL, 0x01);
    expect(read(AFSEL)).toBe(0x81);
    write(CR, 0xff);
    expect([read(CR), read(LOCK)]).toEqual([0x7f, 1]);
    write(LOCK, 0x1acc_e551);
    write(CR, 0x80);
    expect([read(LOCK), read(CR)]).toEqual([0, 0xff]);
    write(AFSEL, 0);
    expect(read(AFSEL)).toBe(0);
    write(LOCK, 0);
    expect(read(LOCK)).toBe(1);
  });
});

test('one drive strength a pin, the one chosen last', () => {
  const { read, write } = setUp();
  write(DR8R, 0x0f);
  expect([read(DR2R), read(DR4R), read(DR8R)]).toEqual([0xf0, 0, 0x0f]);
  write(DR4R, 0x03);
  expect([read(DR2R), read(DR4R), read(DR8R)]).toEqual([0xf0, 0x03, 0x0c]);
  write(DR2R, 0xff);
  expect([read(DR2R), read(DR4R), read(DR8R)]).toEqual([0xff, 0, 0]);
});
