/**
 * Measures spans in a running machine. It hears only of what its probes name, and finds out what is said of a place only
 * where it is the worst one.
 *
 * Where an event lies: one at an instruction before its first cycle; a return behind the last cycle of the instruction that
 * returns; the rise of a line, an access and a character in the cycle in which they happen.
 */
import type { CoreObserver, Target, Unsubscribe } from '../../debug/target.ts';
import { Execution } from './execution.ts';
import type { Probe, ProbeEvent } from './probe.ts';
import { type Moment, Span, type SpanFigures } from './span.ts';
import type { ActiveTrap } from './trap-stack.ts';

/** What happens at an event, of all spans that begin or end with it: ends come first. */
interface Effects {
  readonly ends: Span[];
  readonly begins: Span[];
}

type EventOf<Kind extends ProbeEvent['kind']> = Extract<ProbeEvent, { kind: Kind }>;

interface Watched<Kind extends ProbeEvent['kind']> {
  readonly event: EventOf<Kind>;
  readonly effects: Effects;
}

/** A call of a function whose exit is waited for. */
interface Call {
  readonly returnAddress: number;
  /** At its entry. */
  readonly stackPointer: number;
  readonly effects: readonly Effects[];
}

/** Calls that never return would let the list grow. */
const MOST_CALLS = 256;

export class ProbeRecorder {
  readonly #target: Target;
  readonly #spans: readonly Span[];
  readonly #places = new Map<number, Effects[]>();
  /** Entries of functions whose exits count. */
  readonly #entries = new Map<number, Effects[]>();
  readonly #calls: Call[] = [];
  readonly #resets: Effects[] = [];
  readonly #finals: Effects[] = [];
  readonly #traps: Watched<'trap'>[] = [];
  readonly #lines: Watched<'line'>[] = [];
  readonly #accesses: Watched<'access'>[] = [];
  readonly #texts: Watched<'console'>[] = [];
  /** The end of what was printed, as long as the longest text that is waited for. */
  #printed = '';
  #longest = 0;
  readonly #switches: Effects[] = [];
  /** Where handlers or stacks matter. */
  #execution: Execution | undefined = undefined;
  readonly #nameOf = new Map<string, boolean>();
  readonly #unsubscribe: Unsubscribe[];
  readonly #thread: () => string | undefined;
  /** Of the instruction that is being executed, or about to be. */
  #pc = 0;

