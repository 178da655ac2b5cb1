/**
 * Timing model `cortex-m3`: Cortex-M3 as its Technical Reference Manual tells (DDI 0337, "Instruction set summary" and
 * exceptions), memory without wait states. Where the manual gives a range, the choice is made here and named in
 * docs/accuracy.md; nothing was compared with RTL or a chip.
 */
import type { State } from '../../../bus/state.ts';
import type {
  Departure,
  TimedInstruction,
  TimingModel,
  TimingOptions,
  TimingRules,
} from '../../timing/model.ts';
import { StateTable } from '../../timing/state-table.ts';

/** Exception entry and return, and a return that goes on with the next exception; from recognition or from the returning instruction's last cycle on. */
const ENTRY_CYCLES = 12;
const RETURN_CYCLES = 10;
const TAIL_CHAIN_CYCLES = 6;

/** Cycles in which the pipeline is filled again: P of the manual's table. */
const REFILL_DIRECT = 1;
const REFILL_INDIRECT = 2;
const REFILL_LOAD_PC = 3;
const REFILL_TABLE = 4;

const PC = 1 << 15;

/** What came before, the first number of a state; its second one is what belongs to it. */
enum Before {
  Nothing,
  /** A load of a single register, whose mask is the second number: another one's address phase fits into its data phase. */
  Load,
  /** An instruction that has just computed the registers of the mask. */
  Computed,
  /** A branch: the second number is what refilling costs at a target that one fetch brings. */
  Branch,
}
/** Third number: the instruction before was narrow, and an IT behind it can be folded. */
const FOLDS = 1;

class CortexM3Rules implements TimingRules {
  readonly initial: number;
  readonly recognition = 0;
  readonly wakeUp = 0;
  readonly choice = ENTRY_CYCLES;
  readonly #states = new StateTable();
  readonly #waitStates: ((address: number) => number) | undefined;
  #before: readonly number[] = [Before.Nothing, 0, 0];
  #next = 0;
  #taken = 0;

  constructor({ waitStates }: TimingOptions) {
    this.#waitStates = waitStates;
    this.initial = this.#states.numberOf([Before.Nothing, 0, 0]);
    this.#next = this.initial;
    this.#taken = this.initial;
  }

  /** Divisions and transfers of several registers are given up for an interrupt. */
  abandons({ timing, conditional }: TimedInstruction): boolean {
    switch (timing) {
      case 'sdiv':
      case 'udiv':
        return true;
      case 'load-multiple':
      case 'store-multiple':
        return !conditional;
      default:
        return false;
    }
  }

  enter(state: number): void {
    this.#before = this.#states.state(state);
    this.#next = state;
    this.#taken = state;
  }

  add(instruction: TimedInstruction): number {
    const [before, detail, folds] = this.#before as [number, number, number];
    const { address, length, timing, reads, writes } = instruction;
    let cycles = this.#cost(instruction);
    if (before === Before.Branch) {
      cycles += detail;
      // A wide instruction across two words needs both.
      if (length === 4 && (address & 2) !== 0) cycles++;
    } else if (timing === 'it' && folds !== 0) cycles = 0;
    else if (before === Before.Computed && isAccess(timing) && (reads & detail) !== 0) cycles++;
    else if (before === Before.Load && timing === 'load' && (reads & detail) === 0 && (writes & PC) === 0)
      cycles--;
    cycles += this.#fetchWaits(instruction, before === Before.Branch);
    this.#taken = this.#states.numberOf([Before.Branch, refillOf(instruction), 0]);
    this.#before = timing === 'isb' ? [Before.Branch, REFILL_DIRECT, 0] : behind(instruction);
    this.#next = this.#states.numberOf(this.#before);
    return cycles;
  }

  next(): number {
    return this.#next;
  }

  taken(): number {
    return this.#taken;
  }

  saved(timing: string, operand1: number, operand2: number): number {
    switch (timing) {
      case 'sdiv':
        return LONGEST_DIVISION - divisionCycles(Math.abs(operand1), Math.abs(operand2));
      case 'udiv':
        return LONGEST_DIVISION - divisionCycles(operand1 >>> 0, operand2 >>> 0);
      case 'smull':
        return 2 - largeSigned(operand1) - largeSigned(operand2);
      case 'umull':
        return 2 - largeUnsigned(operand1) - largeUnsigned(operand2);
      case 'smlal':
        return savedByAccumulation(largeSigned(operand1) + largeSigned(operand2));
      case 'umlal':
        return savedByAccumulation(largeUnsigned(operand1) + largeUnsigned(operand2));
      default:
        return 0;
    }
  }

