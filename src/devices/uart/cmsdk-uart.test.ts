import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { CmsdkUart } from './cmsdk-uart.ts';

const [DATA, STATE, CTRL, INTSTATUS, BAUDDIV] = [0x00, 0x04, 0x08, 0x0c, 0x10] as const;
const TX_EN = 0x01;
const RX_EN = 0x02;
const TX_INTEN = 0x04;
const RX_INTEN = 0x08;
const TXO_INTEN = 0x10;
const HSTEST = 0x40;
const TXFULL = 1;
const RXFULL = 2;
const TXOVERRUN = 4;
const TX = 1;
const RX = 2;
const TXO = 4;

/** 10 bits at 115200 baud: the pace until BAUDDIV is set. */
const DEFAULT_CHARACTER = Math.round(25_000_000 / 11_520);

function setUp(pacedTransmit = false) {
  const bench = new TestBench(25_000_000);
  const [receive, transmit, overflow] = ['rx', 'tx', 'overflow'].map((name) => new Line(name)) as [
    Line,
    Line,
    Line,
  ];
  const uart = bench.create(
    (context) => new CmsdkUart(context, { name: 'uart0', receive, transmit, overflow, pacedTransmit }),
  );
  const sent: { byte: number; cycle: number }[] = [];
  uart.host = { transmitted: (byte) => void sent.push({ byte, cycle: bench.now }) };
  return {
    ...{ bench, uart, receive, transmit, overflow, sent },
    read: (offset: number) => uart.read(offset, 4),
    write: (offset: number, value: number) => uart.write(offset, 4, value),
    input: (text: string) => uart.input(new TextEncoder().encode(text)),
    take: () => String.fromCharCode(uart.read(DATA, 4)),
  };
}

describe('sending', () => {
  test('a byte leaves at once, whatever BAUDDIV says, and raises the interrupt', () => {
    const { write, read, sent, transmit } = setUp();
    write(CTRL, TX_EN | TX_INTEN);
    expect(transmit.level).toBe(false);
    write(DATA, 0xffff_ff41);
    expect(sent).toEqual([{ byte: 0x41, cycle: 0 }]);
    expect([read(STATE), read(INTSTATUS), transmit.level]).toEqual([0, TX, true]);
    write(CTRL, TX_EN);
    expect(transmit.level).toBe(true);
    write(INTSTATUS, TX);
    expect([read(INTSTATUS), transmit.level]).toEqual([0, false]);
    write(DATA, 0x42);
    expect([transmit.level, sent.length]).toEqual([false, 2]);
  });

  test('while the transmitter is off one byte waits, and another replaces it', () => {
    const { bench, write, read, sent, overflow, transmit } = setUp();
    write(CTRL, TXO_INTEN | TX_INTEN);
    write(DATA, 0x41);
    expect([read(STATE), sent]).toEqual([TXFULL, []]);
    write(DATA, 0x42);
    expect([read(STATE), read(INTSTATUS), overflow.level]).toEqual([TXFULL | TXOVERRUN, TXO, true]);
    expect(bench.errors).toEqual(['overrun: DATA written while TXFULL: the byte before is lost']);
    write(CTRL, TX_EN | TXO_INTEN | TX_INTEN);
    expect([sent.map(({ byte }) => byte), read(STATE), transmit.level]).toEqual([[0x42], TXOVERRUN, true]);
    write(STATE, TXOVERRUN);
    expect([read(STATE), read(INTSTATUS), overflow.level]).toEqual([0, TX, false]);
  });

  test('clearing the overrun interrupt clears the overrun', () => {
    const { write, read, overflow } = setUp();
    write(DATA, 1);
    write(DATA, 2);
    expect([read(INTSTATUS), overflow.level]).toEqual([0, false]);
    write(CTRL, TXO_INTEN);
    expect([read(INTSTATUS), overflow.level]).toEqual([TXO, true]);
    write(INTSTATUS, TXO);
    expect([read(INTSTATUS), read(STATE), overflow.level]).toEqual([0, TXFULL, false]);
  });

  test('paced: a byte takes ten times BAUDDIV, another waits for it', () => {
    const { bench, write, read, sent, transmit } = setUp(true);
    write(BAUDDIV, 16);
    write(CTRL, TX_EN | TX_INTEN);
    write(DATA, 0x41);
    expect([read(STATE), transmit.level]).toEqual([0, true]);
    write(INTSTATUS, TX);
    write(DATA, 0x42);
    expect([read(STATE), transmit.level, transmit.mayRise()]).toEqual([TXFULL, false, true]);
    bench.run(160);
    expect([read(STATE), transmit.level, sent.length]).toEqual([0, true, 1]);
    bench.run(160);
    expect(sent).toEqual([
      { byte: 0x41, cycle: 160 },
      { byte: 0x42, cycle: 320 },
    ]);
  });

  test('paced: in high-speed test mode a bit takes a cycle', () => {
    const { bench, write, sent } = setUp(true);
    write(CTRL, TX_EN | HSTEST);
    write(DATA, 0x41);
    bench.run(1000);
    expect(sent).toEqual([{ byte: 0x41, cycle: 10 }]);
  });
});

