/**
 * Timer of the Cortex-M System Design Kit: a 32-bit counter that counts the core clock down, reloads after 0 and can
 * interrupt when it comes to 0.
 *
 * The counter is not counted but computed (down-counter.ts); an event marks the next interrupt. The external input
 * is not connected on the boards that have this timer: the bits of CTRL that select it are kept and ignored.
 *
 * Source: Cortex-M System Design Kit TRM, DDI 0479D, 4.2.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { DownCounter } from '../down-counter.ts';
import { cmsdkIdentification } from '../primecell.ts';
import { bit, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface CmsdkTimerOptions {
  name: string;
  interrupt: Line;
}

const SPEC = 'DDI 0479D 4.2';

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4, narrow: 'whole' },
  {
    CTRL: register(0x00, {
      spec: SPEC,
      fields: { EN: bit(0), SELEXTEN: bit(1), SELEXTCLK: bit(2), IRQEN: bit(3) },
      onWrite: 'controlChanged',
    }),
    VALUE: register(0x04, { spec: SPEC, reset: 0, value: 'count', onWrite: 'setCount' }),
    RELOAD: register(0x08, { spec: SPEC, onWrite: 'setReload' }),
    INTSTATUS: register(0x0c, {
      spec: SPEC,
      access: 'w1c',
      fields: { interrupt: bit(0) },
      onWrite: 'changed',
    }),
    ...cmsdkIdentification(SPEC, 0x22),
  },
);

const { CTRL, INTSTATUS } = layout.position;

const EN = 1 << 0;
const EXTERNAL = 3 << 1;
const IRQEN = 1 << 3;

const EVENT_ZERO = 0;

export class CmsdkTimer extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #counter: DownCounter;

  constructor(context: DeviceContext, options: CmsdkTimerOptions) {
    super(context, options.name, layout);
    this.#interrupt = options.interrupt;
    this.#counter = new DownCounter(context.clock);
    options.interrupt.drivenBy(() => context.events.scheduledAt(EVENT_ZERO) !== undefined);
    this.reset();
  }

  protected override resetInternal(): void {
    this.#counter.reset(0, 0);
    this.context.events.cancel(EVENT_ZERO);
  }

  protected override snapshotInternal(): State {
    return { counter: this.#counter.snapshot() };
  }

  protected override restoreInternal(state: State): void {
    this.#counter.restore(state.counter as State);
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.values[INTSTATUS] !== 0);
  }

  override onEvent(_kind: number): void {
    this.values[INTSTATUS] = 1;
    this.updateInterrupts();
  }

  count(): number {
    return this.#counter.count;
  }

  setCount(count: number): void {
    this.#counter.count = count;
    this.changed();
  }

  setReload(reload: number): void {
    this.#counter.reload = reload;
    this.#counter.count = reload;
    this.changed();
  }

  controlChanged(control: number): void {
    if ((control & EXTERNAL) !== 0) {
      this.context.guestError('unimplemented', 'CTRL: no external clock or enable is connected');
    }
    if ((control & EN) !== 0) this.#counter.start();
    else this.#counter.stop();
    this.changed();
  }

  /** Puts the event where the interrupt will rise next, if it can. */
  changed(): void {
    const armed = (this.values[CTRL]! & IRQEN) !== 0 && this.values[INTSTATUS] === 0;
    const cycle = armed ? this.#counter.zeroCycle : undefined;
    if (cycle === undefined) this.context.events.cancel(EVENT_ZERO);
    else this.context.events.schedule(EVENT_ZERO, cycle);
    this.updateInterrupts();
  }
}
