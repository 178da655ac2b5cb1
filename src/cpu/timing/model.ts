/**
 * The interface of timing models. A model is not a cost per opcode: what an instruction costs depends on the ones
 * before it (a pending load, what the fetch unit has ready, a predicted branch), and sometimes on its operands.
 *
 * All that came before is put into a *timing state*, a small number. Code is decoded once for each state in which it
 * is entered, and the costs go into the decoded block (src/cpu/block-cache.ts), so that the run loop adds up constants.
 * What a state contains is the model's own business; there are few of them at any one place (docs/adr/0007).
 *
 * Where time falls: an instruction takes effect in its last cycle. An instruction whose last cycle is not over at an event
 * is executed after it, with what is left of its cost.
 */
import type { State } from '../../bus/state.ts';

/** What a model knows of an instruction when it is decoded. Its words are those of the instruction set's table. */
export interface TimedInstruction {
  /** Address, signed 32 bits. */
  address: number;
  /** 2 or 4 bytes. */
  length: number;
  /** Timing class of its row in the encoding table; 'undefined' without one. */
  timing: string;
  /** Registers whose values it needs to begin, one bit each. */
  reads: number;
  /** Registers that it only stores. */
  stores: number;
  /** Registers that it writes. */
  writes: number;
  /** Target of a direct jump or branch, signed 32 bits; otherwise 0. */
  target: number;
  /** Number of words that it transfers, of a load or store of several; otherwise 0. */
  transfers: number;
  /** Whether it is executed only under a condition (in an IT block). */
  conditional: boolean;
}

/** How an instruction ended that did not simply go on with the next one. */
export type Departure =
  /** It raised an exception, whose handler begins. */
  | 'exception'
  /** A memory access failed on the bus, and the handler begins. */
  | 'bus-fault'
  /** It returned from an exception. */
  | 'return'
  /** It returned from an exception, and another one was taken at once. */
  | 'tail-chain';

/**
 * The rules of a model, with a cursor that walks along code. `enter` puts the cursor before an instruction, `add` moves
 * it behind; the rest speaks of the place where it stands.
 */
export interface TimingRules {
  /** State after reset. */
  readonly initial: number;
  /**
   * Whether an instruction that is not over when an interrupt is recognised is dropped, and begun anew after it.
   * @param elapsed cycles spent on it already. @param cost all of them.
   */
  abandons(instruction: TimedInstruction, elapsed: number, cost: number): boolean;
  /** Puts the cursor before the instruction at an address. @param state one that this object has given. */
  enter(state: number, address: number): void;
  /** Moves the cursor behind an instruction. @returns its cost in cycles, 1 or more; the most, where operands decide. */
  add(instruction: TimedInstruction): number;
  /** The state when execution goes on behind the instruction that was added last. */
  next(): number;
  /** The state when it goes on at another address because that instruction is a jump, or a branch that is taken. */
  taken(): number;
  /** Cycles that an instruction does not need of its cost, because its operands are easy. */
  saved(timing: string, operand1: number, operand2: number): number;
  /** Cycles that an instruction in an IT block does not need of its cost because its condition does not hold. */
  skipped(instruction: TimedInstruction, cost: number): number;
  /**
   * Cycles of a data access beyond the cost of its instruction, without wait states: those the core adds itself.
   * @param address unsigned; @param width in bytes.
   */
  access(address: number, width: number): number;
  /** Cycles from the last one of an instruction to the exception that it raises. */
  faultDelay(departure: Departure): number;
  /**
   * The instruction that was added last ended otherwise. Afterwards `taken` tells the state.
   * @returns cycles until execution goes on, `faultDelay` not included.
   */
  departed(departure: Departure): number;
  /** Cycles from an interrupt's assertion until it is recognised. */
  readonly recognition: number;
  /**
   * How many cycles more it takes when an interrupt would be recognised now. Nothing is executed in them.
   * @param elapsed cycles spent already on the next instruction. @param cost all of them.
   */
  delay(next: TimedInstruction, elapsed: number, cost: number): number;
  /** Further cycles of recognition while the core sleeps. */
  readonly wakeUp: number;
  /** Cycles from recognition to the moment at which the exception is chosen: a more urgent one that comes by then is taken instead. */
  readonly choice: number;
  /**
   * An interrupt is taken before the next instruction. Afterwards `taken` tells the state.
   * @param elapsed cycles spent already on that instruction.
   * @returns cycles from that moment until the handler's first instruction may begin.
   */
  interrupted(elapsed: number): number;
  /** A state as data, for a snapshot, and back. */
  save(state: number): State;
  load(saved: State): number;
}

/** Facts of a board that every model with rules honours. */
export interface TimingOptions {
  /**
   * Cycles that fetching the word at an address waits: signed or unsigned. Undefined where no memory waits. Those of
   * data accesses the core adds, access by access (`Bus.waited`).
   */
  readonly waitStates?: (address: number) => number;
}

export interface TimingModel {
  /** 'unit', 'hazard3', 'cortex-m3'. */
  readonly name: string;
  /** A model that changes gets another version, so that old figures are not taken for regressions. */
  readonly version: number;
  /** Cycles of every instruction when that is all there is to know, 1 to 4; undefined for a model with rules. */
  readonly uniformCost: number | undefined;
  /** Rules with state of their own, for one core. Of a uniform model: the same cost for everything. */
  rules(options: TimingOptions): TimingRules;
}
