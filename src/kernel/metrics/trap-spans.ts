/**
 * Spans of everything that interrupts an image, whatever it is: of each exception and interrupt from the request to the
 * handler's first instruction, and from there to its return; and of each switch to another stack.
 *
 * A switch made by a handler is measured from when the outermost handler was taken, one made by a plain function from
 * that function's entry; both to the first instruction that runs on the other stack.
 */
import type { Target, Unsubscribe } from '../../debug/target.ts';
import { type Moment, Span, type SpanFigures } from './span.ts';
import { StackWatch } from './stack-watch.ts';
import { type ActiveTrap, TrapStack } from './trap-stack.ts';

const byName = (a: Span, b: Span) => (a.name < b.name ? -1 : 1);

export class TrapSpans {
  readonly #target: Target;
  readonly #spans = new Map<string, Span>();
  readonly #active = new TrapStack();
  readonly #stack: StackWatch;
  readonly #unsubscribe: Unsubscribe[];
  readonly #thread: () => string | undefined;
  /** Where the request rose of the trap that was taken last. */
  #request: Moment | undefined = undefined;
  /** Whether an address is where a function begins. */
  readonly #isEntry = new Map<number, boolean>();
  /** Of the function that was entered last, outside of handlers. */
  #entry: Moment;
  /** The last outermost trap that has ended, until an instruction follows. */
  #ended: ActiveTrap | undefined = undefined;
  #pc: number;

  /** @param thread which one runs, where that is known. */
  constructor(target: Target, thread?: () => string | undefined) {
    this.#target = target;
    this.#thread = thread ?? (() => undefined);
    this.#stack = new StackWatch(target);
    this.#pc = target.pc;
    this.#entry = this.#now();
    this.#stack.reset(target.stackPointer);
    this.#unsubscribe = [
      target.observe({
        instruction: (pc) => this.#instruction(pc),
        trap: (cause, isInterrupt, pc, _value, handler, cycle, asserted) => {
          this.#pc = pc;
          const now = this.#now();
          const { cycle: taken, instruction } = now;
          this.#request = asserted === undefined ? undefined : { ...now, cycle: taken - (cycle - asserted) };
          this.#active.taken({ cause, isInterrupt, target: handler, cycle: taken, instruction });
        },
        trapReturned: (pc, to) => this.#returned(pc, to),
      }),
      target.onReset(() => this.#reset()),
    ];
  }

  /** The run is over. @returns what was measured, by name. */
  finish(): SpanFigures[] {
    for (const end of this.#unsubscribe) end();
    return [...this.#spans.values()].sort(byName).map((span) => span.figures());
  }

  #instruction(pc: number): void {
    this.#pc = pc;
    const trap = this.#active.instruction();
    if (trap !== undefined) this.#entered(trap);
    if (this.#active.depth > 0) return;
    if (this.#stack.moved(this.#target.stackPointer)) this.#switched();
    this.#ended = undefined;
    let isEntry = this.#isEntry.get(pc);
    if (isEntry === undefined) {
      const located = this.#target.symbols.at(pc);
      isEntry = located?.offset === 0;
      this.#isEntry.set(pc, isEntry);
    }
    if (isEntry) this.#entry = this.#now();
  }

  #entered(trap: ActiveTrap): void {
    if (this.#request === undefined) return;
    this.#measure(`${this.#nameOf(trap)}: request to handler`, this.#request);
    this.#request = undefined;
  }

  #returned(pc: number, to: number): void {
    this.#pc = pc;
    const outermost = this.#active.depth === 1;
    const trap = this.#active.returned(to);
    if (trap === undefined) return;
    this.#measure(`${this.#nameOf(trap)}: taken to return`, { ...trap, pc: trap.target });
    if (outermost) this.#ended = trap;
  }

  #switched(): void {
    const trap = this.#ended;
    if (trap === undefined) this.#measure('stack switch by a function', this.#entry);
    else this.#measure(`stack switch by ${this.#nameOf(trap)}`, { ...trap, pc: trap.target });
  }

  #measure(name: string, begin: Moment): void {
    let span = this.#spans.get(name);
    if (span === undefined) {
      span = new Span(name, name);
      this.#spans.set(name, span);
    }
    span.begin({ cycle: begin.cycle, instruction: begin.instruction, pc: begin.pc });
    const now = this.#now();
    span.end(now, () => ({ symbol: this.#target.format(now.pc), thread: this.#thread() }));
  }

  #nameOf({ cause, isInterrupt }: ActiveTrap): string {
    return this.#target.trapName(cause, isInterrupt);
  }

  #now(): Moment {
    return { cycle: this.#target.cycles, instruction: this.#target.instructions, pc: this.#pc };
  }

  #reset(): void {
    this.#active.reset();
    this.#request = undefined;
    this.#ended = undefined;
    this.#pc = this.#target.pc;
    this.#entry = this.#now();
    this.#stack.reset(this.#target.stackPointer);
  }
}
