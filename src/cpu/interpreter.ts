/**
 * What the interpreters of all ISAs share: the account of cycles and instructions, the loop around the run loop
 * (interrupts, sleep, budgets), breakpoints, observers and timing models. An ISA adds its state, its run loop
 * (execute.ts, compiled plain, timed and observed) and its rules.
 */
import type { Bus } from '../bus/bus.ts';
import type { Line } from '../bus/line.ts';
import type { State } from '../bus/state.ts';
import { Attribute, GRANULE_SHIFT, type Region } from '../kernel/memory/guest-memory.ts';
import { type BlockCache, CommonOp, RECORD } from './block-cache.ts';
import type { Core, CoreObserver, CoreStatistics, CoreStop, RegisterFile } from './core.ts';
import { Leave } from './leave.ts';
import type { Departure, TimedInstruction, TimingModel, TimingOptions, TimingRules } from './timing/model.ts';
import { TrapCounts } from './trap-counts.ts';

/** No budget of the run loop is larger, so that all arithmetic on it stays within 32 bits. */
const LARGEST_BUDGET = 1 << 30;

/** When the next event is due: the core must not run past it. */
export interface EventHorizon {
  readonly nextCycle: number;
}

export abstract class Interpreter<Blocks extends BlockCache> implements Core {
  abstract readonly architecture: Core['architecture'];
  abstract readonly registers: RegisterFile;
  abstract readonly stackPointer: number;
  readonly model: TimingModel;
  readonly rules: TimingRules;
  /** Cycles between an instruction's effect and its end: all of its cost where every one costs the same, else its last. */
  readonly instructionCost: number;
  /** Next instruction, signed 32 bits; exact whenever the run loop is not running. */
  abstract counter: number;
  /** Cycle at which the budget of the run loop is used up. */
  deadline = 0;
  /** What was left of the budget when the run loop last published it. */
  remaining = 0;
  /** Set by a slow access: why the run loop must not simply go on. */
  status: Leave = Leave.Stay;
  attention = false;
  /** Address of a breakpoint to pass once, or -1. */
  passBreakpoint = -1;
  /** Timing state before the next instruction. */
  timingState: number;
  /** Instructions begun, with a model that does not tell it from the cycles; exact when the run loop is not running. */
  started = 0;

  protected readonly events: EventHorizon;
  /** The model has rules. */
  protected readonly timed: boolean;
  protected readonly traps: TrapCounts;
  protected observer: CoreObserver | undefined = undefined;
  protected asleep = false;
  /** Why no further progress is possible, or ''. */
  protected deadReason = '';
  /** Instructions that ended in an exception: they took their cycles but did not retire. */
  protected notRetired = 0;
  #sleepCycles = 0;
  /** Cycles of exception entry and return. */
  exceptionCycles = 0;
  /** Cycles spent already on the next instruction. */
  #elapsed = 0;
  /** When the present interrupt request rose, or -1. */
  #assertedAt = -1;
  /** When the exception is chosen whose entry has begun, or -1. */
  #choiceAt = -1;
  /** How the last instruction ended if it did not simply go on. */
  #departure: Departure | 'jump' | 'not executed' | undefined = undefined;
  /** Value of `started` at which the present run ends. */
  #lastInstruction = 0;
  /** It runs at exactly its cost, so that nothing is given back for easy operands. */
  #exact = false;
  /** Address of the instruction that an observer was told of last, and whether it has not ended yet. */
  #told = 0;
  #unfinished = false;

  constructor(
    model: TimingModel,
    events: EventHorizon,
    causeName: (cause: number, isInterrupt: boolean) => string,
    timing: TimingOptions = {},
  ) {
    this.model = model;
    this.events = events;
    this.rules = model.rules(timing);
    this.timed = model.uniformCost === undefined;
    this.timingState = this.rules.initial;
    this.instructionCost = model.uniformCost ?? 1;
    this.traps = new TrapCounts(causeName);
  }

  // --- What an ISA adds ---------------------------------------------------------------------------------------

