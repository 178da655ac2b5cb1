/**
 * Timing model `hazard3`: the Hazard3 core with two bus ports, memory without wait states and the configuration of
 * RP2350 (MUL_FASTER, MULH_FAST, MULDIV_UNROLL = 2, branch predictor). Exact against its RTL, see docs/accuracy.md. One
 * cycle is the one in which an instruction leaves stage X.
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
import { FrontEnd } from './hazard3-front-end.ts';

/** Cycles in stage X beyond the first: an atomic operation on memory, and a division of a dividend that is not negative. */
const AMO_CYCLES = 3;
const DIVISION_CYCLES = 18;

/** What the last instruction has left behind besides the front end, as bits of a state's last number. */
enum After {
  /** A load, a store or WFI left stage X in the last cycle: an interrupt is recognised later. */
  Access = 1 << 0,
  /** It was LR or SC. */
  Exclusive = 1 << 1,
  /** A jump: the front end waits for its target. */
  Redirect = 1 << 2,
}
/** Above them: the register that a load, LR or SC is about to write. */
const LOADED_SHIFT = 3;

class Hazard3Rules implements TimingRules {
  readonly initial: number;
  readonly recognition = 1;
  readonly wakeUp = 1;
  readonly choice = 0;
  readonly #states = new StateTable();
  /** At the cursor, before the last cycle of the instruction that was added last. */
  readonly #leaving: FrontEnd;
  readonly #front: FrontEnd;
  readonly #jumping: FrontEnd;
  /** What the instruction before the cursor has left. */
  #after = 0;
  #halfwords = 1;
  #predicted = false;
  #instruction: TimedInstruction | undefined = undefined;
  #next = 0;
  #taken = 0;

  constructor({ waitStates = () => 0 }: TimingOptions) {
    this.#leaving = new FrontEnd(waitStates);
    this.#front = new FrontEnd(waitStates);
    this.#jumping = new FrontEnd(waitStates);
    this.#front.redirect();
    this.initial = this.#number(After.Redirect);
  }

  /** An atomic operation in its third cycle is about to write, and cannot be dropped any more. */
  abandons({ timing }: TimedInstruction, elapsed: number, cost: number): boolean {
    return timing !== 'amo' || cycleInStage(elapsed, cost) !== 3;
  }

  enter(state: number, address: number): void {
    const numbers = this.#states.state(state);
    this.#front.load(numbers);
    this.#after = numbers[4]!;
    if ((this.#after & After.Redirect) !== 0) this.#front.redirected(address);
  }

  add(instruction: TimedInstruction): number {
    const front = this.#front;
    const { timing } = instruction;
    this.#instruction = instruction;
    const halfwords = instruction.length >>> 1;
    let cycles = 1;
    for (const ready = this.#earliest(instruction); cycles < ready || !front.has(halfwords); cycles++) {
      front.cycle(0);
    }
    let more = 0;
    if (timing === 'amo') more = AMO_CYCLES;
    else if (timing === 'divu') more = DIVISION_CYCLES;
    else if (timing === 'div') more = DIVISION_CYCLES + 1;
    for (let i = 0; i < more; i++) front.cycle(0);
    this.#predicted = front.predicted;
    this.#halfwords = halfwords;
    this.#leaving.copyFrom(front);
    this.#next = -1;
    this.#taken = -1;
    // The cursor goes on behind it.
    this.next();
    this.enter(this.#next, (instruction.address + instruction.length) | 0);
    return cycles + more;
  }

  next(): number {
    if (this.#next < 0) {
      const { timing } = this.#instruction!;
      const front = this.#front;
      front.copyFrom(this.#leaving);
      if (timing === 'fence.i' || (timing === 'branch' && this.#predicted)) {
        front.forget();
        front.redirect();
        this.#next = this.#number(After.Redirect);
      } else {
        front.cycle(this.#halfwords);
        this.#next = this.#number(afterOf(this.#instruction!));
      }
    }
    return this.#next;
  }

  taken(): number {
    if (this.#taken < 0) {
      const { timing, address, length, target } = this.#instruction!;
      const front = this.#jumping;
      front.copyFrom(this.#leaving);
      if (timing === 'branch' && this.#predicted) {
        front.cycle(this.#halfwords);
        this.#taken = this.#number(0, front);
      } else {
        front.redirect();
        if (timing === 'branch' && target <= address) front.learn(address, length === 4, target);
        this.#taken = this.#number(After.Redirect, front);
      }
    }
    return this.#taken;
  }

  saved(timing: string, operand1: number): number {
    return timing === 'div' && operand1 >= 0 ? 1 : 0;
  }

  skipped(): number {
    return 0;
  }

  access(): number {
    return 0;
  }

  faultDelay(departure: Departure): number {
    return departure === 'bus-fault' ? 1 : 0;
  }

  departed(departure: Departure): number {
    const front = this.#front;
    front.copyFrom(this.#leaving);
    front.cycle(this.#halfwords);
    for (let i = this.faultDelay(departure); i > 0; i--) front.cycle(0);
    return this.#trap();
  }

  interrupted(elapsed: number): number {
    for (let i = 0; i < Math.min(elapsed, DIVISION_CYCLES); i++) this.#front.cycle(0);
    return this.#trap();
  }

  /** Behind a load, a store or WFI, and behind the read of an atomic operation. */
  delay({ timing }: TimedInstruction, elapsed: number, cost: number): number {
    if (elapsed === 0) return (this.#after & After.Access) !== 0 ? 1 : 0;
    return timing === 'amo' && cycleInStage(elapsed, cost) === 1 ? 1 : 0;
  }

  save(state: number): State {
    return { numbers: [...this.#states.state(state)] };
  }

  load(saved: State): number {
    return this.#states.numberOf(saved.numbers as number[]);
  }

  /** The cycle in which a handler's address, or that of a return, goes to the front end. */
  #trap(): number {
    this.#front.redirect();
    this.#front.forget();
    this.#taken = this.#number(After.Redirect);
    return 1;
  }

  /** In which cycle from the cursor on an instruction may leave as far as its operands go. */
  #earliest({ reads, stores, timing }: TimedInstruction): number {
    const loaded = this.#after >>> LOADED_SHIFT;
    // What is only stored is not needed before; but an atomic operation computes with it.
    const needed = timing === 'amo' ? reads | stores : reads;
    if (loaded !== 0 && (needed & (1 << loaded)) !== 0) return 2;
    const exclusive = timing === 'lr' || timing === 'sc' || timing === 'amo';
    return exclusive && (this.#after & After.Exclusive) !== 0 ? 2 : 1;
  }

  #number(after: number, front = this.#front): number {
    return this.#states.numberOf([...front.save(), after]);
  }
}

/** In which cycle of its work in stage X an atomic operation is, 1 to 4; 0 or less while it waits. */
function cycleInStage(elapsed: number, cost: number): number {
  return elapsed - (cost - 1 - AMO_CYCLES);
}

function afterOf({ timing, writes }: TimedInstruction): number {
  switch (timing) {
    case 'load':
      return After.Access | ((31 - Math.clz32(writes | 1)) << LOADED_SHIFT);
    case 'lr':
    case 'sc':
      return After.Access | After.Exclusive | ((31 - Math.clz32(writes | 1)) << LOADED_SHIFT);
    case 'store':
    case 'wfi':
      return After.Access;
    default:
      return 0;
  }
}

const HAZARD3_MODEL: TimingModel = {
  name: 'hazard3',
  version: 1,
  uniformCost: undefined,
  rules: (options) => new Hazard3Rules(options),
};

export function hazard3Model(): TimingModel {
  return HAZARD3_MODEL;
}
