/**
 * The stage of exception storms (exception-storm.ts): the model (exception-model.ts) goes ahead by up to a dozen
 * instructions, each put where the model's program counter is; then the machine executes them in one go and must be
 * in the model's state: registers, stack pointers, masks, every stacked frame, and what the guest has read from the
 * system control space.
 *
 * Registers: R11 is the base of the system control space. R4 to R10 hold addresses and values of a stretch, or what
 * it has loaded, and are set at its beginning. R0 to R3, R12 and LR are what frames save.
 */
import { BOARDS, type BoardDescription, Machine, type MachineOptions } from 'bluesim';
import { hex32 } from '../../../src/errors.ts';
import { BUS_FAULT, HARD_FAULT, MEM_MANAGE, USAGE_FAULT } from '../../armv7m-system.ts';
import { seededWords } from '../../random.ts';
import { EXCEPTIONS, ExceptionModel, IACCVIOL, IBUSERR, INVSTATE, THUMB } from './exception-model.ts';
import { bytesOf, lengthOf } from './row.ts';

export const SYSTEM = 0xe000_e000;

/** Nothing answers here; the first can be executed, the second is a device region. */
export const NOWHERE = 0x6000_0000;
export const NEVER_EXECUTED = 0x4000_0000;

export const MAIN_STACK = 0x2001_8000;
export const PROCESS_STACK = 0x2002_8000;
/** Where code may lie. */
export const CODE_BEGIN = 0x0000_1000;
export const CODE_END = 0x0014_0000;
export const THREAD_CODE = 0x0010_0000;

/** Vector tables: one of them has vectors without the Thumb bit, one ends with the memory. */
export const TABLES = [0, 0x2003_0000, 0x2003_0200, 0x203f_ff80];
const WITHOUT_THUMB = TABLES[2]!;
const handlerAddress = (table: number, exception: number) =>
  CODE_BEGIN + 0x4_0000 * TABLES.indexOf(table) + 0x400 * exception;
const vectorOf = (table: number, exception: number) =>
  handlerAddress(table, exception) | (table === WITHOUT_THUMB && exception % 5 === 0 ? 0 : 1);

export const hasMemory = (address: number) =>
  address < 0x0040_0000 || (address >= 0x2000_0000 && address < 0x2040_0000);

/** The core of mps2-an385 with two memories of 4 MiB, behind which nothing answers. */
function stormBoard(priorityBits: number): BoardDescription {
  const board = BOARDS.find(({ name }) => name === 'mps2-an385')!;
  return {
    ...board,
    core: { ...board.core, priorityBits } as BoardDescription['core'],
    regions: board.regions.filter(({ address }) => address === 0 || address === 0x2000_0000),
    devices: board.devices.filter(({ name }) => name === board.console),
  };
}

const FIRST_FREE = 4;
export const BASE = 11;
export const LR = 14;

interface Loaded {
  readonly value: number;
  /** Bits that are compared. */
  readonly mask: number;
}

/** Registers that a stretch has taken, the code that it consists of, and what it loads. */
class Stretch {
  readonly registers = new Map<number, number>();
  readonly loaded = new Map<number, Loaded>();
  readonly code = new Map<number, number>();
  readonly #used = new Set<number>();
  steps = 0;

  get freeRegisters(): number {
    return BASE - FIRST_FREE - this.registers.size;
  }

  take(value: number): number {
    const register = FIRST_FREE + this.registers.size;
    this.registers.set(register, value | 0);
    return register;
  }

  /** Whether an instruction of any length can be put there. */
  isFree(address: number): boolean {
    return !this.#used.has(address) && !this.#used.has(address + 2);
  }

  put(address: number, encoding: number): void {
    if (!this.isFree(address)) throw new Error(`two instructions at ${hex32(address)}`);
    this.code.set(address, encoding);
    for (let at = 0; at < lengthOf(encoding); at += 2) this.#used.add(address + at);
  }
}

export interface StormOptions {
  readonly seed: number;
  readonly steps: number;
  readonly machine: Machine;
  /** Words of the machine's memory, as the storms before have left them. */
  readonly memory: Map<number, number>;
  /** As the machine was made with. */
  readonly priorityBits: number;
}