  abstract readonly bus: Bus;
  /** Predecoded code: in blocks, and with one instruction a block for the last cycles before a deadline and for observers. */
  protected abstract readonly blocks: Blocks;
  protected abstract readonly steps: Blocks;
  protected abstract executePlain(blocks: Blocks): Leave;
  protected abstract executeTimed(blocks: Blocks): Leave;
  protected abstract executeObserved(blocks: Blocks): Leave;
  /** What the model is to know of the instruction at an address. */
  protected abstract timedAt(address: number): TimedInstruction;
  /** First record of the block of one instruction that comes next. */
  protected abstract nextStep(): number;
  /** Cycles that the next instruction, whose step begins at a record, does not need of its cost as things stand. */
  protected abstract savedAt(at: number): number;
  /** What made the core sleep, as a person says it. */
  protected get sleepCause(): string {
    return 'WFI';
  }

  /** When the request of the interrupt rose that is being taken; undefined while none is. */
  protected asserted: number | undefined = undefined;

  /** Whether an interrupt is pending that ends a sleep, taken or not. */
  protected abstract wakes(): boolean;
  /** Whether an interrupt would be taken now. */
  protected abstract interrupts(): boolean;
  protected abstract takeInterrupt(): void;
  abstract canBeWoken(): boolean;
  abstract connect(number: number, line: Line): void;
  abstract reset(): void;
  abstract snapshot(): State;
  abstract restore(state: State): void;

  // --- Time ---------------------------------------------------------------------------------------------------

  now(): number {
    return this.deadline - this.remaining;
  }

  /** Instructions retired before the current one. */
  retired(): number {
    const started = this.timed
      ? this.started
      : (this.now() - this.#elapsed - this.#sleepCycles) / this.instructionCost;
    return started - this.notRetired;
  }

  /** For the run loop: how many instructions it may begin. */
  get instructionsLeft(): number {
    return Math.min(this.#lastInstruction - this.started, LARGEST_BUDGET);
  }

  get sleepCycles(): number {
    return this.#sleepCycles;
  }

  // --- The loop around the run loop ---------------------------------------------------------------------------

  run(deadline: number, instructions = LARGEST_BUDGET): CoreStop {
    let now = this.now();
    this.attention = false;
    // What others have read meanwhile, and a reset, costs the core nothing.
    this.bus.waited = 0;
    this.#lastInstruction = this.started + instructions;
    while (now < deadline) {
      if (this.deadReason !== '') return { kind: 'dead', reason: this.deadReason };
      let limit = deadline;
      if (this.wakes()) {
        if (this.interrupts()) {
          const recognised = this.#interrupt(now, deadline);
          // A core that sleeps goes on sleeping until it recognises what wakes it.
          if (recognised > now && this.asleep) this.skipTo(recognised, false);
          if (recognised <= now || this.asleep) {
            now = this.now();
            continue;
          }
          limit = recognised;
        }
        this.asleep = false;
      }
      if (this.asleep) return { kind: 'asleep', cause: this.sleepCause };
      const state = this.timingState;
      switch (this.#runOnce(Math.min(limit - now, LARGEST_BUDGET), now)) {
        case Leave.Attention:
          return { kind: 'attention' };
        case Leave.Spinning:
          // The rounds to come can be skipped once all of them cost the same.
          if (this.timed && state !== this.timingState) break;
          return { kind: 'spinning' };
        case Leave.Breakpoint:
          return { kind: 'breakpoint' };
        case Leave.Limit:
          return { kind: 'deadline' };
        default:
          break;
      }
      if (this.attention) return { kind: 'attention' };
      now = this.now();
    }
    return { kind: 'deadline' };
  }

  /**
   * An interrupt is pending that can be taken: does what is next on the way into its handler.
   * @returns the cycle up to which execution goes on before; not after `now` when something was done.
   */
  #interrupt(now: number, deadline: number): number {
    const { rules } = this;
    if (!this.timed) {
      this.#enterInterrupt();
      this.asleep = false;
      return now;
    }
    if (this.#choiceAt < 0) {
      const recognised = this.#recognisedAt();
      if (recognised > now) return Math.min(recognised, deadline);
      const cost = this.#costOfNext();
      if (this.#elapsed > 0 && !this.#abandons(cost)) {
        // The instruction that has begun comes first.
        this.#runOnce(cost - this.#elapsed, now);
        return now;
      }
      const atOnce = now === this.#assertedAt + rules.recognition;
      const delay = atOnce ? this.#delay(cost) : 0;
      this.#choiceAt = now + rules.choice + delay;
    }
    if (now < this.#choiceAt) {
      this.#pass(Math.min(this.#choiceAt, deadline) - now);
      return now;
    }
    this.#choiceAt = -1;
    this.#takeInterrupt();
    return now;
  }

  #takeInterrupt(): void {
    const elapsed = this.#elapsed;
    this.deadline = this.now();
    this.remaining = 0;
    this.#elapsed = 0;
    this.asleep = false;
    this.rules.enter(this.timingState, this.counter);
    this.#enterInterrupt();
    this.exceptionCycles += this.rules.choice;
    this.#spendOnException(this.rules.interrupted(elapsed));
    this.timingState = this.rules.taken();
  }

