import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Ns16550a } from './ns16550a.ts';

const DR = 1;
const CHARACTER = Math.round(100_000_000 / 11_520);

function setUp(pacedTransmit = false) {
  const bench = new TestBench();
  const line = new Line('irq');
  const uart = bench.create(
    (context) => new Ns16550a(context, { name: 'uart0', interrupt: line, pacedTransmit }),
  );
  return {
    bench,
    line,
    uart,
    write: (offset: number, value: number) => uart.write(offset, 1, value),
    input: (text: string) => uart.input(new TextEncoder().encode(text)),
    ready: () => (uart.read(5, 1) & DR) !== 0,
    receive: () => String.fromCharCode(uart.read(0, 1)),
  };
}

/** What a guest gets that reads all there is every `cycles`. */
function poll({ bench, ready, receive }: ReturnType<typeof setUp>, cycles: number, times: number): string {
  let text = '';
  for (let i = 0; i < times; i++) {
    while (ready()) text += receive();
    bench.run(cycles);
  }
  return text;
}

describe('host input', () => {
  test('the first byte is there at once, the rest a character time apart after it was read', () => {
    const { bench, ready, receive, input, uart } = setUp();
    input('abc');
    expect([ready(), uart.inputPending]).toEqual([true, 3]);
    bench.run(50 * CHARACTER);
    expect([receive(), ready(), uart.inputPending]).toEqual(['a', false, 2]);
    bench.run(CHARACTER - 1);
    expect(ready()).toBe(false);
    bench.run(1);
    expect([ready(), receive()]).toEqual([true, 'b']);
    bench.run(CHARACTER);
    expect([receive(), ready(), uart.inputPending]).toEqual(['c', false, 0]);
  });

  test('the pace is that of the divisor and format, once set', () => {
    const { bench, write, ready, receive, input } = setUp();
    write(3, 0x83);
    write(0, 24);
    write(3, 0x03);
    input('ab');
    receive();
    const character = Math.round((100_000_000 * 16 * 24 * 10) / 3_686_400);
    bench.run(character - 1);
    expect(ready()).toBe(false);
    bench.run(1);
    expect(ready()).toBe(true);
  });

  test('a FIFO reset gives back the first byte, before it was read', () => {
    const { bench, write, ready, receive, input } = setUp();
    input('ab');
    write(2, 0x07);
    expect(ready()).toBe(true);
    write(2, 0x00);
    write(2, 0x03);
    expect([receive(), ready()]).toEqual(['a', false]);
    bench.run(CHARACTER);
    write(2, 0x03);
    expect(ready()).toBe(false);
    bench.run(100 * CHARACTER);
    expect(ready()).toBe(false);
  });

  test('nothing is lost when the guest is slow, with FIFOs and without', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(4);
    for (const control of [0x00, 0x01, 0xc1]) {
      const all = setUp();
      all.write(2, control);
      all.input(text);
      expect(poll(all, 40 * CHARACTER, 300)).toBe(text);
    }
  });

  test('a full FIFO holds the rest back for a character time after there is room', () => {
    const { bench, write, ready, receive, input, uart } = setUp();
    write(2, 0x01);
    input('x'.repeat(30));
    receive();
    bench.run(100 * CHARACTER);
    expect(uart.inputPending).toBe(29);
    let taken = 0;
    while (ready()) {
      receive();
      taken++;
    }
    expect(taken).toBe(16);
    bench.run(CHARACTER - 1);
    expect(ready()).toBe(false);
    bench.run(1);
    expect(ready()).toBe(true);
  });

  test('more input joins the queue; after everything was read a new burst starts at once', () => {
    const { bench, ready, receive, input } = setUp();
    input('a');
    input('b');
    expect([receive(), ready()]).toEqual(['a', false]);
    bench.run(CHARACTER);
    input('c');
    expect([receive(), ready()]).toEqual(['b', false]);
    bench.run(CHARACTER);
    expect([receive(), ready()]).toEqual(['c', false]);
    input('d');
    expect([ready(), receive()]).toEqual([true, 'd']);
  });

  test('a power-on reset keeps what the guest has not read', () => {
    const all = setUp();
    all.input('abc');
    all.uart.reset();
    expect(all.receive()).toBe('a');
    all.uart.reset();
    expect(poll(all, CHARACTER, 5)).toBe('bc');
  });

  test('a restored one continues identically in the middle of a burst', () => {
    const original = setUp();
    original.write(2, 0x41);
    original.write(1, 1);
    original.input('abcdefgh');
    original.receive();
    original.bench.run(2 * CHARACTER + 1000);
    const fresh = setUp();
    fresh.bench.restore(original.bench.snapshot());
    fresh.uart.restore(original.uart.snapshot());
    const follow = (all: typeof fresh) => {
      const levels: boolean[] = [];
      for (let i = 0; i < 100; i++) {
        all.bench.run(1000);
        levels.push(all.line.level);
        if (all.line.level && i % 3 === 0) levels.push(all.receive() === 'c');
      }
      return [levels, all.uart.snapshot(), all.bench.snapshot()];
    };
    expect(follow(fresh)).toEqual(follow(original));
  });
});

