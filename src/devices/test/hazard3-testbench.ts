/**
 * The input and output of Hazard3's test bench: characters, the exit code, interrupts at stated cycles, and a timer that
 * counts core cycles. The block is that of Hazard3's own simulation (test/sim/tb_common in its repository), extended as
 * the ground truth of timing model `hazard3` needs it. The array of external-interrupt enables is a part of the core
 * there (Hazard3's CSR meiea, 0xbe0) and reaches this device by `enableExternal`.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { SerialHost, SerialPort } from '../../bus/serial.ts';
import type { State } from '../../bus/state.ts';
import { RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

const SPEC = 'Hazard3 tb_common';
/** Events: a change of the software interrupt, external interrupt 0 rises, mtime reaches mtimecmp. */
const SOFTWARE = 0;
const EXTERNAL = 1;
const TIMER = 2;
/** From the cycle in which a store leaves the core to the one in which an interrupt that it sets is seen. */
const STORE_TO_INTERRUPT = 2;
const WORD = 2 ** 32;

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 4, writeWidths: 4 },
  {
    print: register(0x0, { spec: SPEC, access: 'wo', onWrite: 'printCharacter' }),
    printHex: register(0x4, { spec: SPEC, access: 'wo', onWrite: 'printNumber' }),
    exit: register(0x8, { spec: SPEC, access: 'wo', onWrite: 'exit' }),
    setSoftware: register(0x10, { spec: SPEC, value: 'software', onWrite: 'raiseSoftware' }),
    clearSoftware: register(0x14, { spec: SPEC, value: 'software', onWrite: 'dropSoftware' }),
    setExternal: register(0x20, { spec: SPEC, value: 'external', onWrite: 'raiseExternal' }),
    clearExternal: register(0x30, { spec: SPEC, value: 'external', onWrite: 'dropExternal' }),
    mtime: register(0x100, { spec: SPEC, count: 2, value: 'timeWord', onWrite: 'setTimeWord' }),
    mtimecmp: register(0x108, { spec: SPEC, count: 2, reset: 0xffff_ffff, onWrite: 'timerChanged' }),
    region: register(0x200, { spec: SPEC }),
    raiseLater: register(0x204, { spec: SPEC, access: 'wo', onWrite: 'raiseLater' }),
    cycleCount: register(0x208, { spec: SPEC, access: 'ro', value: 'cycleCounter' }),
  },
);
const MTIMECMP = layout.position.mtimecmp!;

export interface Hazard3TestbenchOptions {
  name: string;
  power: PowerControl;
  software: Line;
  timer: Line;
  external: Line;
}

export class Hazard3Testbench extends RegisterDevice implements SerialPort {
  host: SerialHost | undefined = undefined;
  readonly inputOpen = false;
  readonly inputPending = 0;
  readonly #options: Hazard3TestbenchOptions;
  #software = 0;
  #external = 0;
  /** meiea of Hazard3: one bit an interrupt. */
  #enabled = 0;
  /** mtime minus the cycle. */
  #timeOffset = 0;

  constructor(context: DeviceContext, options: Hazard3TestbenchOptions) {
    super(context, options.name, layout);
    this.#options = options;
    options.timer.drivenBy(() => this.#timerAt() !== undefined);
    options.external.drivenBy(() => this.context.events.scheduledAt(EXTERNAL) !== undefined);
    options.software.drivenBy(() => this.context.events.scheduledAt(SOFTWARE) !== undefined);
    this.reset();
  }

  /** The board has no input. */
  input(): void {}
  setInputOpen(): void {}

  protected override resetInternal(): void {
    this.#software = 0;
    this.#external = 0;
    this.#enabled = 0;
    this.#timeOffset = 0;
  }

  protected override snapshotInternal(): State {
    return {
      software: this.#software,
      external: this.#external,
      enabled: this.#enabled,
      timeOffset: this.#timeOffset,
    };
  }

  protected override restoreInternal(state: State): void {
    this.#software = state.software as number;
    this.#external = state.external as number;
    this.#enabled = state.enabled as number;
    this.#timeOffset = state.timeOffset as number;
  }

  protected override updateInterrupts(): void {
    const { software, timer, external } = this.#options;
    software.set(this.#software !== 0);
    external.set((this.#external & this.#enabled) !== 0);
    timer.set(this.#time() >= this.#compare());
  }

  printCharacter(value: number): void {
    this.host?.transmitted(value & 0xff);
  }

  printNumber(value: number): void {
    for (const character of `${value.toString(16).padStart(8, '0')}\n`) {
      this.host?.transmitted(character.charCodeAt(0));
    }
  }

  exit(value: number): void {
    this.#options.power.exit(value);
  }

  software(): number {
    return this.#software;
  }

  raiseSoftware(value: number): void {
    if ((value & 1) !== 0)
      this.context.events.schedule(SOFTWARE, this.context.clock.now() + STORE_TO_INTERRUPT);
  }

  dropSoftware(value: number): void {
    if ((value & 1) !== 0) this.#software = 0;
    this.updateInterrupts();
  }

  external(): number {
    return this.#external;
  }

  raiseExternal(value: number): void {
    this.#external |= value;
    this.updateInterrupts();
  }

  dropExternal(value: number): void {
    this.#external &= ~value;
    this.updateInterrupts();
  }

  raiseLater(value: number): void {
    // The data phase is the cycle behind the one in which the store leaves the core.
    this.context.events.schedule(EXTERNAL, this.context.clock.now() + 1 + value);
  }

  /** meiea as an instruction reads it: the 16 enables of a window in the upper half. @param window 0 or 1 */
  externalEnables(window: number): number {
    return ((this.#enabled >>> (16 * (window & 1))) & 0xffff) << 16;
  }

  /** A write of meiea: the window in bits 4:0, its enables in bits 31:16. */
  enableExternal(value: number): void {
    const shift = 16 * (value & 1);
    this.#enabled = (this.#enabled & ~(0xffff << shift)) | ((value >>> 16) << shift);
    this.updateInterrupts();
  }

  timeWord(index: number): number {
    const time = this.#time();
    return index === 0 ? time % WORD : Math.floor(time / WORD);
  }

  setTimeWord(value: number, index: number): void {
    const time = this.#time();
    const low = index === 0 ? value : time % WORD;
    const high = index === 1 ? value : Math.floor(time / WORD);
    this.#timeOffset = high * WORD + low - this.context.clock.now();
    this.timerChanged();
  }

  timerChanged(): void {
    this.updateInterrupts();
    const at = this.#timerAt();
    if (at === undefined) this.context.events.cancel(TIMER);
    else this.context.events.schedule(TIMER, at);
  }

  cycleCounter(): number {
    return this.context.clock.now() % WORD;
  }

  override onEvent(kind: number): void {
    if (kind === SOFTWARE) this.#software = 1;
    else if (kind === EXTERNAL) this.#external |= 1;
    this.updateInterrupts();
  }

  #time(): number {
    return this.context.clock.now() + this.#timeOffset;
  }

  /** Rounded above 2^53, where it only means never. */
  #compare(): number {
    return this.values[MTIMECMP + 1]! * WORD + this.values[MTIMECMP]!;
  }

  /** Cycle at which mtime reaches mtimecmp; undefined when it has, or never will. */
  #timerAt(): number | undefined {
    const cycle = this.#compare() - this.#timeOffset;
    return cycle > this.context.clock.now() && cycle < Number.MAX_SAFE_INTEGER ? cycle : undefined;
  }
}
