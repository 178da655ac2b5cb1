/**
 * The exception model of ARMv7-M: entry, return, escalation and lockup. ARMv7-M ARM DDI 0403E, B1.5. What is pending
 * and which priority wins is in exception-priorities.ts.
 *
 * Every method is called at an instruction boundary.
 */
import type { State, Stateful } from '../../bus/state.ts';
import { assert, hex32 } from '../../errors.ts';
import type { DataAccess } from './data-access.ts';
import { ExceptionPriorities, type PriorityOptions, Sleep } from './exception-priorities.ts';
import {
  DFSR_BKPT,
  ExceptionNumber,
  exceptionName,
  exceptionOf,
  Fault,
  HFSR_DEBUGEVT,
  HFSR_FORCED,
  HFSR_VECTTBL,
} from './faults.ts';
import { CONTROL_NPRIV, CONTROL_SPSEL, LR, SP, XPSR_EXCEPTION } from './state.ts';
import { CCR_NONBASETHRDENA, CCR_STKALIGN, DEMCR_MON_EN, SCR_SLEEPONEXIT } from './system-registers.ts';

const FRAME_BYTES = 0x20;
/** xPSR bit 9 in a frame: SP was moved down to a multiple of 8. */
const FRAME_ALIGNED = 1 << 9;
/** Where the processor stands while it is locked up (B1.5.15). */
export const LOCKUP_ADDRESS = 0xffff_fffe | 0;

export const EXC_RETURN_HANDLER = 0xffff_fff1 | 0;
export const EXC_RETURN_THREAD_MAIN = 0xffff_fff9 | 0;
export const EXC_RETURN_THREAD_PROCESS = 0xffff_fffd | 0;
/** Bits 3:0 of them. */
const TO_HANDLER = 1;
const TO_THREAD_MAIN = 9;
const TO_THREAD_PROCESS = 13;

export interface ExceptionOptions extends PriorityOptions {
  readonly data: DataAccess;
}

export class ExceptionModel extends ExceptionPriorities implements Stateful {
  /** Why the processor is locked up, one sentence without a full stop; '' while it is not. */
  lockup = '';
  /** The counter when that happened, signed: of the instruction that could not be finished, or 0. */
  lockupFrom = 0;

  readonly #data: DataAccess;
  /** The words of the frame that is stacked or unstacked. */
  readonly #frame = new Int32Array(FRAME_BYTES / 4);

  constructor(options: ExceptionOptions) {
    super(options);
    this.#data = options.data;
  }

  /** Everything but the vector table's two words, which `enterReset` loads. */
  reset(): void {
    this.lockup = '';
    this.lockupFrom = 0;
    this.#data.exclusive = false;
    this.resetPriorities();
  }

  /** B1.5.5: SP and the first instruction come from the vector table. */
  enterReset(): void {
    const state = this.state;
    const table = this.registers.vtor;
    const sp = this.#data.vector(table);
    const failed = this.#data.fault !== Fault.None;
    const target = this.#data.vector(table + 4);
    state.msp = sp;
    state.counter = target & ~1;
    state.thumb = (target & 1) !== 0;
    if (failed || this.#data.fault !== Fault.None) {
      this.registers.hfsr |= HFSR_VECTTBL;
      this.#lockUp(`the reset vector at ${hex32(table)} cannot be read`, ExceptionNumber.HardFault);
    }
  }

  // --- Entry --------------------------------------------------------------------------------------------------

  /** Takes what `pendingException` named; execution would have gone on at `state.counter`. */
  takeException(number: number): void {
    this.lockup = '';
    this.sleep = Sleep.None;
    assert(number !== 0, 'no exception to take');
    this.begin();
    this.#enter();
    this.end();
  }

  /**
   * A fault of the instruction at `state.counter`, which has changed nothing.
   * @param address what goes to MMFAR or BFAR, for the faults that have an address.
   */
  fault(fault: Fault, address: number): void {
    this.registers.note(fault, address);
    this.#raise(exceptionOf(fault), fault, address);
  }

  /**
   * SVC at `state.counter`. The handler returns behind it, but an escalated SVC is a fault of the instruction itself:
   * ReturnAddress() of B1.5.6.
   * @param next address of the next instruction. @param nextItstate its ITSTATE.
   */
  supervisorCall(next: number, nextItstate: number): void {
    if (this.groupPriority(ExceptionNumber.SVCall) < this.executionPriority()) {
      this.state.counter = next;
      this.state.itstate = nextItstate;
    }
    this.#raise(ExceptionNumber.SVCall, 'SVC');
  }

