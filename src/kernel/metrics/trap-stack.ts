/**
 * Which exceptions are active, from what a core tells of their entries and returns. On ARM a return may go on with the next
 * exception at once: then its entry is told first.
 */

export interface ActiveTrap {
  readonly cause: number;
  readonly isInterrupt: boolean;
  /** Of the handler. */
  readonly target: number;
  /** Cycle since power-on at which it was taken, and instructions retired before. */
  readonly cycle: number;
  readonly instruction: number;
}

/** A kernel that leaves handlers otherwise than by a return would let the list grow. */
const DEEPEST = 64;

export class TrapStack {
  #active: ActiveTrap[] = [];
  /** The newest was taken, and no instruction has been executed since. */
  #fresh = false;

  get depth(): number {
    return this.#active.length;
  }

  get newest(): ActiveTrap | undefined {
    return this.#active.at(-1);
  }

  /** The one that interrupted what is no exception. */
  get outermost(): ActiveTrap | undefined {
    return this.#active[0];
  }

  taken(trap: ActiveTrap): void {
    if (this.#active.length === DEEPEST) this.#active.shift();
    this.#active.push(trap);
    this.#fresh = true;
  }

  /** An instruction begins. @returns the trap whose first one it is. */
  instruction(): ActiveTrap | undefined {
    if (!this.#fresh) return undefined;
    this.#fresh = false;
    return this.newest;
  }

  /** @returns the trap that was returned from; undefined where its entry was not seen. */
  returned(target: number): ActiveTrap | undefined {
    const tailChained = this.#fresh && this.newest?.target === target && this.#active.length > 1;
    return this.#active.splice(tailChained ? -2 : -1, 1)[0];
  }

  /** Leaves all of them to a stack that is left. */
  takeAll(): ActiveTrap[] {
    const all = this.#active;
    this.reset();
    return all;
  }

  putBack(all: ActiveTrap[]): void {
    this.#active = all;
  }

  reset(): void {
    this.#active = [];
    this.#fresh = false;
  }
}
