/**
 * General-purpose timer module of Stellaris parts: two 16-bit counters, each one-shot, periodic, capturing or making
 * pulses, or both joined to one of 32 bits, or a clock of seconds (RTC).
 *
 * A counter is never counted: its value follows from the cycle at which it was loaded. Loading takes the cycle after
 * the write that asks for it, so that a periodic timer asks for its first interrupt, like all that follow, one cycle
 * more than GPTMTnILR after. An event is pending only for a time-out that would show: by an interrupt that is not
 * raised already, the end of a one-shot, a trigger of the ADC, another prescaler.
 *
 * No pin leads here. A capturing counter sees no edge and keeps its start value; the pulses of PWM go nowhere.
 * Seconds come from virtual time, in place of 32,768 Hz at a pin.
 *
 * Source: LM3S6965 datasheet, chapter General-Purpose Timers. Comments name its sections and registers.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface StellarisTimerOptions {
  name: string;
  /** Interrupts of timer A, which is also the joined one, and of timer B. */
  interrupts: { readonly a: Line; readonly b: Line };
  /** Pulses when a time-out is to start a conversion of the ADC. */
  trigger?: Line;
}

const spec = 'General-Purpose Timers';

const MODE = { TnMR: bits(1, 0), TnCMR: bit(2), TnAMS: bit(3) };
const INTERRUPTS = {
  TATO: bit(0),
  CAM: bit(1),
  CAE: bit(2),
  RTC: bit(3),
  TBTO: bit(8),
  CBM: bit(9),
  CBE: bit(10),
};

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
  {
    GPTMCFG: register(0x00, { spec, fields: { GPTMCFG: bits(2, 0) }, onWrite: 'configure' }),
    GPTMTAMR: register(0x04, { spec, fields: MODE, onWrite: 'modeChanged' }),
    GPTMTBMR: register(0x08, { spec, fields: MODE, onWrite: 'modeChanged' }),
    GPTMCTL: register(0x0c, {
      spec,
      fields: {
        TAEN: bit(0),
        TASTALL: bit(1),
        TAEVENT: bits(3, 2),
        RTCEN: bit(4),
        TAOTE: bit(5),
        TAPWML: bit(6),
        TBEN: bit(8),
        TBSTALL: bit(9),
        TBEVENT: bits(11, 10),
        TBOTE: bit(13),
        TBPWML: bit(14),
      },
      onWrite: 'control',
    }),
    GPTMIMR: register(0x18, { spec, fields: INTERRUPTS, onWrite: 'updateInterrupts' }),
    GPTMRIS: register(0x1c, { spec, access: 'ro', fields: INTERRUPTS }),
    GPTMMIS: register(0x20, {
      spec,
      access: 'ro',
      reset: 0,
      fields: INTERRUPTS,
      value: 'maskedInterrupts',
    }),
    GPTMICR: register(0x24, {
      spec,
      access: 'wo',
      fields: INTERRUPTS,
      onWrite: 'clearInterrupts',
    }),
    GPTMTAILR: register(0x28, {
      spec,
      reset: 0xffff_ffff,
      value: 'intervalA',
      onWrite: 'setIntervalA',
    }),
    GPTMTBILR: register(0x2c, {
      spec,
      reset: 0xffff,
      value: 'intervalB',
      onWrite: 'setIntervalB',
    }),
    GPTMTAMATCHR: register(0x30, {
      spec,
      reset: 0xffff_ffff,
      value: 'matchA',
      onWrite: 'setMatchA',
    }),
    GPTMTBMATCHR: register(0x34, {
      spec,
      reset: 0xffff,
      value: 'matchB',
      onWrite: 'setMatchB',
    }),
    GPTMTAPR: register(0x38, { spec, fields: { TAPSR: bits(7, 0) }, onWrite: 'prescale' }),
    GPTMTBPR: register(0x3c, { spec, fields: { TBPSR: bits(7, 0) }, onWrite: 'prescale' }),
    GPTMTAPMR: register(0x40, { spec, fields: { TAPSMR: bits(7, 0) } }),
    GPTMTBPMR: register(0x44, { spec, fields: { TBPSMR: bits(7, 0) } }),
    GPTMTAR: register(0x48, {
      spec,
      access: 'ro',
      reset: 0xffff_ffff,
      value: 'valueA',
    }),
    GPTMTBR: register(0x4c, { spec, access: 'ro', reset: 0xffff, value: 'valueB' }),
  },
);
const { GPTMCFG, GPTMTAMR, GPTMCTL, GPTMIMR, GPTMRIS, GPTMTAPR } = layout.position;

