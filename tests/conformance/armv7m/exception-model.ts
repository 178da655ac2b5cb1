/**
 * The exception model of ARMv7-M, a second time: written from the pseudocode and the text of ARMv7-M ARM DDI
 * 0403E, B1.5, for the test of exception storms. It shares nothing with the emulator, takes every step as plainly
 * as the manual states it, and knows of instructions only what they mean for exceptions.
 *
 * Not here, because the manual leaves it open: EXC_RETURN values outside 0xFFFFFFFx (B1.5.8), stacked return
 * addresses with bit 0 set.
 */
import {
  BUS_FAULT,
  FORCED,
  HARD_FAULT,
  MEM_MANAGE,
  NMI,
  PENDSV,
  STKALIGN,
  SVCALL,
  SYSTICK,
  USAGE_FAULT,
} from '../../armv7m-system.ts';

export const FIRST_INTERRUPT = 16;
export const INTERRUPTS = 32;
export const EXCEPTIONS = FIRST_INTERRUPT + INTERRUPTS;

/** Bits of CFSR, B3.2.15. */
export const IACCVIOL = 1 << 0;
export const IBUSERR = 1 << 8;
export const PRECISERR = 1 << 9;
export const UNSTKERR = 1 << 11;
export const STKERR = 1 << 12;
export const BFARVALID = 1 << 15;
export const UNDEFINSTR = 1 << 16;
export const INVSTATE = 1 << 17;
export const INVPC = 1 << 18;
export const NOCP = 1 << 19;
export const UNALIGNED = 1 << 24;
export const DIVBYZERO = 1 << 25;
/** Bits of HFSR, B3.2.16. */
const VECTTBL = 1 << 1;
const DEBUGEVT = 1 << 31;
/** Bits of CCR, B3.2.8. */
export const NONBASETHRDENA = 1 << 0;
/** Bits of SCR, B3.2.7. */
export const SLEEPONEXIT = 1 << 1;

/** Bits of xPSR, B1.4.2. */
export const THUMB = 1 << 24;
const APSR = 0xf800_0000 | 0;
const ALIGNED = 1 << 9;
const EXCEPTION = 0x1ff;

/** SHCSR: exception and bit of each state, B3.2.13. */
const ACTIVE_BITS: readonly (readonly [number, number])[] = [
  [MEM_MANAGE, 0],
  [BUS_FAULT, 1],
  [USAGE_FAULT, 3],
  [SVCALL, 7],
  [PENDSV, 10],
  [SYSTICK, 11],
];
const PENDED_BITS: readonly (readonly [number, number])[] = [
  [USAGE_FAULT, 12],
  [MEM_MANAGE, 13],
  [BUS_FAULT, 14],
  [SVCALL, 15],
];
const ENABLE_BITS: readonly (readonly [number, number])[] = [
  [MEM_MANAGE, 16],
  [BUS_FAULT, 17],
  [USAGE_FAULT, 18],
];

type Mode = 'Thread' | 'Handler';

/** A frame that entry has pushed and nothing has popped yet: for the storm, which wants returns that succeed. */
export interface Frame {
  readonly address: number;
  /** The EXC_RETURN that goes with it. */
  readonly excReturn: number;
}

export class ExceptionModel {
  /** R0 to R12; 13 is unused, 14 is LR. */
  readonly r = new Int32Array(15);
  pc = 0;
  spMain = 0;
  spProcess = 0;
  /** N, Z, C, V and Q in their places. */
  apsr = 0;
  thumb = true;
  ipsr = 0;
  mode: Mode = 'Thread';
  spsel = 0;
  npriv = 0;
  primask = 0;
  faultmask = 0;
  basepri = 0;

