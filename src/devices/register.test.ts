import { describe, expect, test } from 'vitest';
import { bit, bits, RegisterLayout, register, type WindowOptions } from './register.ts';
import { RegisterDevice } from './register-device.ts';
import { TestBench } from './testing.ts';

const ALL_WIDTHS: WindowOptions = { sizeBytes: 0x100, readWidths: 7, writeWidths: 7 };

const spec = 'test';
const declarations = {
  CTRL: register(0x00, {
    spec,
    reset: 0x80,
    fields: { on: bit(0), mode: bits(7, 4), reserved: bits(31, 8) },
  }),
  STATUS: register(0x04, { spec, fields: { busy: bit(0, 'ro'), done: bit(1, 'w1c'), seen: bit(2, 'rc') } }),
  ID: register(0x08, { spec, access: 'const' as const, reset: 0x1234 }),
  DATA: register(0x0c, { spec, value: 'next', onRead: 'take', onWrite: 'put' }),
  COMMAND: register(0x10, { spec, access: 'wo' as const, onWrite: 'command' }),
  GRID: register(0x20, { spec, count: [2, 3] as const, stride: [0x10, 4] as const, onWrite: 'gridWritten' }),
  BANK: register(0x40, { spec, size: 1, fields: { number: bit(0) } }),
  FIRST: register(0x41, { spec, size: 1, bank: 0 }),
  SECOND: register(0x41, { spec, size: 1, bank: 1 }),
};

class Sample extends RegisterDevice {
  readonly log: string[] = [];
  #next = 1;

  constructor(context: ConstructorParameters<typeof RegisterDevice>[0], window: WindowOptions = ALL_WIDTHS) {
    super(context, 'sample', new RegisterLayout(window, declarations));
    this.reset();
  }

  protected override bank(): number {
    return this.values[this.layout.position.BANK!]!;
  }

  setStatus(value: number): void {
    this.values[this.layout.position.STATUS!] = value;
  }

  next(): number {
    return this.#next;
  }

  take(): void {
    this.#next++;
  }

  put(value: number): void {
    this.log.push(`put ${value}`);
  }

  command(value: number, index: number, previous: number): void {
    this.log.push(`command ${value} ${index} ${previous}`);
  }

  gridWritten(value: number, index: number): void {
    this.log.push(`grid ${index} = ${value}`);
  }
}

function sample(window?: WindowOptions): { device: Sample; bench: TestBench } {
  const bench = new TestBench();
  return { bench, device: bench.create((context) => new Sample(context, window)) };
}

describe('access kinds', () => {
  test('rw: fields are writable, the rest is reserved', () => {
    const { device, bench } = sample();
    expect(device.read(0, 4)).toBe(0x80);
    device.write(0, 4, 0x51);
    expect(device.read(0, 4)).toBe(0x51);
    expect(bench.errors).toEqual([]);
    device.write(0, 4, 0xffff_ffff);
    expect(device.read(0, 4)).toBe(0xf1);
    expect(bench.errors).toEqual(['reserved: CTRL: reserved bits written with 0xffffffff']);
  });

  test('ro, w1c and rc fields of one register', () => {
    const { device } = sample();
    device.setStatus(7);
    device.write(4, 4, 1);
    expect(device.peek(4, 4)).toBe(7);
    device.write(4, 4, 2);
    expect(device.peek(4, 4)).toBe(5);
    expect(device.read(4, 4)).toBe(5);
    expect(device.read(4, 4)).toBe(1);
  });

  test('const and wo are refused in the other direction, by name', () => {
    const { device, bench } = sample();
    device.write(8, 4, 5);
    expect(device.read(8, 4)).toBe(0x1234);
    device.write(0x10, 4, 6);
    expect(device.read(0x10, 4)).toBe(0);
    expect(device.log).toEqual(['command 6 0 0']);
    expect(bench.errors).toEqual([
      'read-only: write of 0x00000005: ID is read-only',
      'write-only: read: COMMAND is write-only',
    ]);
  });

  test('an offset without a register reads as zero and is reported', () => {
    const { device, bench } = sample();
    expect(device.read(0x80, 4)).toBe(0);
    device.write(0x80, 4, 1);
    expect(bench.errors).toEqual([
      'unmapped: read at offset 0x80: no register there',
      'unmapped: write of 0x00000001 at offset 0x80: no register there',
    ]);
  });

  test('a computed value: peek shows it, read then has its effect', () => {
    const { device } = sample();
    expect([device.peek(0xc, 4), device.peek(0xc, 4), device.read(0xc, 4), device.read(0xc, 4)]).toEqual([
      1, 1, 1, 2,
    ]);
    device.write(0xc, 4, 9);
    expect(device.log).toEqual(['put 9']);
  });
});