describe('receiving', () => {
  test('input waits until the receiver is on; then one byte at a time', () => {
    const { bench, uart, write, read, input, receive, take } = setUp();
    input('abc');
    expect([read(STATE), uart.inputPending]).toEqual([0, 3]);
    write(CTRL, RX_EN | RX_INTEN);
    expect([read(STATE), read(INTSTATUS), receive.level, uart.inputPending]).toEqual([RXFULL, RX, true, 3]);
    write(INTSTATUS, RX);
    expect([take(), read(STATE), receive.level, receive.mayRise()]).toEqual(['a', 0, false, true]);
    bench.run(DEFAULT_CHARACTER - 1);
    expect(receive.level).toBe(false);
    bench.run(1);
    expect([receive.level, take()]).toEqual([true, 'b']);
    bench.run(100 * DEFAULT_CHARACTER);
    expect([take(), uart.inputPending, read(STATE)]).toEqual(['c', 0, 0]);
  });

  test('the pace is that of BAUDDIV once it is valid', () => {
    const { bench, write, read, input, take } = setUp();
    write(BAUDDIV, 217);
    write(CTRL, RX_EN);
    input('ab');
    take();
    bench.run(2169);
    expect(read(STATE)).toBe(0);
    bench.run(1);
    expect([read(STATE), take()]).toEqual([RXFULL, 'b']);
  });

  test('a byte that is not read holds the others back: none is lost', () => {
    const { bench, write, read, input, take } = setUp();
    write(CTRL, RX_EN);
    input('The quick brown fox');
    let text = '';
    while ((read(STATE) & RXFULL) !== 0) {
      text += take();
      bench.run(30 * DEFAULT_CHARACTER);
    }
    expect([text, read(STATE)]).toEqual(['The quick brown fox', 0]);
  });

  test('input that came before its interrupt was enabled raises it then', () => {
    const { bench, write, input, receive, take } = setUp();
    input('ab');
    write(CTRL, RX_EN);
    expect(receive.level).toBe(false);
    write(CTRL, RX_EN | RX_INTEN);
    expect(receive.level).toBe(true);
    write(INTSTATUS, RX);
    write(CTRL, RX_EN);
    take();
    bench.run(2 * DEFAULT_CHARACTER);
    write(CTRL, RX_EN | RX_INTEN);
    expect(receive.level).toBe(false);
  });

  test('reading again yields the last byte', () => {
    const { write, input, take } = setUp();
    write(CTRL, RX_EN);
    input('x');
    expect([take(), take()]).toEqual(['x', 'x']);
  });

  test('a power-on reset keeps what the guest has not read', () => {
    const { bench, uart, write, input, take } = setUp();
    write(CTRL, RX_EN);
    input('abc');
    uart.reset();
    expect(uart.inputPending).toBe(3);
    write(CTRL, RX_EN);
    expect(take()).toBe('a');
    uart.reset();
    write(CTRL, RX_EN);
    expect(take()).toBe('b');
    bench.run(DEFAULT_CHARACTER);
    expect(take()).toBe('c');
  });
});

describe('whether an interrupt may rise without the core', () => {
  const act = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 127 }));

  test('exactly when time, or input while it is open, raises it', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(act, { maxLength: 30 }), (paced, acts) => {
        const { bench, uart, receive, transmit, read, write, input } = setUp(paced);
        for (const [what, value] of acts) {
          if (what === 0) write(CTRL, value);
          else if (what === 1) write(DATA, value);
          else if (what === 2) read(DATA);
          else if (what === 3) write(INTSTATUS, value & 0xf);
          else if (what === 4) input('x'.repeat(value % 5));
          else if (what === 5) bench.run(value * 50);
          else uart.setInputOpen((value & 1) === 1);
        }
        const lines = [receive, transmit];
        const answers = lines.map((line) => line.mayRise());
        const rises = lines.map((line) => line.level);
        for (const [i, line] of lines.entries()) {
          line.listen((level) => {
            rises[i] ||= level;
          });
        }
        if (uart.inputOpen) uart.input(new Uint8Array(40));
        bench.run(100 * DEFAULT_CHARACTER);
        expect(answers).toEqual(rises);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});