  readonly active = new Array<boolean>(EXCEPTIONS).fill(false);
  readonly pending = new Array<boolean>(EXCEPTIONS).fill(false);
  readonly enabled = new Array<boolean>(EXCEPTIONS).fill(true);
  readonly priority = new Array<number>(EXCEPTIONS).fill(0);
  /** B1.5.4: the lower bits read as zero. */
  readonly priorityMask: number;
  prigroup = 0;
  vtor = 0;
  /** Reset value on ARMv7-M processors that align stacks by default. */
  ccr = STKALIGN;
  scr = 0;
  cfsr = 0;
  hfsr = 0;
  bfar = 0;
  eventRegister = false;
  lockup = false;
  asleep = false;

  /** Words of memory that were ever written, by address. */
  readonly memory: Map<number, number>;
  readonly frames: Frame[] = [];
  /** What happened, in order, for messages. */
  readonly history: string[] = [];
  readonly #hasMemory: (address: number) => boolean;
  readonly #onWrite: (address: number) => void;

  /**
   * @param priorityBits how many bits a priority has. @param hasMemory whether a word can be read and written; anything else is a bus error.
   * @param memory what is in it. @param onWrite hears of each word that the processor writes.
   */
  constructor(
    priorityBits: number,
    hasMemory: (address: number) => boolean,
    memory: Map<number, number>,
    onWrite: (address: number) => void,
  ) {
    this.priorityMask = 0xff & (0xff << (8 - priorityBits));
    this.#hasMemory = hasMemory;
    this.memory = memory;
    this.#onWrite = onWrite;
    this.priority[NMI] = -2;
    this.priority[HARD_FAULT] = -1;
    for (const [exception] of ENABLE_BITS) this.enabled[exception] = false;
    this.enabled.fill(false, FIRST_INTERRUPT);
  }

  get privileged(): boolean {
    return this.mode === 'Handler' || this.npriv === 0;
  }

  get sp(): number {
    return this.#usesProcessStack ? this.spProcess : this.spMain;
  }

  set sp(value: number) {
    if (this.#usesProcessStack) this.spProcess = value;
    else this.spMain = value;
  }

  get #usesProcessStack(): boolean {
    return this.mode === 'Thread' && this.spsel === 1;
  }

  /** XPSR without an IT state, which storms do not have. */
  get xpsr(): number {
    return this.apsr | (this.thumb ? THUMB : 0) | this.ipsr;
  }

  read(address: number): number {
    return this.memory.get(address >>> 0) ?? 0;
  }

  write(address: number, value: number): void {
    this.memory.set(address >>> 0, value | 0);
    this.#onWrite(address >>> 0);
  }

  /** Whether an exception frame at an address can be pushed and popped. */
  #frameIsMemory(address: number): boolean {
    return [0, 4, 8, 12, 16, 20, 24, 28].every((offset) => this.#hasMemory((address + offset) >>> 0));
  }

  // --- B1.5.4: priorities ---------------------------------------------------------------------------------------

  setPriority(exception: number, value: number): void {
    this.priority[exception] = value & this.priorityMask;
  }

  /** A priority without its subpriority field. */
  group(priority: number): number {
    if (priority < 0) return priority;
    const groupValue = 2 << this.prigroup;
    return priority - (priority % groupValue);
  }

  /** ExecutionPriority() */
  executionPriority(): number {
    let highest = 256;
    for (let exception = NMI; exception < EXCEPTIONS; exception++) {
      if (this.active[exception]) highest = Math.min(highest, this.group(this.priority[exception]!));
    }
    let boosted = 256;
    if (this.basepri !== 0) boosted = this.group(this.basepri);
    if (this.primask === 1) boosted = 0;
    if (this.faultmask === 1) boosted = -1;
    return Math.min(boosted, highest);
  }

  /** The pending and enabled exception with the highest priority; of equal ones the lowest number. 0: none. */
  highestPending(): number {
    let best = 0;
    for (let exception = NMI; exception < EXCEPTIONS; exception++) {
      if (!this.pending[exception] || !this.enabled[exception]) continue;
      if (best === 0 || this.priority[exception]! < this.priority[best]!) best = exception;
    }
    return best;
  }

  /** The exception that preempts now, or 0. */
  preempting(): number {
    const exception = this.highestPending();
    if (exception === 0) return 0;
    return this.group(this.priority[exception]!) < this.executionPriority() ? exception : 0;
  }

