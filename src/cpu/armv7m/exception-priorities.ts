/**
 * Which exceptions are pending and active, their priorities, and what follows: which one is to be taken, and what ends
 * a sleep. ARMv7-M ARM DDI 0403E, B1.5.2 to B1.5.4, B1.5.18 and B1.5.19.
 *
 * What is pending is decided once per change and kept, so that asking before each block costs a comparison.
 */
import type { InterruptController, InterruptListener } from '../../bus/interrupt-controller.ts';
import { NO_PRIORITY } from '../../bus/interrupt-controller.ts';
import type { Line } from '../../bus/line.ts';
import { assert } from '../../errors.ts';
import { ExceptionNumber } from './faults.ts';
import type { Mpu } from './mpu.ts';
import type { ProcessorState } from './state.ts';
import { SCR_SEVONPEND, type SystemRegisters } from './system-registers.ts';

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

export interface PriorityOptions {
  readonly state: ProcessorState;
  readonly registers: SystemRegisters;
  readonly mpu: Mpu;
  readonly controller: InterruptController;
  readonly host: ExceptionHost;
}

export class ExceptionPriorities implements InterruptListener {
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

  protected readonly state: ProcessorState;
  protected readonly registers: SystemRegisters;
  protected readonly controller: InterruptController;
  protected readonly host: ExceptionHost;
  readonly #mpu: Mpu;
  readonly #lines: { number: number; line: Line }[] = [];
  #dirty = true;
  /** An exception is being entered or left: the host is told when that is done. */
  #busy = false;
  /** What `pendingException` answers. */
  #next = 0;
  #privileged = true;

  constructor(options: PriorityOptions) {
    this.state = options.state;
    this.registers = options.registers;
    this.controller = options.controller;
    this.host = options.host;
    this.#mpu = options.mpu;
    options.controller.listener = this;
  }

  protected resetPriorities(): void {
    this.sleep = Sleep.None;
    this.eventRegister = false;
    this.pending = 0;
    this.active = 0;
    this.enabled = ALWAYS_ENABLED;
    this.priorities.fill(0);
    this.changed();
  }