/** @param priorityBits how many bits of a priority there are. */
export function stormMachine(options: MachineOptions, priorityBits: number): Machine {
  return new Machine({ board: stormBoard(priorityBits), semihosting: false, ...options });
}

/** Begins a line of the log about what has happened, not about what was done. */
const EVENT = '    ';

export abstract class Stage {
  readonly model: ExceptionModel;
  readonly #machine: Machine;
  protected readonly words: () => number;
  readonly #steps: number;
  protected readonly written = new Set<number>();
  readonly log: string[] = [];
  protected stretch = new Stretch();
  #total = 0;

  constructor({ seed, steps, machine, memory, priorityBits }: StormOptions) {
    this.#machine = machine;
    this.words = seededWords(seed);
    this.#steps = steps;
    this.model = new ExceptionModel(priorityBits, hasMemory, memory, (address) => this.written.add(address));
  }

  /** @returns what differs first, with what led to it; undefined when nothing does. */
  run(): string | undefined {
    this.#begin();
    while (this.#total < this.#steps) {
      this.#plan();
      const wrong = this.#execute();
      if (wrong !== undefined) return `${wrong}\n${this.log.slice(-40).join('\n')}`;
      if (this.model.lockup || this.model.asleep) return this.#end();
    }
    return undefined;
  }

  get steps(): number {
    return this.#total;
  }

  /** What the model has said happened, in order. */
  get events(): string[] {
    const noted = this.log.filter((line) => line.startsWith(EVENT)).map((line) => line.trim());
    return [...noted, ...this.model.history];
  }

