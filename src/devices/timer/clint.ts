/**
 * Core-local interruptor: a software interrupt bit and a timer compare register for each hart, and the time
 * that all share.
 *
 * mtime is never counted: it is computed from the cycle, plus an offset that the guest sets by writing it.
 * One event marks the next cycle at which any hart's timer interrupt changes.
 *
 * Source: SiFive FU540-C000 manual v1p4, chapter 9; RISC-V Privileged Architecture 20211203, 3.2.1. mtimecmp
 * resets to 0 as on QEMU (the architecture leaves it open), so the timer interrupt is pending at reset.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bit, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';
import { TickRate } from '../tick-rate.ts';

export interface ClintOptions {
  name: string;
  /** Frequency of mtime in Hz; 10 MHz when absent. */
  tickHz?: number;
  /** Interrupt outputs of each hart. */
  harts: readonly { software: Line; timer: Line }[];
}

const EVENT = 0;
const WORD = 2 ** 32;
const MASK_64 = 2n ** 64n - 1n;

function describeLayout(harts: number) {
  return new RegisterLayout(
    { sizeBytes: 0xc000, readWidths: 4, writeWidths: 4 },
    {
      msip: register(0x0, {
        spec: 'FU540 9.2',
        count: harts,
        fields: { MSIP: bit(0) },
        onWrite: 'changed',
      }),
      mtimecmp: register(0x4000, {
        spec: 'FU540 9.3',
        count: [harts, 2],
        stride: [8, 4],
        onWrite: 'changed',
      }),
      mtime: register(0xbff8, {
        spec: 'FU540 9.3',
        reset: 0,
        count: 2,
        value: 'timeWord',
        onWrite: 'setTimeWord',
      }),
    },
  );
}

export class Clint extends RegisterDevice {
  readonly #harts: ClintOptions['harts'];
  readonly #rate: TickRate;
  readonly #msip: number;
  readonly #mtimecmp: number;
  /** What the guest added to the ticks since power-on, modulo 2^64, as two words. */
  #offsetLow = 0;
  #offsetHigh = 0;

  constructor(context: DeviceContext, options: ClintOptions) {
    const layout = describeLayout(options.harts.length);
    super(context, options.name, layout);
    this.#harts = options.harts;
    this.#rate = new TickRate(options.tickHz ?? 10_000_000, context.clock.frequencyHz);
    this.#msip = layout.position.msip;
    this.#mtimecmp = layout.position.mtimecmp;
    options.harts.forEach(({ timer }, hart) => {
      timer.drivenBy(() => this.#cycleAfter(this.#ticksToChange(hart)) !== undefined);
    });
    this.reset();
  }

  /** mtime as one number of 64 bits. */
  get time(): bigint {
    return (BigInt(this.timeWord(1)) << 32n) | BigInt(this.timeWord(0));
  }

  protected override resetInternal(): void {
    this.#setTime(0n);
    this.#scheduleNext();
  }

  protected override snapshotInternal(): State {
    return { offsetLow: this.#offsetLow, offsetHigh: this.#offsetHigh };
  }

  protected override restoreInternal(state: State): void {
    this.#offsetLow = state.offsetLow as number;
    this.#offsetHigh = state.offsetHigh as number;
  }

  protected override updateInterrupts(): void {
    const low = this.timeWord(0);
    const high = this.timeWord(1);
    this.#harts.forEach(({ software, timer }, hart) => {
      const compareLow = this.values[this.#mtimecmp + 2 * hart]!;
      const compareHigh = this.values[this.#mtimecmp + 2 * hart + 1]!;
      software.set(this.values[this.#msip + hart] !== 0);
      timer.set(high > compareHigh || (high === compareHigh && low >= compareLow));
    });
  }

  changed(): void {
    this.updateInterrupts();
    this.#scheduleNext();
  }

  timeWord(index: number): number {
    const ticks = this.#ticksNow();
    const low = (ticks >>> 0) + this.#offsetLow;
    if (index === 0) return low >>> 0;
    return (Math.floor(ticks / WORD) + this.#offsetHigh + (low >= WORD ? 1 : 0)) >>> 0;
  }

  setTimeWord(value: number, index: number): void {
    const low = BigInt(index === 0 ? value : this.timeWord(0));
    const high = BigInt(index === 1 ? value : this.timeWord(1));
    this.#setTime((high << 32n) | low);
    this.changed();
  }

  override onEvent(_kind: number): void {
    this.changed();
  }

  #setTime(time: bigint): void {
    const offset = (time - BigInt(this.#ticksNow())) & MASK_64;
    this.#offsetLow = Number(offset & 0xffff_ffffn);
    this.#offsetHigh = Number(offset >> 32n);
  }

  #ticksNow(): number {
    return this.#rate.ticksAt(this.context.clock.now());
  }

  /**
   * Ticks until the timer interrupt of a hart rises or, when it is high, until mtime wraps around and it falls.
   * Rounded above 2^53, where it only means never.
   */
  #ticksToChange(hart: number): number {
    const low = this.timeWord(0);
    const high = this.timeWord(1);
    const position = this.#mtimecmp + 2 * hart;
    const compareLow = this.values[position]!;
    const compareHigh = this.values[position + 1]!;
    const due = high > compareHigh || (high === compareHigh && low >= compareLow);
    return due ? (WORD - high) * WORD - low : (compareHigh - high) * WORD + (compareLow - low);
  }

  #cycleAfter(ticks: number): number | undefined {
    return this.#rate.cycleOf(this.#ticksNow() + ticks);
  }

  #scheduleNext(): void {
    let ticks = Number.POSITIVE_INFINITY;
    for (let hart = 0; hart < this.#harts.length; hart++) ticks = Math.min(ticks, this.#ticksToChange(hart));
    const cycle = this.#cycleAfter(ticks);
    if (cycle === undefined) this.context.events.cancel(EVENT);
    else this.context.events.schedule(EVENT, cycle);
  }
}
