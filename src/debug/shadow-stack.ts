/** For tests of backtraces: the calls as they are made, to compare with what the stack says at any instruction. */
import type { Machine } from '../machine/machine.ts';
import type { Backtrace } from './backtrace.ts';

export interface CallRules {
  /** What an instruction is, by its first four bytes. */
  kind(word: number): { kind: 'call' | 'return' | 'other'; length: number };
  /** The backtrace from an instruction that an observer is told of: the machine's own pc is not yet brought up to it. */
  backtraceAt(machine: Machine, pc: number): Backtrace;
}

/** Where a call returns to, or what an exception has interrupted. */
interface Call {
  readonly address: number;
  readonly isReturn: boolean;
}

const NOTHING = { kind: 'other', length: 0 } as const;

class ShadowStack {
  calls: Call[] = [];
  readonly #machine: Machine;
  readonly #rules: CallRules;
  #last: { pc: number; word: number } | undefined = undefined;

  constructor(machine: Machine, rules: CallRules) {
    this.#machine = machine;
    this.#rules = rules;
  }

  /** Before the instruction at a pc. */
  step(pc: number): void {
    this.#settle(pc);
    const { bus } = this.#machine;
    this.#last = { pc, word: (bus.peek(pc, 2) ?? 0) | ((bus.peek((pc + 2) >>> 0, 2) ?? 0) << 16) };
  }

  /** An exception was taken before the instruction at a pc. */
  trap(pc: number): void {
    const last = this.#last;
    const { kind, length } = last === undefined ? NOTHING : this.#rules.kind(last.word);
    this.#settle(pc);
    this.#last = undefined;
    const index = this.calls.findLastIndex(({ isReturn }) => !isReturn);
    const tailChained = kind === 'return' && (pc === last!.pc || pc === last!.pc + length);
    // What the handler before has interrupted is still what is interrupted.
    const address = tailChained ? this.calls[index]!.address : pc;
    if (tailChained) this.calls.length = index;
    this.calls.push({ address, isReturn: false });
  }

  /** The instruction before has led to a pc. */
  #settle(pc: number): void {
    if (this.#last === undefined) return;
    const { kind, length } = this.#rules.kind(this.#last.word);
    if (kind === 'call') this.calls.push({ address: this.#last.pc + length, isReturn: true });
    else if (kind === 'return') {
      const index = this.calls.findLastIndex(({ address }) => address === pc);
      if (index >= 0) this.calls.length = index;
    }
  }
}

export interface ComparisonOptions {
  readonly instructions: number;
  /** Whether to go on after an exception. */
  readonly throughExceptions: boolean;
  /** Where symbols tell nothing of the stack, such as in start-up code that sets it. */
  readonly skip?: (pc: number) => boolean;
}

export interface Comparison {
  readonly compared: number;
  /** `at main+0x4: main < _start, expected …`. */
  readonly differences: readonly string[];
}

/** Each instruction is looked at the first time, and once more, when it may have been reached in another way. */
const LATER_VISIT = 5;

export function compareBacktraces(
  machine: Machine,
  rules: CallRules,
  options: ComparisonOptions,
): Comparison {
  const shadow = new ShadowStack(machine, rules);
  const visits = new Map<number, number>();
  const differences: string[] = [];
  let compared = 0;
  let trapped = false;
  const end = machine.observe({
    instruction(pc) {
      shadow.step(pc);
      const visit = (visits.get(pc) ?? 0) + 1;
      visits.set(pc, visit);
      if (trapped || options.skip?.(pc) || (visit !== 1 && visit !== LATER_VISIT)) return;
      compared++;
      const found = rules.backtraceAt(machine, pc).frames.map(({ text }) => text);
      const calls = [{ address: pc, isReturn: false }, ...shadow.calls.toReversed()].slice(0, 64);
      const expected = calls.map((call) => nameOf(machine, call));
      if (found.join() === expected.join()) return;
      const at = `at ${machine.symbols.format(pc)}, cycle ${machine.cycles}`;
      differences.push(`${at}: ${found.join(' < ')}, expected ${expected.join(' < ')}`);
    },
    trap(_cause, _isInterrupt, pc) {
      if (options.throughExceptions) shadow.trap(pc);
      else trapped = true;
    },
  });
  machine.run({ maxInstructions: options.instructions });
  end();
  return { compared, differences };
}

function nameOf({ symbols }: Machine, { address, isReturn }: Call): string {
  if (!isReturn) return symbols.format(address);
  const located = symbols.at(address - 2);
  return located === undefined
    ? symbols.format(address)
    : `${located.symbol.name}+0x${(address - located.symbol.address).toString(16)}`;
}