  #begin(): void {
    const { model } = this;
    for (const table of TABLES) {
      const present = Array.from({ length: EXCEPTIONS }, (_, exception) => exception).filter((exception) =>
        hasMemory(table + 4 * exception),
      );
      for (const exception of present) {
        this.poke(table + 4 * exception, exception === 0 ? MAIN_STACK : vectorOf(table, exception));
      }
    }
    this.#machine.reset();
    model.spMain = MAIN_STACK;
    model.spProcess = PROCESS_STACK;
    model.pc = THREAD_CODE;
    for (const register of [0, 1, 2, 3, 12, LR]) model.r[register] = this.words();
    this.#setRegisters({ sp: MAIN_STACK, psp: PROCESS_STACK, pc: THREAD_CODE, xpsr: THUMB });
    this.#setRegisters(Object.fromEntries([0, 1, 2, 3, 12, LR].map((n) => [`r${n}`, model.r[n]!])));
  }

  #setRegisters(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.#machine.registers.write(name, value);
  }

  /** A word of memory, from the host, on both sides. */
  protected poke(address: number, value: number): void {
    this.#machine.writeMemory(address, new Uint8Array(Int32Array.of(value).buffer));
    this.model.memory.set(address, value | 0);
  }

  // --- The model goes ahead -------------------------------------------------------------------------------------

  #plan(): void {
    const stretch = new Stretch();
    this.stretch = stretch;
    const most = 1 + this.below(16);
    while (stretch.steps < most && this.#mayGoOn()) {
      this.model.takePending();
      if (!this.model.lockup) this.#step();
      stretch.steps++;
      if (this.model.lockup || this.model.asleep) break;
    }
    this.#total += stretch.steps;
  }

  /** Whether wherever the next instruction lies there is room for it, and registers enough. */
  #mayGoOn(): boolean {
    const { model } = this;
    const stretch = this.stretch;
    if (stretch.steps === 0) return true;
    if (stretch.freeRegisters < 5) return false;
    const preempting = model.preempting();
    const entered = preempting === 0 ? [] : [preempting, HARD_FAULT, BUS_FAULT];
    const places = entered.map((exception) => (model.read(model.vtor + 4 * exception) & ~1) >>> 0);
    return [...(preempting === 0 ? [model.pc] : []), ...places].every((place) => stretch.isFree(place));
  }

  /** The instruction at the program counter, with a choice by chance of what it is. */
  #step(): void {
    const { model } = this;
    if (!model.thumb) {
      this.#note('an instruction without the Thumb bit');
      model.fault(USAGE_FAULT, INVSTATE);
    } else if (model.pc >= NOWHERE && model.pc < NOWHERE + 0x1000) {
      this.#note('code where nothing is');
      model.fault(BUS_FAULT, IBUSERR);
    } else if (model.pc < CODE_BEGIN || model.pc >= CODE_END) {
      this.#note('code among the devices');
      model.fault(MEM_MANAGE, IACCVIOL);
    } else this.choose(this.#total + this.stretch.steps);
  }

  /** Puts an instruction, whichever it likes. @param done how many there were before. */
  protected abstract choose(done: number): void;

  /** Puts an instruction and goes on to the next one. */
  protected put(name: string, encoding: number, effect: () => void = () => {}): void {
    const { model } = this;
    this.#note(name);
    this.stretch.put(model.pc, encoding);
    model.pc += lengthOf(encoding);
    effect();
  }

  /** Puts an instruction that faults or calls, whose effect needs its own address. */
  protected raise(name: string, encoding: number, effect: (next: number) => void): void {
    this.#note(name);
    this.stretch.put(this.model.pc, encoding);
    effect(this.model.pc + lengthOf(encoding));
  }

  #note(what: string): void {
    const { model } = this;
    while (model.history.length > 0) this.log.push(`${EVENT}${model.history.shift()}`);
    this.log.push(
      `${hex32(model.pc)} ${model.mode} ${model.ipsr} priority ${model.executionPriority()}: ${what}`,
    );
  }

  // --- The machine follows --------------------------------------------------------------------------------------

  #execute(): string | undefined {
    const stretch = this.stretch;
    for (const [address, encoding] of stretch.code) this.#machine.writeMemory(address, bytesOf([encoding]));
    for (const [register, value] of stretch.registers) this.#machine.registers.write(`r${register}`, value);
    this.#machine.registers.write(`r${BASE}`, SYSTEM);
    const before = this.#machine.cycles;
    const result = this.#machine.run({ maxCycles: stretch.steps });
    if (this.model.lockup) return undefined;
    const cycles = this.#machine.cycles - before;
    if (cycles !== stretch.steps)
      return `${result.kind} after ${cycles} cycles for ${stretch.steps} instructions`;
    return this.#difference();
  }

  #difference(): string | undefined {
    const { model } = this;
    const { registers } = this.#machine;
    const expected: [string, number][] = [
      ...[0, 1, 2, 3, 12, LR].map((n): [string, number] => [`r${n}`, model.r[n]!]),
      ['pc', model.pc],
      ['xpsr', model.xpsr],
      ['msp', model.spMain],
      ['psp', model.spProcess],
      ['primask', model.primask],
      ['faultmask', model.faultmask],
      ['basepri', model.basepri],
      ['control', model.npriv | (model.spsel << 1)],
    ];
    const wrong: string[] = [];
    for (const [name, value] of expected) {
      const actual = registers.read(name)!;
      if (actual >>> 0 !== value >>> 0) wrong.push(`${name} is ${hex32(actual)}, not ${hex32(value)}`);
    }
    for (const [register, { value, mask }] of this.stretch.loaded) {
      const actual = registers.read(`r${register}`)! & mask;
      if (actual !== (value & mask))
        wrong.push(`loaded into r${register}: ${hex32(actual)}, not ${hex32(value & mask)}`);
    }
    for (const address of this.written) {
      const actual = this.#machine.readWord(address);
      if (actual >>> 0 !== model.read(address) >>> 0) {
        wrong.push(`memory at ${hex32(address)} is ${hex32(actual)}, not ${hex32(model.read(address))}`);
      }
    }
    this.written.clear();
    if (wrong.length === 0) return undefined;
    this.#note('here they differ');
    return wrong.join('; ');
  }

  /** The model sleeps for ever, or is locked up: so is the machine. */
  #end(): string | undefined {
    const before = this.#machine.pc;
    const result = this.#machine.run({ maxCycles: 100 });
    const log = () => `\n${this.log.slice(-40).join('\n')}\n${this.model.history.join('\n')}`;
    if (this.model.lockup) {
      const isLockedUp = result.kind === 'stuck' && result.reason.includes('lock');
      return isLockedUp ? undefined : `${JSON.stringify(result)}, not locked up${log()}`;
    }
    return this.#machine.pc === before ? undefined : `awake, not asleep${log()}`;
  }

  // --- Chance -----------------------------------------------------------------------------------------------------

  protected below(limit: number): number {
    return (this.words() >>> 0) % limit;
  }

  protected chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
}
