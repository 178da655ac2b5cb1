/**
 * Spans of everything that interrupts an image, whatever it is: of each exception and interrupt from the request to the
 * handler's first instruction, and from there to its return; and of each switch to another stack.
 *
 * A switch made by a handler is measured from when the outermost handler was taken, one made by a plain function from
 * that function's entry; both to the first instruction that runs on the other stack.
 */
import type { Target, Unsubscribe } from '../../debug/target.ts';
import { Execution } from './execution.ts';
import { type Moment, Span, type SpanFigures } from './span.ts';
import type { ActiveTrap } from './trap-stack.ts';

const byName = (a: Span, b: Span) => (a.name < b.name ? -1 : 1);

export class TrapSpans {
  readonly #target: Target;
  readonly #spans = new Map<string, Span>();
  readonly #execution: Execution;
  readonly #unsubscribe: Unsubscribe[];
  readonly #thread: () => string | undefined;
  /** Where the request rose of the trap that was taken last. */
  #request: Moment | undefined = undefined;
  /** Whether an address is where a function begins. */
  readonly #isEntry = new Map<number, boolean>();
  /** Of the function that was entered last. */
  #entry: Moment;

  /** @param thread which one runs, where that is known. */
  constructor(target: Target, thread?: () => string | undefined) {
    this.#target = target;
    this.#thread = thread ?? (() => undefined);
    this.#entry = this.#at(target.pc);
    this.#execution = new Execution(target, {
      instruction: (pc) => {
        if (this.#beginsFunction(pc)) this.#entry = this.#at(pc);
      },
      taken: (_trap, pc, ago) => {
        const now = this.#at(pc);
        this.#request = ago === undefined ? undefined : { ...now, cycle: now.cycle - ago };
      },
      entered: (trap) => {
        if (this.#request === undefined) return;
        this.#measure(`${this.#nameOf(trap)}: request to handler`, this.#request, trap.target);
        this.#request = undefined;
      },
      returned: (trap, pc) => this.#measure(`${this.#nameOf(trap)}: taken to return`, momentOf(trap), pc),
      switched: (by, pc) =>
        by === undefined
          ? this.#measure('stack switch by a function', this.#entry, pc)
          : this.#measure(`stack switch by ${this.#nameOf(by)}`, momentOf(by), pc),
    });
    this.#unsubscribe = [target.observe(this.#execution), target.onReset(() => this.#reset())];
  }

  /** The run is over. @returns what was measured, by name. */
  finish(): SpanFigures[] {
    for (const end of this.#unsubscribe) end();
    return [...this.#spans.values()].sort(byName).map((span) => span.figures());
  }

  #beginsFunction(pc: number): boolean {
    let begins = this.#isEntry.get(pc);
    if (begins === undefined) {
      begins = this.#target.symbols.at(pc)?.offset === 0;
      this.#isEntry.set(pc, begins);
    }
    return begins;
  }

  #measure(name: string, begin: Moment, pc: number): void {
    let span = this.#spans.get(name);
    if (span === undefined) {
      span = new Span(name, name);
      this.#spans.set(name, span);
    }
    span.begin(begin);
    span.end(this.#at(pc), () => ({ symbol: this.#target.format(pc), thread: this.#thread() }));
  }

  #nameOf({ cause, isInterrupt }: ActiveTrap): string {
    return this.#target.trapName(cause, isInterrupt);
  }

  #at(pc: number): Moment {
    return { cycle: this.#target.cycles, instruction: this.#target.instructions, pc };
  }

  #reset(): void {
    this.#execution.reset();
    this.#request = undefined;
    this.#entry = this.#at(this.#target.pc);
  }
}

/** When it was taken. */
function momentOf({ cycle, instruction, target }: ActiveTrap): Moment {
  return { cycle, instruction, pc: target };
}