describe('placement', () => {
  test('arrays in two dimensions', () => {
    const { device } = sample();
    for (const [index, offset] of [0x20, 0x24, 0x28, 0x30, 0x34, 0x38].entries())
      device.write(offset, 4, index + 1);
    expect(device.log).toEqual([
      'grid 0 = 1',
      'grid 1 = 2',
      'grid 2 = 3',
      'grid 3 = 4',
      'grid 4 = 5',
      'grid 5 = 6',
    ]);
    expect(device.read(0x38, 4)).toBe(6);
  });

  test('banks share an offset', () => {
    const { device } = sample();
    device.write(0x41, 1, 0x11);
    device.write(0x40, 1, 1);
    device.write(0x41, 1, 0x22);
    expect(device.read(0x41, 1)).toBe(0x22);
    device.write(0x40, 1, 0);
    expect(device.read(0x41, 1)).toBe(0x11);
  });

  test('narrow accesses reach byte lanes', () => {
    const { device } = sample();
    device.write(0x20, 4, 0x1122_3344);
    expect([device.read(0x20, 1), device.read(0x21, 1), device.read(0x22, 2)]).toEqual([0x44, 0x33, 0x1122]);
    device.write(0x22, 1, 0xee);
    expect(device.read(0x20, 4)).toBe(0x11ee_3344);
    device.setStatus(6);
    device.write(5, 1, 0xff);
    expect(device.peek(4, 4)).toBe(6);
  });

  test('registers taken whole answer narrow accesses at their own address only', () => {
    const { device } = sample({ ...ALL_WIDTHS, narrow: 'whole' });
    device.write(0x20, 4, 0x1122_3344);
    expect([device.read(0x20, 1), device.read(0x21, 1), device.read(0x20, 2)]).toEqual([0x44, 0, 0x3344]);
    device.write(0x20, 1, 0x55);
    expect(device.read(0x20, 4)).toBe(0x55);
  });

  test('a register that is reached by any of its bytes', () => {
    class Whole extends RegisterDevice {}
    const layout = new RegisterLayout(
      { ...ALL_WIDTHS, narrow: 'whole' },
      { A: register(4, { spec, anyByte: true }), B: register(8, { spec }) },
    );
    const device = new TestBench().create((context) => new Whole(context, 'whole', layout));
    device.write(6, 2, 0x1122);
    expect([4, 5, 6, 7, 8].map((offset) => device.read(offset, 1))).toEqual([0x22, 0x22, 0x22, 0x22, 0]);
    expect([device.read(4, 4), device.read(6, 2), device.peek(7, 1)]).toEqual([0x1122, 0x1122, 0x22]);
  });

  test('a wide access reaches one register', () => {
    const { device } = sample();
    device.write(0x40, 4, 0x5501);
    expect(device.read(0x40, 4)).toBe(1);
    expect(device.read(0x41, 1)).toBe(0);
  });

  test('overlaps and registers outside the window are refused', () => {
    const layout = (second: number) => () =>
      new RegisterLayout(ALL_WIDTHS, { A: register(0, { spec }), B: register(second, { spec }) }).compiled;
    expect(layout(0)).toThrow('registers A and B overlap');
    expect(layout(0x100)).toThrow('register B exceeds its window');
  });

  test('an effect that the device does not have is refused', () => {
    class Bare extends RegisterDevice {}
    const layout = new RegisterLayout(ALL_WIDTHS, { A: register(0, { spec, onWrite: 'missing' }) });
    expect(() => new TestBench().create((context) => new Bare(context, 'bare', layout))).toThrow(
      'bare: register A names an unknown method missing',
    );
  });
});

describe('for people and snapshots', () => {
  test('describe lists every register with its fields', () => {
    const { device } = sample();
    device.write(0, 4, 0x51);
    const described = device.describe();
    expect(described[0]).toEqual({
      name: 'CTRL',
      offset: 0,
      sizeBytes: 4,
      access: 'rw',
      spec,
      value: 0x51,
      reset: 0x80,
      fields: [
        { name: 'on', value: 1 },
        { name: 'mode', value: 5 },
        { name: 'reserved', value: 0 },
      ],
    });
    expect(described.map(({ name }) => name)).toContain('GRID[5]');
    expect(described.find(({ name }) => name === 'DATA')?.reset).toBeUndefined();
  });

  test('a snapshot has stored registers by name', () => {
    const { device } = sample();
    device.write(0x24, 4, 0xffff_ffff);
    const state = device.snapshot();
    expect(state.registers).toEqual({
      CTRL: 0x80,
      STATUS: 0,
      COMMAND: 0,
      GRID: new Int32Array([0, -1, 0, 0, 0, 0]),
      BANK: 0,
      FIRST: 0,
      SECOND: 0,
    });
    device.reset();
    device.restore(state);
    expect(device.read(0x24, 4)).toBe(0xffff_ffff);
  });
});
