import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Pl011, type Pl011Options } from './pl011.ts';

const [DR, RSR, FR, IBRD, FBRD, LCR_H, CR] = [0x00, 0x04, 0x18, 0x24, 0x28, 0x2c, 0x30] as const;
const [IFLS, IMSC, RIS, MIS, ICR, DMACR] = [0x34, 0x38, 0x3c, 0x40, 0x44, 0x48] as const;
const [RX, TX, RT, OE] = [0x10, 0x20, 0x40, 0x400] as const;
const ALL = 0x7f0;
const [BUSY, RXFE, TXFF, RXFF, TXFE] = [0x08, 0x10, 0x20, 0x40, 0x80] as const;
const FEN = 0x10;
const LBE = 0x80;
const ON = 0x301;

/** 10 bits at 115200 baud in cycles of 100 MHz: the pace until a divisor is set. */
const CHARACTER = Math.round(100_000_000 / 11_520);
const TIMEOUT = Math.round((100_000_000 * 32) / 115_200);

function setUp(options: Partial<Pl011Options> = {}) {
  const bench = new TestBench();
  const line = new Line('irq');
  const uart = bench.create(
    (context) => new Pl011(context, { name: 'uart0', interrupt: line, variant: 'luminary', ...options }),
  );
  const sent: { text: string; cycle: number }[] = [];
  uart.host = {
    transmitted: (byte) => void sent.push({ text: String.fromCharCode(byte), cycle: bench.now }),
  };
  const read = (offset: number) => uart.read(offset, 4);
  return {
    bench,
    line,
    uart,
    sent,
    read,
    write: (offset: number, value: number) => uart.write(offset, 4, value),
    input: (text: string) => uart.input(new TextEncoder().encode(text)),
    ready: () => (read(FR) & RXFE) === 0,
    receive: () => String.fromCharCode(read(DR) & 0xff),
  };
}

describe('registers', () => {
  test('who made it', () => {
    const identification = (variant: 'arm' | 'luminary') => {
      const { uart } = setUp({ variant });
      return Array.from({ length: 8 }, (_, i) => uart.read(0xfe0 + 4 * i, 4));
    };
    expect(identification('arm')).toEqual([0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1]);
    expect(identification('luminary')).toEqual([0x11, 0x00, 0x18, 0x01, 0x0d, 0xf0, 0x05, 0xb1]);
  });

  test('keep the bits that they have', () => {
    const { write, read } = setUp();
    for (const offset of [0x20, IBRD, FBRD, LCR_H, CR, IFLS, IMSC, DMACR]) write(offset, 0xffff_ffff);
    expect([0x20, IBRD, FBRD, LCR_H, CR, IFLS, IMSC, DMACR].map(read)).toEqual([
      0xff,
      0xffff,
      0x3f,
      0xff,
      0x387,
      0x3f,
      ALL,
      7,
    ]);
  });

  test('a byte access takes a register whole, at any of its bytes', () => {
    const { uart, read, write } = setUp();
    uart.write(CR + 1, 1, 0x81);
    expect([read(CR), uart.read(FR + 3, 1), uart.read(IFLS + 2, 2)]).toEqual([0x81, 0x90, 0x12]);
    write(DR, 0);
  });
});

describe('transmission at once', () => {
  test('characters leave whole and in order, also while disabled, which is reported once', () => {
    const { write, sent, read, bench } = setUp();
    for (const character of 'Hi') write(DR, character.charCodeAt(0));
    expect(sent.map(({ text }) => text)).toEqual(['H', 'i']);
    expect(read(FR)).toBe(TXFE | RXFE);
    expect(bench.errors).toEqual([
      'disabled: UARTDR written with 0x48 while UARTEN or TXE is 0: hardware would not send it',
    ]);
    write(CR, ON);
    write(DR, 0x21);
    write(CR, 0);
    write(DR, 0x21);
    expect(bench.errors).toHaveLength(2);
  });

  test('each raises TX, until it is cleared', () => {
    const { write, read, line } = setUp();
    write(IMSC, ALL);
    expect([line.level, read(RIS)]).toEqual([false, 0]);
    write(DR, 1);
    expect([line.level, read(RIS), read(MIS)]).toEqual([true, TX, TX]);
    write(IMSC, RX);
    expect([line.level, read(RIS), read(MIS)]).toEqual([false, TX, 0]);
    write(IMSC, TX);
    write(ICR, RX);
    expect(line.level).toBe(true);
    write(ICR, TX);
    expect([line.level, read(RIS)]).toEqual([false, 0]);
  });
});