const JOINED = 0;
const SECONDS = 1;
const SPLIT = 4;

const ONE_SHOT = 1;
const PERIODIC = 2;
const AMS = 1 << 3;

/** Bits of timer A; those of B are 8 higher. */
const EN = 1 << 0;
const OTE = 1 << 5;
const TO = 1 << 0;

const RTC = 1 << 3;

/** Events 0 and 1: the time-outs of timers A and B. */
const EVENT_SECOND = 2;

const WORD = 2 ** 32;

/** One of the two counters. */
interface Counter {
  /** Whether it counts down; an enabled one in a mode that needs edges does not. */
  counts: boolean;
  /** The cycle before the one in which it was loaded. */
  start: number;
  /** What was loaded then, and how many cycles each count lasts. */
  load: number;
  cyclesPerCount: number;
  /** What it shows while it does not count, and until it is loaded. */
  held: number;
}

function stopped(held: number): Counter {
  return { counts: false, start: 0, load: 0, cyclesPerCount: 1, held };
}

export class StellarisTimer extends RegisterDevice {
  readonly #lines: readonly [Line, Line];
  readonly #trigger: Line | undefined;
  /** Start values and match values of A and B, 16 bits each. */
  readonly #intervals = [0xffff, 0xffff];
  readonly #matches = [0xffff, 0xffff];
  readonly #counters = [stopped(0xffff), stopped(0xffff)];
  /** The clock of seconds, which counts up. */
  #seconds = 1;

  constructor(context: DeviceContext, options: StellarisTimerOptions) {
    super(context, options.name, layout);
    this.#lines = [options.interrupts.a, options.interrupts.b];
    this.#trigger = options.trigger;
    this.#lines.forEach((line, n) => {
      line.drivenBy(() => this.#mayInterrupt(n));
    });
    this.#trigger?.drivenBy(() => [0, 1].some((n) => this.#triggers(n) && this.#counters[n]!.counts));
    context.clock.onFrequencyChange((previousHz) => this.#rescaleSecond(previousHz));
    this.reset();
  }

  protected override resetInternal(): void {
    for (const n of [0, 1]) {
      this.#intervals[n] = 0xffff;
      this.#matches[n] = 0xffff;
      this.#counters[n] = stopped(0xffff);
      this.context.events.cancel(n);
    }
    this.#counters[0] = stopped(WORD - 1);
    this.#seconds = 1;
    this.context.events.cancel(EVENT_SECOND);
  }

