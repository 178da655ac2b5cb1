/**
 * One RV32IMAC hart: its state, everything that the run loop leaves to it (device accesses, atomics, CSRs,
 * traps). Privileged ISA 20240411 for machine and user mode.
 */
import type { Bus } from '../../bus/bus.ts';
import type { AccessWidth } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { assert } from '../../errors.ts';
import type { Region } from '../../kernel/memory/guest-memory.ts';
import { RECORD } from '../block-cache.ts';
import { Interpreter } from '../interpreter.ts';
import { Leave } from '../leave.ts';
import type { SemihostingPort } from '../semihosting-port.ts';
import type { TimedInstruction } from '../timing/model.ts';
import { type CodeSource, MODE_BITS, RiscvBlocks, SINK } from './blocks.ts';
import { CsrFile, type CsrHost, type TimeSource } from './csr.ts';
import { DataAccess } from './data-access.ts';
import { Decoder, instructionLength } from './decode.ts';
import { execute as executePlain } from './execute.ts';
import { execute as executeObserved } from './execute.ts?observed=true';
import { execute as executeTimed } from './execute.ts?timed=true';
import type { HartOptions } from './hart-options.ts';
import type { Operands } from './instructions/row.ts';
import { BASE_EXTENSIONS } from './instructions/table.ts';
import { Op } from './operation.ts';
import { Access, Pmp } from './pmp.ts';
import { RiscvRegisters } from './registers.ts';
import { isSemihostingCall } from './semihosting-call.ts';
import { describe, timedInstruction } from './timed-instruction.ts';
import {
  Cause,
  causeName,
  INTERRUPT_MASK,
  INTERRUPT_PRIORITY,
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  MSTATUS_TW,
  Privilege,
} from './trap.ts';

export class Hart extends Interpreter<RiscvBlocks> implements CodeSource, CsrHost {
  readonly architecture = 'riscv32' as const;
  readonly bus: Bus;
  readonly pmp = new Pmp();
  readonly csr: CsrFile;
  readonly decoder: Decoder;
  readonly timeSource: TimeSource | undefined;
  readonly registers: RiscvRegisters;
  readonly ram: Region;
  /** x0 to x31 and the sink for writes to x0. */
  readonly x: Int32Array;
  counter = 0;
  privilege: Privilege = Privilege.Machine;
  /** Bytes of RAM from its start that loads and stores may reach directly: all or none. */
  loadBytes = 0;
  storeBytes = 0;

  readonly #data: DataAccess;
  readonly #resetAddress: number;
  readonly #semihosting: SemihostingPort | undefined;
  protected override readonly blocks: RiscvBlocks;
  protected override readonly steps: RiscvBlocks;
  readonly #lines: { bit: number; line: Line }[] = [];
  #inCsrInstruction = false;
  readonly #operands: Operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  readonly #timed = timedInstruction();

  constructor(options: HartOptions) {
    super(options.model, options.events, causeName, options.timing);
    this.bus = options.bus;
    this.#data = new DataAccess(options.bus, this.pmp, options.access);
    this.ram = options.ram;
    this.timeSource = options.timeSource;
    this.#resetAddress = options.resetAddress | 0;
    this.#semihosting = options.semihosting;
    this.decoder = new Decoder(new Set([...BASE_EXTENSIONS, ...(options.extensions ?? [])]));
    this.x = options.bus.memory.cpuState.subarray(0, SINK + 1);
    this.csr = new CsrFile(this, options.customRegisters);
    this.blocks = new RiscvBlocks(this, { maxInstructions: 40, capacity: 1 << 20 });
    this.steps = new RiscvBlocks(this, { maxInstructions: 1, capacity: 1 << 18 });
    this.registers = new RiscvRegisters(this);
    options.bus.storeListener = this;
    this.reset();
  }

  get stackPointer(): number {
    return this.x[2]! >>> 0;
  }

  reset(): void {
    this.x.fill(0);
    this.counter = this.#resetAddress;
    this.privilege = Privilege.Machine;
    this.#data.dropReservation();
    this.csr.reset();
    this.pmp.reset();
    this.resetFrame();
    this.accessRulesChanged();
  }

  // --- Time -------------------------------------------------------------------------------------------------