  /** B1.5.19: what ends a WFI: an exception that would preempt if PRIMASK were clear. */
  wakes(): boolean {
    const { primask } = this;
    this.primask = 0;
    const exception = this.preempting();
    this.primask = primask;
    return exception !== 0;
  }

  // --- B1.5.6: entry ----------------------------------------------------------------------------------------------

  /** Takes what preempts at an instruction boundary: its return address is that of the next instruction. */
  takePending(): void {
    const exception = this.preempting();
    if (exception !== 0) this.#enter(exception, this.pc);
  }

  /** ExceptionEntry() */
  #enter(exception: number, returnAddress: number): void {
    if (this.#pushStack(returnAddress)) this.#taken(exception);
    else this.#derivedOnEntry(exception);
  }

  /** PushStack() @returns whether memory took the frame. */
  #pushStack(returnAddress: number): boolean {
    const forceAlign = (this.ccr & STKALIGN) !== 0;
    const mask = forceAlign ? ~4 : ~0;
    const sp = this.sp;
    const frameAlign = forceAlign && (sp & 4) !== 0 ? ALIGNED : 0;
    const frame = (sp - 0x20) & mask;
    this.sp = frame;
    const { r, xpsr } = this;
    const words = [r[0]!, r[1]!, r[2]!, r[3]!, r[12]!, r[14]!, returnAddress, xpsr | frameAlign];
    const isMemory = this.#frameIsMemory(frame);
    if (isMemory) for (const [index, word] of words.entries()) this.write(frame + 4 * index, word);
    this.r[14] = this.mode === 'Handler' ? 0xffff_fff1 : 0xffff_fff9 | (this.spsel << 2);
    this.frames.push({ address: frame, excReturn: this.r[14]! });
    return isMemory;
  }

  /**
   * B1.5.11, a fault while stacking: the derived BusFault, made a HardFault when it cannot preempt what was
   * preempted, is pending beside the original exception, and the one with the higher priority is entered.
   */
  #derivedOnEntry(original: number): void {
    this.history.push('stacking fails');
    this.cfsr |= STKERR;
    const derived = this.#escalated(BUS_FAULT);
    if (derived === HARD_FAULT && this.executionPriority() <= -1) {
      this.#lockUp('stacking at priority -1 or above');
      return;
    }
    this.pending[original] = true;
    this.pending[derived] = true;
    this.#taken(this.highestPending());
  }

  /** ExceptionTaken() */
  #taken(exception: number): void {
    this.pending[exception] = false;
    const address = (this.vtor + 4 * exception) >>> 0;
    if (!this.#hasMemory(address)) {
      this.history.push('no vector');
      this.hfsr |= VECTTBL;
      if (exception === NMI || exception === HARD_FAULT) this.#lockUp('vector fetch');
      else {
        this.pending[exception] = true;
        this.#taken(HARD_FAULT);
      }
      return;
    }
    const vector = this.read(address);
    this.pc = (vector & ~1) >>> 0;
    this.thumb = (vector & 1) === 1;
    this.mode = 'Handler';
    this.ipsr = exception;
    this.spsel = 0;
    this.active[exception] = true;
    this.eventRegister = true;
    this.history.push(`enter ${exception}`);
  }

  #lockUp(reason: string): void {
    this.lockup = true;
    this.history.push(`lockup: ${reason}`);
  }

  // --- B1.5.12, B1.5.13: synchronous exceptions --------------------------------------------------------------------

  /** The exception, or HardFault when it is disabled or cannot preempt. */
  #escalated(exception: number): number {
    const canPreempt = this.group(this.priority[exception]!) < this.executionPriority();
    if (this.enabled[exception] && canPreempt) return exception;
    this.hfsr |= FORCED;
    return HARD_FAULT;
  }

  #synchronous(exception: number, returnAddress: number): void {
    if (exception === HARD_FAULT && this.executionPriority() <= -1) this.#lockUp('at priority -1 or above');
    else this.#enter(exception, returnAddress);
  }

  /** A fault of the instruction at `pc`. @param status the bit of CFSR. */
  fault(exception: number, status: number): void {
    this.cfsr |= status;
    this.#synchronous(this.#escalated(exception), this.pc);
  }

  /** A data access that fails. */
  preciseBusFault(address: number): void {
    this.bfar = address | 0;
    this.fault(BUS_FAULT, PRECISERR | BFARVALID);
  }

  /** SVC. @param next address of the next instruction. */
  supervisorCall(next: number): void {
    const exception = this.#escalated(SVCALL);
    this.#synchronous(exception, exception === SVCALL ? next : this.pc);
  }

  /** BKPT with neither a debugger nor the DebugMonitor exception enabled: C1.4. */
  breakpoint(): void {
    this.hfsr |= DEBUGEVT;
    this.#synchronous(HARD_FAULT, this.pc);
  }

  // --- B1.5.8: return -----------------------------------------------------------------------------------------------

  /** A branch to EXC_RETURN in Handler mode. @param value 0xFFFFFFFx. */
  exceptionReturn(value: number): void {
    const returning = this.ipsr;
    const nested = this.active.filter((isActive) => isActive).length;
    const wasActive = this.active[returning];
    this.#deactivate(returning);
    const toHandler = (value & 15) === 1;
    const toThread = (value & 15) === 9 || (value & 15) === 13;
    const mayThread = nested === 1 || (this.ccr & NONBASETHRDENA) !== 0;
    if (!wasActive || (!toHandler && !(toThread && mayThread))) {
      this.#returnFault(value);
      return;
    }
    // B1.5.12: tail-chaining.
    const next = this.preempting();
    if (next !== 0) {
      this.history.push('tail-chain');
      this.r[14] = value | 0;
      this.#taken(next);
      return;
    }
    this.mode = toHandler ? 'Handler' : 'Thread';
    this.spsel = (value & 15) === 13 ? 1 : 0;
    if (!this.#popStack()) {
      this.history.push('unstacking fails');
      this.cfsr |= UNSTKERR;
      this.r[14] = value | 0;
      this.#returnException(BUS_FAULT);
      return;
    }
    const isThread = this.mode === 'Thread';
    if (isThread !== (this.ipsr === 0)) {
      this.#pushStack(this.pc);
      this.#returnFault(value);
      return;
    }
    this.eventRegister = true;
    this.history.push(`return to ${this.mode} ${this.ipsr}`);
    // B1.5.20: as a WFI.
    if (isThread && nested === 1 && (this.scr & SLEEPONEXIT) !== 0) this.asleep = !this.wakes();
  }

  /** DeActivate() */
  #deactivate(exception: number): void {
    this.active[exception] = false;
    if (exception !== NMI) this.faultmask = 0;
  }

  /** An integrity check has failed: UsageFault, with the frame left where it is. */
  #returnFault(value: number): void {
    this.history.push('illegal return');
    this.cfsr |= INVPC;
    this.r[14] = value | 0;
    this.#returnException(USAGE_FAULT);
  }

  /** B1.5.11: a fault on return is entered on the frame that is there, after what has a higher priority. */
  #returnException(exception: number): void {
    const fault = this.#escalated(exception);
    if (fault === HARD_FAULT && this.executionPriority() <= -1) {
      this.#lockUp('on exception return');
      return;
    }
    this.pending[fault] = true;
    this.#taken(this.highestPending());
  }

  /** PopStack() @returns whether memory gave the frame. */
  #popStack(): boolean {
    const frame = this.sp;
    if (!this.#frameIsMemory(frame)) return false;
    const [r0, r1, r2, r3, r12, lr, pc, psr] = [0, 4, 8, 12, 16, 20, 24, 28].map((at) =>
      this.read(frame + at),
    );
    this.r.set([r0!, r1!, r2!, r3!]);
    this.r[12] = r12!;
    this.r[14] = lr!;
    this.pc = pc! >>> 0;
    const forceAlign = (this.ccr & STKALIGN) !== 0;
    this.sp = (frame + 0x20) | (forceAlign && (psr! & ALIGNED) !== 0 ? 4 : 0);
    this.apsr = psr! & APSR;
    this.thumb = (psr! & THUMB) !== 0;
    this.ipsr = psr! & EXCEPTION;
    this.frames.pop();
    return true;
  }

  // --- Registers whose writes matter here ----------------------------------------------------------------------------

  /** MSR and CPS; B5.2. */
  writeSpecial(name: string, value: number): void {
    if (!this.privileged) return;
    switch (name) {
      case 'PRIMASK':
        this.primask = value & 1;
        return;
      case 'FAULTMASK':
        // B5.2.3: only while the priority is not already negative; clearing always works.
        if ((value & 1) === 0 || this.executionPriority() > -1) this.faultmask = value & 1;
        return;
      case 'BASEPRI':
        this.basepri = value & this.priorityMask;
        return;
      case 'BASEPRI_MAX': {
        const wanted = value & this.priorityMask;
        if (wanted !== 0 && (wanted < this.basepri || this.basepri === 0)) this.basepri = wanted;
        return;
      }
      case 'CONTROL':
        this.npriv = value & 1;
        if (this.mode === 'Thread') this.spsel = (value >> 1) & 1;
        return;
      case 'MSP':
        this.spMain = value & ~3;
        return;
      case 'PSP':
        this.spProcess = value & ~3;
        return;
      default:
        throw new Error(`no special register ${name}`);
    }
  }

  /** SHCSR, B3.2.13. */
  get shcsr(): number {
    const bits = (from: readonly (readonly [number, number])[], state: readonly boolean[]) =>
      from.reduce((sum, [exception, at]) => sum | (state[exception] ? 1 << at : 0), 0);
    return bits(ACTIVE_BITS, this.active) | bits(PENDED_BITS, this.pending) | bits(ENABLE_BITS, this.enabled);
  }

  set shcsr(value: number) {
    for (const [exception, at] of ACTIVE_BITS) this.active[exception] = ((value >> at) & 1) === 1;
    for (const [exception, at] of PENDED_BITS) this.pending[exception] = ((value >> at) & 1) === 1;
    for (const [exception, at] of ENABLE_BITS) this.enabled[exception] = ((value >> at) & 1) === 1;
  }

  /** ICSR but VECTPENDING, B3.2.4; RETTOBASE holds in Handler mode only. */
  get icsr(): number {
    const others = this.active.some((isActive, exception) => isActive && exception !== this.ipsr);
    const interrupts = this.pending.slice(FIRST_INTERRUPT).some((isPending) => isPending);
    return (
      (this.pending[NMI] ? 1 << 31 : 0) |
      (this.pending[PENDSV] ? 1 << 28 : 0) |
      (this.pending[SYSTICK] ? 1 << 26 : 0) |
      (interrupts ? 1 << 22 : 0) |
      (others ? 0 : 1 << 11) |
      this.ipsr
    );
  }

  set icsr(value: number) {
    if ((value & (1 << 31)) !== 0) this.pending[NMI] = true;
    if ((value & (1 << 28)) !== 0) this.pending[PENDSV] = true;
    if ((value & (1 << 27)) !== 0) this.pending[PENDSV] = false;
    if ((value & (1 << 26)) !== 0) this.pending[SYSTICK] = true;
    if ((value & (1 << 25)) !== 0) this.pending[SYSTICK] = false;
  }

  /** One bit an interrupt, as in ISER, ISPR and IABR. */
  interruptBits(state: readonly boolean[]): number {
    return state.slice(FIRST_INTERRUPT).reduce((bits, set, line) => bits | (set ? 1 << line : 0), 0);
  }

  setInterrupts(state: boolean[], bits: number, value: boolean): void {
    for (let line = 0; line < INTERRUPTS; line++) {
      if (((bits >>> line) & 1) === 1) state[FIRST_INTERRUPT + line] = value;
    }
  }
}