  protected override snapshotInternal(): State {
    return {
      intervals: [...this.#intervals],
      matches: [...this.#matches],
      counters: this.#counters.map((counter) => ({ ...counter })),
      seconds: this.#seconds,
    };
  }

  protected override restoreInternal(state: State): void {
    for (const n of [0, 1]) {
      this.#intervals[n] = (state.intervals as number[])[n]!;
      this.#matches[n] = (state.matches as number[])[n]!;
      this.#counters[n] = { ...(state.counters as unknown as Counter[])[n]! };
    }
    this.#seconds = state.seconds as number;
  }

  protected override updateInterrupts(): void {
    const masked = this.maskedInterrupts();
    this.#lines[0].set((masked & 0xff) !== 0);
    this.#lines[1].set((masked & 0xff00) !== 0);
  }

  override onEvent(kind: number): void {
    if (kind === EVENT_SECOND) this.#second();
    else this.#timeOut(kind);
    this.updateInterrupts();
  }

  maskedInterrupts(): number {
    return this.values[GPTMRIS]! & this.values[GPTMIMR]!;
  }

  clearInterrupts(value: number): void {
    for (const n of [0, 1]) this.#bringUpToDate(n);
    this.values[GPTMRIS]! &= ~value;
    for (const n of [0, 1]) this.#scheduleTimeOut(n);
    this.updateInterrupts();
  }

  configure(value: number): void {
    if (value !== JOINED && value !== SECONDS && value !== SPLIT) {
      this.context.guestError('reserved', `GPTMCFG: ${value} is no mode: nothing counts`);
    }
    for (const n of [0, 1]) {
      this.#restart(n);
      this.#counters[n]!.held = this.#interval(n);
    }
    this.updateInterrupts();
  }

  modeChanged(): void {
    for (const n of [0, 1]) if (this.#counts(n) !== this.#counters[n]!.counts) this.#restart(n);
    for (const n of [0, 1]) this.#scheduleTimeOut(n);
    this.updateInterrupts();
  }

  control(value: number, _index: number, previous: number): void {
    for (const n of [0, 1]) {
      const changed = ((value ^ previous) >>> (8 * n)) & 0xff;
      if ((changed & EN) !== 0) this.#restart(n);
      else if ((changed & OTE) !== 0) {
        this.#bringUpToDate(n);
        this.#scheduleTimeOut(n);
      }
    }
    this.updateInterrupts();
  }

  prescale(): void {
    // GPTMTAPR: a new prescale value counts from the next time-out on.
    for (const n of [0, 1]) this.#scheduleTimeOut(n);
  }

  intervalA(): number {
    return this.#joined() ? this.#intervals[1]! * 0x1_0000 + this.#intervals[0]! : this.#intervals[0]!;
  }

  setIntervalA(value: number): void {
    this.#intervals[0] = value & 0xffff;
    if (this.#joined()) this.#intervals[1] = value >>> 16;
    this.#reload(0);
  }

  intervalB(): number {
    return this.#intervals[1]!;
  }

  setIntervalB(value: number): void {
    if (this.#joined()) {
      this.context.guestError('read-only', 'GPTMTBILR written while the timers are joined');
      return;
    }
    this.#intervals[1] = value & 0xffff;
    this.#reload(1);
  }

  matchA(): number {
    return this.#joined() ? this.#matches[1]! * 0x1_0000 + this.#matches[0]! : this.#matches[0]!;
  }

  setMatchA(value: number): void {
    this.#matches[0] = value & 0xffff;
    if (this.#joined()) this.#matches[1] = value >>> 16;
  }

  matchB(): number {
    return this.#matches[1]!;
  }

  setMatchB(value: number): void {
    if (this.#joined()) {
      this.context.guestError('read-only', 'GPTMTBMATCHR written while the timers are joined');
    } else this.#matches[1] = value & 0xffff;
  }

  valueA(): number {
    if (this.#isClock()) return this.#seconds;
    return this.#joined() ? this.#value(0) : this.#value(0) & 0xffff;
  }

  valueB(): number {
    if (!this.#joined()) return this.#value(1);
    return this.valueA() >>> 16;
  }

  /** Whether both counters are one, that of timer A. */
  #joined(): boolean {
    return this.values[GPTMCFG]! < SPLIT;
  }

  #isClock(): boolean {
    return this.values[GPTMCFG] === SECONDS;
  }

  #enabled(n: number): boolean {
    return ((this.values[GPTMCTL]! >>> (8 * n)) & EN) !== 0;
  }

  /** Whether a counter is to count down. */
  #counts(n: number): boolean {
    const configuration = this.values[GPTMCFG]!;
    const exists = configuration === SPLIT || (configuration === JOINED && n === 0);
    const mode = this.values[GPTMTAMR + n]! & 3;
    return exists && this.#enabled(n) && (mode === ONE_SHOT || mode === PERIODIC);
  }

  #isOneShot(n: number): boolean {
    return (this.values[GPTMTAMR + n]! & 3) === ONE_SHOT;
  }

  /** Whether reaching 0 is a time-out: in PWM it is not (16-Bit PWM Mode). */
  #timesOut(n: number): boolean {
    return this.#isOneShot(n) || (this.values[GPTMTAMR + n]! & AMS) === 0;
  }

  /** Whether its time-outs start the ADC. */
  #triggers(n: number): boolean {
    return this.#timesOut(n) && ((this.values[GPTMCTL]! >>> (8 * n)) & OTE) !== 0;
  }

