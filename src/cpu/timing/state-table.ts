/** Timing states by number: equal ones have the same number. */
export class StateTable {
  readonly #numbers = new Map<string, number>();
  readonly #states: (readonly number[])[] = [];

  numberOf(state: readonly number[]): number {
    const key = state.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    this.#states.push([...state]);
    this.#numbers.set(key, number);
    return number;
  }

  state(number: number): readonly number[] {
    return this.#states[number]!;
  }
}
