/**
 * SysTick: a 24-bit counter that counts down, wraps to a reload value and can raise an exception when it reaches 0.
 *
 * It is never counted: its value, and whether it has reached 0, are computed from the cycle when somebody asks. Only
 * while the exception is enabled does one event mark the next time that it reaches 0.
 *
 * Source: ARMv7-M ARM DDI 0403E, B3.3. The period is the reload value plus one: the counter is 0 for one clock, and
 * the next one loads the reload value. A write to the current value makes it 0 in the same way, but is no wrap: neither
 * COUNTFLAG nor the exception follows from it. A reload value of 0 stops the counter at its next wrap. Disabling
 * freezes the counter; enabling goes on from there.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';
import { TickRate } from '../tick-rate.ts';

const EVENT_ZERO = 0;

const ENABLE = 1;
const TICKINT = 2;
const CLKSOURCE = 4;
const COUNTFLAG = 1 << 16;

const COUNTER_MASK = 0xff_ffff;
const NOREF = 1 << 31;
const SKEW = 1 << 30;

export interface SysTickOptions {
  name: string;
  /** The exception: a pulse each time the counter reaches 0 with TICKINT set. */
  exception: Line;
  /** Frequency of the reference clock in Hz; without one CLKSOURCE is always 1. */
  referenceHz?: number | undefined;
}

const layout = new RegisterLayout(
  { sizeBytes: 0x10, readWidths: 4, writeWidths: 4 },
  {
    CSR: register(0x0, {
      spec: 'B3.3.3',
      fields: { ENABLE: bit(0), TICKINT: bit(1), CLKSOURCE: bit(2), COUNTFLAG: bit(16, 'ro') },
      value: 'control',
      onRead: 'controlRead',
      onWrite: 'controlWritten',
    }),
    RVR: register(0x4, {
      spec: 'B3.3.4',
      reset: 0,
      fields: { RELOAD: bits(23, 0) },
      value: 'reload',
      onWrite: 'reloadWritten',
    }),
    CVR: register(0x8, { spec: 'B3.3.5', reset: 0, value: 'current', onWrite: 'currentWritten' }),
    CALIB: register(0xc, { spec: 'B3.3.6', access: 'ro', value: 'calibration' }),
  },
);

export class SysTick extends RegisterDevice {
  readonly #exception: Line;
  readonly #referenceHz: number | undefined;
  /** Of the reference clock, where there is one. */
  #rate: TickRate | undefined;
  readonly #calibration: number;
  /** ENABLE, TICKINT and CLKSOURCE. */
  #control = 0;
  #reload = 0;
  /** The counter's value at a tick of its clock, from which it is computed. */
  #anchorValue = 0;
  #anchorTick = 0;
  /** It reached 0 before the anchor, and nobody has read COUNTFLAG since. */
  #countFlag = false;

