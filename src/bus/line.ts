/**
 * A wire between two components: an interrupt line. It has one driver and any number of listeners, and it
 * carries a level. Devices meet only by such wires; neither end knows the other.
 */
export class Line {
  readonly name: string;
  #level = false;
  readonly #listeners: ((level: boolean) => void)[] = [];
  #mayRise: () => boolean = () => false;

  constructor(name: string) {
    this.name = name;
  }

  get level(): boolean {
    return this.#level;
  }

  /** Called by the driver. Listeners hear of changes only. */
  set(level: boolean): void {
    if (level === this.#level) return;
    this.#level = level;
    for (const listener of this.#listeners) listener(level);
  }

  listen(listener: (level: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * The driver states how it answers `mayRise`.
   * @param answer true when this line can still rise by itself, without any act of a core: an event is due,
   *   or input from outside can still come and would raise it.
   */
  drivenBy(answer: () => boolean): void {
    this.#mayRise = answer;
  }

  /** Whether the line can rise (or is high) without any act of a core: what decides if a sleeping core is dead. */
  mayRise(): boolean {
    return this.#level || this.#mayRise();
  }
}

/** An OR gate: a line that is high while any of the others is. */
export function anyOf(name: string, lines: readonly Line[]): Line {
  const gate = new Line(name);
  const update = () => gate.set(lines.some((line) => line.level));
  for (const line of lines) line.listen(update);
  gate.drivenBy(() => lines.some((line) => line.mayRise()));
  update();
  return gate;
}
