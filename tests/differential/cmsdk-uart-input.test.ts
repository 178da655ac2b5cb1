/**
 * Input to a CMSDK UART against QEMU's: how buffer, state and the receive interrupt follow what comes in. A script
 * changes the interrupt only while a character is in the buffer, because only then nothing else happens by itself.
 */
import { expect, test } from 'vitest';
import { Line } from '../../src/bus/line.ts';
import { TestBench } from '../../src/devices/testing.ts';
import { CmsdkUart } from '../../src/devices/uart/cmsdk-uart.ts';
import { describeWith } from '../tools.ts';
import { type QemuUart, withQemuUart } from './qemu-serial.ts';
import { chance } from './timer-bouts.ts';

const UART = 0x4000_4000;
const [DATA, STATE, CTRL, INTSTATUS] = [0x00, 0x04, 0x08, 0x0c] as const;
const RXFULL = 2;
const RX_EN = 2;
const RX_INTEN = 8;

/** A UART that is asked register by register. */
interface Subject {
  read(offset: number): Promise<number>;
  write(offset: number, value: number): Promise<void>;
  send(text: string): void;
  /** Waits for a character. */
  arrival(): Promise<void>;
}

function onQemu(uart: QemuUart): Subject {
  return {
    read: (offset) => uart.read(offset),
    write: (offset, value) => uart.write(offset, value),
    send: (text) => uart.send(text),
    arrival: () => uart.until(STATE, (state) => (state & RXFULL) !== 0),
  };
}

function onBluesim(): Subject {
  const bench = new TestBench(25_000_000);
  const [receive, transmit, overflow] = ['rx', 'tx', 'ovf'].map((name) => new Line(name)) as [
    Line,
    Line,
    Line,
  ];
  const uart = bench.create(
    (context) => new CmsdkUart(context, { name: 'uart0', receive, transmit, overflow }),
  );
  return {
    read: async (offset) => uart.read(offset, 4),
    write: async (offset, value) => uart.write(offset, 4, value),
    send: (text) => uart.input(new TextEncoder().encode(text)),
    arrival: async () => bench.run(1_000_000),
  };
}

/** What a guest sees that does the same things at random. */
async function script(subject: Subject, seed: number): Promise<string[]> {
  const random = chance(seed);
  const seen: string[] = [];
  const look = async (offset: number) =>
    void seen.push(`${offset.toString(16)}: ${await subject.read(offset)}`);
  let control = RX_EN | (random(2) * RX_INTEN);
  await subject.write(CTRL, control);
  for (let burst = 0; burst < 20; burst++) {
    const count = 1 + random(6);
    subject.send(Array.from({ length: count }, () => String.fromCharCode(32 + random(95))).join(''));
    for (let i = 0; i < count; i++) {
      await subject.arrival();
      for (const offset of [STATE, INTSTATUS]) await look(offset);
      for (let acts = random(4); acts > 0; acts--) {
        // Here the first character of a burst raises the interrupt when that is enabled (cmsdk-uart.ts).
        if (i > 0) control = RX_EN | (random(2) * RX_INTEN);
        await subject.write(CTRL, control);
        if (random(2) === 0) await subject.write(INTSTATUS, random(16));
        if (random(4) === 0) await subject.write(STATE, random(16));
        await look([STATE, CTRL, INTSTATUS][random(3)]!);
      }
      await look(DATA);
    }
    for (const offset of [STATE, INTSTATUS, DATA]) await look(offset);
  }
  return seen;
}

describeWith(['qemu-system-arm'], 'input to a CMSDK UART', () => {
  test.each([1, 2, 3])('seed %i', async (seed) => {
    await withQemuUart('mps2-an385', UART, async (qemu) => {
      const theirs = await script(onQemu(qemu), seed);
      expect(await script(onBluesim(), seed)).toEqual(theirs);
    });
  });
});
