/**
 * A report of a run from what a machine tells: its counters, the image's footprint, and an observer that charges each
 * cycle to a function, notes what is reached for the first time, and times spans from one place to another.
 */
import type { CoreObserver } from '../cpu/core.ts';
import { UserError } from '../errors.ts';
import { footprintOf } from '../machine/footprint.ts';
import type { Image } from '../machine/loader/image.ts';
import { printable } from '../machine/loader/printable.ts';
import { Machine, type MachineOptions, type RunOptions, type RunResult } from '../machine/machine.ts';
import { resultText } from '../machine/report.ts';
import { sorted } from './ordering.ts';
import type { MeasureEvent, MeasureReport } from './report.ts';

export interface MeasureRequest {
  readonly image: Image;
  readonly machine: MachineOptions;
  readonly run: RunOptions;
  /** For UARTs, there at cycle 0. */
  readonly inputs: readonly { readonly port: string | undefined; readonly bytes: Uint8Array }[];
  /** Name → `FROM -> TO`; each side a symbol, an address, `reset` or (behind the arrow) `end`. */
  readonly probes: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly report: MeasureReport;
  readonly ending: RunResult;
  readonly machine: Machine;
}

/** Cycles that belong to no function. */
const ASLEEP = '(asleep)';
const NO_SYMBOL = '(no symbol)';
/** No instruction takes as long: what does may be sleep, which costs something to find out. */
const PERHAPS_ASLEEP = 16;
/** So many of each kind go into the log. */
const MOST_TRAPS = 256;
const MOST_LINES = 128;

interface FunctionCycles {
  readonly name: string;
  cycles: number;
}

/** An instruction that was reached. */
interface Place {
  readonly function: FunctionCycles;
  readonly begins: readonly Span[];
  readonly ends: readonly Span[];
}

/** Counts the cycles from one place to the next of another kind. */
class Span {
  readonly name: string;
  count = 0;
  total = 0;
  least = Number.POSITIVE_INFINITY;
  most = 0;
  #begun: number | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  begin(cycle: number): void {
    this.#begun = cycle;
  }

  end(cycle: number): void {
    if (this.#begun === undefined) return;
    const cycles = cycle - this.#begun;
    this.#begun = undefined;
    this.count++;
    this.total += cycles;
    this.least = Math.min(this.least, cycles);
    this.most = Math.max(this.most, cycles);
  }

  figures(): [string, number][] {
    const count: [string, number] = [`span/${this.name}/count`, this.count];
    if (this.count === 0) return [count];
    return [
      count,
      [`span/${this.name}/cycles/max`, this.most],
      [`span/${this.name}/cycles/min`, this.least],
      [`span/${this.name}/cycles/total`, this.total],
    ];
  }
}

/** Places at which spans begin and end. */
type Ends = Map<number | 'reset' | 'end', Span[]>;

class Observer implements CoreObserver {
  readonly functions = new Map<string, FunctionCycles>();
  readonly events: MeasureEvent[] = [];
  readonly #machine: Machine;
  readonly #begins: Ends;
  readonly #ends: Ends;
  readonly #places = new Map<number, Place>();
  #current: FunctionCycles;
  /** Up to here all cycles are charged. */
  #charged = 0;
  #asleep = 0;
  /** Cycles of the lives before the last reset. */
  #before = 0;
  /** The instruction that is being executed. */
  #pc = 0;
  #traps = 0;
  #lines = 0;
  #line = '';

