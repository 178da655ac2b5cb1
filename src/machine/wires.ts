/** The wires of a board by name, and which of them lead to which interrupt input. */
import { anyOf, Line } from '../bus/line.ts';
import { type DeviceDescription, type InterruptInput, interruptsOf } from './board.ts';

export class Wires {
  readonly #lines = new Map<string, Line>();
  readonly #drivers = new Map<InterruptInput, string[]>();
  /** What drives each input, once somebody has asked. */
  readonly #inputs = new Map<InterruptInput, Line>();

  constructor(devices: readonly DeviceDescription[]) {
    for (const [line, input] of devices.flatMap(interruptsOf)) {
      this.#drivers.set(input, [...(this.#drivers.get(input) ?? []), line]);
    }
  }

  /** One wire; the same for everyone who gives this name. */
  wire(name: string): Line {
    const known = this.#lines.get(name) ?? new Line(name);
    this.#lines.set(name, known);
    return known;
  }

  /** What drives an interrupt input: a device's line, or several behind an OR gate; undefined when nothing does. */
  input(number: InterruptInput): Line | undefined {
    const known = this.#inputs.get(number);
    const drivers = this.#drivers.get(number);
    if (known !== undefined || drivers === undefined) return known;
    const [first, ...others] = drivers.map((name) => this.wire(name)) as [Line, ...Line[]];
    const line = others.length === 0 ? first : anyOf(drivers.join('|'), [first, ...others]);
    this.#inputs.set(number, line);
    return line;
  }

  /** Every wire that has been asked for. */
  all(): { name: string; line: Line }[] {
    return [...this.#lines].map(([name, line]) => ({ name, line }));
  }

  /** The inputs 0 to count - 1. */
  inputs(count: number): (Line | undefined)[] {
    return Array.from({ length: count }, (_, number) => this.input(number));
  }

  /** The names of the lines that lead to an input, for people: `uart0.rx`. */
  drivers(number: InterruptInput): readonly string[] {
    return this.#drivers.get(number) ?? [];
  }
}
