/**
 * The interface of timing models. A model is not a cost per opcode: it may add cost by operand, by address and
 * by branch outcome, keeps its own state, and decides when an interrupt is recognised.
 *
 * A model whose every instruction costs the same declares `uniformCost` and is accounted per block at no cost.
 * Any other is asked after every instruction, in the observed variant of the run loop, so that a device access,
 * a trap or a counter read in the middle of a block sees every cycle before it.
 */
import type { Stateful } from '../../bus/state.ts';

/** One instruction that has left the core, as a model sees it. */
export interface ExecutedInstruction {
  /** Address, signed 32 bits as the core keeps it. */
  pc: number;
  /** 2 or 4 bytes. */
  length: number;
  /** Timing class of its row in the encoding table. */
  timing: string;
  /** Destination and source registers by number; 0 where there is none. */
  rd: number;
  rs1: number;
  rs2: number;
  /** Values of the source registers before it ran, signed 32 bits. */
  operand1: number;
  operand2: number;
  /** Immediate; with `operand1` the address of a load or store. */
  immediate: number;
  /** Where execution went on. Equal to pc + length unless it jumped or trapped. */
  nextPc: number;
  /** Whether it ended in an exception instead of retiring. */
  trapped: boolean;
}

export interface TimingModel extends Stateful {
  /** 'unit', 'hazard3', 'cortex-m3'. */
  readonly name: string;
  /** A model that changes gets another version, so that old figures are not taken for regressions. */
  readonly version: number;
  /** Cycles of every instruction when that is all there is to know; undefined for a model with rules. 1 to 4. */
  readonly uniformCost: number | undefined;
  reset(): void;
  /** Cycles that an instruction took, once it is known how it went. Integer, 0 or more. */
  executed(instruction: ExecutedInstruction): number;
  /** Cycles from recognition of an interrupt to the first instruction of its handler. */
  interruptEntry(): number;
  /**
   * The cycle at which an interrupt that was asserted at `asserted` may be taken.
   * @param asserted cycle at which the core's input rose.
   * @returns a cycle not before `asserted`; the interrupt is taken at the first instruction boundary from there on.
   */
  recognisedAt(asserted: number): number;
}