  constructor(machine: Machine, begins: Ends, ends: Ends) {
    this.#machine = machine;
    this.#begins = begins;
    this.#ends = ends;
    this.#current = { name: NO_SYMBOL, cycles: 0 };
    for (const span of begins.get('reset') ?? []) span.begin(0);
    machine.onConsole((byte) => this.#printed(byte));
  }

  instruction(pc: number, cycle: number): void {
    let now = this.#before + cycle;
    if (now < this.#charged) now = this.#afterReset(cycle);
    if (now !== this.#charged) this.#charge(now);
    this.#pc = pc;
    const place = this.#places.get(pc) ?? this.#newPlace(pc);
    this.#current = place.function;
    for (const span of place.ends) span.end(now);
    for (const span of place.begins) span.begin(now);
  }

  trap(
    cause: number,
    isInterrupt: boolean,
    _pc: number,
    _value: number,
    target: number,
    cycle: number,
  ): void {
    const now = this.#before + cycle;
    this.#charge(now);
    this.#current = (this.#places.get(target) ?? this.#newPlace(target)).function;
    if (this.#traps++ < MOST_TRAPS) this.#note(now, this.#machine.trapName(cause, isInterrupt), target);
  }

  finish(ending: RunResult): void {
    const { cycles, pc } = this.#machine;
    this.#charge(cycles);
    for (const span of this.#ends.get('end') ?? []) span.end(cycles);
    this.#note(cycles, `end: ${resultText(ending)}`, pc);
  }

  #charge(now: number): void {
    let elapsed = now - this.#charged;
    this.#charged = now;
    if (elapsed >= PERHAPS_ASLEEP) {
      const { sleepCycles } = this.#machine.statistics();
      const slept = Math.min(elapsed, sleepCycles - this.#asleep);
      this.#asleep = sleepCycles;
      this.#function(ASLEEP).cycles += slept;
      elapsed -= slept;
    }
    this.#current.cycles += elapsed;
  }

  /** The core counts from 0 again. @returns the cycles since power-on. */
  #afterReset(cycle: number): number {
    const now = this.#machine.cycles;
    this.#before = now - cycle;
    for (const span of this.#begins.get('reset') ?? []) span.begin(now);
    return now;
  }

  #newPlace(pc: number): Place {
    const name = this.#nameAt(pc);
    const isNew = !this.functions.has(name);
    const place = {
      function: this.#function(name),
      begins: this.#begins.get(pc) ?? [],
      ends: this.#ends.get(pc) ?? [],
    };
    this.#places.set(pc, place);
    if (isNew) this.#note(this.#charged, 'reached', pc);
    return place;
  }

  #nameAt(pc: number): string {
    const located = this.#machine.symbols.at(pc);
    return located === undefined ? NO_SYMBOL : printable(located.symbol.name);
  }

  #function(name: string): FunctionCycles {
    const known = this.functions.get(name);
    if (known !== undefined) return known;
    const made = { name, cycles: 0 };
    this.functions.set(name, made);
    return made;
  }

  #note(cycle: number, kind: string, pc: number): void {
    this.events.push({ cycle, kind, pc, symbol: this.#nameAt(pc) });
  }

  #printed(byte: number): void {
    if (byte !== 0x0a) {
      this.#line += String.fromCharCode(byte);
      return;
    }
    const text = printable(this.#line.replace(/\r$/, ''));
    this.#line = '';
    if (this.#lines++ < MOST_LINES) {
      this.#note(this.#machine.cycles, `console ${JSON.stringify(text)}`, this.#pc);
    }
  }
}

/**
 * Runs an image and measures it.
 * @throws UserError for an image that does not fit the board, an input for a UART that is not there, a probe that
 * names no symbol.
 */
export function measureJob(request: MeasureRequest): Measured {
  const machine = Machine.fromImage(request.image, request.machine);
  for (const { port, bytes } of request.inputs) machine.input(bytes, port);
  const probes = Object.entries(request.probes);
  if (machine.symbols.lookup('main') !== undefined && !Object.hasOwn(request.probes, 'boot')) {
    probes.push(['boot', 'reset -> main']);
  }
  const [begins, ends]: [Ends, Ends] = [new Map(), new Map()];
  const spans = probes.map(([name, text]) => {
    const span = new Span(name);
    const [from, to] = probeEnds(machine, name, text);
    begins.set(from, [...(begins.get(from) ?? []), span]);
    ends.set(to, [...(ends.get(to) ?? []), span]);
    return span;
  });
  const observer = new Observer(machine, begins, ends);
  const end = machine.observe(observer);
  const ending = machine.run({ ...request.run, stopWhenWaiting: true });
  end();
  observer.finish(ending);
  return { report: reportOf(machine, observer, spans), ending, machine };
}

function probeEnds(
  machine: Machine,
  name: string,
  text: string,
): [from: number | 'reset' | 'end', to: number | 'reset' | 'end'] {
  const [, from, to] = /^\s*(\S.*?)\s*->\s*(.*\S)\s*$/.exec(text) ?? [];
  if (from === undefined || to === undefined || from === 'end' || to === 'reset') {
    throw new UserError(
      `the probe ${name} is \`${text}\`, which names no way from one place to another`,
      'Write `FROM -> TO`: symbols or addresses; FROM may be `reset`, TO may be `end`.',
    );
  }
  const place = (word: string) => {
    if (word === 'reset' || word === 'end') return word;
    return /^0x[0-9a-f]{1,8}$/i.test(word) ? Number(word) : machine.symbol(word).address;
  };
  return [place(from), place(to)];
}

const word = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

function counts(prefix: string, record: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(record).map(([name, count]) => [`${prefix}/${word(name)}`, count]);
}

function reportOf(machine: Machine, observer: Observer, spans: readonly Span[]): MeasureReport {
  const { instructions, cycles, sleepCycles, exceptions, interrupts, resets, guestErrors } =
    machine.statistics();
  const { text, data, bss, flash, ram, symbols } = footprintOf(machine.image!);
  const figures: [string, number][] = [
    ...counts('footprint', { text, data, bss, flash, ram }),
    ...counts('run', { instructions, cycles, 'sleep-cycles': sleepCycles, resets }),
    ...counts('exception', exceptions),
    ...counts('interrupt', interrupts),
    ...counts('guest-error', guestErrors),
    ...spans.flatMap((span) => span.figures()),
  ];
  const bytes = new Map<string, number>();
  for (const { name, sizeBytes } of symbols) {
    bytes.set(printable(name), (bytes.get(printable(name)) ?? 0) + sizeBytes);
  }
  const functions = [...observer.functions.values()].filter((entry) => entry.cycles > 0);
  return {
    model: { name: machine.model.name, version: machine.model.version },
    figures: sorted(Object.fromEntries(figures)),
    functions: sorted(Object.fromEntries(functions.map((entry) => [entry.name, entry.cycles]))),
    symbols: sorted(Object.fromEntries(bytes)),
    events: observer.events,
  };
}