  constructor(context: DeviceContext, options: SysTickOptions) {
    super(context, options.name, layout);
    this.#exception = options.exception;
    this.#referenceHz = options.referenceHz;
    this.#rate = this.#newRate();
    this.#calibration = calibrationOf(options.referenceHz);
    context.clock.onFrequencyChange(() => {
      this.#settle();
      this.#rate = this.#newRate();
      this.#anchorTick = this.#tick();
      this.#schedule();
    });
    options.exception.drivenBy(() => (this.#control & TICKINT) !== 0 && this.#nextZero() !== undefined);
    this.reset();
  }

  protected override resetInternal(): void {
    this.#rate = this.#newRate();
    this.#control = this.#fixed();
    this.#reload = 0;
    this.#anchorValue = 0;
    this.#anchorTick = this.#tick();
    this.#countFlag = false;
    this.#schedule();
  }

  protected override snapshotInternal(): State {
    return {
      control: this.#control,
      reload: this.#reload,
      anchorValue: this.#anchorValue,
      anchorTick: this.#anchorTick,
      countFlag: this.#countFlag,
    };
  }

  protected override restoreInternal(state: State): void {
    this.#rate = this.#newRate();
    this.#control = state.control as number;
    this.#reload = state.reload as number;
    this.#anchorValue = state.anchorValue as number;
    this.#anchorTick = state.anchorTick as number;
    this.#countFlag = state.countFlag as boolean;
  }

  override onEvent(_kind: number): void {
    this.#settle();
    this.#schedule();
    this.#exception.set(true);
    this.#exception.set(false);
  }

  // --- Registers --------------------------------------------------------------------------------------------------

  control(): number {
    return this.#control | (this.#countFlag || this.#wrapped() ? COUNTFLAG : 0);
  }

  controlRead(): void {
    this.#settle();
    this.#countFlag = false;
  }

  controlWritten(value: number): void {
    this.#settle();
    this.#control = (value & (ENABLE | TICKINT | CLKSOURCE)) | this.#fixed();
    // The other clock has another count of ticks.
    this.#anchorTick = this.#tick();
    this.#schedule();
  }

  reload(): number {
    return this.#reload;
  }

  reloadWritten(value: number): void {
    this.#settle();
    this.#reload = value & COUNTER_MASK;
    this.#schedule();
  }

  current(): number {
    const passed = this.#passed();
    if (passed <= this.#anchorValue) return this.#anchorValue - passed;
    if (this.#reload === 0) return 0;
    return this.#reload - ((passed - this.#anchorValue - 1) % (this.#reload + 1));
  }

  currentWritten(): void {
    this.#anchorValue = 0;
    this.#anchorTick = this.#tick();
    this.#countFlag = false;
    this.#schedule();
  }

  calibration(): number {
    return this.#calibration;
  }

  // --- Private ----------------------------------------------------------------------------------------------------

  #newRate(): TickRate | undefined {
    const { frequencyHz } = this.context.clock;
    return this.#referenceHz === undefined ? undefined : new TickRate(this.#referenceHz, frequencyHz);
  }

  /** B3.3.3: without a reference clock CLKSOURCE reads as one. */
  #fixed(): number {
    return this.#rate === undefined ? CLKSOURCE : 0;
  }

  /** The rate of the clock in use; undefined for the core clock itself. */
  #clock(): TickRate | undefined {
    return this.#control & CLKSOURCE ? undefined : this.#rate;
  }

  #tick(): number {
    const cycle = this.context.clock.now();
    return this.#clock()?.ticksAt(cycle) ?? cycle;
  }

  /** Ticks counted since the anchor. */
  #passed(): number {
    return this.#control & ENABLE ? this.#tick() - this.#anchorTick : 0;
  }

  /** Ticks from the anchor to the first time that the counter goes from 1 to 0, or undefined: never. */
  #ticksToZero(): number | undefined {
    if (this.#anchorValue > 0) return this.#anchorValue;
    return this.#reload > 0 ? this.#reload + 1 : undefined;
  }

  /** Whether the counter has reached 0 since the anchor. */
  #wrapped(): boolean {
    const ticks = this.#ticksToZero();
    return ticks !== undefined && this.#passed() >= ticks;
  }

  /** Moves the anchor to now. */
  #settle(): void {
    const value = this.current();
    if (this.#wrapped()) this.#countFlag = true;
    this.#anchorValue = value;
    this.#anchorTick = this.#tick();
  }

  /** The cycle at which the counter next reaches 0. The anchor is now, or no zero lies between. */
  #nextZero(): number | undefined {
    const ticks = this.#ticksToZero();
    if ((this.#control & ENABLE) === 0 || ticks === undefined) return undefined;
    const tick = this.#anchorTick + ticks;
    const clock = this.#clock();
    return clock === undefined ? tick : clock.cycleOf(tick);
  }

  #schedule(): void {
    const cycle = this.#control & TICKINT ? this.#nextZero() : undefined;
    if (cycle === undefined) this.context.events.cancel(EVENT_ZERO);
    else this.context.events.schedule(EVENT_ZERO, cycle);
  }
}

/** CALIB: ten milliseconds of the reference clock. Without one TENMS is not known: 0, as on QEMU. */
function calibrationOf(referenceHz: number | undefined): number {
  if (referenceHz === undefined) return NOREF >>> 0;
  const skew = referenceHz % 100 === 0 ? 0 : SKEW;
  return (skew | ((Math.round(referenceHz / 100) - 1) & COUNTER_MASK)) >>> 0;
}