  #interval(n: number): number {
    return n === 0 ? this.intervalA() : this.#intervals[1]!;
  }

  #cyclesPerCount(n: number): number {
    // 16-Bit One-Shot/Periodic Timer Mode: the prescaler divides 16-bit timers, in one-shot and periodic mode.
    const prescaled = !this.#joined() && this.#timesOut(n);
    return prescaled ? this.values[GPTMTAPR + n]! + 1 : 1;
  }

  #value(n: number): number {
    const { counts, start, load, cyclesPerCount, held } = this.#counters[n]!;
    const sinceLoad = this.context.clock.now() - start - 1;
    if (!counts || sinceLoad < 0) return held;
    const counted = Math.floor(sinceLoad / cyclesPerCount);
    return load - (counted % (load + 1));
  }

  /** The cycle at which a counter that counts will have come to 0, or did since it was last looked at. */
  #end(n: number): number {
    const { start, load, cyclesPerCount } = this.#counters[n]!;
    return start + (load + 1) * cyclesPerCount;
  }

  /** Loads a counter anew, or stops it. */
  #restart(n: number): void {
    const held = this.#value(n);
    const counts = this.#counts(n);
    this.#counters[n] = counts
      ? {
          counts,
          start: this.context.clock.now(),
          load: this.#interval(n),
          cyclesPerCount: this.#cyclesPerCount(n),
          held: this.#interval(n),
        }
      : stopped(this.#enabled(n) ? this.#interval(n) : held);
    this.#scheduleTimeOut(n);
    if (n === 0) this.#restartSeconds();
  }

  /** A new start value is loaded at once (32-Bit One-Shot/Periodic Timer Mode), whether the counter counts or not. */
  #reload(n: number): void {
    const counter = this.#counters[n]!;
    if (counter.counts) this.#restart(n);
    else counter.held = this.#interval(n);
    this.updateInterrupts();
  }

  /** Passes over the time-outs that showed nothing. */
  #bringUpToDate(n: number): void {
    const counter = this.#counters[n]!;
    const now = this.context.clock.now();
    if (!counter.counts || this.#end(n) > now) return;
    const period = (counter.load + 1) * counter.cyclesPerCount;
    counter.start += Math.floor((now - counter.start) / period) * period;
    counter.held = 0;
  }

  #scheduleTimeOut(n: number): void {
    const counter = this.#counters[n]!;
    const raises = (this.values[GPTMRIS]! & (TO << (8 * n))) === 0;
    const changes = this.#isOneShot(n) || counter.cyclesPerCount !== this.#cyclesPerCount(n);
    const shows = changes || this.#triggers(n) || (this.#timesOut(n) && raises);
    if (!counter.counts || !shows) {
      this.context.events.cancel(n);
      return;
    }
    this.#bringUpToDate(n);
    this.context.events.schedule(n, this.#end(n));
  }

  #timeOut(n: number): void {
    const counter = this.#counters[n]!;
    const triggers = this.#triggers(n);
    if (this.#timesOut(n)) this.values[GPTMRIS]! |= TO << (8 * n);
    if (this.#isOneShot(n)) {
      this.values[GPTMCTL]! &= ~(EN << (8 * n));
      this.#counters[n] = stopped(this.#interval(n));
    } else {
      counter.start = this.#end(n);
      counter.held = 0;
      counter.cyclesPerCount = this.#cyclesPerCount(n);
    }
    this.#scheduleTimeOut(n);
    if (!triggers) return;
    this.#trigger?.set(true);
    this.#trigger?.set(false);
  }

  #restartSeconds(): void {
    if (!this.#isClock() || !this.#enabled(0)) {
      this.context.events.cancel(EVENT_SECOND);
      return;
    }
    // 32-Bit Real-Time Clock Timer Mode: it starts from 1.
    this.#seconds = 1;
    this.#scheduleSecond();
  }

  #scheduleSecond(): void {
    const { clock, events } = this.context;
    events.schedule(EVENT_SECOND, clock.now() + clock.frequencyHz);
  }

  #second(): void {
    // 32-Bit Real-Time Clock Timer Mode: at the match value it rolls over to 0 and continues.
    this.#seconds = this.#seconds === this.matchA() ? 0 : (this.#seconds + 1) % WORD;
    if (this.#seconds === this.matchA()) this.values[GPTMRIS]! |= RTC;
    this.#scheduleSecond();
  }

  /** What is left of the present second lasts another number of cycles. */
  #rescaleSecond(previousHz: number): void {
    const { clock, events } = this.context;
    const due = events.scheduledAt(EVENT_SECOND);
    if (due === undefined) return;
    const left = Math.round(((due - clock.now()) * clock.frequencyHz) / previousHz);
    events.schedule(EVENT_SECOND, clock.now() + Math.max(1, left));
  }

  #mayInterrupt(n: number): boolean {
    const enabled = this.values[GPTMIMR]! >>> (8 * n);
    if ((enabled & TO) !== 0 && this.#counters[n]!.counts && this.#timesOut(n)) return true;
    return n === 0 && (enabled & RTC) !== 0 && this.context.events.scheduledAt(EVENT_SECOND) !== undefined;
  }
}
