/**
 * One ARMv7-M processor: its state, and everything that the run loop leaves to it. Exceptions, the MPU and system
 * space have files of their own. ARMv7-M ARM DDI 0403E.e; Cortex-M3 TRM DDI 0337I.
 */
import type { Bus } from '../../bus/bus.ts';
import type { AccessWidth } from '../../bus/device.ts';
import type { InterruptController } from '../../bus/interrupt-controller.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { assert } from '../../errors.ts';
import type { Region } from '../../kernel/memory/guest-memory.ts';
import { RECORD } from '../block-cache.ts';
import { type EventHorizon, Interpreter } from '../interpreter.ts';
import { Leave } from '../leave.ts';
import type { SemihostingPort } from '../semihosting-port.ts';
import type { TimedInstruction, TimingModel, TimingOptions } from '../timing/model.ts';
import { type CodeSource, MODE_BITS, NOT_THUMB, ThumbBlocks } from './blocks.ts';
import { DataAccess, type UnprivilegedWindow } from './data-access.ts';
import { Decoder, instructionLength } from './decode.ts';
import { DirectMemory } from './direct-memory.ts';
import { executeDsp } from './dsp.ts';
import { type ExceptionHost, Sleep } from './exception-priorities.ts';
import { ExceptionModel } from './exceptions.ts';
import { execute as executePlain } from './execute.ts';
import { execute as executeObserved } from './execute.ts?observed=true';
import { execute as executeTimed } from './execute.ts?timed=true';
import { ExceptionNumber, exceptionName, Fault } from './faults.ts';
import { itPosition, noOperands } from './instructions/row.ts';
import { Op } from './micro-op.ts';
import { Mpu } from './mpu.ts';
import { ArmRegisters } from './registers.ts';
import { SpecialRegisters } from './special-registers.ts';
import { ProcessorState, REGISTER_SLOTS, SINK, SP } from './state.ts';
import { CCR_DIV_0_TRP, type SystemOptions, SystemRegisters } from './system-registers.ts';
import { describe, timedInstruction } from './timed-instruction.ts';
import { COUNT_SHIFT, DOWNWARDS, PLAIN_BRANCH, WRITE_BACK } from './translate.ts';

export interface ProcessorOptions {
  readonly bus: Bus;
  readonly events: EventHorizon;
  readonly model: TimingModel;
  readonly timing?: TimingOptions;
  readonly controller: InterruptController;
  /** Regions of the MPU: 0 or 8. */
  readonly mpuRegions: number;
  /** The DSP extension: ARMv7E-M. */
  readonly dsp: boolean;
  readonly system?: SystemOptions;
  /** A device on the private peripheral bus that judges unprivileged accesses itself. */
  readonly unprivilegedWindow?: UnprivilegedWindow | undefined;
  readonly semihosting?: SemihostingPort | undefined;
  /** What an exception is called in statistics; the manual's names when absent. */
  readonly exceptionName?: (number: number) => string;
}

/** BKPT's immediate for a call of the host (Semihosting for AArch32 and AArch64, 2.1). */
const SEMIHOSTING = 0xab;

export class Processor extends Interpreter<ThumbBlocks> implements CodeSource, ExceptionHost {
  readonly architecture = 'armv7m' as const;
  readonly bus: Bus;
  readonly state: ProcessorState;
  /** The registers of `state`. */
  readonly x: Int32Array;
  readonly system: SystemRegisters;
  readonly mpu: Mpu;
  readonly data: DataAccess;
  readonly exceptions: ExceptionModel;
  readonly direct: DirectMemory;
  readonly special: SpecialRegisters;
  readonly decoder: Decoder;
  readonly registers: ArmRegisters;

  protected override readonly blocks: ThumbBlocks;
  protected override readonly steps: ThumbBlocks;
  readonly #semihosting: SemihostingPort | undefined;
  readonly #operands = noOperands();
  readonly #timed = timedInstruction();
  /** Exceptions entered. */
  #entries = 0;
  /** Cycles that the access at hand takes beyond the cost of its instruction. */
  #accessCycles = 0;
  /** What pages were opened and blocks decoded under. */
  #mpuActive = false;