describe('whether the interrupt may rise without the core', () => {
  test('receiving: while input is open, or the rest of a burst is on its way', () => {
    const { bench, write, line, input, receive, uart } = setUp();
    expect(line.mayRise()).toBe(false);
    write(1, 1);
    expect(line.mayRise()).toBe(false);
    uart.setInputOpen(true);
    expect(line.mayRise()).toBe(true);
    write(1, 0);
    expect(line.mayRise()).toBe(false);
    write(1, 1);
    uart.setInputOpen(false);
    input('ab');
    write(1, 0);
    expect(line.mayRise()).toBe(false);
    receive();
    write(1, 1);
    expect([line.level, line.mayRise()]).toEqual([false, true]);
    bench.run(CHARACTER);
    expect([receive(), line.level, line.mayRise()]).toEqual(['b', false, false]);
  });

  test('a byte below the trigger level: until the timeout', () => {
    const { bench, write, line, input, receive } = setUp();
    write(2, 0xc1);
    write(1, 1);
    input('a');
    expect([line.level, line.mayRise()]).toEqual([false, true]);
    bench.run(4 * CHARACTER);
    expect([line.level, receive(), line.level, line.mayRise()]).toEqual([true, 'a', false, false]);
  });

  /** Guest and host acts as [what, value]; only some offsets matter for interrupts. */
  const act = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 255 }));
  const FIFO_CONTROLS = [0x00, 0x01, 0x41, 0xc1, 0x03, 0x05, 0xc7];

  function carryOut(
    { bench, uart, write, input }: ReturnType<typeof setUp>,
    acts: readonly [number, number][],
  ): void {
    for (const [what, value] of acts) {
      if (what === 0) write(1, value & 0xf);
      else if (what === 1) write(2, FIFO_CONTROLS[value % FIFO_CONTROLS.length]!);
      else if (what === 2) write(4, value & 0x1f);
      else if (what === 3) write(0, value);
      else if (what === 4) uart.read(value % 8, 1);
      else if (what === 5) input('x'.repeat(value % 20));
      else if (what === 6) bench.run(value * 500);
      else if (what === 7) for (let i = 0; i < value % 20; i++) write(0, i);
      else if (what === 8) uart.setInputOpen((value & 1) === 1);
      else for (let i = 0; i < value % 20; i++) uart.read(0, 1);
    }
  }

  test('exactly when time, or input while it is open, raises it', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(act, { maxLength: 30 }), (paced, acts) => {
        const all = setUp(paced);
        carryOut(all, acts);
        const { bench, uart, line } = all;
        const answer = line.mayRise();
        let rises = line.level;
        line.listen((level) => {
          rises ||= level;
        });
        if (uart.inputOpen) uart.input(new Uint8Array(40));
        bench.run(1000 * CHARACTER);
        expect(answer).toBe(rises);
      }),
      { numRuns: 2000 },
    );
  });
});
