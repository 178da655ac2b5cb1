/** bluesim as a target of rows, through its library, in each of the ways in which its run loop can go. */
import { Machine, type MachineOptions, type TimingModel } from 'bluesim';
import type { Extension } from '../../../src/cpu/riscv/instructions/row.ts';
import { RAM_BYTES } from './row.ts';
import type { Target } from './target.ts';

/** A model that is asked about each instruction, as real timing models are; it answers what `unit` charges. */
const ASKED_MODEL: TimingModel = {
  name: 'asked',
  version: 1,
  uniformCost: undefined,
  reset: () => {},
  executed: () => 1,
  interruptEntry: () => 0,
  recognisedAt: (asserted) => asserted,
  snapshot: () => ({}),
  restore: () => {},
};

export interface BluesimTargetOptions {
  readonly extensions: readonly Extension[];
  /** An observer is attached: the other compilation of the run loop. */
  readonly observed?: boolean;
  /** The timing model is asked after each instruction. */
  readonly asked?: boolean;
}

export class BluesimTarget implements Target {
  readonly name = 'bluesim';
  readonly #options: BluesimTargetOptions;
  #machine: Machine;
  /** What the observer has heard since the last check. */
  #heard = 0;
  /** A machine that has ended can be looked at, but does not run again. */
  #ended = false;

  constructor(options: BluesimTargetOptions) {
    this.#options = options;
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
    const { registers } = this.#machine;
    return Int32Array.from({ length: 33 }, (_, n) => registers.read(n === 32 ? 'pc' : `x${n}`)!);
  }

  async getRegister(name: string): Promise<number> {
    const value = this.#machine.registers.read(name);
    if (value === undefined) throw new Error(`there is no register ${name}`);
    return value | 0;
  }

  async getMemory(address: number, sizeBytes: number): Promise<Uint8Array> {
    return this.#machine.readMemory(address, sizeBytes);
  }

  #build(): Machine {
    const options: MachineOptions = {
      ramBytes: RAM_BYTES,
      extensions: this.#options.extensions,
      semihosting: false,
      ...(this.#options.asked ? { model: ASKED_MODEL } : {}),
    };
    const machine = new Machine({ board: 'virt', ...options });
    if (this.#options.observed) machine.observe({ instruction: () => this.#heard++, trap: () => {} });
    return machine;
  }

  /** Runs, and checks why it ended, how many cycles went by, and what the observer was told. */
  #run(run: () => string, wanted: string, steps: number): void {
    const from = this.#machine.pc;
    const before = this.#machine.cycles;
    this.#heard = 0;
    const kind = run();
    const cycles = this.#machine.cycles - before;
    const heard = this.#options.observed ? this.#heard : steps;
    this.#ended = kind === 'stuck';
    // A jump to itself is one step like any other, behind which the run ends.
    const asWanted = kind === wanted || (kind === 'stuck' && this.#machine.pc === from);
    if (asWanted && cycles === steps && heard === steps) return;
    throw new Error(
      `ended with ${kind} after ${cycles} cycles for ${steps} steps, ${heard} of them observed`,
    );
  }
}
