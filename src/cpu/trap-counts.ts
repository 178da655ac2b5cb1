/** How often each trap was taken, for `--stats`. */
import type { State, Stateful } from '../bus/state.ts';

export class TrapCounts implements Stateful {
  readonly #exceptions = new Map<number, number>();
  readonly #interrupts = new Map<number, number>();
  readonly #name: (cause: number, isInterrupt: boolean) => string;

  /** @param name what a cause is called. */
  constructor(name: (cause: number, isInterrupt: boolean) => string) {
    this.#name = name;
  }

  count(cause: number, isInterrupt: boolean): void {
    const counts = isInterrupt ? this.#interrupts : this.#exceptions;
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }

  /** By name of the cause, in the order of the causes' numbers. */
  named(): { exceptions: Record<string, number>; interrupts: Record<string, number> } {
    const named = (counts: Map<number, number>, isInterrupt: boolean) =>
      Object.fromEntries(sorted(counts).map(([cause, n]) => [this.#name(cause, isInterrupt), n]));
    return { exceptions: named(this.#exceptions, false), interrupts: named(this.#interrupts, true) };
  }

  reset(): void {
    this.#exceptions.clear();
    this.#interrupts.clear();
  }

  snapshot(): State {
    return { exceptions: sorted(this.#exceptions), interrupts: sorted(this.#interrupts) };
  }

  restore(state: State): void {
    this.reset();
    for (const [cause, n] of state.exceptions as [number, number][]) this.#exceptions.set(cause, n);
    for (const [cause, n] of state.interrupts as [number, number][]) this.#interrupts.set(cause, n);
  }
}

function sorted(counts: Map<number, number>): [number, number][] {
  return [...counts].sort((a, b) => a[0] - b[0]);
}