  constructor(options: ProcessorOptions) {
    super(options.model, options.events, options.exceptionName ?? exceptionName, options.timing);
    const { bus, controller } = options;
    this.bus = bus;
    this.x = bus.memory.cpuState.subarray(0, REGISTER_SLOTS);
    this.state = new ProcessorState(this.x, options.dsp);
    this.system = new SystemRegisters(options.system ?? {});
    this.mpu = new Mpu(options.mpuRegions);
    const { state, system: registers, mpu } = this;
    const { unprivilegedWindow } = options;
    this.data = new DataAccess({ bus, state, mpu, registers, unprivilegedWindow });
    this.exceptions = new ExceptionModel({ state, registers, mpu, data: this.data, controller, host: this });
    this.special = new SpecialRegisters(state, this.exceptions, registers, { dsp: options.dsp });
    mpu.onChange = () => this.protectionChanged();
    this.decoder = new Decoder(new Set(options.dsp ? ['M', 'DSP'] : ['M']));
    this.direct = new DirectMemory(bus, state, mpu);
    this.#semihosting = options.semihosting;
    this.blocks = new ThumbBlocks(this, { maxInstructions: 40, capacity: 1 << 20 });
    this.steps = new ThumbBlocks(this, { maxInstructions: 1, capacity: 1 << 18 });
    this.registers = new ArmRegisters(this);
    bus.storeListener = this;
    this.reset();
  }

  get counter(): number {
    return this.state.counter;
  }

  set counter(value: number) {
    this.state.counter = value;
  }

  get stackPointer(): number {
    return this.x[SP]! >>> 0;
  }

  /** B1.5.5. The first instruction comes from the vector table once an image is there: `start`. */
  reset(): void {
    this.state.reset();
    this.system.reset();
    this.mpu.reset();
    this.exceptions.reset();
    this.resetFrame();
    this.protectionChanged();
    this.exceptions.enterReset();
    this.#afterException();
  }

  connect(number: number, line: Line): void {
    this.exceptions.connect(number, line);
  }

  // --- For the loop around the run loop -------------------------------------------------------------------------

  protected override executePlain(blocks: ThumbBlocks): Leave {
    this.direct.choose();
    return executePlain(this, blocks);
  }

  protected override executeTimed(blocks: ThumbBlocks): Leave {
    this.direct.choose();
    return executeTimed(this, blocks);
  }

  protected override executeObserved(blocks: ThumbBlocks): Leave {
    this.direct.choose();
    return executeObserved(this, blocks);
  }

