/**
 * The core clock of a machine: cycles, and how long they last. On some boards the guest changes the frequency.
 * Cycles stay the unit of all time then: what counts the core clock notices nothing. Only the way back to seconds
 * is in pieces, one for each frequency.
 */
import type { Clock, ClockControl, FrequencyListener } from '../bus/clock.ts';
import type { State, Stateful } from '../bus/state.ts';
import { assert } from '../errors.ts';

const NANOSECONDS = 1_000_000_000;

export class CoreClock implements Clock, ClockControl, Stateful {
  readonly #cycles: () => number;
  readonly #powerOnHz: number;
  readonly #listeners: FrequencyListener[] = [];
  #frequencyHz: number;
  /** Where the present frequency began, and the virtual time then. */
  #sinceCycle = 0;
  #sinceNanoseconds = 0;

  /**
   * @param cycles the cycle now, since the last reset.
   * @param frequencyHz at power-on.
   */
  constructor(cycles: () => number, frequencyHz: number) {
    this.#cycles = cycles;
    this.#powerOnHz = frequencyHz;
    this.#frequencyHz = frequencyHz;
  }

  now(): number {
    return this.#cycles();
  }

  get frequencyHz(): number {
    return this.#frequencyHz;
  }

  /** Virtual time since power-on, over all resets. */
  get nanoseconds(): number {
    return this.#sinceNanoseconds + ((this.now() - this.#sinceCycle) * NANOSECONDS) / this.#frequencyHz;
  }

  onFrequencyChange(listener: FrequencyListener): void {
    this.#listeners.push(listener);
  }

  setFrequency(frequencyHz: number): void {
    assert(Number.isInteger(frequencyHz) && frequencyHz > 0, `bad clock frequency ${frequencyHz}`);
    if (frequencyHz === this.#frequencyHz) return;
    const previousHz = this.#frequencyHz;
    this.#sinceNanoseconds = this.nanoseconds;
    this.#sinceCycle = this.now();
    this.#frequencyHz = frequencyHz;
    for (const listener of this.#listeners) listener(previousHz);
  }

  /** Must be called before the core's cycles begin at 0 again. */
  reset(): void {
    this.#sinceNanoseconds = this.nanoseconds;
    this.#sinceCycle = 0;
    this.#frequencyHz = this.#powerOnHz;
  }

  snapshot(): State {
    return {
      frequencyHz: this.#frequencyHz,
      sinceCycle: this.#sinceCycle,
      sinceNanoseconds: this.#sinceNanoseconds,
    };
  }

  restore(state: State): void {
    this.#frequencyHz = state.frequencyHz as number;
    this.#sinceCycle = state.sinceCycle as number;
    this.#sinceNanoseconds = state.sinceNanoseconds as number;
  }
}
