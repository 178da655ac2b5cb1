/** bluesim as a target of rows, through its library, in each of the ways in which its run loop can go. */
import { Machine, type MachineOptions, type TimingModel, uniformRules } from 'bluesim';
import type { Target } from './target.ts';

/** A model with rules, as real timing models are; they charge what `unit` charges. */
const RULES_MODEL: TimingModel = {
  name: 'rules',
  version: 1,
  uniformCost: undefined,
  rules: () => uniformRules(1),
};

type BoardOptions = MachineOptions & Required<Pick<MachineOptions, 'board'>>;

/** A way in which the run loop can go. */
export interface Way {
  readonly title: string;
  /** An observer is attached: the other compilation of the run loop. */
  readonly observed: boolean;
  /** The timing model has rules: the timed compilation of the run loop. */
  readonly timed: boolean;
  /** A row runs in one go up to its last address, not step by step. */
  readonly whole: boolean;
}

export const WAYS: readonly Way[] = [
  { title: 'instruction by instruction', observed: false, timed: false, whole: false },
  { title: 'block by block', observed: false, timed: false, whole: true },
  { title: 'observed', observed: true, timed: false, whole: false },
  { title: 'with a timing model that has rules', observed: false, timed: true, whole: true },
];

/** What a machine is made with to go this way. */
export function optionsOf(way: Pick<Way, 'timed'>): MachineOptions {
  return { model: way.timed ? RULES_MODEL : 'unit' };
}

export class BluesimTarget implements Target {
  readonly name = 'bluesim';
  readonly #options: BoardOptions;
  readonly #registers: readonly string[];
  readonly #way: Way;
  #machine: Machine;
  /** What the observer has heard since the last check. */
  #heard = 0;
  /** A machine that has ended can be looked at, but does not run again. */
  #ended = false;

  /** @param registers names of those that `getRegisters` reads. */
  constructor(options: BoardOptions, registers: readonly string[], way: Way) {
    this.#options = { ...options, ...optionsOf(way) };
    this.#registers = registers;
    this.#way = way;
    this.#machine = this.#build();
  }

  async reset(): Promise<void> {
    if (this.#ended) this.#machine = this.#build();
    this.#ended = false;
    this.#machine.reset();
  }

  setRegister(name: string, value: number): void {
    if (!this.#machine.registers.write(name, value)) throw new Error(`cannot write ${name}`);
  }

  setMemory(address: number, bytes: Uint8Array): void {
    this.#machine.writeMemory(address, bytes);
  }

  async step(): Promise<void> {
    this.#run(() => this.#machine.run({ maxCycles: 1 }).kind, 'cycle-limit', 1);
  }

  async runTo(address: number, steps: number): Promise<void> {
    const run = () => this.#machine.run({ untilSymbol: address >>> 0, maxCycles: steps + 100 }).kind;
    this.#run(run, 'breakpoint', steps);
  }

  async getRegisters(): Promise<Int32Array> {
    return Int32Array.from(this.#registers, (name) => this.#read(name));
  }

  async getRegister(name: string): Promise<number> {
    return this.#read(name) | 0;
  }

  async getMemory(address: number, sizeBytes: number): Promise<Uint8Array> {
    const { bus, memory } = this.#machine;
    if (memory.find(address) !== undefined) return this.#machine.readMemory(address, sizeBytes);
    // Registers that are no memory: by words, without effect.
    const words = Int32Array.from({ length: sizeBytes / 4 }, (_, at) => bus.peek(address + 4 * at, 4) ?? 0);
    return new Uint8Array(words.buffer);
  }

  #read(name: string): number {
    const value = this.#machine.registers.read(name);
    if (value === undefined) throw new Error(`there is no register ${name}`);
    return value;
  }

  #build(): Machine {
    const machine = new Machine(this.#options);
    if (this.#way.observed) machine.observe({ instruction: () => this.#heard++, trap: () => {} });
    return machine;
  }

  /** Runs, and checks why it ended, how many cycles went by, and what the observer was told. */
  #run(run: () => string, wanted: string, steps: number): void {
    const from = this.#machine.pc;
    const before = this.#machine.cycles;
    this.#heard = 0;
    const kind = run();
    const cycles = this.#machine.cycles - before;
    const heard = this.#way.observed ? this.#heard : steps;
    this.#ended = kind === 'stuck';
    // A jump to itself is one step like any other, behind which the run ends.
    const asWanted = kind === wanted || (kind === 'stuck' && this.#machine.pc === from);
    if (asWanted && cycles === steps && heard === steps) return;
    throw new Error(
      `ended with ${kind} after ${cycles} cycles for ${steps} steps, ${heard} of them observed`,
    );
  }
}
