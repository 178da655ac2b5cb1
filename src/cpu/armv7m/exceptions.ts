/**
 * The exception model of ARMv7-M: priorities, entry, return, escalation and lockup. ARMv7-M ARM DDI 0403E, B1.5.
 *
 * Every method is called at an instruction boundary. What is pending is decided once per change and kept, so that
 * asking before each block costs a comparison.
 */
import type { InterruptController, InterruptListener } from '../../bus/interrupt-controller.ts';
import { NO_PRIORITY } from '../../bus/interrupt-controller.ts';
import type { Line } from '../../bus/line.ts';
import type { State, Stateful } from '../../bus/state.ts';
import { assert, hex32 } from '../../errors.ts';
import type { DataAccess } from './data-access.ts';
import {
  DFSR_BKPT,
  DFSR_EXTERNAL,
  ExceptionNumber,
  exceptionName,
  exceptionOf,
  Fault,
  HFSR_DEBUGEVT,
  HFSR_FORCED,
  HFSR_VECTTBL,
} from './faults.ts';
import type { Mpu } from './mpu.ts';
import { CONTROL_SPSEL, LR, type ProcessorState, SP, XPSR_EXCEPTION } from './state.ts';
import {
  CCR_NONBASETHRDENA,
  CCR_STKALIGN,
  DEMCR_MON_EN,
  SCR_SEVONPEND,
  SCR_SLEEPONEXIT,
  type SystemRegisters,
} from './system-registers.ts';

const FRAME_BYTES = 0x20;
/** xPSR bit 9 in a frame: SP was moved down to a multiple of 8. */
const FRAME_ALIGNED = 1 << 9;
/** Where the processor stands while it is locked up (B1.5.15). */
export const LOCKUP_ADDRESS = 0xffff_fffe | 0;

export const EXC_RETURN_HANDLER = 0xffff_fff1 | 0;
export const EXC_RETURN_THREAD_MAIN = 0xffff_fff9 | 0;
export const EXC_RETURN_THREAD_PROCESS = 0xffff_fffd | 0;

/** Exceptions 4 to 15 that exist and have a priority register. */
const CONFIGURABLE = [4, 5, 6, 11, 12, 14, 15] as const;
/** All of exceptions 2 to 15 that exist. */
const SYSTEM = [2, 3, ...CONFIGURABLE] as const;

/** Exceptions without an enable bit in SHCSR. */
const ALWAYS_ENABLED = 0xffff & ~((1 << 4) | (1 << 5) | (1 << 6));

/** What the processor waits for. */
export enum Sleep {
  None = 0,
  /** WFI, or SLEEPONEXIT. */
  ForInterrupt = 1,
  ForEvent = 2,
}

export interface ExceptionHost {
  /** An exception was entered. @param returnAddress signed, of the code that it interrupts. @param target signed, the handler. */
  exceptionTaken(number: number, returnAddress: number, target: number): void;
  /** `pendingException` or `wakes` may answer otherwise than before. */
  interruptsChanged(): void;
  /** Privilege, or whether the MPU counts, has changed. */
  accessRulesChanged(): void;
}

export interface ExceptionOptions {
  readonly state: ProcessorState;
  readonly registers: SystemRegisters;
  readonly mpu: Mpu;
  readonly data: DataAccess;
  readonly controller: InterruptController;
  readonly host: ExceptionHost;
}

export class ExceptionModel implements InterruptListener, Stateful {
  /** Why the processor is locked up, one sentence without a full stop; '' while it is not. */
  lockup = '';
  /** The counter when that happened, signed: of the instruction that could not be finished, or 0. */
  lockupFrom = 0;
  sleep: Sleep = Sleep.None;
  /** The event register of WFE and SEV (B1.5.18). */
  eventRegister = false;
  /** Bits by exception number, 2 to 15. */
  pending = 0;
  active = 0;
  /** MEMFAULTENA, BUSFAULTENA and USGFAULTENA as bits 4, 5 and 6, and what is always enabled. */
  enabled = ALWAYS_ENABLED;
  /** Priority bytes by exception number, 4 to 15. */
  readonly priorities = new Uint8Array(16);

