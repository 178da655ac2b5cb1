/**
 * On which stack the core is, and how deep each one got. Stacks are told apart without knowing them: an instruction that
 * moves the stack pointer stays on its stack; one that sets it goes to the stack that has been there, or to a new one.
 * Stacks may lie side by side in one array. What is known of the kernel adds names and bounds.
 *
 * On ARM the main and the process stack pointer are followed each for itself: an exception pushes its frame on the stack of
 * what it interrupts (B1.5.6), and a kernel sets PSP while a handler runs.
 */
import type { Target } from '../../debug/target.ts';
import type { KernelAwareness, StackBounds } from '../awareness/kernel-awareness.ts';
import { type StackPointerChange, stackPointerChange } from './stack-pointer.ts';

export type StackPointerBank = 'main' | 'process';

export interface TrackedStack {
  /** Which of ARM's stack pointers is on it; 'main' on RISC-V. */
  readonly bank: StackPointerBank;
  /** Undefined where nothing tells. */
  readonly bounds: StackBounds | undefined;
  /** Of the threads that had it, and `handlers`, as far as they are known. */
  readonly names: Set<string>;
  /** Behind its highest byte, as far as is known. */
  top: number;
  /** Lowest stack pointer. */
  lowest: number;
  /** The instruction that made it the lowest, and the cycle since power-on behind it. */
  deepest: { pc: number; cycle: number };
  /** Control block of the thread that had it last. */
  thread: number | undefined;
}

const HANDLER_MODE = 0x1ff;
const CONTROL_SPSEL = 2;

export class StackTracker {
  /** All that have been seen, in the order in which they were. */
  readonly stacks: TrackedStack[] = [];
  readonly #target: Target;
  readonly #kernel: KernelAwareness | undefined;
  readonly #hasBanks: boolean;
  readonly #changes = new Map<number, StackPointerChange>();
  #current: TrackedStack;
  #last: number;
  /** The instruction that is being executed. */
  #pc: number;
  /** On ARM an exception was entered or left since the last instruction. */
  #byException = false;
  /** The last instruction has put the upper half of a constant into SP. */
  #setting = false;
  /** Where handlers go on. */
  #main: TrackedStack;
  /** That of the thread that ran last. */
  #threads: TrackedStack | undefined = undefined;

  constructor(target: Target, kernel?: KernelAwareness) {
    this.#target = target;
    this.#kernel = kernel;
    this.#hasBanks = target.architecture === 'armv7m';
    this.#pc = target.pc;
    this.#last = target.stackPointer;
    this.#current = this.#find(this.#last, 'main', this.#pc);
    this.#main = this.#current;
  }

  get current(): TrackedStack {
    return this.#current;
  }

