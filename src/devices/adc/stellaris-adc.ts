/**
 * Analog-to-digital converter of Stellaris parts: four sample sequencers with FIFOs, started by software or by a
 * timer. Other triggers (comparators, a pin, PWM, always) have nothing behind them.
 *
 * Conversions take no time. Nothing is connected to the inputs: each reads as half of the range; the temperature
 * sensor reads as at 25 °C.
 *
 * Source: LM3S6965 datasheet, chapter Analog-to-Digital Converter (ADC).
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface StellarisAdcOptions {
  name: string;
  /** One for each sequencer. */
  interrupts: readonly [Line, Line, Line, Line];
  /** Timers, a rising edge of which starts the sequencers that wait for one. */
  triggers?: readonly Line[];
}

const spec = 'Analog-to-Digital Converter (ADC)';
const SEQUENCERS = [0, 1, 2, 3] as const;
/** Steps of each sequencer, and places in its FIFO. */
const DEPTHS = [8, 4, 4, 1] as const;

const EACH = { SS0: bit(0), SS1: bit(1), SS2: bit(2), SS3: bit(3) };
const FOUR = { count: 4, stride: 0x20 } as const;

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
  {
    ADCACTSS: register(0x00, { spec, fields: EACH }),
    ADCRIS: register(0x04, { spec, access: 'ro', fields: EACH }),
    ADCIM: register(0x08, { spec, fields: EACH, onWrite: 'updateInterrupts' }),
    ADCISC: register(0x0c, {
      spec,
      access: 'w1c',
      reset: 0,
      fields: EACH,
      value: 'maskedInterrupts',
      onWrite: 'clearInterrupts',
    }),
    ADCOSTAT: register(0x10, { spec, access: 'w1c', fields: EACH }),
    ADCEMUX: register(0x14, {
      spec,
      fields: { EM0: bits(3, 0), EM1: bits(7, 4), EM2: bits(11, 8), EM3: bits(15, 12) },
      onWrite: 'chooseTriggers',
    }),
    ADCUSTAT: register(0x18, { spec, access: 'w1c', fields: EACH }),
    ADCSSPRI: register(0x20, {
      spec,
      reset: 0x3210,
      fields: { SS0: bits(1, 0), SS1: bits(5, 4), SS2: bits(9, 8), SS3: bits(13, 12) },
    }),
    ADCPSSI: register(0x28, { spec, access: 'wo', fields: EACH, onWrite: 'startByProcessor' }),
    ADCSAC: register(0x30, { spec, fields: { AVG: bits(2, 0) } }),
    ADCSSMUX: register(0x40, { spec, ...FOUR, onWrite: 'limitSteps' }),
    ADCSSCTL: register(0x44, { spec, ...FOUR, onWrite: 'limitSteps' }),
    ADCSSFIFO: register(0x48, { spec, ...FOUR, access: 'ro', value: 'sample', onRead: 'sampleRead' }),
    ADCSSFSTAT: register(0x4c, {
      spec,
      ...FOUR,
      access: 'ro',
      reset: 0x100,
      fields: { TPTR: bits(3, 0), HPTR: bits(7, 4), EMPTY: bit(8), FULL: bit(12) },
      value: 'fifoStatus',
    }),
    ADCTMLB: register(0x100, { spec, fields: { LB: bit(0) } }),
  },
);
const { ADCACTSS, ADCRIS, ADCIM, ADCOSTAT, ADCEMUX, ADCUSTAT, ADCSSMUX, ADCSSCTL } = layout.position;

/** Triggers as ADCEMUX chooses them. */
const BY_PROCESSOR = 0x0;
const BY_TIMER = 0x5;

/** Of a step in ADCSSCTLn. */
const END = 1 << 1;
const IE = 1 << 2;
const TS = 1 << 3;

const EMPTY = 1 << 8;
const FULL = 1 << 12;

/** 10 bits of 3 V. */
const HALF_RANGE = 0x200;
/** 2.7 V less (25 + 55) / 75 V: Internal Temperature Sensor. */
const ROOM_TEMPERATURE = 557;

interface Fifo {
  samples: number[];
  /** Where the next sample goes: TPTR. The oldest is HPTR. */
  tail: number;
}

export class StellarisAdc extends RegisterDevice {
  readonly #interrupts: readonly Line[];
  readonly #fifos: Fifo[] = SEQUENCERS.map(() => ({ samples: [], tail: 0 }));