  readonly #state: ProcessorState;
  readonly #registers: SystemRegisters;
  readonly #mpu: Mpu;
  readonly #data: DataAccess;
  readonly #controller: InterruptController;
  readonly #host: ExceptionHost;
  readonly #lines: { number: number; line: Line }[] = [];
  #dirty = true;
  /** What `pendingException` answers. */
  #next = 0;
  #privileged = true;

  constructor(options: ExceptionOptions) {
    this.#state = options.state;
    this.#registers = options.registers;
    this.#mpu = options.mpu;
    this.#data = options.data;
    this.#controller = options.controller;
    this.#host = options.host;
    options.controller.listener = this;
  }

  /** Everything but the vector table's two words, which `enterReset` loads. */
  reset(): void {
    this.lockup = '';
    this.lockupFrom = 0;
    this.sleep = Sleep.None;
    this.eventRegister = false;
    this.pending = 0;
    this.active = 0;
    this.enabled = ALWAYS_ENABLED;
    this.priorities.fill(0);
    this.#data.exclusive = false;
    this.changed();
  }

  /** B1.5.5: SP and the first instruction come from the vector table. */
  enterReset(): void {
    const state = this.#state;
    const table = this.#registers.vtor;
    const sp = this.#data.vector(table);
    const failed = this.#data.fault !== Fault.None;
    const target = this.#data.vector(table + 4);
    state.msp = sp;
    state.counter = target & ~1;
    state.thumb = (target & 1) !== 0;
    if (failed || this.#data.fault !== Fault.None) {
      this.#registers.hfsr |= HFSR_VECTTBL;
      this.#lockUp(`the reset vector at ${hex32(table)} cannot be read`, ExceptionNumber.HardFault);
    }
  }

  /** Wires NMI (2) or SysTick (15): a rising edge makes it pending. */
  connect(number: number, line: Line): void {
    const known = number === ExceptionNumber.Nmi || number === ExceptionNumber.SysTick;
    assert(known, `an ARMv7-M processor has no exception input ${number}`);
    this.#lines.push({ number, line });
    line.listen((level) => level && this.setPending(number));
  }

  // --- Decisions ----------------------------------------------------------------------------------------------

