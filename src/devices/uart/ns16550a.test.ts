import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Ns16550a, type Ns16550aOptions } from './ns16550a.ts';

const [RBR, THR, IER, IIR, FCR, LCR, MCR, LSR, MSR, SCR] = [0, 0, 1, 2, 2, 3, 4, 5, 6, 7] as const;
const ERBFI = 1;
const ETBEI = 2;
const ELSI = 4;
const EDSSI = 8;
const LOOP = 0x10;
const DR = 0x01;
const OE = 0x02;
const THRE = 0x20;
const TEMT = 0x40;
const NO_INTERRUPT = 0xc1;
const LINE_STATUS = 0xc6;
const RECEIVED_DATA = 0xc4;
const TIMEOUT = 0xcc;
const THR_EMPTY = 0xc2;
const MODEM_STATUS = 0xc0;

/** 10 bits at 115200 baud in cycles of 100 MHz: the pace until a divisor is set. */
const CHARACTER = Math.round(100_000_000 / 11_520);

function setUp(options: Partial<Ns16550aOptions> = {}) {
  const bench = new TestBench();
  const line = new Line('irq');
  const uart = bench.create(
    (context) => new Ns16550a(context, { name: 'uart0', interrupt: line, ...options }),
  );
  const sent: { byte: number; cycle: number }[] = [];
  uart.host = { transmitted: (byte) => void sent.push({ byte, cycle: bench.now }) };
  return {
    bench,
    line,
    uart,
    sent,
    read: (offset: number) => uart.read(offset, 1),
    write: (offset: number, value: number) => uart.write(offset, 1, value),
    input: (text: string) => uart.input(new TextEncoder().encode(text)),
    receive: () => String.fromCharCode(uart.read(RBR, 1)),
    setDivisor: (divisor: number, format = 3) => {
      uart.write(LCR, 1, 0x80 | format);
      uart.write(0, 1, divisor & 0xff);
      uart.write(1, 1, divisor >>> 8);
      uart.write(LCR, 1, format);
    },
  };
}

describe('registers', () => {
  test('the divisor latch hides RBR, THR and IER', () => {
    const { read, write, sent } = setUp();
    write(IER, 5);
    write(LCR, 0x83);
    expect([read(0), read(1)]).toEqual([12, 0]);
    write(0, 0x34);
    write(1, 0x12);
    expect([read(0), read(1), sent]).toEqual([0x34, 0x12, []]);
    write(LCR, 3);
    expect(read(IER)).toBe(5);
  });

  test('scratch, and a wide access that reaches one register', () => {
    const { uart, read, write } = setUp();
    write(SCR, 0xa5);
    expect(read(SCR)).toBe(0xa5);
    expect(uart.read(4, 4)).toBe(0x08);
    uart.write(4, 4, 0xffff_ff03);
    expect([read(MCR), read(SCR)]).toEqual([3, 0xa5]);
  });

  test('IIR tells whether FIFOs are on', () => {
    const { read, write } = setUp();
    expect(read(IIR)).toBe(0x01);
    write(FCR, 0x01);
    expect(read(IIR)).toBe(0xc1);
    write(FCR, 0xc0);
    expect(read(IIR)).toBe(0x01);
  });
});

describe('transmission at once', () => {
  test('bytes leave whole and in order, whatever LCR says', () => {
    const { write, read, sent } = setUp();
    for (const byte of [0x48, 0xff]) write(THR, byte);
    expect(sent).toEqual([
      { byte: 0x48, cycle: 0 },
      { byte: 0xff, cycle: 0 },
    ]);
    expect(read(LSR)).toBe(THRE | TEMT);
  });

  test('the THRE interrupt rises when enabled and after each byte, and reading IIR takes it back', () => {
    const { write, read, line } = setUp();
    write(FCR, 1);
    expect(line.level).toBe(false);
    write(IER, ETBEI);
    expect(line.level).toBe(true);
    expect([read(IIR), read(IIR)]).toEqual([THR_EMPTY, NO_INTERRUPT]);
    expect(line.level).toBe(false);
    write(IER, ETBEI);
    expect(line.level).toBe(false);
    write(THR, 1);
    expect([line.level, read(IIR), line.level]).toEqual([true, THR_EMPTY, false]);
    write(IER, 0);
    write(IER, ETBEI);
    expect(line.level).toBe(true);
    write(IER, 0);
    expect(line.level).toBe(false);
  });
});

describe('paced transmission', () => {
  test('a byte takes a character time; THRE and TEMT follow', () => {
    const { bench, write, read, sent, setDivisor } = setUp({ pacedTransmit: true });
    setDivisor(2);
    const character = Math.round((100_000_000 * 16 * 2 * 10) / 3_686_400);
    write(THR, 0x41);
    expect(read(LSR)).toBe(THRE);
    write(THR, 0x42);
    expect(read(LSR)).toBe(0);
    bench.runTo(character);
    expect(read(LSR)).toBe(THRE);
    bench.runTo(2 * character);
    expect(read(LSR)).toBe(THRE | TEMT);
    expect(sent).toEqual([
      { byte: 0x41, cycle: character },
      { byte: 0x42, cycle: 2 * character },
    ]);
  });

  test.each([
    ['8N1', 3, 10],
    ['5N1', 0, 7],
    ['5N1.5', 4, 7.5],
    ['8N2', 7, 11],
    ['7E1', 0x1a, 10],
  ])('a character of %s', (_, format, characterBits) => {
    const { bench, write, sent, setDivisor } = setUp({ pacedTransmit: true, baudClockHz: 1_600_000 });
    setDivisor(10, format);
    write(THR, 1);
    bench.run(1_000_000);
    expect(sent[0]!.cycle).toBe(characterBits * 10_000);
  });

  test('the interrupt comes when the FIFO runs empty', () => {
    const { bench, write, read, line } = setUp({ pacedTransmit: true });
    write(FCR, 1);
    for (let i = 0; i < 17; i++) write(THR, i);
    write(IER, ETBEI);
    expect([line.level, line.mayRise()]).toEqual([false, true]);
    bench.run(16 * CHARACTER - 1);
    expect(line.level).toBe(false);
    bench.run(1);
    expect([line.level, read(IIR), line.level, line.mayRise()]).toEqual([true, THR_EMPTY, false, false]);
  });

  test('a byte too many is lost and reported; a FIFO reset drops what waits, not what is being sent', () => {
    const { bench, write, sent } = setUp({ pacedTransmit: true });
    for (const byte of [1, 2, 3]) write(THR, byte);
    expect(bench.errors).toEqual(['overrun: THR written with 0x3 while full: the byte is lost']);
    write(FCR, 5);
    bench.run(100_000);
    expect(sent.map(({ byte }) => byte)).toEqual([1]);
  });
});