  #enterInterrupt(): void {
    this.asserted = Math.max(this.#assertedAt, 0);
    this.#assertedAt = -1;
    this.takeInterrupt();
    this.asserted = undefined;
  }

  #recognisedAt(): number {
    const recognised = this.#assertedAt + this.rules.recognition;
    return this.asleep ? recognised + this.rules.wakeUp : recognised;
  }

  #delay(cost: number): number {
    this.rules.enter(this.timingState, this.counter);
    return this.rules.delay(this.timedAt(this.counter), this.#elapsed, cost);
  }

  #abandons(cost: number): boolean {
    return this.rules.abandons(this.timedAt(this.counter), this.#elapsed, cost);
  }

  /** Cost in cycles of the next instruction. */
  #costOfNext(): number {
    const at = this.nextStep();
    return this.steps.code[at - 1]! - this.savedAt(at);
  }

  #spendOnException(cycles: number): void {
    const all = cycles + this.takeWaits();
    this.exceptionCycles += all;
    this.remaining -= all;
  }

  /** Cycles that memories have made the core wait since the last call. */
  protected takeWaits(): number {
    const { waited } = this.bus;
    this.bus.waited = 0;
    return waited;
  }

  /** For the run loop: cycles that an instruction does not need of its cost. */
  saved(timing: string, operand1: number, operand2: number): number {
    return this.#exact ? 0 : this.rules.saved(timing, operand1, operand2);
  }

  /** For the run loop: cycles that an instruction does not need because its condition does not hold. */
  skips(cycles: number): number {
    return this.#exact ? 0 : cycles;
  }

  /** Lets time pass on the way to the end of the next instruction. */
  #pass(cycles: number): void {
    this.deadline = this.now() + cycles;
    this.remaining = 0;
    this.#elapsed += cycles;
  }

  /** Lets time pass in which nothing is executed. */
  #idle(cycles: number): void {
    this.deadline = this.now() + cycles;
    this.remaining = 0;
    this.#elapsed = 0;
  }

  skipTo(cycle: number, spinning: boolean): void {
    const now = this.now();
    if (!spinning) {
      this.#sleepCycles += cycle - now;
      this.#idle(cycle - now);
    } else if (this.timed) {
      // Whole rounds, and what is left of the time is spent on the next one.
      const cost = this.#costOfNext();
      const boundary = now - this.#elapsed;
      const rounds = Math.floor((cycle - boundary) / cost);
      this.started += rounds;
      this.deadline = cycle;
      this.remaining = 0;
      this.#elapsed = cycle - boundary - rounds * cost;
    } else {
      // A spinning core goes round in whole instructions.
      const rounds = Math.ceil((cycle - now) / this.instructionCost);
      this.deadline = now + rounds * this.instructionCost;
      this.remaining = 0;
    }
  }

  #runOnce(budget: number, now: number): Leave {
    // What was spent already on the next instruction is taken back, for it is charged as a whole.
    this.deadline = now + budget;
    this.remaining = budget + this.#elapsed;
    this.#elapsed = 0;
    let leave = this.#execute();
    // The next instruction does not end in time, unless its operands are easy. What is left is spent on it.
    if (leave === Leave.Budget && this.remaining > 0) {
      if (this.timed) leave = this.#executeEasy();
      this.#elapsed = Math.max(this.remaining, 0);
      this.remaining = Math.min(this.remaining, 0);
    }
    return leave;
  }

  #execute(): Leave {
    if (this.observer !== undefined) {
      const leave = this.executeObserved(this.steps);
      this.ended();
      return leave;
    }
    const execute = this.timed ? this.executeTimed : this.executePlain;
    let leave = execute.call(this, this.blocks);
    // The next block is dearer than the cycles that are left: go on instruction by instruction, so that the
    // event falls on its exact cycle.
    if ((leave === Leave.Budget && this.remaining > 0) || leave === Leave.Limit) {
      leave = execute.call(this, this.steps);
    }
    if (this.#departure === 'not executed' && leave !== Leave.Breakpoint)
      this.remaining += this.instructionCost;
    this.#departure = undefined;
    return leave;
  }

  /** Executes the next instruction if it ends in time because its operands are easy. */
  #executeEasy(): Leave {
    const at = this.nextStep();
    const saved = this.savedAt(at);
    const cost = this.steps.code[at - 1]!;
    if (saved === 0 || cost - saved > this.remaining) return Leave.Budget;
    const left = this.remaining - cost;
    this.deadline -= left;
    this.remaining = cost;
    this.#exact = true;
    const leave = this.#execute();
    this.#exact = false;
    // From its greatest cost to what it takes, and back to what was left of the budget.
    this.deadline += left;
    this.remaining += left + saved;
    return leave;
  }

  requestAttention(): void {
    this.attention = true;
  }

  /** An interrupt may have become pending. @param pending whether one is that ends a sleep. */
  protected noteInterrupts(pending: boolean): void {
    if (!pending) {
      this.#assertedAt = -1;
      return;
    }
    if (this.#assertedAt < 0) this.#assertedAt = this.now();
    this.attention = true;
  }

  setBreakpoints(addresses: Iterable<number>): void {
    const list = [...addresses];
    for (const cache of [this.blocks, this.steps]) {
      cache.breakpoints.clear();
      for (const address of list) cache.breakpoints.add(address >>> 0);
    }
    this.flush();
  }

  stepOverBreakpoint(): void {
    this.passBreakpoint = this.counter;
  }

  observe(observer: CoreObserver | undefined): void {
    this.observer = observer;
  }

  statistics(): CoreStatistics {
    return {
      instructions: this.retired(),
      cycles: this.now(),
      sleepCycles: this.#sleepCycles,
      ...this.traps.named(),
    };
  }

  get pc(): number {
    return this.counter >>> 0;
  }

  set pc(value: number) {
    this.counter = value & ~1;
  }

  // --- Code ---------------------------------------------------------------------------------------------------

  protected flush(): void {
    this.blocks.flush();
    this.steps.flush();
  }

  /** What can be fetched has changed. */
  remapped(): void {
    this.flush();
    this.attention = true;
  }

  /** Drops the code in the granules that a store is about to change. */
  protected storingOnCode(region: Region, offset: number, width: number): void {
    for (const at of [offset, offset + width - 1]) {
      const granule = at >>> GRANULE_SHIFT;
      if ((region.attributes[granule]! & Attribute.Code) === 0) continue;
      region.attributes[granule]! &= ~Attribute.Code;
      this.blocks.invalidate(region, at);
      this.steps.invalidate(region, at);
      this.attention = true;
    }
  }

  // --- What the run loop leaves to the core -------------------------------------------------------------------

  /** A breakpoint's record is reached. @param left budget that its refund leaves. */
  protected atBreakpoint(pc: number, left: number): void {
    if (this.passBreakpoint === pc) {
      this.passBreakpoint = -1;
      return;
    }
    this.remaining = left;
    this.counter = pc;
    this.status = Leave.Breakpoint;
    this.departs('not executed');
  }

  /**
   * The observed run loop calls this before each instruction.
   * @param first its block; @param budget after the block's cost was taken.
   */
  before(code: Int32Array, first: number, budget: number): void {
    const pc = code[first - RECORD]!;
    this.remaining = budget + code[first - 1]!;
    this.ended();
    const breaks = (code[first]! & 0xff) === CommonOp.Break;
    if (breaks && this.passBreakpoint !== pc) return;
    this.#told = pc;
    this.#unfinished = true;
    this.observer?.instruction(pc >>> 0, this.now());
  }

  /** The instruction that an observer was told of has ended: its last cycle is the one before now. */
  protected ended(): void {
    if (!this.#unfinished) return;
    this.#unfinished = false;
    this.observer?.retired?.(this.#told >>> 0, this.now() - 1);
  }

  /** The instruction at hand ends otherwise than by going on. */
  protected departs(departure: Departure | 'jump' | 'not executed'): void {
    this.#departure = departure;
    if (departure === 'not executed') this.#unfinished = false;
  }

  /**
   * The timed run loop has left: what does the next instruction begin with?
   * @param at the record at which it left. @param before instructions begun before the block.
   */
  account(cache: Blocks, at: number, before: number): void {
    const departure = this.#departure;
    this.#departure = undefined;
    const record = at / RECORD;
    const ordinal = cache.ordinals[record]!;
    if (departure === undefined) {
      this.started = before + ordinal;
      this.timingState = cache.stateBehind(at);
      return;
    }
    const { rules } = this;
    const pc = cache.code[at + 3]!;
    const state = cache.states[record]!;
    if (departure === 'not executed' && (cache.code[at]! & 0xff) === CommonOp.Break) {
      // A stop lies before its instruction.
      this.started = before + ordinal;
      this.timingState = state;
      return;
    }
    rules.enter(state, pc);
    const cost = rules.add(this.timedAt(pc));
    if (departure === 'not executed') {
      this.started = before + ordinal - 1;
      this.timingState = state;
      this.remaining += cost;
      return;
    }
    this.started = before + ordinal;
    if (departure === 'jump') {
      this.timingState = rules.taken();
      return;
    }
    this.#spendOnException(rules.departed(departure));
    this.timingState = rules.taken();
  }

  // --- State --------------------------------------------------------------------------------------------------

  protected resetFrame(): void {
    this.deadline = 0;
    this.remaining = 0;
    this.attention = false;
    this.asleep = false;
    this.deadReason = '';
    this.notRetired = 0;
    this.started = 0;
    this.timingState = this.rules.initial;
    this.#elapsed = 0;
    this.#sleepCycles = 0;
    this.exceptionCycles = 0;
    this.#assertedAt = -1;
    this.#choiceAt = -1;
    this.#departure = undefined;
    this.#unfinished = false;
    this.traps.reset();
    this.flush();
  }

  protected snapshotFrame(): State {
    return {
      pc: this.counter,
      cycle: this.now(),
      elapsed: this.#elapsed,
      asleep: this.asleep,
      dead: this.deadReason,
      sleepCycles: this.#sleepCycles,
      exceptionCycles: this.exceptionCycles,
      notRetired: this.notRetired,
      started: this.timed ? this.started : 0,
      assertedAt: this.#assertedAt,
      choiceAt: this.#choiceAt,
      traps: this.traps.snapshot(),
      timing: this.rules.save(this.timingState),
    };
  }

  protected restoreFrame(state: State): void {
    this.counter = state.pc as number;
    this.#elapsed = state.elapsed as number;
    this.deadline = state.cycle as number;
    this.remaining = 0;
    this.asleep = state.asleep as boolean;
    this.deadReason = state.dead as string;
    this.#sleepCycles = state.sleepCycles as number;
    this.exceptionCycles = state.exceptionCycles as number;
    this.notRetired = state.notRetired as number;
    this.started = state.started as number;
    this.#assertedAt = state.assertedAt as number;
    this.#choiceAt = state.choiceAt as number;
    this.#departure = undefined;
    this.#unfinished = false;
    this.traps.restore(state.traps as State);
    this.timingState = this.rules.load(state.timing as State);
    this.flush();
  }
}