describe('paced transmission', () => {
  test('a character takes its time, one waits; BUSY, TXFE, TXFF and TX follow', () => {
    const { bench, write, read, sent } = setUp({ pacedTransmit: true });
    write(CR, ON);
    write(IBRD, 10);
    write(FBRD, 16);
    write(LCR_H, 0x60);
    const character = 16 * 10.25 * 10;
    write(DR, 0x41);
    expect([read(FR), read(RIS)]).toEqual([BUSY | RXFE | TXFE, TX]);
    write(ICR, TX);
    write(DR, 0x42);
    expect([read(FR), read(RIS)]).toEqual([BUSY | RXFE | TXFF, 0]);
    write(DR, 0x43);
    expect(bench.errors).toEqual([
      'overrun: UARTDR written with 0x43 while the transmit FIFO is full: the character is lost',
    ]);
    bench.runTo(character);
    expect([read(FR), read(RIS)]).toEqual([BUSY | RXFE | TXFE, TX]);
    bench.runTo(2 * character);
    expect(read(FR)).toBe(RXFE | TXFE);
    expect(sent).toEqual([
      { text: 'A', cycle: character },
      { text: 'B', cycle: 2 * character },
    ]);
  });

  test.each([
    ['8N1', 0x60, 10],
    ['5N1', 0x00, 7],
    ['7E2', 0x4e, 11],
  ])('a character of %s', (_, format, bits) => {
    const { bench, write, sent } = setUp({ pacedTransmit: true, baudClockHz: 50_000_000 });
    write(IBRD, 100);
    write(LCR_H, format);
    write(DR, 0x55);
    bench.run(2 * 1600 * 11);
    expect(sent).toEqual([{ text: 'U', cycle: 2 * 1600 * bits }]);
  });

  test('TX rises when the FIFO has emptied down to the selected level', () => {
    const levels = [2, 4, 8, 12, 14];
    for (const [select, level] of levels.entries()) {
      const { bench, write, read } = setUp({ pacedTransmit: true });
      write(LCR_H, 0x70);
      write(IFLS, select);
      for (let i = 0; i < 17; i++) write(DR, i);
      expect([read(FR) & TXFF, read(RIS)]).toEqual([TXFF, 0]);
      bench.run((16 - level) * CHARACTER - 1);
      expect(read(RIS)).toBe(0);
      bench.run(1);
      expect(read(RIS)).toBe(TX);
    }
  });
});