  /** BKPT at `state.counter`, when no debugger takes it (C1.4.1). */
  breakpoint(): void {
    const registers = this.registers;
    registers.dfsr |= DFSR_BKPT;
    const monitor = (registers.demcr & DEMCR_MON_EN) !== 0;
    if (monitor && this.groupPriority(ExceptionNumber.DebugMonitor) < this.executionPriority()) {
      this.#raise(ExceptionNumber.DebugMonitor, 'BKPT');
      return;
    }
    registers.hfsr |= HFSR_DEBUGEVT;
    this.#raise(ExceptionNumber.HardFault, 'BKPT');
  }

  /** Makes a synchronous exception pending, escalated where it must be (B1.5.9). @returns false when not even HardFault can be taken. */
  #pend(number: ExceptionNumber): boolean {
    const execution = this.executionPriority();
    let taken = number;
    const configurable = number !== ExceptionNumber.HardFault;
    if (configurable && (this.groupPriority(number) >= execution || (this.enabled & (1 << number)) === 0)) {
      this.registers.hfsr |= HFSR_FORCED;
      taken = ExceptionNumber.HardFault;
    }
    if (taken === ExceptionNumber.HardFault && execution <= -1) return false;
    this.pending |= 1 << taken;
    this.stale();
    return true;
  }

  /** @param what raises it: a fault, or the name of an instruction. */
  #raise(number: ExceptionNumber, what: Fault | string, address = 0): void {
    this.begin();
    if (this.#pend(number)) {
      this.#enter();
    } else {
      const cause = typeof what === 'string' ? what : describe(what, address);
      this.#lockUp(`${cause} at ${hex32(this.state.counter)} while ${this.#handling()}`);
    }
    this.end();
  }

  /** Stacks the frame and goes to the handler of the highest exception that is pending by then: late arrival included. */
  #enter(): void {
    const returnAddress = this.state.counter;
    if (!this.#pushFrame(this.state.ipsr)) return;
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
    const state = this.state;
    const words = this.#frame;
    const data = this.#data;
    const { x, privileged } = state;
    const align = (this.registers.ccr & CCR_STKALIGN) !== 0;
    const moved = align && (x[SP]! & 4) !== 0;
    const frame = (x[SP]! - FRAME_BYTES) & (align ? ~7 : ~3);
    const status = (state.xpsr & ~(XPSR_EXCEPTION | FRAME_ALIGNED)) | exceptionNumber;
    words[0] = x[0]!;
    words[1] = x[1]!;
    words[2] = x[2]!;
    words[3] = x[3]!;
    words[4] = x[12]!;
    words[5] = x[LR]!;
    words[6] = state.counter;
    words[7] = moved ? status | FRAME_ALIGNED : status;
    x[SP] = frame;
    if (state.handlerMode) x[LR] = EXC_RETURN_HANDLER;
    else x[LR] = state.usesProcessStack ? EXC_RETURN_THREAD_PROCESS : EXC_RETURN_THREAD_MAIN;
    data.stackFrame(frame, words, privileged);
    if (data.fault === Fault.None) return true;
    // UNPREDICTABLE: what of the frame is written then. Nothing behind the word that faults.
    this.registers.note(data.fault, data.faultAddress);
    if (this.#pend(exceptionOf(data.fault))) return true;
    // Only NMI is taken at HardFault's priority.
    this.#lockUp(`stacking to ${hex32(frame)} failed while ${this.#handling()}`, ExceptionNumber.Nmi);
    return false;
  }

  /** ExceptionTaken() of B1.5.6: the vector, then the mode. LR is set already. */
  #activate(number: number, returnAddress: number): void {
    const state = this.state;
    const entry = this.registers.vtor + 4 * number;
    const target = this.#data.vector(entry);
    if (this.#data.fault !== Fault.None) {
      this.registers.hfsr |= HFSR_VECTTBL;
      if (number <= ExceptionNumber.HardFault) {
        this.#lockUp(`the vector of ${exceptionName(number)} at ${hex32(entry)} cannot be read`, number);
        return;
      }
      // The exception stays pending; HardFault is taken in its place.
      this.#activate(ExceptionNumber.HardFault, returnAddress);
      return;
    }
    if (number < ExceptionNumber.FirstInterrupt) {
      this.pending &= ~(1 << number);
      this.active |= 1 << number;
    } else {
      this.controller.acknowledge(number - ExceptionNumber.FirstInterrupt);
    }
    state.setMode(number, state.control & ~CONTROL_SPSEL);
    state.counter = target & ~1;
    state.thumb = (target & 1) !== 0;
    state.itstate = 0;
    this.#data.exclusive = false;
    this.eventRegister = true;
    this.changed();
    this.host.exceptionTaken(number, returnAddress, state.counter);
  }

  // --- Return -------------------------------------------------------------------------------------------------

  /** ExceptionReturn() of B1.5.8. @param value what was written to PC in Handler mode: 0xFxxxxxxx. */
  exceptionReturn(value: number): void {
    this.begin();
    this.#return(value);
    this.end();
  }

  #return(value: number): void {
    const state = this.state;
    const number = state.ipsr;
    const nested = this.activeCount;
    const wasActive = this.isActive(number);
    this.#deactivate(number);
    // UNPREDICTABLE: bits 27:4 that are not all ones. They do not count, as on QEMU.
    const kind = value & 0xf;
    const toThread = kind === TO_THREAD_MAIN || kind === TO_THREAD_PROCESS;
    const mismatch = toThread && nested !== 1 && (this.registers.ccr & CCR_NONBASETHRDENA) === 0;
    if (!wasActive || mismatch || !(toThread || kind === TO_HANDLER)) {
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
    const sleeps = (this.registers.scr & SCR_SLEEPONEXIT) !== 0 && toThread && this.activeCount === 0;
    if (sleeps) this.waitForInterrupt();
  }

  #deactivate(number: number): void {
    if (number < ExceptionNumber.FirstInterrupt) this.active &= ~(1 << number);
    else this.controller.complete(number - ExceptionNumber.FirstInterrupt);
    if (number !== ExceptionNumber.Nmi) this.state.faultmask = 0;
    this.changed();
  }

  /** UsageFault INVPC on the frame that is there: nothing is unstacked. */
  #invalidReturn(value: number): void {
    this.registers.note(Fault.InvalidPc, 0);
    this.#takeOnFrame(ExceptionNumber.UsageFault, value, `return by ${hex32(value)}`);
  }

  /** Enters a handler as by tail-chaining: the frame of what was interrupted stays. */
  #takeOnFrame(number: ExceptionNumber, value: number, what: string): void {
    const state = this.state;
    state.x[LR] = value;
    if (this.#pend(number)) this.#activate(this.pendingException(), state.counter);
    else this.#lockUp(`${what} from ${hex32(state.counter)} failed while ${this.#handling()}`);
  }

  /** PopStack() of B1.5.8. @returns false when a handler was entered in place of the return. */
  #popFrame(value: number, kind: number): boolean {
    const state = this.state;
    const words = this.#frame;
    const data = this.#data;
    const toHandler = kind === TO_HANDLER;
    const toProcess = kind === TO_THREAD_PROCESS;
    const control = toProcess ? state.control | CONTROL_SPSEL : state.control & ~CONTROL_SPSEL;
    const frame = toProcess ? state.psp : state.msp;
    // The rights are those of the code that is returned to.
    data.unstackFrame(frame, words, toHandler || (control & CONTROL_NPRIV) === 0);
    if (data.fault !== Fault.None) {
      this.registers.note(data.fault, data.faultAddress);
      this.#takeOnFrame(exceptionOf(data.fault), value, `unstacking at ${hex32(frame)}`);
      return false;
    }
    const status = words[7]!;
    const moved = (this.registers.ccr & CCR_STKALIGN) !== 0 && (status & FRAME_ALIGNED) !== 0;
    const sp = (frame + FRAME_BYTES) | (moved ? 4 : 0);
    if (toProcess) state.psp = sp;
    else state.msp = sp;
    const exceptionNumber = status & XPSR_EXCEPTION;
    const fits = (exceptionNumber !== 0) === toHandler;
    // Of a frame that does not fit the mode is the one that EXC_RETURN asks for.
    state.setMode(!toHandler ? 0 : fits ? exceptionNumber : state.ipsr, control);
    const { x } = state;
    x[0] = words[0]!;
    x[1] = words[1]!;
    x[2] = words[2]!;
    x[3] = words[3]!;
    x[12] = words[4]!;
    x[LR] = words[5]!;
    // UNPREDICTABLE: a return address with bit 0 set. The bit does not count, as on QEMU.
    state.counter = words[6]! & ~1;
    state.setStatus(status);
    // B1.5.8: a frame whose exception number does not fit is pushed again, and the return is a fault.
    if (!fits && this.#pushFrame(exceptionNumber)) this.#invalidReturn(value);
    return fits;
  }

  // --- Lockup -------------------------------------------------------------------------------------------------

  #handling(): string {
    const { ipsr, faultmask } = this.state;
    if (ipsr === ExceptionNumber.Nmi || ipsr === ExceptionNumber.HardFault || faultmask === 0) {
      return `handling ${exceptionName(ipsr)}`;
    }
    return 'FAULTMASK is set';
  }

  /** B1.5.15. @param entering an exception whose entry fails: it is active then, so that its priority holds. */
  #lockUp(reason: string, entering = 0): void {
    this.lockup = reason;
    this.lockupFrom = this.state.counter;
    if (entering !== 0) {
      this.pending &= ~(1 << entering);
      this.active |= 1 << entering;
      this.state.setMode(entering, this.state.control & ~CONTROL_SPSEL);
    }
    this.state.counter = LOCKUP_ADDRESS;
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