  /** The exception to take at this instruction boundary, or 0. */
  pendingException(): number {
    if (this.#dirty) this.#decide();
    return this.#next;
  }

  /** Whether what the processor sleeps for has come; then it sleeps no longer. */
  wakes(): boolean {
    if (this.sleep === Sleep.ForEvent) {
      if (!this.eventRegister && this.pendingException() === 0) return false;
      this.eventRegister = false;
    } else if (!this.#interruptWakes()) {
      return false;
    }
    this.sleep = Sleep.None;
    return true;
  }

  /** WFI (B1.5.19): `sleep` says afterwards whether the processor sleeps. */
  waitForInterrupt(): void {
    if (!this.#interruptWakes()) this.sleep = Sleep.ForInterrupt;
  }

  /** WFE (B1.5.18). */
  waitForEvent(): void {
    if (this.eventRegister) this.eventRegister = false;
    else if (this.pendingException() === 0) this.sleep = Sleep.ForEvent;
  }

  /** SEV. */
  sendEvent(): void {
    this.eventRegister = true;
  }

  /** Whether an exception that would end the present sleep, self-jump or lockup can come without any act of the processor. */
  canBeWoken(): boolean {
    const ceiling =
      this.sleep === Sleep.ForInterrupt ? this.#priorityWithoutPrimask() : this.executionPriority();
    if (this.#controller.mayRise(ceiling)) return true;
    const anyEvent = this.sleep === Sleep.ForEvent && (this.#registers.scr & SCR_SEVONPEND) !== 0;
    if (anyEvent && this.#controller.mayPend()) return true;
    return this.#lines.some(
      ({ number, line }) => (anyEvent || this.groupPriority(number) < ceiling) && line.mayRise(),
    );
  }

  /** Something that decisions rest on was changed from outside: a mask, a priority, CONTROL, a pending bit. */
  changed(): void {
    this.#dirty = true;
    const { privileged } = this.#state;
    const negative = this.#negativePriority();
    if (privileged !== this.#privileged || negative !== this.#mpu.negativePriority) {
      this.#privileged = privileged;
      this.#mpu.negativePriority = negative;
      this.#host.accessRulesChanged();
    }
    this.#host.interruptsChanged();
  }

  interruptsChanged(): void {
    this.#dirty = true;
    this.#host.interruptsChanged();
  }

  becamePending(): void {
    // B1.5.18: with SEVONPEND an exception that becomes pending is an event, enabled or not.
    if (this.#registers.scr & SCR_SEVONPEND) this.eventRegister = true;
    this.interruptsChanged();
  }

  /** B1.5.4, ExecutionPriority(): 256 with nothing active and nothing masked. */
  executionPriority(): number {
    const { faultmask, primask } = this.#state;
    const unmasked = this.#priorityWithoutPrimask();
    if (faultmask !== 0) return Math.min(-1, unmasked);
    return primask !== 0 ? Math.min(0, unmasked) : unmasked;
  }

  /** The group priority of one of the exceptions 2 to 15. */
  groupPriority(number: number): number {
    if (number <= ExceptionNumber.HardFault) return number - 4;
    return this.#group(this.priorities[number]!);
  }

  isActive(number: number): boolean {
    if (number < ExceptionNumber.FirstInterrupt) return (this.active & (1 << number)) !== 0;
    return this.#controller.isActive(number - ExceptionNumber.FirstInterrupt);
  }

  /** Exceptions that are active, interrupts included. */
  get activeCount(): number {
    let count = this.#controller.activeCount;
    for (const number of SYSTEM) if (this.active & (1 << number)) count++;
    return count;
  }

  /** ICSR.VECTPENDING: what BASEPRI and FAULTMASK let pass, but not PRIMASK nor what is active (DUI 0552A 4.3.3). */
  get vectorPending(): number {
    const { basepri, faultmask } = this.#state;
    const mask = faultmask !== 0 ? -1 : basepri !== 0 ? this.#group(basepri) : NO_PRIORITY;
    const best = this.#best();
    return best !== 0 && this.#priorityOf(best) < mask ? best : 0;
  }

  /** Makes one of the exceptions 2 to 15 pending. */
  setPending(number: number): void {
    if ((this.pending & (1 << number)) === 0) {
      this.pending |= 1 << number;
      this.becamePending();
    }
  }

  clearPending(number: number): void {
    this.pending &= ~(1 << number);
    this.interruptsChanged();
  }

  /** AIRCR.VECTCLRACTIVE: nothing is active any more; IPSR stays (TRM DDI 0337H 8.2.2). */
  clearActive(): void {
    this.active = 0;
    this.#controller.clearActive();
    this.changed();
  }

  // --- Entry --------------------------------------------------------------------------------------------------

  /** Takes what `pendingException` named; execution would have gone on at `state.counter`. */
  takeException(number: number): void {
    this.lockup = '';
    this.sleep = Sleep.None;
    assert(number !== 0, 'no exception to take');
    this.#enter();
  }

  /**
   * A fault of the instruction at `state.counter`, which has changed nothing.
   * @param address what goes to MMFAR or BFAR, for the faults that have an address.
   */
  fault(fault: Fault, address: number): void {
    this.#registers.note(fault, address);
    this.#raise(exceptionOf(fault), describe(fault, address));
  }

  /**
   * SVC at `state.counter`. The handler returns behind it, but an escalated SVC is a fault of the instruction itself:
   * ReturnAddress() of B1.5.6.
   * @param next address of the next instruction. @param nextItstate its ITSTATE.
   */
  supervisorCall(next: number, nextItstate: number): void {
    if (this.groupPriority(ExceptionNumber.SVCall) < this.executionPriority()) {
      this.#state.counter = next;
      this.#state.itstate = nextItstate;
    }
    this.#raise(ExceptionNumber.SVCall, 'SVC');
  }

  /** BKPT at `state.counter`, when no debugger takes it (C1.4.1). */
  breakpoint(): void {
    const registers = this.#registers;
    registers.dfsr |= DFSR_BKPT;
    const monitor = (registers.demcr & DEMCR_MON_EN) !== 0;
    if (monitor && this.groupPriority(ExceptionNumber.DebugMonitor) < this.executionPriority()) {
      this.#raise(ExceptionNumber.DebugMonitor, 'BKPT');
      return;
    }
    registers.hfsr |= HFSR_DEBUGEVT;
    this.#raise(ExceptionNumber.HardFault, 'BKPT');
  }

  /** DEMCR.MON_PEND or an external request: C1.6.5. */
  requestMonitor(): void {
    this.#registers.dfsr |= DFSR_EXTERNAL;
    this.setPending(ExceptionNumber.DebugMonitor);
  }

  /** Makes a synchronous exception pending, escalated where it must be (B1.5.9). @returns false when not even HardFault can be taken. */
  #pend(number: ExceptionNumber): boolean {
    const execution = this.executionPriority();
    let taken = number;
    const configurable = number !== ExceptionNumber.HardFault;
    if (configurable && (this.groupPriority(number) >= execution || (this.enabled & (1 << number)) === 0)) {
      this.#registers.hfsr |= HFSR_FORCED;
      taken = ExceptionNumber.HardFault;
    }
    if (taken === ExceptionNumber.HardFault && execution <= -1) return false;
    this.pending |= 1 << taken;
    this.#dirty = true;
    return true;
  }

  #raise(number: ExceptionNumber, what: string): void {
    if (this.#pend(number)) this.#enter();
    else this.#lockUp(`${what} at ${hex32(this.#state.counter)} while ${this.#handling()}`);
  }

  /** Stacks the frame and goes to the handler of the highest exception that is pending by then: late arrival included. */
  #enter(): void {
    const returnAddress = this.#state.counter;
    if (!this.#pushFrame(this.#state.ipsr)) return;
    const number = this.pendingException();
    assert(number !== 0, 'nothing to take after stacking');
    this.#activate(number, returnAddress);
  }

  /**
   * PushStack() of B1.5.6. Sets LR to the EXC_RETURN of what is interrupted. A fault on the way is a derived exception:
   * it becomes pending, and whichever is higher is taken.
   * @param exceptionNumber what goes to IPSR's place in the frame.
   * @returns false when it locked the processor up.
   */
  #pushFrame(exceptionNumber: number): boolean {
    const state = this.#state;
    const { x, privileged } = state;
    const align = (this.#registers.ccr & CCR_STKALIGN) !== 0;
    const moved = align && (x[SP]! & 4) !== 0;
    const frame = (x[SP]! - FRAME_BYTES) & (align ? ~7 : ~3);
    const xpsr =
      (state.xpsr & ~(XPSR_EXCEPTION | FRAME_ALIGNED)) | exceptionNumber | (moved ? FRAME_ALIGNED : 0);
    const words = [x[0]!, x[1]!, x[2]!, x[3]!, x[12]!, x[LR]!, state.counter, xpsr];
    const exceptionReturn = state.handlerMode
      ? EXC_RETURN_HANDLER
      : state.usesProcessStack
        ? EXC_RETURN_THREAD_PROCESS
        : EXC_RETURN_THREAD_MAIN;
    x[SP] = frame;
    x[LR] = exceptionReturn;
    for (let i = 0; i < words.length; i++) {
      this.#data.stackStore(frame + 4 * i, words[i]!, privileged);
      if (this.#data.fault === Fault.None) continue;
      // UNPREDICTABLE: what of the frame is written then. Nothing behind the word that faults.
      this.#registers.note(this.#data.fault, this.#data.faultAddress);
      if (this.#pend(exceptionOf(this.#data.fault))) return true;
      // Only NMI is taken at HardFault's priority.
      this.#lockUp(`stacking to ${hex32(frame)} failed while ${this.#handling()}`, ExceptionNumber.Nmi);
      return false;
    }
    return true;
  }

  /** ExceptionTaken() of B1.5.6: the vector, then the mode. LR is set already. */
  #activate(number: number, returnAddress: number): void {
    const state = this.#state;
    const entry = this.#registers.vtor + 4 * number;
    const target = this.#data.vector(entry);
    if (this.#data.fault !== Fault.None) {
      this.#registers.hfsr |= HFSR_VECTTBL;
      if (number <= ExceptionNumber.HardFault) {
        this.#lockUp(`the vector of ${exceptionName(number)} at ${hex32(entry)} cannot be read`, number);
        return;
      }
      // The exception stays pending; HardFault is taken in its place.
      this.pending |= 1 << ExceptionNumber.HardFault;
      this.#activate(ExceptionNumber.HardFault, returnAddress);
      return;
    }
    if (number < ExceptionNumber.FirstInterrupt) {
      this.pending &= ~(1 << number);
      this.active |= 1 << number;
    } else {
      this.#controller.acknowledge(number - ExceptionNumber.FirstInterrupt);
    }
    state.setMode(number, state.control & ~CONTROL_SPSEL);
    state.counter = target & ~1;
    state.thumb = (target & 1) !== 0;
    state.itstate = 0;
    this.#data.exclusive = false;
    this.eventRegister = true;
    this.changed();
    this.#host.exceptionTaken(number, returnAddress, state.counter);
  }

  // --- Return -------------------------------------------------------------------------------------------------

  /** ExceptionReturn() of B1.5.8. @param value what was written to PC in Handler mode: 0xFxxxxxxx. */
  exceptionReturn(value: number): void {
    const state = this.#state;
    const number = state.ipsr;
    const nested = this.activeCount;
    const wasActive = this.isActive(number);
    this.#deactivate(number);
    // UNPREDICTABLE: bits 27:4 that are not all ones. They do not count, as on QEMU.
    const kind = value & 0xf;
    const toHandler = kind === 1;
    const toThread = kind === 9 || kind === 13;
    const mismatch = nested !== 1 && (this.#registers.ccr & CCR_NONBASETHRDENA) === 0;
    if (!wasActive || !(toHandler || toThread) || (toThread && mismatch)) {
      this.#invalidReturn(value);
      return;
    }
    const tailChained = this.pendingException();
    if (tailChained !== 0) {
      state.x[LR] = value;
      this.#activate(tailChained, state.counter);
      return;
    }
    if (!this.#popFrame(value, kind)) return;
    this.#data.exclusive = false;
    this.eventRegister = true;
    this.changed();
    const sleeps = (this.#registers.scr & SCR_SLEEPONEXIT) !== 0 && toThread && this.activeCount === 0;
    if (sleeps) this.waitForInterrupt();
  }

  #deactivate(number: number): void {
    if (number < ExceptionNumber.FirstInterrupt) this.active &= ~(1 << number);
    else this.#controller.complete(number - ExceptionNumber.FirstInterrupt);
    if (number !== ExceptionNumber.Nmi) this.#state.faultmask = 0;
    this.changed();
  }

  /** UsageFault INVPC on the frame that is there: nothing is unstacked. */
  #invalidReturn(value: number): void {
    this.#registers.note(Fault.InvalidPc, 0);
    this.#takeOnFrame(ExceptionNumber.UsageFault, value, `return by ${hex32(value)}`);
  }

  /** Enters a handler as by tail-chaining: the frame of what was interrupted stays. */
  #takeOnFrame(number: ExceptionNumber, value: number, what: string): void {
    const state = this.#state;
    state.x[LR] = value;
    if (this.#pend(number)) this.#activate(this.pendingException(), state.counter);
    else this.#lockUp(`${what} from ${hex32(state.counter)} failed while ${this.#handling()}`);
  }

  /** PopStack() of B1.5.8. @returns false when a handler was entered in place of the return. */
  #popFrame(value: number, kind: number): boolean {
    const state = this.#state;
    const control = kind === 13 ? state.control | CONTROL_SPSEL : state.control & ~CONTROL_SPSEL;
    const frame = kind === 13 ? state.psp : state.msp;
    const words = new Int32Array(8);
    // The rights are those of the code that is returned to.
    const privileged = kind === 1 || (control & 1) === 0;
    for (let i = 0; i < words.length; i++) {
      words[i] = this.#data.stackLoad(frame + 4 * i, privileged);
      if (this.#data.fault === Fault.None) continue;
      this.#registers.note(this.#data.fault, this.#data.faultAddress);
      this.#takeOnFrame(exceptionOf(this.#data.fault), value, `unstacking at ${hex32(frame + 4 * i)}`);
      return false;
    }
    const [r0, r1, r2, r3, r12, lr, pc, xpsr] = words as unknown as number[];
    const align = (this.#registers.ccr & CCR_STKALIGN) !== 0 && (xpsr! & FRAME_ALIGNED) !== 0;
    const sp = (frame + FRAME_BYTES) | (align ? 4 : 0);
    if (kind === 13) state.psp = sp;
    else state.msp = sp;
    const exceptionNumber = xpsr! & XPSR_EXCEPTION;
    const fits = (exceptionNumber !== 0) === (kind === 1);
    // Of a frame that does not fit the mode is the one that EXC_RETURN asks for.
    state.setMode(kind !== 1 ? 0 : fits ? exceptionNumber : state.ipsr, control);
    const { x } = state;
    x[0] = r0!;
    x[1] = r1!;
    x[2] = r2!;
    x[3] = r3!;
    x[12] = r12!;
    x[LR] = lr!;
    // UNPREDICTABLE: a return address with bit 0 set. The bit does not count, as on QEMU.
    state.counter = pc! & ~1;
    state.setStatus(xpsr!);
    // B1.5.8: a frame whose exception number does not fit is pushed again, and the return is a fault.
    if (!fits && this.#pushFrame(exceptionNumber)) this.#invalidReturn(value);
    return fits;
  }

  // --- Private ------------------------------------------------------------------------------------------------

  #group(priority: number): number {
    // B1.5.4: PRIGROUP n takes bits n:0 as the subpriority.
    return priority & ~((2 << this.#registers.prigroup) - 1);
  }

  /** The priority of what is active and of BASEPRI, without PRIMASK and FAULTMASK. */
  #priorityWithoutPrimask(): number {
    const { basepri, faultmask } = this.#state;
    let priority = this.#controller.activePriority;
    if (this.active !== 0) {
      for (const number of SYSTEM) {
        if ((this.active & (1 << number)) === 0) continue;
        const own = number <= ExceptionNumber.HardFault ? number - 4 : this.priorities[number]!;
        if (own < priority) priority = own;
      }
    }
    if (basepri !== 0 && basepri < priority) priority = basepri;
    if (priority >= 0 && priority < NO_PRIORITY) priority = this.#group(priority);
    return faultmask !== 0 ? Math.min(-1, priority) : priority;
  }

  #negativePriority(): boolean {
    const negative = (1 << ExceptionNumber.Nmi) | (1 << ExceptionNumber.HardFault);
    return this.#state.faultmask !== 0 || (this.active & negative) !== 0;
  }

  /** The pending and enabled exception of the highest priority, of several the lowest number; 0: none. */
  #best(): number {
    let best = 0;
    let bestPriority = NO_PRIORITY;
    const candidates = this.pending & this.enabled;
    if (candidates !== 0) {
      for (const number of SYSTEM) {
        if ((candidates & (1 << number)) === 0) continue;
        const priority = number <= ExceptionNumber.HardFault ? number - 4 : this.priorities[number]!;
        if (priority >= bestPriority) continue;
        best = number;
        bestPriority = priority;
      }
    }
    const { pendingLine, pendingPriority } = this.#controller;
    return pendingPriority < bestPriority ? ExceptionNumber.FirstInterrupt + pendingLine : best;
  }

  #priorityOf(number: number): number {
    if (number >= ExceptionNumber.FirstInterrupt) return this.#group(this.#controller.pendingPriority);
    return this.groupPriority(number);
  }

  #decide(): void {
    this.#dirty = false;
    const best = this.#best();
    this.#next = best !== 0 && this.#priorityOf(best) < this.executionPriority() ? best : 0;
  }

  /** B1.5.19: WFI ends by what would be taken if PRIMASK were clear. */
  #interruptWakes(): boolean {
    const best = this.#best();
    return best !== 0 && this.#priorityOf(best) < this.#priorityWithoutPrimask();
  }

  #handling(): string {
    const { ipsr, faultmask } = this.#state;
    if (ipsr === ExceptionNumber.Nmi || ipsr === ExceptionNumber.HardFault || faultmask === 0) {
      return `handling ${exceptionName(ipsr)}`;
    }
    return 'FAULTMASK is set';
  }

  /** B1.5.15. @param entering an exception whose entry fails: it is active then, so that its priority holds. */
  #lockUp(reason: string, entering = 0): void {
    this.lockup = reason;
    this.lockupFrom = this.#state.counter;
    if (entering !== 0) {
      this.pending &= ~(1 << entering);
      this.active |= 1 << entering;
      this.#state.setMode(entering, this.#state.control & ~CONTROL_SPSEL);
    }
    this.#state.counter = LOCKUP_ADDRESS;
    this.changed();
  }

  // --- State --------------------------------------------------------------------------------------------------

  snapshot(): State {
    return {
      lockup: this.lockup,
      lockupFrom: this.lockupFrom,
      sleep: this.sleep,
      eventRegister: this.eventRegister,
      pending: this.pending,
      active: this.active,
      enabled: this.enabled,
      priorities: this.priorities.slice(),
      exclusive: this.#data.exclusive,
    };
  }

  /** After the processor's registers and the interrupt controller. */
  restore(state: State): void {
    this.lockup = state.lockup as string;
    this.lockupFrom = state.lockupFrom as number;
    this.sleep = state.sleep as Sleep;
    this.eventRegister = state.eventRegister as boolean;
    this.pending = state.pending as number;
    this.active = state.active as number;
    this.enabled = state.enabled as number;
    this.priorities.set(state.priorities as Uint8Array);
    this.#data.exclusive = state.exclusive as boolean;
    this.changed();
  }
}

function describe(fault: Fault, address: number): string {
  switch (fault) {
    case Fault.UndefinedInstruction:
      return 'an undefined instruction';
    case Fault.InvalidState:
      return 'an instruction with the T bit clear';
    case Fault.InvalidPc:
      return 'an invalid EXC_RETURN';
    case Fault.NoCoprocessor:
      return 'a coprocessor instruction';
    case Fault.Unaligned:
      return 'an unaligned access';
    case Fault.DivideByZero:
      return 'a division by zero';
    case Fault.InstructionAccess:
      return 'an instruction fetch that is not permitted';
    case Fault.InstructionBus:
      return 'an instruction fetch that nothing answers';
    case Fault.DataAccess:
      return `an access to ${hex32(address)} that is not permitted`;
    default:
      return `an access to ${hex32(address)} that nothing answers`;
  }
}
