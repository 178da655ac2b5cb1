/**
 * Input to a PL011 against QEMU's: how FIFO, flags and the receive interrupt follow what comes in. When a character
 * has come in can only be seen in the flags, so a script waits for a full FIFO, or has nothing more under way.
 */
import { expect, test } from 'vitest';
import { Line } from '../../src/bus/line.ts';
import { TestBench } from '../../src/devices/testing.ts';
import { Pl011 } from '../../src/devices/uart/pl011.ts';
import { describeWith } from '../tools.ts';
import { type QemuUart, withQemuUart } from './qemu-serial.ts';
import { chance } from './timer-bouts.ts';

const UART = 0x4000_c000;
const [DR, FR, LCR_H, IMSC, RIS, MIS, ICR] = [0x00, 0x18, 0x2c, 0x38, 0x3c, 0x40, 0x44] as const;
const FEN = 0x10;
const [RXFE, RXFF] = [0x10, 0x40] as const;
/** QEMU has no receive timeout. */
const RT = 0x40;

/** A UART that is asked register by register. */
interface Subject {
  read(offset: number): Promise<number>;
  write(offset: number, value: number): Promise<void>;
  send(text: string): void;
  /** Waits for a character. */
  first(): Promise<void>;
  /** Lets what is under way come in, until the FIFO is full. */
  settle(): Promise<void>;
}

function onQemu(uart: QemuUart): Subject {
  return {
    read: (offset) => uart.read(offset),
    write: (offset, value) => uart.write(offset, value),
    send: (text) => uart.send(text),
    first: () => uart.until(FR, (flags) => (flags & RXFE) === 0),
    settle: () => uart.until(FR, (flags) => (flags & RXFF) !== 0),
  };
}

class BluesimUart implements Subject {
  readonly #bench = new TestBench(12_500_000);
  readonly #uart = this.#bench.create(
    (context) => new Pl011(context, { name: 'uart0', interrupt: new Line('irq'), variant: 'luminary' }),
  );

  async read(offset: number): Promise<number> {
    const value = this.#uart.read(offset, 4);
    return offset === RIS || offset === MIS ? value & ~RT : value;
  }

  async write(offset: number, value: number): Promise<void> {
    this.#uart.write(offset, 4, value);
  }

  send(text: string): void {
    this.#uart.input(new TextEncoder().encode(text));
  }

  async first(): Promise<void> {}

  async settle(): Promise<void> {
    this.#bench.run(1_000_000);
  }
}

/** What a guest sees that does the same things at random. */
async function script(subject: Subject, seed: number, fifos: boolean): Promise<string[]> {
  const random = chance(seed);
  const capacity = fifos ? 16 : 1;
  const seen: string[] = [];
  const look = async (offset: number) =>
    void seen.push(`${offset.toString(16)}: ${await subject.read(offset)}`);
  await subject.write(LCR_H, fifos ? FEN : 0);
  for (let round = 0; round < 20; round++) {
    let left = capacity * (1 + random(3));
    subject.send(Array.from({ length: left + 1 }, () => String.fromCharCode(32 + random(95))).join(''));
    // Here the rest of a burst follows once its first character was read (serial-input.ts).
    await subject.first();
    await look(DR);
    while (left > 0) {
      await subject.settle();
      // All, when nothing is under way; else what leaves some, and enough to fill the FIFO again.
      const atMost = Math.max(1, Math.min(capacity - 1, left - capacity));
      const reads = left === capacity ? capacity : 1 + random(atMost);
      for (let i = 0; i < reads; i++) {
        if (random(3) === 0) await subject.write(ICR, random(0x800));
        if (random(3) === 0) await subject.write(IMSC, random(0x80) & 0x30);
        // Between two reads something may come in while the FIFO is not full.
        if (left === capacity) await look(RIS);
        await look(DR);
      }
      left -= reads;
      if (left > 0) continue;
      for (const offset of [FR, RIS, MIS]) await look(offset);
    }
  }
  return seen;
}

describeWith(['qemu-system-arm'], 'input to a PL011', () => {
  test.each([
    ['without FIFOs', false],
    ['with FIFOs', true],
  ])('%s', async (_, fifos) => {
    for (const seed of [1, 2, 3]) {
      await withQemuUart('lm3s6965evb', UART, async (qemu) => {
        const theirs = await script(onQemu(qemu), seed, fifos);
        expect(await script(new BluesimUart(), seed, fifos)).toEqual(theirs);
      });
    }
  });
});