  /** Wires NMI (2) or SysTick (15): a rising edge makes it pending. */
  connect(number: number, line: Line): void {
    const known = number === ExceptionNumber.Nmi || number === ExceptionNumber.SysTick;
    assert(known, `an ARMv7-M processor has no exception input ${number}`);
    this.#lines.push({ number, line });
    line.listen((level) => level && this.setPending(number));
  }

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
    if (this.controller.mayRise(ceiling)) return true;
    const anyEvent = this.sleep === Sleep.ForEvent && (this.registers.scr & SCR_SEVONPEND) !== 0;
    if (anyEvent && this.controller.mayPend()) return true;
    return this.#lines.some(
      ({ number, line }) => (anyEvent || this.groupPriority(number) < ceiling) && line.mayRise(),
    );
  }

  /** Something that decisions rest on was changed from outside: a mask, a priority, CONTROL, a pending bit. */
  changed(): void {
    this.#dirty = true;
    const { privileged } = this.state;
    const negative = this.#negativePriority();
    if (privileged !== this.#privileged || negative !== this.#mpu.negativePriority) {
      this.#privileged = privileged;
      this.#mpu.negativePriority = negative;
      this.host.accessRulesChanged();
    }
    if (!this.#busy) this.host.interruptsChanged();
  }

  /** Between `begin` and `end` the host is not told of what changes. */
  protected begin(): void {
    this.#busy = true;
  }

  protected end(): void {
    this.#busy = false;
    this.host.interruptsChanged();
  }

  /** `pending` has changed. */
  protected stale(): void {
    this.#dirty = true;
  }

  interruptsChanged(): void {
    this.#dirty = true;
    if (!this.#busy) this.host.interruptsChanged();
  }

  becamePending(): void {
    // B1.5.18: with SEVONPEND an exception that becomes pending is an event, enabled or not.
    if (this.registers.scr & SCR_SEVONPEND) this.eventRegister = true;
    this.interruptsChanged();
  }

  /** B1.5.4, ExecutionPriority(): 256 with nothing active and nothing masked. */
  executionPriority(): number {
    const { faultmask, primask } = this.state;
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
    return this.controller.isActive(number - ExceptionNumber.FirstInterrupt);
  }

  /** Exceptions that are active, interrupts included. */
  get activeCount(): number {
    let count = this.controller.activeCount;
    for (let rest = this.active; rest !== 0; rest &= rest - 1) count++;
    return count;
  }

  /** ICSR.VECTPENDING: what BASEPRI and FAULTMASK let pass, but not PRIMASK nor what is active (DUI 0552A 4.3.3). */
  get vectorPending(): number {
    const { basepri, faultmask } = this.state;
    const mask = faultmask !== 0 ? -1 : basepri !== 0 ? this.#group(basepri) : NO_PRIORITY;
    const best = this.#best();
    return best !== 0 && this.#priorityOf(best) < mask ? best : 0;
  }

  /** Makes one of the exceptions 2 to 15 pending. */
  setPending(number: number): void {
    const bit = 1 << number;
    if (this.pending & bit) return;
    this.pending |= bit;
    if (this.active & bit) this.interruptsChanged();
    else this.becamePending();
  }

  clearPending(number: number): void {
    this.pending &= ~(1 << number);
    this.interruptsChanged();
  }

  /** AIRCR.VECTCLRACTIVE: nothing is active any more; IPSR stays (TRM DDI 0337E 8.2.2). */
  clearActive(): void {
    this.active = 0;
    this.controller.clearActive();
    this.changed();
  }

  // --- Private ------------------------------------------------------------------------------------------------

  /** Of one of the exceptions 2 to 15, without grouping. */
  #priority(number: number): number {
    return number <= ExceptionNumber.HardFault ? number - 4 : this.priorities[number]!;
  }

  #group(priority: number): number {
    // B1.5.4: PRIGROUP n takes bits n:0 as the subpriority.
    return priority & ~((2 << this.registers.prigroup) - 1);
  }

  /** The priority of what is active and of BASEPRI, without PRIMASK and FAULTMASK. */
  #priorityWithoutPrimask(): number {
    const { basepri, faultmask } = this.state;
    let priority = this.controller.activePriority;
    for (let rest = this.active; rest !== 0; rest &= rest - 1) {
      const own = this.#priority(31 - Math.clz32(rest & -rest));
      if (own < priority) priority = own;
    }
    if (basepri !== 0 && basepri < priority) priority = basepri;
    if (priority >= 0 && priority < NO_PRIORITY) priority = this.#group(priority);
    return faultmask !== 0 ? Math.min(-1, priority) : priority;
  }

  #negativePriority(): boolean {
    const negative = (1 << ExceptionNumber.Nmi) | (1 << ExceptionNumber.HardFault);
    return this.state.faultmask !== 0 || (this.active & negative) !== 0;
  }

  /** The pending and enabled exception of the highest priority, of several the lowest number; 0: none. */
  #best(): number {
    let best = 0;
    let bestPriority = NO_PRIORITY;
    for (let rest = this.pending & this.enabled; rest !== 0; rest &= rest - 1) {
      const number = 31 - Math.clz32(rest & -rest);
      const priority = this.#priority(number);
      if (priority >= bestPriority) continue;
      best = number;
      bestPriority = priority;
    }
    const { pendingLine, pendingPriority } = this.controller;
    return pendingPriority < bestPriority ? ExceptionNumber.FirstInterrupt + pendingLine : best;
  }

  #priorityOf(number: number): number {
    if (number >= ExceptionNumber.FirstInterrupt) return this.#group(this.controller.pendingPriority);
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
}
