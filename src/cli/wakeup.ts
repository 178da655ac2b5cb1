/** Real time: the clock of the wall, and waiting in the event loop for input, a signal, a moment. */

/** Milliseconds since some moment. `performance` would do, and cost each start a millisecond to load. */
export function milliseconds(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

export class Wakeup {
  #resolve: (() => void) | undefined = undefined;
  #rung = false;

  /** Ends the present wait, or the next one at once. */
  ring(): void {
    this.#rung = true;
    this.#resolve?.();
  }

  /** @param milliseconds how long at the most; without it, until something happens. */
  async wait(milliseconds?: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        // A timer also keeps the process alive while nothing else would.
        const timer = setTimeout(resolve, milliseconds ?? 2 ** 31 - 1);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resolve = undefined;
    this.#rung = false;
  }

  /** Lets the event loop take one turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