  whenDone(change: (cycle: number, retired: number) => void): void {
    if (!this.#inCsrInstruction) change(this.now(), this.retired());
    else change(this.now() + this.instructionCost, this.retired() + 1);
  }

  protected override executePlain(blocks: RiscvBlocks): Leave {
    return executePlain(this, blocks);
  }

  protected override executeTimed(blocks: RiscvBlocks): Leave {
    return executeTimed(this, blocks);
  }

  protected override executeObserved(blocks: RiscvBlocks): Leave {
    return executeObserved(this, blocks);
  }

  protected override timedAt(address: number): TimedInstruction {
    const word = this.#encodingAt(address);
    const row = this.decoder.decode(word, this.#operands);
    return describe(this.#timed, row, this.#operands, address, instructionLength(word));
  }

  protected override nextStep(): number {
    const user = this.privilege === Privilege.User ? 1 : 0;
    return this.steps.lookup(this.counter, user | (this.timingState << MODE_BITS));
  }

  protected override savedAt(at: number): number {
    const { code } = this.steps;
    const word = code[(code[at]! & 0xff) === Op.Break ? at + RECORD : at]!;
    const { timing } = this.timedAt(this.counter);
    return this.rules.saved(timing, this.x[(word >>> 14) & 31]!, this.x[(word >>> 19) & 31]!);
  }

  protected override wakes(): boolean {
    return (this.csr.mip & this.csr.mie) !== 0;
  }

  protected override interrupts(): boolean {
    // 3.1.6.1: machine-mode interrupts are always enabled in user mode.
    return this.privilege === Privilege.User || (this.csr.mstatus & MSTATUS_MIE) !== 0;
  }

  canBeWoken(): boolean {
    if (!this.asleep && !this.interrupts()) return false;
    return this.#lines.some(({ bit, line }) => (this.csr.mie & (1 << bit)) !== 0 && line.mayRise());
  }

  connect(number: number, line: Line): void {
    const bit = 1 << number;
    assert((bit & INTERRUPT_MASK) !== 0, `a hart has no interrupt input ${number}`);
    this.#lines.push({ bit: number, line });
    const update = (level: boolean) => {
      this.csr.mip = level ? this.csr.mip | bit : this.csr.mip & ~bit;
      this.interruptsChanged();
    };
    line.listen(update);
    update(line.level);
  }

  // --- Rules that the run loop's fast paths rest on -----------------------------------------------------------

  accessRulesChanged(): void {
    const machine = this.#effectivePrivilege() === Privilege.Machine;
    this.#data.machine = machine;
    const { address, waitStates } = this.ram;
    const sizeBytes = waitStates > 0 ? 0 : this.ram.sizeBytes;
    const loadBytes = this.pmp.check(address, sizeBytes, Access.Read, machine) ? sizeBytes : 0;
    const storeBytes = this.pmp.check(address, sizeBytes, Access.Write, machine) ? sizeBytes : 0;
    if (loadBytes === this.loadBytes && storeBytes === this.storeBytes) return;
    this.loadBytes = loadBytes;
    this.storeBytes = storeBytes;
    this.attention = true;
  }

  protectionChanged(): void {
    this.remapped();
    this.accessRulesChanged();
  }

  interruptsChanged(): void {
    this.noteInterrupts(this.wakes());
  }

  /** A store is about to change a granule that holds code or the reserved word. */
  storing(region: Region, offset: number, width: number): void {
    this.storingOnCode(region, offset, width);
    this.#data.storing(region.address + offset, width);
  }

  // --- What the run loop leaves to the hart -------------------------------------------------------------------

  /**
   * A load that is not a plain access to RAM. Sets `status`.
   * @param left budget after this instruction; @param pc its address.
   */
  load(address: number, width: AccessWidth, left: number, pc: number): number {
    this.remaining = left + this.instructionCost;
    const value = this.#data.load(address, width);
    this.#afterAccess(left, pc);
    return value;
  }

  /** A store that is not a plain access to RAM. @returns Leave.Stay or why the run loop must leave. */
  store(address: number, width: AccessWidth, value: number, left: number, pc: number): Leave {
    this.remaining = left + this.instructionCost;
    this.#data.store(address, width, value);
    this.#afterAccess(left, pc);
    return this.status;
  }

  /** Executes everything that is not inline in the run loop. @returns Leave.Stay to go on with the next record. */
  cold(code: Int32Array, at: number, left: number): Leave {
    const word = code[at]!;
    const pc = code[at + 3]!;
    const rd = (word >>> 8) & 63;
    const operand1 = this.x[(word >>> 14) & 31]!;
    this.remaining = left + this.instructionCost;
    this.status = Leave.Stay;
    switch (word & 0xff) {
      case Op.Csrrw:
      case Op.Csrrs:
      case Op.Csrrc:
      case Op.Csrrwi:
      case Op.Csrrsi:
      case Op.Csrrci:
        this.#csr(word, code[at + 1]!, pc, left);
        break;
      case Op.LrW: {
        const value = this.#data.loadReserved(operand1);
        this.#afterAccess(left, pc);
        if (this.#data.cause === 0) this.x[rd] = value;
        break;
      }
      case Op.ScW: {
        const failed = this.#data.storeConditional(operand1, this.x[(word >>> 19) & 31]!);
        this.#afterAccess(left, pc);
        if (this.#data.cause === 0) this.x[rd] = failed;
        break;
      }
      case Op.AmoswapW:
      case Op.AmoaddW:
      case Op.AmoxorW:
      case Op.AmoandW:
      case Op.AmoorW:
      case Op.AmominW:
      case Op.AmomaxW:
      case Op.AmominuW:
      case Op.AmomaxuW: {
        const old = this.#data.atomic(word & 0xff, operand1, this.x[(word >>> 19) & 31]!);
        this.#afterAccess(left, pc);
        if (this.#data.cause === 0) this.x[rd] = old;
        break;
      }
      case Op.Ecall:
        this.#fault(this.privilege === Privilege.User ? Cause.UserEcall : Cause.MachineEcall, 0, pc, left);
        break;
      case Op.Ebreak:
        this.#ebreak(pc, left);
        break;
      case Op.Mret:
        this.#mret(pc, left);
        break;
      case Op.Wfi:
        this.#wfi(pc, left);
        break;
      case Op.FenceI:
        // Predecoded code never lags behind memory, so there is nothing to do but to start a new block.
        this.#redirect((pc + 4) | 0, left);
        break;
      case Op.Raise:
        this.#fault(rd, code[at + 1]!, pc, left);
        break;
      case Op.Break:
        this.atBreakpoint(pc, left);
        break;
      default:
        assert(false, `no operation ${word & 0xff} at ${at}`);
    }
    return this.status;
  }

  // --- State --------------------------------------------------------------------------------------------------

  snapshot(): State {
    return {
      ...this.snapshotFrame(),
      x: this.x.slice(0, SINK),
      privilege: this.privilege,
      csr: this.csr.snapshot(),
      pmpConfiguration: this.pmp.configuration.slice(),
      pmpAddress: [...this.pmp.address],
      reservation: this.#data.reservation,
    };
  }

  restore(state: State): void {
    this.x.set(state.x as Int32Array);
    this.x[SINK] = 0;
    this.privilege = state.privilege as Privilege;
    this.csr.restore(state.csr as State);
    this.pmp.configuration.set(state.pmpConfiguration as Uint8Array);
    this.pmp.address.set(state.pmpAddress as number[]);
    this.pmp.update();
    this.#data.dropReservation();
    const reservation = state.reservation as number;
    if (reservation >= 0) this.#data.reserve(reservation);
    this.restoreFrame(state);
    this.accessRulesChanged();
  }

  // --- Private ------------------------------------------------------------------------------------------------

  #effectivePrivilege(): Privilege {
    // 3.1.6.3: MPRV makes loads and stores of machine mode use the privilege in MPP.
    const { mstatus } = this.csr;
    return mstatus & MSTATUS_MPRV ? (mstatus & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT : this.privilege;
  }

  #afterAccess(left: number, pc: number): void {
    const { cause, faultAddress } = this.#data;
    if (cause !== 0) {
      this.#fault(cause, faultAddress, pc, left);
      return;
    }
    const extra = this.takeWaits();
    this.remaining = left - extra;
    // What was not charged with the block may leave no time for the rest of it.
    const attention = this.attention || extra !== 0 || this.events.nextCycle < this.deadline;
    this.status = attention ? Leave.Attention : Leave.Stay;
  }

  #redirect(pc: number, left: number): void {
    this.counter = pc;
    this.remaining = left;
    this.status = Leave.Redirected;
  }

  #fault(cause: Cause, value: number, pc: number, left: number): void {
    const onBus = cause === Cause.LoadAccessFault || cause === Cause.StoreAccessFault;
    const departure = onBus ? 'bus-fault' : 'exception';
    this.departs(departure);
    this.remaining = left;
    this.ended();
    this.remaining -= this.rules.faultDelay(departure);
    this.notRetired++;
    this.traps.count(cause, false);
    const target = this.csr.mtvec & ~3;
    if (this.privilege === Privilege.Machine && pc === target) {
      // The handler's first instruction raises an exception in machine mode: every round leaves the same state.
      this.deadReason = `${causeName(cause, false)} at the trap vector itself: the handler can never start`;
    }
    this.#enterTrap(cause, false, value, pc, target);
    this.status = this.deadReason === '' ? Leave.Redirected : Leave.Dead;
  }

  protected override takeInterrupt(): void {
    const pending = this.csr.mip & this.csr.mie;
    const cause = INTERRUPT_PRIORITY.find((bit) => pending & (1 << bit));
    assert(cause !== undefined, 'an interrupt is pending that does not exist');
    this.traps.count(cause, true);
    const base = this.csr.mtvec & ~3;
    // 3.1.7: vectored mode adds 4 × cause, for interrupts only.
    const target = this.csr.mtvec & 1 ? (base + 4 * cause) | 0 : base;
    this.#enterTrap(cause, true, 0, this.counter, target);
  }

  #enterTrap(cause: number, isInterrupt: boolean, value: number, pc: number, target: number): void {
    const { csr } = this;
    csr.mepc = pc;
    csr.mcause = isInterrupt ? cause | 0x80000000 : cause;
    csr.mtval = value;
    // 3.1.6.1: the stack of interrupt-enable bits and privilege.
    const mpie = csr.mstatus & MSTATUS_MIE ? MSTATUS_MPIE : 0;
    csr.mstatus =
      (csr.mstatus & ~(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP)) |
      mpie |
      (this.privilege << MSTATUS_MPP_SHIFT);
    this.privilege = Privilege.Machine;
    this.accessRulesChanged();
    // 14.2 lets a reservation end at any time; here a trap ends it, so that no handler can complete another's SC.
    this.#data.dropReservation();
    this.counter = target;
    this.observer?.trap(cause, isInterrupt, pc >>> 0, value >>> 0, target >>> 0, this.now(), this.asserted);
  }

  #illegal(pc: number, left: number): void {
    this.#fault(Cause.IllegalInstruction, this.#encodingAt(pc), pc, left);
  }

  /** The instruction's bits, for mtval (3.1.16). */
  #encodingAt(pc: number): number {
    const low = this.bus.peek(pc >>> 0, 2) ?? 0;
    return instructionLength(low) === 2 ? low : low | ((this.bus.peek((pc + 2) >>> 0, 2) ?? 0) << 16);
  }

