/**
 * The FPGA system control and I/O of Arm's MPS2 boards: LEDs, buttons, and counters that count seconds, hundredths
 * of a second, and the core clock behind a prescaler. Nobody presses the buttons.
 *
 * No counter is counted: what each shows follows from when it was last set.
 *
 * Source: Application Note AN385, "FPGA system control and I/O". As on QEMU, setting CLK1HZ or CLK100HZ begins a
 * new period, and PSCNTR reloads one cycle after it has come to 0.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';
import { bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface Mps2FpgaioOptions {
  name: string;
}

const SPEC = 'AN385, FPGA system control and I/O';

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4, narrow: 'whole' },
  {
    LED0: register(0x00, { spec: SPEC, fields: { leds: bits(1, 0) } }),
    BUTTON: register(0x08, { spec: SPEC, access: 'const' }),
    CLK1HZ: register(0x10, { spec: SPEC, reset: 0, value: 'seconds', onWrite: 'setSeconds' }),
    CLK100HZ: register(0x14, { spec: SPEC, reset: 0, value: 'hundredths', onWrite: 'setHundredths' }),
    COUNTER: register(0x18, { spec: SPEC, value: 'counter', onWrite: 'setCounter' }),
    PRESCALE: register(0x1c, { spec: SPEC, onWrite: 'setPrescale' }),
    PSCNTR: register(0x20, { spec: SPEC, reset: 0, value: 'prescaleCounter', onWrite: 'setPrescaleCounter' }),
    MISC: register(0x4c, { spec: SPEC }),
  },
);

const { PRESCALE } = layout.position;

/** A number shown and the cycle at which it was set. */
interface Reading {
  value: number;
  since: number;
}

export class Mps2Fpgaio extends RegisterDevice {
  #seconds: Reading = { value: 0, since: 0 };
  #hundredths: Reading = { value: 0, since: 0 };
  /** COUNTER and PSCNTR when one of them or PRESCALE last changed. */
  #counted = { counter: 0, prescale: 0, since: 0 };
  /** PRESCALE since then; the register itself may be newer. */
  #reload = 0;

  constructor(context: DeviceContext, options: Mps2FpgaioOptions) {
    super(context, options.name, layout);
    this.reset();
  }

  protected override resetInternal(): void {
    const since = this.context.clock.now();
    this.#seconds = { value: 0, since };
    this.#hundredths = { value: 0, since };
    this.#counted = { counter: 0, prescale: 0, since };
    this.#reload = 0;
  }

  protected override snapshotInternal(): State {
    return {
      seconds: { ...this.#seconds },
      hundredths: { ...this.#hundredths },
      counted: { ...this.#counted },
      reload: this.#reload,
    };
  }

  protected override restoreInternal(state: State): void {
    this.#seconds = { ...(state.seconds as unknown as Reading) };
    this.#hundredths = { ...(state.hundredths as unknown as Reading) };
    this.#counted = { ...(state.counted as { counter: number; prescale: number; since: number }) };
    this.#reload = state.reload as number;
  }

  seconds(): number {
    return this.#read(this.#seconds, 1);
  }

  setSeconds(value: number): void {
    this.#seconds = { value, since: this.context.clock.now() };
  }

  hundredths(): number {
    return this.#read(this.#hundredths, 100);
  }

  setHundredths(value: number): void {
    this.#hundredths = { value, since: this.context.clock.now() };
  }

  counter(): number {
    const { counter, prescale, since } = this.#counted;
    const beyond = this.context.clock.now() - since - prescale - 1;
    const reloads = beyond < 0 ? 0 : 1 + Math.floor(beyond / (this.#reload + 1));
    return (counter + reloads) % 2 ** 32;
  }

  setCounter(counter: number): void {
    this.#set(counter, this.prescaleCounter());
  }

  prescaleCounter(): number {
    const { prescale, since } = this.#counted;
    const elapsed = this.context.clock.now() - since;
    return elapsed <= prescale
      ? prescale - elapsed
      : this.#reload - ((elapsed - prescale - 1) % (this.#reload + 1));
  }

  setPrescaleCounter(prescale: number): void {
    this.#set(this.counter(), prescale);
  }

  setPrescale(): void {
    this.#set(this.counter(), this.prescaleCounter());
  }

  #set(counter: number, prescale: number): void {
    this.#counted = { counter, prescale, since: this.context.clock.now() };
    this.#reload = this.values[PRESCALE]!;
  }

  #read({ value, since }: Reading, frequencyHz: number): number {
    const { clock } = this.context;
    return (value + Math.floor(((clock.now() - since) * frequencyHz) / clock.frequencyHz)) % 2 ** 32;
  }
}