  protected override timedAt(address: number): TimedInstruction {
    const { itstate } = this.state;
    const low = this.bus.peek(address >>> 0, 2) ?? 0;
    const length = instructionLength(low);
    const word = length === 4 ? (low << 16) | (this.bus.peek((address + 2) >>> 0, 2) ?? 0) : low;
    const row = this.decoder.decode(word, this.#operands, itPosition(itstate));
    return describe(this.#timed, row, this.#operands, { address, length, conditional: itstate !== 0 });
  }

  protected override nextStep(): number {
    const { state } = this;
    const mode = (state.privileged ? 0 : 1) | (state.itstate << 1) | (state.thumb ? 0 : NOT_THUMB);
    return this.steps.lookup(this.counter, mode | (this.timingState << MODE_BITS));
  }

  protected override savedAt(at: number): number {
    const { code } = this.steps;
    const first = (code[at]! & 0xff) === Op.Break ? at + RECORD : at;
    const op = code[first]! & 0xff;
    if (op >= Op.SkipEq && op <= Op.SkipLe && !this.state.holds(op - Op.SkipEq)) return code[first + 2]!;
    const { timing } = this.timedAt(this.counter);
    const { rn, rm } = this.#operands;
    return this.rules.saved(timing, this.x[rn]!, this.x[rm]!);
  }

  protected override get sleepCause(): string {
    const { lockup, sleep } = this.exceptions;
    if (lockup !== '') return `lockup: ${lockup}`;
    return sleep === Sleep.ForEvent ? 'WFE' : 'WFI';
  }

  protected override wakes(): boolean {
    return this.asleep ? this.exceptions.wakes() : this.exceptions.pendingException() !== 0;
  }

  protected override interrupts(): boolean {
    return this.exceptions.pendingException() !== 0;
  }

  protected override takeInterrupt(): void {
    this.exceptions.takeException(this.exceptions.pendingException());
    this.#afterException();
  }

  canBeWoken(): boolean {
    return this.exceptions.canBeWoken();
  }

  // --- What exceptions and system space tell --------------------------------------------------------------------

  exceptionTaken(number: number, returnAddress: number, target: number): void {
    const isInterrupt = number >= ExceptionNumber.PendSV || number === ExceptionNumber.Nmi;
    this.#entries++;
    this.traps.count(number, isInterrupt);
    this.observer?.trap(number, isInterrupt, returnAddress >>> 0, 0, target >>> 0, this.now(), this.asserted);
  }

  interruptsChanged(): void {
    this.noteInterrupts(this.exceptions.pendingException() !== 0);
    // What does not interrupt may still end a sleep.
    if (this.asleep) this.attention = true;
  }

  accessRulesChanged(): void {
    this.attention = true;
    // Privilege alone changes nothing: each has pages and blocks of its own.
    if (this.mpu.active !== this.#mpuActive) this.protectionChanged();
  }

  /** The MPU allows something else than before. */
  protectionChanged(): void {
    this.#mpuActive = this.mpu.active;
    this.direct.clear();
    this.remapped();
  }

  /** A store is about to change a granule that holds code. */
  storing(region: Region, offset: number, width: number): void {
    this.storingOnCode(region, offset, width);
  }

  // --- What the run loop calls ------------------------------------------------------------------------------------

  /** Publishes what the run loop keeps in locals. */
  leave(n: number, z: number, c: number, v: number, pc: number, itstate: number, remaining: number): void {
    const { state } = this;
    state.n = n;
    state.z = z;
    state.c = c;
    state.v = v;
    state.counter = pc;
    state.itstate = itstate;
    this.remaining = remaining;
  }

  /**
   * Executes what is not inline in the run loop, or what it could not finish.
   * @param address of a load or store; @param left budget after this instruction.
   * @returns Leave.Stay to go on with the next record.
   */
  outside(cache: ThumbBlocks, at: number, address: number, left: number): Leave {
    const { code } = cache;
    const { x, data, exceptions } = this;
    const word = code[at]!;
    const immediate = code[at + 1]!;
    const pc = code[at + 3]!;
    const d = (word >>> 8) & 31;
    const n = (word >>> 13) & 31;
    const m = (word >>> 18) & 31;
    this.remaining = left + this.instructionCost;
    this.status = Leave.Stay;
    if (this.timed) this.#accessCycles = this.rules.access(address >>> 0, widthOf(word & 0xff));
    switch (word & 0xff) {
      case Op.LdrI:
      case Op.LdrR:
        this.#loaded(cache, at, left, d, data.load(address, 4), address);
        break;
      case Op.LdrbI:
      case Op.LdrbR:
        this.#loaded(cache, at, left, d, data.load(address, 1), address);
        break;
      case Op.LdrhI:
      case Op.LdrhR:
        this.#loaded(cache, at, left, d, data.load(address, 2), address);
        break;
      case Op.LdrsbI:
      case Op.LdrsbR:
        this.#loaded(cache, at, left, d, (data.load(address, 1) << 24) >> 24, address);
        break;
      case Op.LdrshI:
      case Op.LdrshR:
        this.#loaded(cache, at, left, d, (data.load(address, 2) << 16) >> 16, address);
        break;
      case Op.StrI:
      case Op.StrR:
        this.#store(cache, at, left, address, 4, x[d]!);
        break;
      case Op.StrbI:
      case Op.StrbR:
        this.#store(cache, at, left, address, 1, x[d]!);
        break;
      case Op.StrhI:
      case Op.StrhR:
        this.#store(cache, at, left, address, 2, x[d]!);
        break;
      case Op.Ldm:
        this.#loadMultiple(cache, at, left, n, immediate);
        break;
      case Op.Stm:
        this.#storeMultiple(cache, at, left, n, immediate);
        break;
      case Op.Ldrd: {
        const base = (x[n]! + immediate) | 0;
        const first = data.loadAligned(base);
        const second = data.fault === Fault.None ? data.loadAligned(base + 4) : 0;
        if (this.#accessed(cache, at, left)) {
          x[d] = first;
          x[m] = second;
          this.direct.open(base, false);
        }
        break;
      }
      case Op.Strd: {
        const base = (x[n]! + immediate) | 0;
        data.storeAligned(base, x[d]!);
        if (data.fault === Fault.None) data.storeAligned(base + 4, x[m]!);
        this.#accessed(cache, at, left);
        break;
      }
      case Op.Ldrt:
        this.#loaded(cache, at, left, d, data.loadUnprivileged(x[n]! + immediate, 4));
        break;
      case Op.Ldrbt:
        this.#loaded(cache, at, left, d, data.loadUnprivileged(x[n]! + immediate, 1));
        break;
      case Op.Ldrht:
        this.#loaded(cache, at, left, d, data.loadUnprivileged(x[n]! + immediate, 2));
        break;
      case Op.Ldrsbt:
        this.#loaded(cache, at, left, d, (data.loadUnprivileged(x[n]! + immediate, 1) << 24) >> 24);
        break;
      case Op.Ldrsht:
        this.#loaded(cache, at, left, d, (data.loadUnprivileged(x[n]! + immediate, 2) << 16) >> 16);
        break;
      case Op.Strt:
      case Op.Strbt:
      case Op.Strht: {
        const width = (word & 0xff) === Op.Strt ? 4 : (word & 0xff) === Op.Strbt ? 1 : 2;
        data.storeUnprivileged(x[n]! + immediate, width, x[d]!);
        this.#accessed(cache, at, left);
        break;
      }
      case Op.Ldrex:
        this.#loaded(cache, at, left, d, data.loadExclusive(x[n]! + immediate, 4));
        break;
      case Op.Ldrexb:
        this.#loaded(cache, at, left, d, data.loadExclusive(x[n]! + immediate, 1));
        break;
      case Op.Ldrexh:
        this.#loaded(cache, at, left, d, data.loadExclusive(x[n]! + immediate, 2));
        break;
      case Op.Strex:
        this.#loaded(cache, at, left, d, data.storeExclusive(x[n]! + immediate, 4, x[m]!));
        break;
      case Op.Strexb:
        this.#loaded(cache, at, left, d, data.storeExclusive(x[n]! + immediate, 1, x[m]!));
        break;
      case Op.Strexh:
        this.#loaded(cache, at, left, d, data.storeExclusive(x[n]! + immediate, 2, x[m]!));
        break;
      case Op.Clrex:
        data.exclusive = false;
        break;
      case Op.Bx:
      case Op.Blx:
        this.#branchExchange(code, at, left);
        break;
      case Op.Sdiv:
      case Op.Udiv:
        // The run loop divides by everything but zero.
        if (this.system.ccr & CCR_DIV_0_TRP) this.#fault(Fault.DivideByZero, 0, pc, left, cache, at);
        else x[d] = 0;
        break;
      case Op.Dsp:
        executeDsp(this.state, word, immediate, code[at + 2]!);
        break;
      case Op.Raise:
        this.#fault(immediate, pc, pc, left, cache, at);
        break;
      case Op.Break:
        this.atBreakpoint(pc, left);
        if (this.status !== Leave.Stay) this.state.itstate = cache.itstates[at / RECORD]!;
        break;
      case Op.Svc:
        this.state.counter = pc;
        this.state.itstate = cache.itstates[at / RECORD]!;
        this.remaining = left;
        this.status = Leave.Redirected;
        this.departs('exception');
        this.ended();
        exceptions.supervisorCall(code[at + RECORD + 3]!, cache.itstates[at / RECORD + 1]!);
        this.#afterException();
        break;
      case Op.Bkpt:
        this.#breakpoint(cache, at, left, immediate);
        break;
      case Op.Wfi:
        this.#behind(cache, at, left);
        exceptions.waitForInterrupt();
        this.#afterException();
        break;
      case Op.Wfe:
        this.#behind(cache, at, left);
        exceptions.waitForEvent();
        this.#afterException();
        break;
      case Op.Sev:
        exceptions.sendEvent();
        break;
      case Op.Mrs:
        x[d] = this.special.read(immediate);
        break;
      case Op.Msr:
        this.special.write(immediate, code[at + 2]!, x[n]!);
        this.#behind(cache, at, left);
        break;
      case Op.Cps:
        this.special.changeMasks(code[at + 2] !== 0, (immediate & 2) !== 0, (immediate & 1) !== 0);
        this.#behind(cache, at, left);
        break;
      default:
        assert(false, `no operation ${word & 0xff} at ${at}`);
    }
    return this.status;
  }

  // --- Memory -----------------------------------------------------------------------------------------------------

  /** @param opens address whose page loads may reach directly from now on. */
  #loaded(cache: ThumbBlocks, at: number, left: number, d: number, value: number, opens?: number): void {
    if (this.data.fault === Fault.None) {
      this.x[d] = value;
      if (opens !== undefined) this.direct.open(opens, false);
    }
    this.#accessed(cache, at, left);
  }

  #store(
    cache: ThumbBlocks,
    at: number,
    left: number,
    address: number,
    width: AccessWidth,
    value: number,
  ): void {
    this.data.store(address, width, value);
    if (this.data.fault === Fault.None) this.direct.open(address, true);
    this.#accessed(cache, at, left);
  }

  /** Nothing is changed unless all words can be read: the instruction can be executed again. */
  #loadMultiple(cache: ThumbBlocks, at: number, left: number, n: number, list: number): void {
    const { x, data } = this;
    const sizeBytes = (list >>> COUNT_SHIFT) << 2;
    const base = x[n]!;
    const start = (list & DOWNWARDS ? base - sizeBytes : base) | 0;
    const values: number[] = [];
    data.fault = Fault.None;
    for (let offset = 0; offset < sizeBytes && data.fault === Fault.None; offset += 4) {
      values.push(data.loadAligned(start + offset));
    }
    if (data.fault === Fault.None) {
      let rest = list & 0xffff;
      for (const value of values) {
        x[31 - Math.clz32(rest & -rest)] = value;
        rest &= rest - 1;
      }
      if (list & WRITE_BACK && ((list >>> n) & 1) === 0) x[n] = list & DOWNWARDS ? start : start + sizeBytes;
      this.direct.open(start, false);
    }
    this.#accessed(cache, at, left);
  }

