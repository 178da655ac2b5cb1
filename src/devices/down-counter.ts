/**
 * The counter of a timer that counts down, by arithmetic instead of by ticks: what it shows follows from the
 * cycle at which something last changed it. At 0 it either stays or begins again from a reload value, one tick
 * later, so that a period is one tick longer than the value.
 */
import type { Clock } from '../bus/clock.ts';
import type { State } from '../bus/state.ts';

export class DownCounter {
  readonly #clock: Clock;
  /** What it showed at cycle `#since`, where a tick began if it runs. */
  #count = 0;
  #since = 0;
  #running = false;
  #reload = 0;
  #cyclesPerTick = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get running(): boolean {
    return this.#running;
  }

  get count(): number {
    return this.#running ? this.#countAfter(this.#ticks()) : this.#count;
  }

  /** Takes effect at once; the next tick is a whole one away. */
  set count(count: number) {
    this.#since = this.#clock.now();
    this.#count = count;
  }

  /** What follows 0; 0 lets the counter stay there. */
  set reload(reload: number) {
    this.#settle();
    this.#reload = reload;
  }

  /** A part of a tick that has passed is forgotten when this, or whether the counter runs, changes. */
  set cyclesPerTick(cycles: number) {
    if (cycles === this.#cyclesPerTick) return;
    this.#hold();
    this.#cyclesPerTick = cycles;
  }

  start(): void {
    if (this.#running) return;
    this.#since = this.#clock.now();
    this.#running = true;
  }

  stop(): void {
    this.#hold();
    this.#running = false;
  }

  reset(count: number, reload: number): void {
    this.#running = false;
    this.#count = count;
    this.#since = 0;
    this.#reload = reload;
    this.#cyclesPerTick = 1;
  }

  /** The next cycle after this one at which the counter comes down to 0, or undefined when it does not. */
  get zeroCycle(): number | undefined {
    if (!this.#running) return undefined;
    const ticks = this.#ticks();
    const count = this.#countAfter(ticks);
    if (count === 0 && this.#reload === 0) return undefined;
    const left = count === 0 ? this.#reload + 1 : count;
    return this.#since + (ticks + left) * this.#cyclesPerTick;
  }

  snapshot(): State {
    return {
      count: this.#count,
      since: this.#since,
      running: this.#running,
      reload: this.#reload,
      cyclesPerTick: this.#cyclesPerTick,
    };
  }

  restore(state: State): void {
    this.#count = state.count as number;
    this.#since = state.since as number;
    this.#running = state.running as boolean;
    this.#reload = state.reload as number;
    this.#cyclesPerTick = state.cyclesPerTick as number;
  }

  #ticks(): number {
    return Math.floor((this.#clock.now() - this.#since) / this.#cyclesPerTick);
  }

  #countAfter(ticks: number): number {
    if (ticks <= this.#count) return this.#count - ticks;
    if (this.#reload === 0) return 0;
    return this.#reload - ((ticks - this.#count - 1) % (this.#reload + 1));
  }

  /** What it shows now begins a whole tick. */
  #hold(): void {
    this.#count = this.count;
    this.#since = this.#clock.now();
  }

  /** Counts from now on, from the beginning of the tick. */
  #settle(): void {
    if (!this.#running) return;
    const ticks = this.#ticks();
    this.#count = this.#countAfter(ticks);
    this.#since += ticks * this.#cyclesPerTick;
  }
}
