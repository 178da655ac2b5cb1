/**
 * The lines into an interrupt controller. A line that rises is reported at once. After a reset, one that is high
 * counts only if it still is when all other devices have been reset too, which an event in the same cycle asks.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';

export class InputLines {
  readonly #context: DeviceContext;
  readonly #eventKind: number;
  /** By number; numbers without one stay silent. */
  readonly #lines: readonly (Line | undefined)[];
  readonly #risen: (number: number) => void;

  /** @param eventKind the controller's event kind for `sample`, which it calls then. */
  constructor(
    context: DeviceContext,
    eventKind: number,
    lines: readonly (Line | undefined)[],
    risen: (number: number) => void,
  ) {
    this.#context = context;
    this.#eventKind = eventKind;
    this.#lines = lines;
    this.#risen = risen;
    lines.forEach((line, number) => {
      line?.listen((level) => level && risen(number));
    });
  }

  reset(): void {
    const { clock, events } = this.#context;
    if (this.#lines.some((line) => line?.level)) events.schedule(this.#eventKind, clock.now());
    else events.cancel(this.#eventKind);
  }

  sample(): void {
    this.#lines.forEach((line, number) => {
      if (line?.level) this.#risen(number);
    });
  }
}