  #storeMultiple(cache: ThumbBlocks, at: number, left: number, n: number, list: number): void {
    const { x, data } = this;
    const sizeBytes = (list >>> COUNT_SHIFT) << 2;
    const base = x[n]!;
    const start = (list & DOWNWARDS ? base - sizeBytes : base) | 0;
    let address = start;
    data.fault = Fault.None;
    for (let rest = list & 0xffff; rest !== 0 && data.fault === Fault.None; rest &= rest - 1) {
      data.storeAligned(address, x[31 - Math.clz32(rest & -rest)]!);
      address += 4;
    }
    if (data.fault === Fault.None) {
      if (list & WRITE_BACK) x[n] = list & DOWNWARDS ? start : start + sizeBytes;
      this.direct.open(start, true);
    }
    this.#accessed(cache, at, left);
  }

  /** After an access: takes its fault, or sees to what it has caused. @returns whether it was carried out. */
  #accessed(cache: ThumbBlocks, at: number, left: number): boolean {
    const { fault, faultAddress } = this.data;
    if (fault !== Fault.None) {
      this.#fault(fault, faultAddress, cache.code[at + 3]!, left, cache, at);
      return false;
    }
    const extra = this.#accessCycles + this.takeWaits();
    this.remaining = left - extra;
    // What was not charged with the block may leave no time for the rest of it.
    const attention = this.attention || extra !== 0 || this.events.nextCycle < this.deadline;
    if (attention) this.#finish(cache, at, left - extra);
    return true;
  }

  // --- Leaving the run loop -----------------------------------------------------------------------------------------

  /** Execution goes on behind the instruction, in the loop around the run loop. */
  #behind(cache: ThumbBlocks, at: number, left: number): void {
    this.state.counter = cache.code[at + RECORD + 3]!;
    this.state.itstate = cache.itstates[at / RECORD + 1]!;
    this.remaining = left;
    this.status = Leave.Redirected;
  }

  /** Carries out what is left of the instruction whose access has caused something, and leaves the run loop. */
  #finish(cache: ThumbBlocks, at: number, left: number): void {
    const { code } = cache;
    const { x } = this;
    const pc = code[at + 3]!;
    let next = at + RECORD;
    this.status = Leave.Attention;
    for (; code[next + 3] === pc; next += RECORD) {
      const word = code[next]!;
      const d = (word >>> 8) & 31;
      const immediate = code[next + 1]!;
      switch (word & 0xff) {
        case Op.AddI:
          x[d] = (x[(word >>> 13) & 31]! + immediate) | 0;
          break;
        case Op.AlignSp:
          x[SP]! &= ~3;
          break;
        case Op.TableTarget:
          x[d] = (immediate + (x[(word >>> 18) & 31]! << 1)) | 0;
          break;
        case Op.Bx:
          this.#branchExchange(code, next, left);
          return;
        default:
          assert(false, `operation ${word & 0xff} behind an access at ${next}`);
      }
    }
    this.state.counter = code[next + 3]!;
    this.state.itstate = cache.itstates[next / RECORD]!;
  }

  /** BXWritePC, LoadWritePC, BranchWritePC (B1.4.7), as far as the run loop does not do it. */
  #branchExchange(code: Int32Array, at: number, left: number): void {
    const { state, x } = this;
    const word = code[at]!;
    const target = x[(word >>> 18) & 31]!;
    const plain = code[at + 1] === PLAIN_BRANCH;
    this.remaining = left;
    state.itstate = 0;
    if (target >>> 28 === 15 && state.handlerMode && !plain && (word & 0xff) === Op.Bx) {
      state.counter = code[at + 3]!;
      this.status = Leave.Redirected;
      this.ended();
      const entries = this.#entries;
      this.exceptions.exceptionReturn(target);
      this.departs(this.#entries === entries ? 'return' : 'tail-chain');
      this.observer?.trapReturned?.(code[at + 3]! >>> 0, state.counter >>> 0, this.now());
      this.#afterException();
      return;
    }
    if ((word & 0xff) === Op.Blx) x[(word >>> 8) & 31] = code[at + RECORD + 3]! | 1;
    this.departs('jump');
    state.counter = target & ~1;
    if (!plain) state.thumb = (target & 1) !== 0;
    this.status = state.counter === code[at + 3] && state.thumb ? Leave.Spinning : Leave.Redirected;
  }

  /** A synchronous exception of the instruction at `pc`. */
  #fault(fault: Fault, address: number, pc: number, left: number, cache?: ThumbBlocks, at = 0): void {
    const { state } = this;
    state.counter = pc;
    if (cache !== undefined) state.itstate = cache.itstates[at / RECORD]!;
    this.remaining = left;
    this.#raises();
    this.exceptions.fault(fault, address);
    this.#afterException();
  }

  /** The instruction at hand ends in an exception. */
  #raises(): void {
    this.departs('exception');
    this.ended();
    this.notRetired++;
    this.status = Leave.Redirected;
  }

  /** An exception was entered or left: is the processor asleep, or locked up? */
  #afterException(): void {
    const { exceptions } = this;
    if (exceptions.lockup !== '') {
      if (exceptions.canBeWoken()) this.#sleep();
      else {
        this.deadReason = `lockup: ${exceptions.lockup}`;
        this.status = Leave.Dead;
      }
    } else if (exceptions.sleep !== Sleep.None) this.#sleep();
  }

  #sleep(): void {
    this.asleep = true;
    this.status = Leave.Asleep;
  }

  #breakpoint(cache: ThumbBlocks, at: number, left: number, immediate: number): void {
    const pc = cache.code[at + 3]!;
    if (immediate === SEMIHOSTING && this.#semihosting !== undefined) {
      const result = this.#semihosting.call(this.x[0]! >>> 0, this.x[1]! >>> 0);
      if (result === 'retry') {
        // Not executed at all: the cycle is given back and the instruction comes again.
        this.state.counter = pc;
        this.state.itstate = cache.itstates[at / RECORD]!;
        this.departs('not executed');
        this.remaining = left;
        this.status = Leave.Redirected;
        this.attention = true;
        return;
      }
      if (result === 'stop') this.attention = true;
      else this.x[0] = result;
      this.#behind(cache, at, left);
      return;
    }
    this.state.counter = pc;
    this.state.itstate = cache.itstates[at / RECORD]!;
    this.remaining = left;
    this.#raises();
    this.exceptions.breakpoint();
    this.#afterException();
  }

  // --- Snapshots ----------------------------------------------------------------------------------------------------

  snapshot(): State {
    return {
      ...this.snapshotFrame(),
      registers: this.state.snapshot(),
      system: this.system.snapshot(),
      mpu: this.mpu.snapshot(),
      exceptions: this.exceptions.snapshot(),
    };
  }

  /** After the interrupt controller. */
  restore(state: State): void {
    this.state.restore(state.registers as State);
    this.x[SINK] = 0;
    this.system.restore(state.system as State);
    this.mpu.restore(state.mpu as State);
    this.exceptions.restore(state.exceptions as State);
    this.protectionChanged();
    // Last, because what came before may have been taken for a new request of an interrupt.
    this.restoreFrame(state);
  }
}

/** Bytes of the access of an operation whose address the run loop has computed; 0 of any other. */
function widthOf(op: number): number {
  switch (op) {
    case Op.LdrI:
    case Op.LdrR:
    case Op.StrI:
    case Op.StrR:
      return 4;
    case Op.LdrhI:
    case Op.LdrhR:
    case Op.LdrshI:
    case Op.LdrshR:
    case Op.StrhI:
    case Op.StrhR:
      return 2;
    case Op.LdrbI:
    case Op.LdrbR:
    case Op.LdrsbI:
    case Op.LdrsbR:
    case Op.StrbI:
    case Op.StrbR:
      return 1;
    default:
      return 0;
  }
}
