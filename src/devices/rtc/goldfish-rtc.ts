/**
 * Goldfish real-time clock: nanoseconds since 1970 in two words, and an alarm.
 *
 * Its time is virtual: a fixed epoch at power-on plus the time that has passed on the board, so that two runs
 * see the same dates.
 *
 * Source: Android Goldfish virtual hardware specification (GOLDFISH-VIRTUAL-HARDWARE.TXT), "Goldfish timer".
 * What that leaves open (setting the time, reading the alarm back, its status) is as on QEMU.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bit, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';
import { TickRate } from '../tick-rate.ts';

export interface GoldfishRtcOptions {
  name: string;
  interrupt: Line;
  /** Time at cycle 0 in nanoseconds since 1970; 2020-01-01T00:00:00Z when absent. */
  epochNanoseconds?: bigint;
}

const DEFAULT_EPOCH = 1_577_836_800_000_000_000n;
const EVENT_ALARM = 0;
const LOW_WORD = 0xffff_ffffn;
const MASK_64 = 2n ** 64n - 1n;

const spec = 'Goldfish timer';
const layout = new RegisterLayout(
  { sizeBytes: 0x24, readWidths: 4, writeWidths: 4 },
  {
    TIME_LOW: register(0x00, { spec, value: 'timeLow', onRead: 'latchTime', onWrite: 'setTimeLow' }),
    TIME_HIGH: register(0x04, { spec, value: 'timeHigh', onWrite: 'setTimeHigh' }),
    ALARM_LOW: register(0x08, { spec, onWrite: 'setAlarm' }),
    ALARM_HIGH: register(0x0c, { spec }),
    IRQ_ENABLED: register(0x10, { spec, fields: { enabled: bit(0) }, onWrite: 'changed' }),
    CLEAR_ALARM: register(0x14, { spec, access: 'wo', onWrite: 'clearAlarm' }),
    ALARM_STATUS: register(0x18, { spec, access: 'ro', value: 'alarmStatus', fields: { running: bit(0) } }),
    CLEAR_INTERRUPT: register(0x1c, { spec, access: 'wo', onWrite: 'clearInterrupt' }),
  },
);
const { ALARM_LOW, ALARM_HIGH, IRQ_ENABLED } = layout.position;

export class GoldfishRtc extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #epoch: bigint;
  readonly #rate: TickRate;
  /** Added to the nanoseconds that have passed since cycle 0. */
  #offset = 0n;
  #latchedHigh = 0;
  #pending = false;

  constructor(context: DeviceContext, options: GoldfishRtcOptions) {
    super(context, options.name, layout);
    this.#interrupt = options.interrupt;
    this.#epoch = options.epochNanoseconds ?? DEFAULT_EPOCH;
    this.#rate = new TickRate(1_000_000_000, context.clock.frequencyHz);
    this.#interrupt.drivenBy(() => this.values[IRQ_ENABLED] !== 0 && this.#alarmRunning());
    this.reset();
  }

  /** Nanoseconds since 1970. */
  get time(): bigint {
    return (this.#elapsed() + this.#offset) & MASK_64;
  }

  protected override resetInternal(): void {
    this.#offset = this.#epoch;
    this.#latchedHigh = 0;
    this.#pending = false;
    this.context.events.cancel(EVENT_ALARM);
  }

  protected override snapshotInternal(): State {
    return { offset: this.#offset.toString(), latchedHigh: this.#latchedHigh, pending: this.#pending };
  }

  protected override restoreInternal(state: State): void {
    this.#offset = BigInt(state.offset as string);
    this.#latchedHigh = state.latchedHigh as number;
    this.#pending = state.pending as boolean;
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.#pending && this.values[IRQ_ENABLED] !== 0);
  }

  override onEvent(_kind: number): void {
    this.#pending = true;
    this.updateInterrupts();
  }

  changed(): void {
    this.updateInterrupts();
  }

  timeLow(): number {
    return Number(this.time & LOW_WORD);
  }

  /** The high word as it was when the low one was read. */
  timeHigh(): number {
    return this.#latchedHigh;
  }

  latchTime(): void {
    this.#latchedHigh = Number(this.time >> 32n);
  }

  setTimeLow(value: number): void {
    this.#setTime((this.time & ~LOW_WORD) | BigInt(value));
  }

  setTimeHigh(value: number): void {
    this.#setTime((this.time & LOW_WORD) | (BigInt(value) << 32n));
  }

  /** Writing the low word arms the alarm; one that lies in the past fires at once. */
  setAlarm(): void {
    const alarm = (BigInt(this.values[ALARM_HIGH]!) << 32n) | BigInt(this.values[ALARM_LOW]!);
    const wait = alarm - this.time;
    const cycle = wait > 0n ? this.#rate.cycleOf(Number(this.#elapsed() + wait)) : this.context.clock.now();
    if (wait > 0n && cycle !== undefined) {
      this.context.events.schedule(EVENT_ALARM, cycle);
    } else {
      this.context.events.cancel(EVENT_ALARM);
      if (wait <= 0n) this.#pending = true;
    }
    this.updateInterrupts();
  }

  clearAlarm(): void {
    this.context.events.cancel(EVENT_ALARM);
  }

  alarmStatus(): number {
    return this.#alarmRunning() ? 1 : 0;
  }

  clearInterrupt(): void {
    this.#pending = false;
    this.updateInterrupts();
  }

  #elapsed(): bigint {
    return BigInt(this.#rate.ticksAt(this.context.clock.now()));
  }

  #alarmRunning(): boolean {
    return this.context.events.scheduledAt(EVENT_ALARM) !== undefined;
  }

  #setTime(time: bigint): void {
    this.#offset = (time - this.#elapsed()) & MASK_64;
  }
}