  #csr(word: number, number: number, pc: number, left: number): void {
    const op = word & 0xff;
    const rd = (word >>> 8) & 63;
    const source = (word >>> 14) & 31;
    const immediate = op >= Op.Csrrwi;
    const operand = immediate ? source : this.x[source]!;
    const isWrite = op === Op.Csrrw || op === Op.Csrrwi || source !== 0;
    if (!this.csr.accessible(number, isWrite, this.privilege)) {
      this.#illegal(pc, left);
      return;
    }
    const old = this.csr.read(number);
    if (isWrite) {
      const sets = op === Op.Csrrs || op === Op.Csrrsi;
      const clears = op === Op.Csrrc || op === Op.Csrrci;
      this.#inCsrInstruction = true;
      this.csr.write(number, sets ? old | operand : clears ? old & ~operand : operand);
      this.#inCsrInstruction = false;
    }
    this.x[rd] = old;
    this.remaining = left;
    if (this.attention) this.status = Leave.Attention;
  }

  #ebreak(pc: number, left: number): void {
    if (this.#semihosting !== undefined && isSemihostingCall(this.bus, pc)) {
      const result = this.#semihosting.call(this.x[10]! >>> 0, this.x[11]! >>> 0);
      if (result === 'retry') {
        // Not executed at all: the cycle is given back and the instruction comes again.
        this.departs('not executed');
        this.#redirect(pc, left);
        this.attention = true;
        return;
      }
      if (result === 'stop') this.attention = true;
      else this.x[10] = result;
      this.#redirect((pc + 4) | 0, left);
      return;
    }
    this.#fault(Cause.Breakpoint, 0, pc, left);
  }

  #mret(pc: number, left: number): void {
    if (this.privilege !== Privilege.Machine) {
      this.#illegal(pc, left);
      return;
    }
    const { csr } = this;
    const privilege: Privilege = (csr.mstatus & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT;
    const mie = csr.mstatus & MSTATUS_MPIE ? MSTATUS_MIE : 0;
    const mprv = privilege === Privilege.Machine ? csr.mstatus & MSTATUS_MPRV : 0;
    csr.mstatus = (csr.mstatus & ~(MSTATUS_MIE | MSTATUS_MPP | MSTATUS_MPRV)) | mie | mprv | MSTATUS_MPIE;
    this.privilege = privilege;
    this.accessRulesChanged();
    this.#redirect(csr.mepc, left);
    this.departs('return');
    this.ended();
    this.observer?.trapReturned?.(pc >>> 0, csr.mepc >>> 0, this.now());
  }

  #wfi(pc: number, left: number): void {
    if (this.privilege === Privilege.User && (this.csr.mstatus & MSTATUS_TW) !== 0) {
      this.#illegal(pc, left);
      return;
    }
    this.#redirect((pc + 4) | 0, left);
    // 3.3.3: resumes when an interrupt is pending and enabled in mie, whatever mstatus.MIE says.
    if ((this.csr.mip & this.csr.mie) === 0) {
      this.asleep = true;
      this.status = Leave.Asleep;
    }
  }
}
