/**
 * Watchdog of the Cortex-M System Design Kit: a counter that asks for attention when it comes to 0, and resets the
 * machine when it comes to 0 once more before it got any. Its interrupt is the core's NMI where a board wires it so.
 *
 * The counter runs only while INTEN is set, and setting INTEN reloads it: so the manual, while QEMU 7.2 counts
 * from reset on. After a second time-out without a reset it goes on counting, while QEMU stops for good. WDOGLOCK protects all registers but itself.
 *
 * The watchdog of Stellaris parts is the same but for its identification, for the tests, and that INTEN once set
 * keeps WDOGCONTROL as it is until a reset.
 *
 * Source: Cortex-M System Design Kit TRM, DDI 0479D, 4.5; LM3S6965 datasheet, chapter Watchdog Timer.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { State } from '../../bus/state.ts';
import { DownCounter } from '../down-counter.ts';
import { cmsdkIdentification, primeCellIdentification } from '../primecell.ts';
import { bit, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface CmsdkWatchdogOptions {
  name: string;
  interrupt: Line;
  power: PowerControl;
  /** 'cmsdk' when absent. */
  variant?: WatchdogVariant;
}

/** Whose it is: Arm's design kit's, or the one in Stellaris parts. */
export type WatchdogVariant = 'cmsdk' | 'luminary';

const SPEC = 'DDI 0479D 4.5';
const UNLOCK = 0x1acc_e551;

const window = {
  ...{ sizeBytes: 0x1000, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4 },
  narrow: 'whole',
} as const;

const declarations = {
  WDOGLOAD: register(0x000, { spec: SPEC, reset: 0xffff_ffff, onWrite: 'load' }),
  WDOGVALUE: register(0x004, { spec: SPEC, access: 'ro' as const, reset: 0xffff_ffff, value: 'count' }),
  WDOGCONTROL: register(0x008, {
    spec: SPEC,
    fields: { INTEN: bit(0), RESEN: bit(1) },
    onWrite: 'controlChanged',
  }),
  WDOGINTCLR: register(0x00c, { spec: SPEC, access: 'wo' as const, onWrite: 'clearInterrupt' }),
  WDOGRIS: register(0x010, { spec: SPEC, access: 'ro' as const, fields: { raw: bit(0) } }),
  WDOGMIS: register(0x014, { spec: SPEC, access: 'ro' as const, reset: 0, value: 'maskedStatus' }),
  WDOGLOCK: register(0xc00, { spec: SPEC, reset: 0, value: 'locked', onWrite: 'lock' }),
};

const layout = new RegisterLayout(window, {
  ...declarations,
  WDOGITCR: register(0xf00, { spec: SPEC, fields: { enable: bit(0) }, onWrite: 'testChanged' }),
  WDOGITOP: register(0xf04, {
    spec: SPEC,
    access: 'wo',
    fields: { WDOGRES: bit(0), WDOGINT: bit(1) },
    onWrite: 'testChanged',
  }),
  ...cmsdkIdentification(SPEC, 0x24),
});
const luminaryLayout = new RegisterLayout(window, {
  ...declarations,
  WDTTEST: register(0x418, { spec: 'Watchdog Timer', fields: { STALL: bit(8) } }),
  ...primeCellIdentification('Watchdog Timer', [0x05, 0x18, 0x18, 0x01]),
});

const { WDOGLOAD, WDOGCONTROL, WDOGRIS, WDOGITCR, WDOGITOP } = layout.position;
const WDOGLOCK_OFFSET = 0xc00;

const INTEN = 1 << 0;
const RESEN = 1 << 1;
const TEST_RESET = 1 << 0;
const TEST_INTERRUPT = 1 << 1;

const EVENT_ZERO = 0;

export class CmsdkWatchdog extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #power: PowerControl;
  readonly #counter: DownCounter;
  readonly #isLuminary: boolean;
  #locked = false;

  constructor(context: DeviceContext, options: CmsdkWatchdogOptions) {
    super(context, options.name, options.variant === 'luminary' ? luminaryLayout : layout);
    this.#isLuminary = options.variant === 'luminary';
    this.#interrupt = options.interrupt;
    this.#power = options.power;
    this.#counter = new DownCounter(context.clock);
    options.interrupt.drivenBy(
      () => !this.#isTested() && this.values[WDOGRIS] === 0 && this.#counter.zeroCycle !== undefined,
    );
    this.reset();
  }

  protected override resetInternal(): void {
    this.#counter.reset(0xffff_ffff, 0xffff_ffff);
    this.#locked = false;
    this.context.events.cancel(EVENT_ZERO);
  }

  protected override snapshotInternal(): State {
    return { counter: this.#counter.snapshot(), locked: this.#locked };
  }

  protected override restoreInternal(state: State): void {
    this.#counter.restore(state.counter as State);
    this.#locked = state.locked as boolean;
  }

  override write(offset: number, width: 1 | 2 | 4, value: number): void {
    if (this.#locked && offset !== WDOGLOCK_OFFSET) {
      this.context.guestError('locked', `write at offset 0x${offset.toString(16)} while WDOGLOCK is locked`);
    } else super.write(offset, width, value);
  }

  mayReset(): boolean {
    return this.#counter.zeroCycle !== undefined && (this.values[WDOGCONTROL]! & RESEN) !== 0;
  }

  override onEvent(_kind: number): void {
    if (this.values[WDOGRIS] !== 0 && (this.values[WDOGCONTROL]! & RESEN) !== 0) this.#power.reset();
    this.values[WDOGRIS] = 1;
    this.#changed();
  }

  protected override updateInterrupts(): void {
    const level = this.#isTested()
      ? (this.values[WDOGITOP]! & TEST_INTERRUPT) !== 0
      : this.maskedStatus() !== 0;
    this.#interrupt.set(level);
  }

  count(): number {
    return this.#counter.count;
  }

  maskedStatus(): number {
    return (this.values[WDOGCONTROL]! & INTEN) !== 0 ? this.values[WDOGRIS]! : 0;
  }

  locked(): number {
    return this.#locked ? 1 : 0;
  }

  lock(key: number): void {
    this.#locked = key !== UNLOCK;
  }

  load(): void {
    this.#begin();
  }

  controlChanged(control: number, _index: number, previous: number): void {
    if (this.#isLuminary && (previous & INTEN) !== 0) {
      this.values[WDOGCONTROL] = previous;
      return;
    }
    if ((control & INTEN) === 0) {
      this.#counter.stop();
      this.#changed();
    } else if ((previous & INTEN) === 0) this.#begin();
    else this.#changed();
  }

  clearInterrupt(): void {
    this.values[WDOGRIS] = 0;
    this.#begin();
  }

  testChanged(): void {
    if (this.#isTested() && (this.values[WDOGITOP]! & TEST_RESET) !== 0) this.#power.reset();
    this.updateInterrupts();
  }

  #isTested(): boolean {
    return !this.#isLuminary && (this.values[WDOGITCR]! & 1) !== 0;
  }

  /** Counts from WDOGLOAD on, if it counts. */
  #begin(): void {
    const value = this.values[WDOGLOAD]!;
    this.#counter.reload = value;
    this.#counter.count = value;
    if ((this.values[WDOGCONTROL]! & INTEN) !== 0) this.#counter.start();
    this.#changed();
  }

  #changed(): void {
    const cycle = this.#counter.zeroCycle;
    if (cycle === undefined) this.context.events.cancel(EVENT_ZERO);
    else this.context.events.schedule(EVENT_ZERO, cycle);
    this.updateInterrupts();
  }
}