  /** @param thread which one runs, where that is known. */
  constructor(target: Target, probes: readonly Probe[], thread?: () => string | undefined) {
    this.#target = target;
    this.#thread = thread ?? (() => undefined);
    this.#pc = target.pc;
    this.#spans = probes.map((probe) => {
      const span = new Span(probe.name, probe.text);
      this.#watch(probe.from, span, 'begins');
      this.#watch(probe.to, span, 'ends');
      return span;
    });
    this.#unsubscribe = this.#subscribe();
    this.#apply(this.#resets);
  }

  /** The run is over. @returns what was measured, in the order of the probes. */
  finish(): SpanFigures[] {
    for (const end of this.#unsubscribe) end();
    this.#pc = this.#target.pc;
    this.#apply(this.#finals);
    return this.#spans.map((span) => span.figures());
  }

  // --- What is listened to ------------------------------------------------------------------------------------------

  #watch(event: ProbeEvent, span: Span, role: keyof Effects): void {
    const effects: Effects = { ends: [], begins: [] };
    effects[role].push(span);
    switch (event.kind) {
      case 'reset':
        this.#resets.push(effects);
        break;
      case 'end':
        this.#finals.push(effects);
        break;
      case 'place':
        for (const address of event.addresses) addTo(this.#places, address, effects);
        break;
      case 'exit':
        addTo(this.#entries, event.address, effects);
        break;
      case 'trap':
        this.#traps.push({ event, effects });
        break;
      case 'line':
        this.#lines.push({ event, effects });
        break;
      case 'access':
        this.#accesses.push({ event, effects });
        break;
      case 'console':
        this.#texts.push({ event, effects });
        break;
      case 'stack':
        this.#switches.push(effects);
        break;
    }
  }

  #subscribe(): Unsubscribe[] {
    const target = this.#target;
    const all = [target.observe(this.#observer()), target.onReset(() => this.#reset())];
    if (this.#lines.length > 0)
      all.push(
        target.onLine((name, rises) =>
          this.#fire(this.#lines.filter(({ event: { line, level } }) => line === name && level === rises)),
        ),
      );
    if (this.#accesses.length > 0)
      all.push(
        target.onDeviceAccess((device, offset, _width, _value, isWrite) =>
          this.#fire(
            this.#accesses.filter(
              ({ event }) =>
                event.device === device &&
                event.isWrite === isWrite &&
                (event.offset === undefined || event.offset === offset),
            ),
          ),
        ),
      );
    if (this.#texts.length > 0) {
      this.#longest = Math.max(...this.#texts.map(({ event: { text } }) => text.length));
      all.push(target.onConsole((byte) => this.#print(byte)));
    }
    return all;
  }

  /** No more than the probes need is looked at before each instruction. */
  #observer(): CoreObserver {
    const tracksCalls = this.#entries.size > 0;
    const instruction = (pc: number) => {
      this.#pc = pc;
      const effects = this.#places.get(pc);
      if (effects !== undefined) this.#apply(effects);
      if (tracksCalls) this.#followCalls(pc);
    };
    if (this.#traps.length === 0 && this.#switches.length === 0) return { instruction, trap: () => {} };
    this.#execution = new Execution(this.#target, {
      instruction,
      entered: (trap) => this.#trapEvent(trap, 'entry', trap.target),
      taken: (trap, pc, ago) => {
        // The request rose so many cycles ago; what ran meanwhile is not counted.
        if (ago !== undefined) this.#trapEvent(trap, 'request', pc, ago);
      },
      returned: (trap, pc) => this.#trapEvent(trap, 'return', pc),
      switched: (_by, pc) => {
        this.#pc = pc;
        this.#apply(this.#switches);
      },
    });
    return this.#execution;
  }

  // --- Events -------------------------------------------------------------------------------------------------------

  #reset(): void {
    this.#execution?.reset();
    this.#calls.length = 0;
    this.#pc = this.#target.pc;
    this.#apply(this.#resets);
  }

  #trapEvent(trap: ActiveTrap, edge: 'entry' | 'return' | 'request', pc: number, ago = 0): void {
    this.#pc = pc;
    const now = this.#now();
    const meant = this.#traps.filter(({ event }) => event.edge === edge && this.#isNamed(event, trap));
    this.#fire(meant, { ...now, cycle: now.cycle - ago });
  }

  #isNamed({ name, onlyInterrupts }: EventOf<'trap'>, { cause, isInterrupt }: ActiveTrap): boolean {
    if (onlyInterrupts && !isInterrupt) return false;
    if (name === '') return true;
    const key = `${name} ${isInterrupt} ${cause}`;
    let matches = this.#nameOf.get(key);
    if (matches === undefined) {
      matches = this.#target.trapName(cause, isInterrupt).toLowerCase().includes(name);
      this.#nameOf.set(key, matches);
    }
    return matches;
  }

  #followCalls(pc: number): void {
    const { stackPointer } = this.#target;
    for (let index = this.#calls.length - 1; index >= 0; index--) {
      const call = this.#calls[index]!;
      if (call.returnAddress !== pc || stackPointer < call.stackPointer) continue;
      this.#calls.length = index;
      this.#apply(call.effects);
      break;
    }
    const effects = this.#entries.get(pc);
    if (effects === undefined) return;
    if (this.#calls.length === MOST_CALLS) this.#calls.shift();
    const link = this.#target.register(this.#target.architecture === 'armv7m' ? 'lr' : 'ra') ?? 0;
    // Bit 0 says Thumb.
    this.#calls.push({ returnAddress: (link & ~1) >>> 0, stackPointer, effects });
  }

  #print(byte: number): void {
    this.#printed = (this.#printed + String.fromCharCode(byte)).slice(-this.#longest);
    this.#fire(this.#texts.filter(({ event }) => this.#printed.endsWith(event.text)));
  }

  #fire(watched: readonly { readonly effects: Effects }[], moment?: Moment): void {
    if (watched.length === 0) return;
    this.#apply(
      watched.map(({ effects }) => effects),
      moment,
    );
  }

  /** What ends here ends before anything begins. */
  #apply(effects: readonly Effects[], moment = this.#now()): void {
    for (const { ends } of effects)
      for (const span of ends)
        span.end(moment, () => ({ symbol: this.#target.format(moment.pc), thread: this.#thread() }));
    for (const { begins } of effects) for (const span of begins) span.begin(moment);
  }

  #now(): Moment {
    return { cycle: this.#target.cycles, instruction: this.#target.instructions, pc: this.#pc };
  }
}

function addTo(map: Map<number, Effects[]>, address: number, effects: Effects): void {
  map.set(address, [...(map.get(address) ?? []), effects]);
}