describe('receive interrupts', () => {
  test('without FIFOs: a byte, until it is read; RBR keeps it', () => {
    const { read, write, input, line } = setUp();
    write(IER, ERBFI);
    input('x');
    expect([line.level, read(IIR), read(LSR) & DR]).toEqual([true, 0x04, DR]);
    expect([read(RBR), line.level, read(LSR) & DR, read(RBR)]).toEqual([0x78, false, 0, 0x78]);
  });

  test.each([
    [0x01, 1],
    [0x41, 4],
    [0x81, 8],
    [0xc1, 14],
  ])('trigger level of FCR 0x%s', (control, level) => {
    const { bench, read, write, receive, input } = setUp();
    write(FCR, control);
    input(`-${'x'.repeat(30)}`);
    receive();
    write(IER, ERBFI);
    bench.run((level - 1) * CHARACTER);
    expect(read(IIR)).toBe(NO_INTERRUPT);
    bench.run(CHARACTER);
    expect(read(IIR)).toBe(RECEIVED_DATA);
    read(RBR);
    expect(read(IIR)).toBe(NO_INTERRUPT);
  });

  test('timeout: four character times after the last byte came or was read', () => {
    const { bench, read, write, receive, input, line } = setUp();
    write(FCR, 0xc1);
    write(IER, ERBFI);
    input('abc');
    bench.run(4 * CHARACTER - 1);
    expect(line.level).toBe(false);
    bench.run(1);
    expect([line.level, read(IIR), read(IIR)]).toEqual([true, TIMEOUT, TIMEOUT]);
    expect([receive(), line.level]).toEqual(['a', false]);
    bench.run(2 * CHARACTER + 4 * CHARACTER - 1);
    expect(line.level).toBe(false);
    bench.run(1);
    expect([line.level, receive(), line.level]).toEqual([true, 'b', false]);
    bench.run(4 * CHARACTER);
    expect([line.level, receive(), line.level]).toEqual([true, 'c', false]);
    bench.run(100 * CHARACTER);
    expect(line.level).toBe(false);
  });

  test('line status comes first, then received data, THRE, modem status', () => {
    const { read, write, line } = setUp();
    write(FCR, 1);
    write(MCR, LOOP);
    for (let i = 0; i < 17; i++) write(THR, i);
    write(IER, ERBFI | ETBEI | ELSI | EDSSI);
    expect(read(IIR)).toBe(LINE_STATUS);
    expect([read(LSR) & OE, read(LSR) & OE]).toEqual([OE, 0]);
    expect(read(IIR)).toBe(RECEIVED_DATA);
    for (let i = 0; i < 16; i++) expect(read(RBR)).toBe(i);
    expect([read(IIR), read(IIR)]).toEqual([THR_EMPTY, MODEM_STATUS]);
    read(MSR);
    expect([read(IIR), line.level]).toEqual([NO_INTERRUPT, false]);
  });
});

describe('loopback', () => {
  test('bytes come back and do not leave; an overrun keeps the FIFO, or replaces RBR', () => {
    const { read, write, sent } = setUp();
    write(MCR, LOOP);
    write(THR, 1);
    write(THR, 2);
    expect([read(LSR) & OE, read(RBR), read(LSR) & DR, sent]).toEqual([OE, 2, 0, []]);
    write(FCR, 1);
    for (let i = 0; i < 20; i++) write(THR, i);
    expect(read(LSR)).toBe(THRE | TEMT | OE | DR);
    for (let i = 0; i < 16; i++) expect(read(RBR)).toBe(i);
    expect(read(LSR)).toBe(THRE | TEMT);
  });

  test('modem inputs follow MCR, with changes; TERI is the trailing edge of RI', () => {
    const { read, write } = setUp();
    expect(read(MSR)).toBe(0xb0);
    write(MCR, LOOP);
    expect([read(MSR), read(MSR)]).toEqual([0x0b, 0x00]);
    write(MCR, LOOP | 0x0f);
    expect([read(MSR), read(MSR)]).toEqual([0xfb, 0xf0]);
    write(MCR, LOOP | 0x0b);
    expect([read(MSR), read(MSR)]).toEqual([0xb4, 0xb0]);
    write(MCR, 0x0b);
    expect(read(MSR)).toBe(0xb0);
  });

  test('host input waits until it is over', () => {
    const { write, receive, input, read } = setUp();
    write(MCR, LOOP);
    input('a');
    expect(read(LSR) & DR).toBe(0);
    write(THR, 0x7a);
    expect(receive()).toBe('z');
    write(MCR, 0);
    expect(receive()).toBe('a');
  });
});