  constructor(context: DeviceContext, options: StellarisAdcOptions) {
    super(context, options.name, layout);
    this.#interrupts = options.interrupts;
    const triggers = options.triggers ?? [];
    for (const trigger of triggers) {
      trigger.listen((level) => {
        if (level) this.#start(0xf, BY_TIMER);
      });
    }
    for (const [n, interrupt] of this.#interrupts.entries()) {
      interrupt.drivenBy(() => this.#waits(n) && triggers.some((trigger) => trigger.mayRise()));
    }
    this.reset();
  }

  protected override resetInternal(): void {
    for (const n of SEQUENCERS) this.#fifos[n] = { samples: [], tail: 0 };
  }

  protected override snapshotInternal(): State {
    return { fifos: this.#fifos.map(({ samples, tail }) => ({ samples: [...samples], tail })) };
  }

  protected override restoreInternal(state: State): void {
    for (const n of SEQUENCERS) {
      const { samples, tail } = (state.fifos as unknown as Fifo[])[n]!;
      this.#fifos[n] = { samples: [...samples], tail };
    }
  }

  protected override updateInterrupts(): void {
    const masked = this.maskedInterrupts();
    this.#interrupts.forEach((line, n) => {
      line.set(((masked >>> n) & 1) === 1);
    });
  }

  maskedInterrupts(): number {
    return this.values[ADCRIS]! & this.values[ADCIM]!;
  }

  clearInterrupts(value: number): void {
    this.values[ADCRIS]! &= ~value;
    this.updateInterrupts();
  }

  chooseTriggers(): void {
    for (const n of SEQUENCERS) {
      const trigger = this.#trigger(n);
      if (trigger === BY_PROCESSOR || trigger === BY_TIMER) continue;
      this.context.guestError('unimplemented', `ADCEMUX: trigger ${trigger} never comes`);
    }
  }

  startByProcessor(value: number): void {
    this.#start(value, BY_PROCESSOR);
  }

  /** A register of ADCSSMUX or ADCSSCTL has a digit for each step that its sequencer has. */
  limitSteps(_value: number, index: number): void {
    const steps = 2 ** (4 * DEPTHS[index]!) - 1;
    this.values[ADCSSMUX + index]! &= 0x3333_3333 & steps;
    this.values[ADCSSCTL + index]! &= steps;
  }

  sample(index: number): number {
    return this.#fifos[index]!.samples[0] ?? 0;
  }

  sampleRead(index: number): void {
    if (this.#fifos[index]!.samples.shift() === undefined) this.values[ADCUSTAT]! |= 1 << index;
  }

  fifoStatus(index: number): number {
    const { samples, tail } = this.#fifos[index]!;
    const depth = DEPTHS[index]!;
    const head = (tail - samples.length + depth) % depth;
    return tail | (head << 4) | (samples.length === 0 ? EMPTY : 0) | (samples.length === depth ? FULL : 0);
  }

  #trigger(n: number): number {
    return (this.values[ADCEMUX]! >>> (4 * n)) & 0xf;
  }

  /** Whether a timer would make a sequencer ask for its interrupt. */
  #waits(n: number): boolean {
    const enabled = ((this.values[ADCACTSS]! & this.values[ADCIM]!) >>> n) & 1;
    return enabled === 1 && this.#trigger(n) === BY_TIMER;
  }

  #start(sequencers: number, trigger: number): void {
    for (const n of SEQUENCERS) {
      const active = (sequencers & this.values[ADCACTSS]!) >>> n;
      if ((active & 1) === 1 && this.#trigger(n) === trigger) this.#run(n);
    }
    this.updateInterrupts();
  }

  #run(n: number): void {
    const fifo = this.#fifos[n]!;
    const depth = DEPTHS[n]!;
    for (let step = 0; step < depth; step++) {
      const control = (this.values[ADCSSCTL + n]! >>> (4 * step)) & 0xf;
      if (fifo.samples.length === depth) this.values[ADCOSTAT]! |= 1 << n;
      else {
        fifo.samples.push((control & TS) !== 0 ? ROOM_TEMPERATURE : HALF_RANGE);
        fifo.tail = (fifo.tail + 1) % depth;
      }
      if ((control & IE) !== 0) this.values[ADCRIS]! |= 1 << n;
      if ((control & END) !== 0) return;
    }
  }
}
