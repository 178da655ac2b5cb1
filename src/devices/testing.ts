/** What device tests need instead of a machine: a clock that a test moves, a real event queue and the guest errors. */
import type { FrequencyListener } from '../bus/clock.ts';
import type { Device, DeviceContext } from '../bus/device.ts';
import type { State } from '../bus/state.ts';
import { Scheduler } from '../scheduler/scheduler.ts';

export class TestBench {
  readonly scheduler = new Scheduler();
  /** Guest errors as `category: message`. */
  readonly errors: string[] = [];
  #frequencyHz: number;
  readonly #frequencyListeners: FrequencyListener[] = [];
  #now = 0;

  constructor(frequencyHz = 100_000_000) {
    this.#frequencyHz = frequencyHz;
  }

  get frequencyHz(): number {
    return this.#frequencyHz;
  }

  setFrequency(frequencyHz: number): void {
    const previousHz = this.#frequencyHz;
    this.#frequencyHz = frequencyHz;
    for (const listener of this.#frequencyListeners) listener(previousHz);
  }

  get now(): number {
    return this.#now;
  }

  /** Builds a device and routes its events to it. */
  create<D extends Device>(build: (context: DeviceContext) => D): D {
    let device: D | undefined;
    const events = this.scheduler.attach('device', (kind) => device?.onEvent(kind));
    const bench = this;
    const clock = {
      now: () => this.#now,
      get frequencyHz() {
        return bench.frequencyHz;
      },
      onFrequencyChange: (listener: FrequencyListener) => void this.#frequencyListeners.push(listener),
    };
    const guestError = (category: string, message: string) =>
      void this.errors.push(`${category}: ${message}`);
    device = build({ clock, events, guestError });
    return device;
  }

  /** Lets time pass up to a cycle; events fire at theirs. */
  runTo(cycle: number): void {
    while (this.scheduler.nextCycle <= cycle) {
      this.#now = Math.max(this.#now, this.scheduler.nextCycle);
      this.scheduler.fireDue(this.#now);
    }
    this.#now = cycle;
  }

  /** The time and what is scheduled, for a bench built in the same way. */
  snapshot(): State {
    return { now: this.#now, scheduler: this.scheduler.snapshot() };
  }

  restore(state: State): void {
    this.#now = state.now as number;
    this.scheduler.restore(state.scheduler as State);
  }

  /** Lets a number of cycles pass. */
  run(cycles: number): void {
    this.runTo(this.#now + cycles);
  }
}