describe('reception', () => {
  test('without FIFOs: one character, RX until it is read', () => {
    const { write, read, line, input, receive, bench, ready } = setUp();
    write(IMSC, RX);
    input('ab');
    expect([read(FR), read(RIS), line.level]).toEqual([TXFE | RXFF, RX, true]);
    expect([receive(), read(RIS), line.level, ready()]).toEqual(['a', 0, false, false]);
    bench.run(CHARACTER);
    expect([line.level, receive(), line.level]).toEqual([true, 'b', false]);
  });

  test('with FIFOs: RX rises with the first character and falls with the last', () => {
    const { write, read, input, receive, bench } = setUp();
    write(LCR_H, FEN);
    write(IFLS, 0x24);
    input('abc');
    expect(receive()).toBe('a');
    bench.run(2 * CHARACTER);
    expect(read(RIS)).toBe(RX);
    write(ICR, RX);
    expect([read(RIS), receive(), read(RIS), receive(), read(RIS)]).toEqual([0, 'b', 0, 'c', 0]);
  });

  test('RT comes 32 bits after the last character, and goes when all is read', () => {
    const { write, read, input, receive, bench, line } = setUp();
    write(LCR_H, FEN);
    write(IMSC, RT);
    input('abc');
    receive();
    bench.run(2 * CHARACTER + TIMEOUT - 1);
    expect([read(RIS), line.level]).toEqual([RX, false]);
    bench.run(1);
    expect([read(RIS), line.level]).toEqual([RX | RT, true]);
    expect([receive(), line.level, receive(), line.level, read(RIS)]).toEqual(['b', true, 'c', false, 0]);
  });

  test('the FIFO takes 16 and holds the rest back', () => {
    const { write, read, input, receive, bench, uart } = setUp();
    write(LCR_H, FEN);
    input('x'.repeat(30));
    receive();
    bench.run(100 * CHARACTER);
    expect([read(FR) & RXFF, uart.inputPending, read(RIS) & OE]).toEqual([RXFF, 29, 0]);
  });

  test('changing FEN empties the FIFO, but gives back what the guest has not begun to read', () => {
    const { write, input, receive, ready, bench } = setUp();
    input('ab');
    write(LCR_H, FEN);
    expect([ready(), receive()]).toEqual([true, 'a']);
    bench.run(CHARACTER);
    write(LCR_H, 0);
    expect(ready()).toBe(false);
  });

  test('a power-on reset keeps what the guest has not read', () => {
    const { uart, input, receive, bench } = setUp();
    input('ab');
    uart.reset();
    expect(receive()).toBe('a');
    bench.run(CHARACTER);
    expect(receive()).toBe('b');
  });

  test('the pace is that of the divisor, once set', () => {
    const { write, input, receive, ready, bench } = setUp();
    write(IBRD, 8);
    write(LCR_H, 0x60);
    input('ab');
    receive();
    bench.run(16 * 8 * 10 - 1);
    expect(ready()).toBe(false);
    bench.run(1);
    expect(ready()).toBe(true);
  });
});

describe('loopback', () => {
  test('what is sent is received, and nothing leaves', () => {
    const { write, read, sent } = setUp();
    write(CR, ON | LBE);
    write(DR, 0x41);
    expect([read(DR), read(RIS), sent]).toEqual([0x41, TX, []]);
  });

  test('a character too many is lost: OE at once, and with the next that is received', () => {
    const { write, read, line } = setUp();
    write(CR, ON | LBE);
    write(IMSC, OE);
    write(DR, 1);
    expect(line.level).toBe(false);
    write(DR, 2);
    expect([line.level, read(RSR), read(DR), read(RSR)]).toEqual([true, 8, 1, 0]);
    write(DR, 3);
    expect([read(DR), read(RSR)]).toEqual([0x803, 8]);
    write(RSR, 0);
    write(ICR, OE);
    expect([read(RSR), line.level]).toEqual([0, false]);
    write(DR, 4);
    expect(read(DR)).toBe(4);
  });

  test('input waits until it ends', () => {
    const { write, input, ready, receive } = setUp();
    write(CR, ON | LBE);
    input('a');
    expect(ready()).toBe(false);
    write(CR, ON);
    expect(receive()).toBe('a');
  });
});

describe('whether the interrupt may rise without the core', () => {
  const act = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 255 }));

  function carryOut(
    { bench, uart, write, input }: ReturnType<typeof setUp>,
    acts: readonly [number, number][],
  ): void {
    for (const [what, value] of acts) {
      if (what === 0) write(IMSC, (value << 4) & ALL);
      else if (what === 1) write(LCR_H, (value & 1) << 4);
      else if (what === 2) write(CR, ON | (value & LBE));
      else if (what === 3) for (let i = 0; i <= value % 20; i++) write(DR, i);
      else if (what === 4) for (let i = 0; i <= value % 20; i++) uart.read(DR, 4);
      else if (what === 5) input('x'.repeat(value % 20));
      else if (what === 6) bench.run(value * 500);
      else if (what === 7) write(ICR, value << 4);
      else uart.setInputOpen((value & 1) === 1);
    }
  }

  test('exactly when time, or input while it is open, raises it', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(act, { maxLength: 30 }), (pacedTransmit, acts) => {
        const all = setUp({ pacedTransmit });
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