  /** Before each instruction. @returns whether it is the first on another stack. */
  instruction(pc: number): boolean {
    const sp = this.#target.stackPointer;
    const previous = this.#pc;
    this.#pc = pc;
    if (sp === this.#last && !this.#byException) return false;
    this.#last = sp;
    const before = this.#current;
    if (this.#byException) {
      this.#byException = false;
      this.#current = this.#afterException(sp, previous);
    } else if (sp < before.lowest || sp > before.top || this.#setting) {
      this.#current = this.#outside(sp, previous);
    }
    if (this.#current === before) return false;
    if (this.#current.bank === 'main') this.#main = this.#current;
    if (this.#current.thread !== undefined) this.#entered(this.#current);
    return true;
  }

  /** A trap was taken. @param pc of what was interrupted. */
  trap(pc: number): void {
    if (!this.#hasBanks) return;
    this.#byException = true;
    if (this.#current.bank !== 'process') return;
    this.#extend(this.#current, this.#target.register('psp')!, pc);
  }

  trapReturned(): void {
    if (this.#hasBanks) this.#byException = true;
  }

  /** The core was reset. */
  reset(): void {
    this.#byException = false;
    this.#setting = false;
    this.#pc = this.#target.pc;
    this.#last = this.#target.stackPointer;
    this.#current = this.#find(this.#last, 'main', this.#pc);
    this.#main = this.#current;
  }

  #afterException(sp: number, previous: number): TrackedStack {
    const bank = this.#bank();
    // Hardware moves MSP along its stack; what PSP is, the handler may have set.
    if (bank === 'process') return this.#find(sp, bank, previous);
    this.#extend(this.#main, sp, previous);
    return this.#main;
  }

  #outside(sp: number, previous: number): TrackedStack {
    const change = this.#changeBy(previous);
    const sets = this.#setting || change !== 'moves';
    this.#setting = change === 'begins to set';
    if (this.#setting) return this.#current;
    if (sets) return this.#find(sp, this.#bank(), previous);
    this.#extend(this.#current, sp, previous);
    return this.#current;
  }

  #changeBy(pc: number): StackPointerChange {
    let change = this.#changes.get(pc);
    if (change === undefined) {
      const halves = [0, 1, 2, 3].map((offset) => this.#target.readByte((pc + offset) >>> 0) ?? 0);
      const word = halves.reduceRight((value, byte) => (value << 8) | byte, 0) >>> 0;
      change = stackPointerChange(this.#target.architecture, word);
      this.#changes.set(pc, change);
    }
    return change;
  }

  #bank(): StackPointerBank {
    if (!this.#hasBanks) return 'main';
    const isThread = (this.#target.register('xpsr')! & HANDLER_MODE) === 0;
    return isThread && (this.#target.register('control')! & CONTROL_SPSEL) !== 0 ? 'process' : 'main';
  }

  #extend(stack: TrackedStack, sp: number, pc: number): void {
    if (sp < stack.lowest) {
      stack.lowest = sp;
      stack.deepest = { pc, cycle: this.#target.cycles };
    }
    if (stack.bounds === undefined && sp > stack.top) stack.top = sp;
  }

  #find(sp: number, bank: StackPointerBank, pc: number): TrackedStack {
    const owner = this.#ownerOf(sp);
    const found = this.stacks.find(({ bounds, lowest, top }) =>
      owner === undefined
        ? bounds === undefined && sp >= lowest && sp <= top
        : bounds?.address === owner.bounds.address,
    );
    const deepest = { pc, cycle: this.#target.cycles };
    const top = owner === undefined ? sp : owner.bounds.address + owner.bounds.sizeBytes;
    const stack: TrackedStack = found ?? {
      bank,
      bounds: owner?.bounds,
      names: new Set(),
      top,
      lowest: sp,
      deepest,
      thread: undefined,
    };
    if (found === undefined) this.stacks.push(stack);
    if (owner !== undefined) {
      stack.names.add(owner.name);
      stack.thread = owner.thread;
    }
    this.#extend(stack, sp, pc);
    return stack;
  }

  #ownerOf(sp: number): { name: string; bounds: StackBounds; thread: number | undefined } | undefined {
    const kernel = this.#kernel;
    if (kernel === undefined) return undefined;
    const { interruptStack } = kernel;
    if (interruptStack !== undefined && contains(interruptStack, sp)) {
      return { name: 'handlers', bounds: interruptStack, thread: undefined };
    }
    const running = kernel.running();
    const isOf = ({ stack }: { stack: StackBounds | undefined }) =>
      stack !== undefined && contains(stack, sp);
    const thread = running !== undefined && isOf(running) ? running : kernel.threads().find(isOf);
    return thread && { name: thread.name, bounds: thread.stack!, thread: thread.address };
  }

  /** A kernel may store more of a thread below its stack pointer, and notes where that begins. */
  #entered(stack: TrackedStack): void {
    const left = this.#threads;
    this.#threads = stack;
    if (left?.thread === undefined || left === stack) return;
    const saved = this.#kernel?.thread(left.thread)?.savedStackPointer ?? 0;
    if (contains(left.bounds!, saved)) this.#extend(left, saved, this.#pc);
  }
}

/** A stack that is empty points behind its last byte. */
function contains({ address, sizeBytes }: StackBounds, sp: number): boolean {
  return sp > address && sp <= address + sizeBytes;
}
