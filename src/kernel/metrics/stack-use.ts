/**
 * How much of each stack a run used: from its top to the lowest stack pointer before any instruction, with the frames that
 * exceptions push on ARM. What a kernel stores below the pointer by itself counts where its threads are known.
 */
import type { Target, Unsubscribe } from '../../debug/target.ts';
import type { KernelAwareness, StackBounds } from '../awareness/kernel-awareness.ts';
import { StackTracker, type TrackedStack } from './stack-tracker.ts';

export interface StackFigures {
  /** Of the thread or threads that had it, `handlers`, or where it lies: `STACKS up to +0x200`. */
  readonly name: string;
  /** Lowest address of its memory; of a stack whose memory is not known, the lowest that was in use. */
  readonly address: number;
  /** Undefined where nothing tells. */
  readonly sizeBytes: number | undefined;
  /** Most bytes in use. More than its size: it has overflowed. */
  readonly usedBytes: number;
  /** The first instruction that made it so deep, and the cycle since power-on behind it; undefined where none has run on it. */
  readonly deepest: { readonly pc: number; readonly symbol: string; readonly cycle: number } | undefined;
}

/** What a variable may have behind its stack: a flag, room for alignment. */
const MOST_BEHIND_STACK_BYTES = 16;

export class StackUse {
  readonly tracker: StackTracker;
  readonly #target: Target;
  readonly #kernel: KernelAwareness | undefined;
  readonly #unsubscribe: readonly Unsubscribe[];

  /** Begins at once. @param kernel tells names and sizes. */
  constructor(target: Target, kernel?: KernelAwareness) {
    this.#target = target;
    this.#kernel = kernel;
    const tracker = new StackTracker(target, kernel);
    this.tracker = tracker;
    this.#unsubscribe = [
      target.observe({
        instruction: (pc) => tracker.instruction(pc),
        trap: (_cause, _isInterrupt, pc) => tracker.trap(pc),
        trapReturned: () => tracker.trapReturned(),
      }),
      target.onReset(() => tracker.reset()),
    ];
  }

  /** The run is over. @returns what was used, in the order of their addresses. */
  finish(): StackFigures[] {
    for (const end of this.#unsubscribe) end();
    const used = this.tracker.stacks.filter(
      ({ top, lowest, bounds }) => top > lowest || bounds !== undefined,
    );
    const figures = used.map((stack) => this.#figures(stack, used));
    return [...figures, ...this.#untouched(used)].sort(
      (a, b) => a.address - b.address || b.usedBytes - a.usedBytes,
    );
  }

  #figures(stack: TrackedStack, all: readonly TrackedStack[]): StackFigures {
    const { lowest, top, deepest, names } = stack;
    const bounds = stack.bounds ?? this.#boundsOf(stack, all);
    const name = names.size > 0 ? [...names].join(', ') : this.#placeOf(stack, bounds);
    return {
      name,
      address: bounds?.address ?? lowest,
      sizeBytes: bounds?.sizeBytes,
      usedBytes: top - lowest,
      deepest: { ...deepest, symbol: this.#target.format(deepest.pc) },
    };
  }

  /** Threads that were started and have never run: their first frame lies on their stacks. */
  #untouched(used: readonly TrackedStack[]): StackFigures[] {
    return (this.#kernel?.threads() ?? []).flatMap(({ name, stack, savedStackPointer }) => {
      if (stack === undefined || used.some(({ bounds }) => bounds?.address === stack.address)) return [];
      const usedBytes = stack.address + stack.sizeBytes - savedStackPointer;
      return [{ ...stack, name, usedBytes, deepest: undefined }];
    });
  }

  /** A variable at whose end the stack begins, and that has no other stack in it, is its memory. */
  #boundsOf({ top, lowest }: TrackedStack, all: readonly TrackedStack[]): StackBounds | undefined {
    const symbol = this.#target.symbols.at(top - 1)?.symbol;
    if (symbol?.kind !== 'object' || lowest < symbol.address) return undefined;
    const { address, sizeBytes } = symbol;
    const isAlone = all.every((other) => other.top === top || other.top <= address || other.lowest >= top);
    const isAtEnd = address + sizeBytes - top <= MOST_BEHIND_STACK_BYTES;
    return isAlone && isAtEnd ? { address, sizeBytes: top - address } : undefined;
  }

  /** `STACK`, `STACKS up to +0x200`, `__stack_top`, `below 0x20400000`. */
  #placeOf({ top }: TrackedStack, bounds: StackBounds | undefined): string {
    const { symbols } = this.#target;
    const located = symbols.at(top - 1);
    if (located?.symbol.kind === 'object') {
      const name = this.#target.format(located.symbol.address);
      return bounds === undefined ? `${name} up to +0x${(located.offset + 1).toString(16)}` : name;
    }
    const label = symbols.symbols.find(({ name, address }) => address === top && /stack/i.test(name));
    return label?.name ?? `below 0x${top.toString(16).padStart(8, '0')}`;
  }
}