  skipped(_instruction: TimedInstruction, cost: number): number {
    return Math.max(cost - 1, 0);
  }

  access(address: number, width: number): number {
    let cycles = 0;
    if (width === 2 && (address & 1) !== 0) cycles += 1;
    else if (width === 4 && (address & 1) !== 0) cycles += 2;
    else if (width === 4 && (address & 2) !== 0) cycles += 1;
    return cycles;
  }

  faultDelay(): number {
    return 0;
  }

  departed(departure: Departure): number {
    this.#taken = this.initial;
    if (departure === 'return') return RETURN_CYCLES;
    return departure === 'tail-chain' ? TAIL_CHAIN_CYCLES : ENTRY_CYCLES;
  }

  delay(): number {
    return 0;
  }

  interrupted(): number {
    this.#taken = this.initial;
    return 0;
  }

  save(state: number): State {
    return { numbers: [...this.#states.state(state)] };
  }

  load(saved: State): number {
    return this.#states.numberOf(saved.numbers as number[]);
  }

  /** By itself: the manual's table without what neighbours and addresses add. */
  #cost({ timing, transfers }: TimedInstruction): number {
    switch (timing) {
      case 'mla':
      case 'load':
      case 'load-exclusive':
      case 'store-register':
      case 'store-exclusive':
      case 'table-branch':
      case 'mrs':
      case 'msr':
        return 2;
      case 'load-double':
      case 'store-double':
        return 3;
      case 'load-multiple':
      case 'store-multiple':
        return 1 + transfers;
      case 'smull':
      case 'umull':
        return 5;
      case 'smlal':
      case 'umlal':
        return 7;
      case 'sdiv':
      case 'udiv':
        return LONGEST_DIVISION;
      default:
        return 1;
    }
  }

  /** Wait states of the words that this instruction is the first to need. */
  #fetchWaits({ address, length }: TimedInstruction, afterBranch: boolean): number {
    if (this.#waitStates === undefined) return 0;
    const waits = this.#waitStates(address >>> 0);
    const starts = (address & 2) === 0 || afterBranch ? 1 : 0;
    const crosses = length === 4 && (address & 2) !== 0 ? 1 : 0;
    return waits * (starts + crosses);
  }
}

const LONGEST_DIVISION = 12;

/** 2 when the quotient is 0; otherwise by the number of its bits, 12 for 32 of them. */
function divisionCycles(dividend: number, divisor: number): number {
  if (divisor === 0 || dividend < divisor) return 2;
  const bits = Math.clz32(divisor) - Math.clz32(dividend) + 1;
  return 2 + Math.ceil((bits * 10) / 32);
}

/** 1 for an operand of more than 16 bits. */
function largeSigned(operand: number): number {
  return operand === (operand << 16) >> 16 ? 0 : 1;
}

function largeUnsigned(operand: number): number {
  return operand >>> 16 === 0 ? 0 : 1;
}

/** With accumulation it takes 4, 5 or 7 cycles, by the number of large operands. */
function savedByAccumulation(large: number): number {
  return large === 2 ? 0 : 3 - large;
}

function isAccess(timing: string): boolean {
  return timing.startsWith('load') || timing.startsWith('store');
}

function refillOf({ timing, writes }: TimedInstruction): number {
  switch (timing) {
    case 'load':
      return (writes & PC) !== 0 ? REFILL_LOAD_PC : 0;
    case 'table-branch':
      return REFILL_TABLE;
    case 'branch':
    case 'branch-conditional':
    case 'branch-compare':
    case 'branch-link':
      return REFILL_DIRECT;
    default:
      return REFILL_INDIRECT;
  }
}

/** What an instruction leaves behind. Of one in an IT block it is not known whether it was executed. */
function behind({ timing, writes, length, conditional }: TimedInstruction): readonly number[] {
  const folds = length === 2 && timing !== 'it' ? FOLDS : 0;
  if (conditional) return [Before.Nothing, 0, folds];
  switch (timing) {
    case 'load':
      return [Before.Load, writes, folds];
    case 'alu':
      return [Before.Computed, writes, folds];
    default:
      return [Before.Nothing, 0, folds];
  }
}

const CORTEX_M3_MODEL: TimingModel = {
  name: 'cortex-m3',
  version: 1,
  uniformCost: undefined,
  rules: (options) => new CortexM3Rules(options),
};

export function cortexM3Model(): TimingModel {
  return CORTEX_M3_MODEL;
}
