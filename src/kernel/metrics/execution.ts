/**
 * What is running: which handlers are active, and when execution goes on with another stack. Built from what a core tells
 * of instructions, traps and returns; knows no kernel.
 */
import type { CoreObserver, Target } from '../../debug/target.ts';
import { Move, StackWatch } from './stack-watch.ts';
import { type ActiveTrap, TrapStack } from './trap-stack.ts';

/** Hears what has happened before an instruction, or at its end. */
export interface ExecutionListener {
  /** Before each instruction, behind what follows here. @param pc unsigned. */
  instruction?(pc: number): void;
  /** A handler's first instruction is about to begin. */
  entered?(trap: ActiveTrap): void;
  /** A trap is taken. @param ago cycles since its request rose; undefined where there was none. */
  taken?(trap: ActiveTrap, pc: number, ago: number | undefined): void;
  /** A handler has been returned from. */
  returned?(trap: ActiveTrap, pc: number): void;
  /**
   * The next instruction is the first one with another stack.
   * @param by the outermost handler that switched, or within which a function did; undefined: a function did outside of any.
   */
  switched?(by: ActiveTrap | undefined, pc: number): void;
}

export class Execution implements CoreObserver {
  readonly active = new TrapStack();
  readonly #target: Target;
  readonly #isArm: boolean;
  readonly #listener: ExecutionListener;
  readonly #stack: StackWatch;
  /** On RISC-V a handler may be left by a switch, and come back when its stack does: what was active, by stack pointer. */
  readonly #aside = new Map<number, ActiveTrap[]>();
  /** Where the interrupted thread's stack ends while a handler is on the interrupts' own; otherwise -1. */
  #home = -1;
  /** The handler that has returned to another stack, until an instruction follows. */
  #switcher: ActiveTrap | undefined = undefined;

  constructor(target: Target, listener: ExecutionListener) {
    this.#target = target;
    this.#isArm = target.architecture === 'armv7m';
    this.#listener = listener;
    this.#stack = new StackWatch(target);
  }

  reset(): void {
    this.active.reset();
    this.#stack.reset();
    this.#aside.clear();
    this.#home = -1;
    this.#switcher = undefined;
  }

  instruction(pc: number): void {
    const listener = this.#listener;
    const trap = this.active.instruction();
    if (trap !== undefined) listener.entered?.(trap);
    if (this.#switcher !== undefined) {
      if (this.active.depth === 0) listener.switched?.(this.#switcher, pc);
      this.#switcher = undefined;
    }
    // On ARM handlers have a stack of their own, which is no thread's.
    if (this.active.depth === 0 || !this.#isArm) {
      const move = this.#stack.instruction(pc);
      if (move !== Move.None) this.#moved(move, pc);
    }
    listener.instruction?.(pc);
  }

  trap(
    cause: number,
    isInterrupt: boolean,
    pc: number,
    _value: number,
    target: number,
    cycle: number,
    asserted?: number,
  ): void {
    const { cycles, instructions } = this.#target;
    const trap = { cause, isInterrupt, target, cycle: cycles, instruction: instructions };
    this.#listener.taken?.(trap, pc, asserted === undefined ? undefined : cycle - asserted);
    this.active.taken(trap);
    if (this.active.depth === 1) this.#stack.entered();
  }

  trapReturned(pc: number, target: number): void {
    const trap = this.active.returned(target);
    if (trap === undefined) return;
    this.#listener.returned?.(trap, pc);
    if (this.active.depth === 0 && this.#stack.left()) this.#switcher = trap;
  }

  #moved(move: Move, pc: number): void {
    const { stackPointer } = this.#target;
    const isInHandler = this.active.depth > 0;
    if (move === Move.Set) {
      // A handler goes to the interrupts' own stack, or comes back from it.
      if (isInHandler) this.#home = stackPointer === this.#home ? -1 : this.#stack.before;
      return;
    }
    const { outermost } = this.active;
    const left = this.#home >= 0 ? this.#home : this.#stack.before;
    this.#home = -1;
    if (isInHandler && left === stackPointer) return;
    if (isInHandler) this.#aside.set(left, this.active.takeAll());
    if (!this.#isArm) {
      this.active.putBack(this.#aside.get(stackPointer) ?? []);
      this.#aside.delete(stackPointer);
    }
    this.#listener.switched?.(outermost, pc);
  }
}
