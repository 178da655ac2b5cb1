/**
 * On which stack the core is, by its stack pointer alone. Two places are on one stack when a symbol with a size holds both, or,
 * where symbols tell nothing, when the pointer has not jumped. On ARM handlers have a stack of their own, which is no
 * switch: the thread's stack is watched.
 */
import type { Target } from '../../debug/target.ts';

/** A frame may be as large; another stack is farther away, or another object. */
const LARGEST_STEP = 2048;

export class StackWatch {
  readonly #target: Target;
  /** What the pointer is within: first address, and behind the last one. */
  #low = 0;
  #high = 0;
  #byObject = false;
  #last = 0;
  #name: string | undefined = undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** The object that holds the stack, by its symbol; otherwise the address of its end as far as it is known. */
  get name(): string {
    return this.#name ?? `stack at 0x${this.#high.toString(16)}`;
  }

  /** Begins anew where the pointer is. */
  reset(pointer: number): void {
    this.#enter(pointer);
  }

  /** @param pointer the stack pointer now, unsigned. @returns whether that is another stack than before. */
  moved(pointer: number): boolean {
    if (pointer === this.#last) return false;
    const step = Math.abs(pointer - this.#last);
    this.#last = pointer;
    if (this.#byObject) {
      // A stack that is empty points behind its last word.
      if (pointer >= this.#low && pointer <= this.#high) return false;
      this.#enter(pointer);
      return true;
    }
    const object = this.#objectAt(pointer);
    if (object === undefined && step <= LARGEST_STEP) {
      this.#high = Math.max(this.#high, pointer);
      return false;
    }
    this.#enter(pointer);
    return true;
  }

  #enter(pointer: number): void {
    this.#last = pointer;
    const object = this.#objectAt(pointer);
    this.#byObject = object !== undefined;
    this.#name = object?.name;
    this.#low = object?.address ?? pointer;
    this.#high = object === undefined ? pointer : object.address + object.sizeBytes;
  }

  #objectAt(pointer: number) {
    for (const address of [pointer, pointer - 4]) {
      const symbol = this.#target.symbols.at(address >>> 0)?.symbol;
      if (symbol?.kind === 'object' && pointer <= symbol.address + symbol.sizeBytes) return symbol;
    }
    return undefined;
  }
}
