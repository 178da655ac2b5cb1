/**
 * What the interpreters of all ISAs share: the account of cycles and instructions, the loop around the run loop
 * (interrupts, sleep, budgets), breakpoints, observers and timing models. An ISA adds its state, its run loop
 * (execute.ts, compiled plain and observed) and its rules.
 */
import type { Line } from '../bus/line.ts';
import type { State } from '../bus/state.ts';
import { Attribute, GRANULE_SHIFT, type Region } from '../kernel/memory/guest-memory.ts';
import { type BlockCache, CommonOp, RECORD } from './block-cache.ts';
import type { Core, CoreObserver, CoreStatistics, CoreStop, RegisterFile } from './core.ts';
import { Leave } from './leave.ts';
import type { ExecutedInstruction, TimingModel } from './timing/model.ts';
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
  /** Cost of each instruction when entering a block pays for it; 0 with a model that is asked after each instruction. */
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

  protected readonly events: EventHorizon;
  protected readonly perInstruction: boolean;
  protected readonly traps: TrapCounts;
  protected observer: CoreObserver | undefined = undefined;
  protected asleep = false;
  /** Why no further progress is possible, or ''. */
  protected deadReason = '';
  /** Instructions that ended in an exception: they took their cycles but did not retire. */
  protected notRetired = 0;
  protected readonly executed: ExecutedInstruction = {
    pc: 0,
    length: 4,
    timing: 'alu',
    rd: 0,
    rs1: 0,
    rs2: 0,
    operand1: 0,
    operand2: 0,
    immediate: 0,
    nextPc: 0,
    trapped: false,
  };
  #sleepCycles = 0;
  /** Instructions started, when the model does not tell it from the cycles. */
  #started = 0;
  #settling = false;
  #assertedAt = -1;

  constructor(
    model: TimingModel,
    events: EventHorizon,
    causeName: (cause: number, isInterrupt: boolean) => string,
  ) {
    this.model = model;
    this.events = events;
    this.perInstruction = model.uniformCost === undefined;
    this.instructionCost = model.uniformCost ?? 0;
    this.traps = new TrapCounts(causeName);
  }

  // --- What an ISA adds ---------------------------------------------------------------------------------------

  /** Predecoded code: in blocks, and with one instruction a block for the last cycles before a deadline and for observers. */
  protected abstract readonly blocks: Blocks;
  protected abstract readonly steps: Blocks;
  protected abstract executePlain(blocks: Blocks): Leave;
  protected abstract executeObserved(blocks: Blocks): Leave;
  /** What made the core sleep, as a person says it. */
  protected get sleepCause(): string {
    return 'WFI';
  }

  /** Whether an interrupt is pending that ends a sleep, taken or not. */
  protected abstract wakes(): boolean;
  /** Whether an interrupt would be taken now. */
  protected abstract interrupts(): boolean;
  protected abstract takeInterrupt(): void;
  /** Fills in `executed` what the model is to know of the instruction whose records begin at `at`. */
  protected abstract describe(code: Int32Array, at: number): void;
  abstract canBeWoken(): boolean;
  abstract connect(number: number, line: Line): void;
  abstract reset(): void;
  abstract snapshot(): State;
  abstract restore(state: State): void;

  /** The model has charged the instruction that was executed last. */
  protected settled(): void {}

  // --- Time ---------------------------------------------------------------------------------------------------

  now(): number {
    return this.deadline - this.remaining;
  }

  /** Instructions retired before the current one. */
  retired(): number {
    const started = this.perInstruction
      ? this.#started
      : (this.now() - this.#sleepCycles) / this.instructionCost;
    return started - this.notRetired;
  }

  get sleepCycles(): number {
    return this.#sleepCycles;
  }

  // --- The loop around the run loop ---------------------------------------------------------------------------

  run(deadline: number): CoreStop {
    let now = this.now();
    this.attention = false;
    while (now < deadline) {
      if (this.deadReason !== '') return { kind: 'dead', reason: this.deadReason };
      let limit = deadline;
      if (this.wakes()) {
        if (this.interrupts()) {
          const recognised = this.perInstruction ? this.model.recognisedAt(this.#assertedAt) : now;
          // A core that sleeps goes on sleeping until it recognises what wakes it.
          if (recognised > now && this.asleep) this.skipTo(Math.min(recognised, deadline), false);
          now = this.now();
          if (recognised <= now) {
            this.#assertedAt = -1;
            this.remaining -= this.model.interruptEntry();
            this.takeInterrupt();
            if (this.deadReason !== '') continue;
          } else limit = Math.min(deadline, recognised);
          now = this.now();
          if (now >= deadline) break;
        }
        this.asleep = false;
      }
      if (this.asleep) return { kind: 'asleep', cause: this.sleepCause };
      switch (this.#runOnce(Math.min(limit - now, LARGEST_BUDGET), now)) {
        case Leave.Attention:
          return { kind: 'attention' };
        case Leave.Spinning:
          // Only where an instruction costs the same each time can the rounds to come be skipped.
          if (this.perInstruction && this.canBeWoken()) break;
          return { kind: 'spinning' };
        case Leave.Breakpoint:
          return { kind: 'breakpoint' };
        default:
          break;
      }
      if (this.attention) return { kind: 'attention' };
      now = this.now();
    }
    return { kind: 'deadline' };
  }

  skipTo(cycle: number, spinning: boolean): void {
    const now = this.now();
    let skipped = cycle - now;
    // A spinning core goes round in whole instructions; otherwise nothing is executed.
    if (spinning) skipped = Math.ceil(skipped / this.instructionCost) * this.instructionCost;
    else this.#sleepCycles += skipped;
    this.deadline = now + skipped;
    this.remaining = 0;
  }

  #runOnce(budget: number, now: number): Leave {
    this.deadline = now + budget;
    this.remaining = budget;
    if (this.perInstruction || this.observer !== undefined) {
      const leave = this.executeObserved(this.steps);
      this.#settle(this.counter);
      return leave;
    }
    let leave = this.executePlain(this.blocks);
    // The next block is dearer than the cycles that are left: go on instruction by instruction, so that the
    // event falls on its exact cycle.
    if (leave === Leave.Budget && this.remaining > 0) leave = this.executePlain(this.steps);
    return leave;
  }

  requestAttention(): void {
    this.attention = true;
  }

  /** An interrupt may have become pending. @param pending whether one is that ends a sleep. */
  protected noteInterrupts(pending: boolean): void {
    if (!pending) return;
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
  }

  /**
   * The observed run loop calls this before each instruction.
   * @param first its block; @param budget after the block's cost was taken.
   * @returns the budget to go on with; negative when there is none left for this instruction.
   */
  before(code: Int32Array, first: number, budget: number): number {
    const pc = code[first - RECORD]!;
    this.remaining = budget + this.instructionCost;
    this.#settle(pc);
    if (this.remaining <= 0) return -1;
    const breaks = (code[first]! & 0xff) === CommonOp.Break;
    if (breaks && this.passBreakpoint !== pc) return this.remaining - this.instructionCost;
    this.observer?.instruction(pc >>> 0, this.now());
    if (!this.perInstruction) return budget;
    this.executed.pc = pc;
    this.executed.trapped = false;
    this.describe(code, breaks ? first + RECORD : first);
    this.#settling = true;
    return this.remaining;
  }

  /** Charges the instruction that has just run, for a model that is asked about each. */
  #settle(nextPc: number): void {
    if (!this.#settling) return;
    this.#settling = false;
    this.#started++;
    this.executed.nextPc = nextPc;
    this.remaining -= this.model.executed(this.executed);
    this.settled();
  }

  // --- State --------------------------------------------------------------------------------------------------

  protected resetFrame(): void {
    this.deadline = 0;
    this.remaining = 0;
    this.attention = false;
    this.asleep = false;
    this.deadReason = '';
    this.notRetired = 0;
    this.#sleepCycles = 0;
    this.#started = 0;
    this.#settling = false;
    this.#assertedAt = -1;
    this.traps.reset();
    this.model.reset();
    this.flush();
  }

  protected snapshotFrame(): State {
    return {
      pc: this.counter,
      cycle: this.now(),
      asleep: this.asleep,
      dead: this.deadReason,
      sleepCycles: this.#sleepCycles,
      notRetired: this.notRetired,
      started: this.#started,
      assertedAt: this.#assertedAt,
      traps: this.traps.snapshot(),
      model: this.model.snapshot(),
    };
  }

  protected restoreFrame(state: State): void {
    this.counter = state.pc as number;
    this.deadline = state.cycle as number;
    this.remaining = 0;
    this.asleep = state.asleep as boolean;
    this.deadReason = state.dead as string;
    this.#sleepCycles = state.sleepCycles as number;
    this.notRetired = state.notRetired as number;
    this.#started = state.started as number;
    this.#assertedAt = state.assertedAt as number;
    this.#settling = false;
    this.traps.restore(state.traps as State);
    this.model.restore(state.model as State);
    this.flush();
  }
}
