/**
 * Dual timer of the Cortex-M System Design Kit: two counters with a prescaler, each free running, periodic or one-shot,
 * with 16 or 32 bits, and an interrupt when the count comes to 0. One line carries the interrupts of both.
 *
 * With 16 bits the upper half of the counter stays as it was loaded. In periodic mode a period is one tick longer
 * than the load value; the smallest valid one is 1.
 *
 * Source: Cortex-M System Design Kit TRM, DDI 0479D, 4.4, and what it leaves open as on QEMU.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { DownCounter } from '../down-counter.ts';
import { cmsdkIdentification } from '../primecell.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface CmsdkDualTimerOptions {
  name: string;
  /** Either timer's interrupt. */
  interrupt: Line;
}

const SPEC = 'DDI 0479D 4.4';
const COUNT = 2;
const EACH = { spec: SPEC, count: COUNT, stride: 0x20 } as const;

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4, narrow: 'whole' },
  {
    LOAD: register(0x00, { ...EACH, onWrite: 'load' }),
    VALUE: register(0x04, { ...EACH, access: 'ro', reset: 0xffff_ffff, value: 'counterValue' }),
    CONTROL: register(0x08, {
      ...EACH,
      reset: 0x20,
      fields: {
        ONESHOT: bit(0),
        SIZE: bit(1),
        PRE: bits(3, 2),
        INTEN: bit(5),
        MODE: bit(6),
        ENABLE: bit(7),
      },
      onWrite: 'controlChanged',
    }),
    INTCLR: register(0x0c, { ...EACH, access: 'wo', onWrite: 'clearInterrupt' }),
    RIS: register(0x10, { ...EACH, access: 'ro', fields: { raw: bit(0) } }),
    MIS: register(0x14, { ...EACH, access: 'ro', reset: 0, value: 'maskedStatus' }),
    BGLOAD: register(0x18, { ...EACH, reset: 0, value: 'reloadValue', onWrite: 'setReload' }),
    ITCR: register(0xf00, { spec: SPEC, fields: { enable: bit(0) }, onWrite: 'updateInterrupts' }),
    ITOP: register(0xf04, {
      spec: SPEC,
      access: 'wo',
      fields: { TIMINT1: bit(0), TIMINT2: bit(1) },
      onWrite: 'updateInterrupts',
    }),
    ...cmsdkIdentification(SPEC, 0x23),
  },
);

const { LOAD, CONTROL, RIS, ITCR, ITOP } = layout.position;

const ONESHOT = 1 << 0;
const SIZE_32 = 1 << 1;
const INTEN = 1 << 5;
const PERIODIC = 1 << 6;
const ENABLE = 1 << 7;

/** Prescaler by PRE; 3 is reserved and divides as 2 does on QEMU. */
const CYCLES_PER_TICK = [1, 16, 256, 256];
const HALF = 0xffff;

export class CmsdkDualTimer extends RegisterDevice {
  readonly #interrupt: Line;
  /** With 16 bits, the lower halves alone. */
  readonly #counters: readonly DownCounter[];
  /** What the counters show above their 16 bits, in place; 0 with 32 bits. */
  readonly #upperHalves = [0, 0];

  constructor(context: DeviceContext, options: CmsdkDualTimerOptions) {
    super(context, options.name, layout);
    this.#interrupt = options.interrupt;
    this.#counters = Array.from({ length: COUNT }, () => new DownCounter(context.clock));
    options.interrupt.drivenBy(() => this.#mayInterrupt());
    this.reset();
  }

  protected override resetInternal(): void {
    this.#counters.forEach((counter, timer) => {
      counter.reset(HALF, HALF);
      this.#upperHalves[timer] = 0xffff_0000;
      this.context.events.cancel(timer);
    });
  }

  protected override snapshotInternal(): State {
    return {
      counters: this.#counters.map((counter) => counter.snapshot()),
      upperHalves: [...this.#upperHalves],
    };
  }

  protected override restoreInternal(state: State): void {
    this.#counters.forEach((counter, timer) => {
      counter.restore((state.counters as State[])[timer]!);
      this.#upperHalves[timer] = (state.upperHalves as number[])[timer]!;
    });
  }

  override updateInterrupts(): void {
    const test = (this.values[ITCR]! & 1) !== 0;
    this.#interrupt.set(test ? this.values[ITOP] !== 0 : (this.maskedStatus(0) | this.maskedStatus(1)) !== 0);
  }

  /** @param timer the event's kind: a timer has come to 0. */
  override onEvent(timer: number): void {
    this.values[RIS + timer] = 1;
    this.updateInterrupts();
  }

  counterValue(timer: number): number {
    return (this.#upperHalves[timer]! | this.#counters[timer]!.count) >>> 0;
  }

  maskedStatus(timer: number): number {
    return (this.values[CONTROL + timer]! & INTEN) !== 0 ? this.values[RIS + timer]! : 0;
  }

  load(value: number, timer: number): void {
    this.#setValue(timer, value);
    this.#modeChanged(timer);
  }

  reloadValue(timer: number): number {
    return this.values[LOAD + timer]!;
  }

  setReload(value: number, timer: number): void {
    this.values[LOAD + timer] = value;
    this.#modeChanged(timer);
  }

  controlChanged(control: number, timer: number, previous: number): void {
    const counter = this.#counters[timer]!;
    if (((control ^ previous) & SIZE_32) !== 0) this.#setValue(timer, this.counterValue(timer));
    counter.cyclesPerTick = CYCLES_PER_TICK[(control >>> 2) & 3]!;
    if ((control & ENABLE) !== 0) counter.start();
    else counter.stop();
    this.#modeChanged(timer);
  }

  clearInterrupt(_value: number, timer: number): void {
    this.values[RIS + timer] = 0;
    this.#modeChanged(timer);
  }

  #mask(timer: number): number {
    return (this.values[CONTROL + timer]! & SIZE_32) !== 0 ? 0xffff_ffff : HALF;
  }

  #setValue(timer: number, value: number): void {
    const mask = this.#mask(timer);
    this.#upperHalves[timer] = (value & ~mask) >>> 0;
    this.#counters[timer]!.count = (value & mask) >>> 0;
  }

  /** What follows 0, and when that comes. */
  #modeChanged(timer: number): void {
    const counter = this.#counters[timer]!;
    const control = this.values[CONTROL + timer]!;
    const mask = this.#mask(timer);
    if ((control & ONESHOT) !== 0) counter.reload = 0;
    else counter.reload = (control & PERIODIC) === 0 ? mask : (this.values[LOAD + timer]! & mask) >>> 0;
    const cycle = this.values[RIS + timer] === 0 ? counter.zeroCycle : undefined;
    if (cycle === undefined) this.context.events.cancel(timer);
    else this.context.events.schedule(timer, cycle);
    this.updateInterrupts();
  }

  #mayInterrupt(): boolean {
    if ((this.values[ITCR]! & 1) !== 0) return false;
    return this.#counters.some(
      (_, timer) =>
        (this.values[CONTROL + timer]! & INTEN) !== 0 && this.context.events.scheduledAt(timer) !== undefined,
    );
  }
}
