/**
 * The registers of an ARMv7-M processor: R0 to R12, both stack pointers, the program status registers and the
 * special-purpose mask registers. ARMv7-M ARM DDI 0403E, B1.4.
 *
 * Nothing here has an effect beyond the register itself: what a change of CONTROL, PRIMASK or the mode means for
 * pending exceptions and for the MPU is told by special-registers.ts and exceptions.ts, which make the change.
 */
import type { State, Stateful } from '../../bus/state.ts';

/** Places in `x` beyond R0 to R12. */
export const SP = 13;
export const LR = 14;
/** Where the run loop puts the value that an instruction reads as PC; not the architectural counter. */
export const PC_SCRATCH = 15;
/** Free for the run loop's own intermediate values. */
export const TMP = 16;
/** Takes results that nobody wants. */
export const SINK = 17;
/** Always zero. */
export const ZERO = 18;
/** Registers that are state: R0 to R12, SP, LR. */
const SAVED = 15;
/** Room for all of the above. */
export const REGISTER_SLOTS = 32;

/** CONTROL (B1.4.4). */
export const CONTROL_NPRIV = 1;
export const CONTROL_SPSEL = 2;

/** Bits of xPSR (B1.4.2). */
const XPSR_N = 1 << 31;
const XPSR_Z = 1 << 30;
const XPSR_T = 1 << 24;
export const XPSR_EXCEPTION = 0x1ff;

export class ProcessorState implements Stateful {
  /** R0 to R12, the current SP, LR and the run loop's scratch places. */
  readonly x: Int32Array;
  /** N is `n < 0`, Z is `z === 0`, V is `v < 0`; C is `c`, 0 or 1. */
  n = 0;
  z = 0;
  c = 0;
  v = 0;
  /** Saturation, 0 or 1. */
  q = 0;
  /** GE flags of the DSP extension, 0 to 15. */
  ge = 0;
  /** ITSTATE of the next instruction, 0 to 255; 0 outside an IT block. */
  itstate = 0;
  /** EPSR.T: while it is clear every instruction is a UsageFault (INVSTATE). */
  thumb = true;
  /** Number of the exception being handled, 0 in Thread mode. */
  ipsr = 0;
  /** nPRIV and SPSEL. */
  control = 0;
  primask = 0;
  faultmask = 0;
  basepri = 0;
  /** The banked stack pointer that is not the current one. */
  otherSp = 0;
  /** Next instruction, signed 32 bits; exact whenever the run loop is not running. */
  counter = 0;

  /** 15, or 0 without the DSP extension, where there are no GE flags and a frame cannot bring any (B1.4.2). */
  readonly #geMask: number;

  /** @param x at least REGISTER_SLOTS words. @param dsp whether the processor has the DSP extension. */
  constructor(x: Int32Array, dsp = true) {
    this.x = x;
    this.#geMask = dsp ? 0xf : 0;
    this.reset();
  }

  /** Everything but SP and the counter, which come from the vector table. Flags are UNKNOWN: xPSR reads as on QEMU. */
  reset(): void {
    this.x.fill(0);
    this.x[LR] = -1;
    this.n = 0;
    this.z = 0;
    this.c = 0;
    this.v = 0;
    this.q = 0;
    this.ge = 0;
    this.itstate = 0;
    this.thumb = true;
    this.ipsr = 0;
    this.control = 0;
    this.primask = 0;
    this.faultmask = 0;
    this.basepri = 0;
    this.otherSp = 0;
    this.counter = 0;
  }

  get handlerMode(): boolean {
    return this.ipsr !== 0;
  }

  /** B1.3.1: Handler mode is always privileged. */
  get privileged(): boolean {
    return this.ipsr !== 0 || (this.control & CONTROL_NPRIV) === 0;
  }

  /** Whether SP is the process stack pointer: B1.4.1. */
  get usesProcessStack(): boolean {
    return this.ipsr === 0 && (this.control & CONTROL_SPSEL) !== 0;
  }

  get msp(): number {
    return this.usesProcessStack ? this.otherSp : this.x[SP]!;
  }

  set msp(value: number) {
    if (this.usesProcessStack) this.otherSp = value & ~3;
    else this.x[SP] = value & ~3;
  }

  get psp(): number {
    return this.usesProcessStack ? this.x[SP]! : this.otherSp;
  }

  set psp(value: number) {
    if (this.usesProcessStack) this.x[SP] = value & ~3;
    else this.otherSp = value & ~3;
  }

  /** Changes mode and CONTROL.SPSEL at once, and with them which stack pointer is the current one. */
  setMode(ipsr: number, control: number): void {
    const before = this.usesProcessStack;
    this.ipsr = ipsr;
    this.control = control;
    if (this.usesProcessStack === before) return;
    const sp = this.x[SP]!;
    this.x[SP] = this.otherSp;
    this.otherSp = sp;
  }

  /** N, Z, C, V, Q and the GE flags at their places in xPSR. */
  get apsr(): number {
    return (
      (this.n & XPSR_N) |
      (this.z === 0 ? XPSR_Z : 0) |
      (this.c << 29) |
      ((this.v >>> 31) << 28) |
      (this.q << 27) |
      (this.ge << 16)
    );
  }

  set apsr(value: number) {
    this.setFlags(value);
    this.q = (value >>> 27) & 1;
    this.ge = (value >>> 16) & this.#geMask;
  }

  /** ConditionPassed() of a condition, 0 to 13 (A7.3.1). */
  holds(condition: number): boolean {
    const { n, z, c, v } = this;
    const base = [z === 0, c !== 0, n < 0, v < 0, c !== 0 && z !== 0, (n ^ v) >= 0, z !== 0 && (n ^ v) >= 0][
      condition >>> 1
    ]!;
    return (condition & 1) === 0 ? base : !base;
  }

  /** Sets N, Z, C and V from bits 31:28. */
  setFlags(value: number): void {
    this.n = value | 0;
    this.z = ~value & XPSR_Z;
    this.c = (value >>> 29) & 1;
    this.v = (value << 3) | 0;
  }

  /** The combined program status register, with EPSR as an exception frame holds it. Signed 32 bits. */
  get xpsr(): number {
    const { itstate } = this;
    return (
      this.apsr | ((itstate & 3) << 25) | ((itstate & 0xfc) << 8) | (this.thumb ? XPSR_T : 0) | this.ipsr
    );
  }

  /** Sets APSR and EPSR from an xPSR; the exception number in it is left to `setMode`. */
  setStatus(xpsr: number): void {
    this.apsr = xpsr;
    this.thumb = (xpsr & XPSR_T) !== 0;
    const itstate = ((xpsr >>> 25) & 3) | ((xpsr >>> 8) & 0xfc);
    // B1.4.2: with bits 3:0 clear it is no IT state but ICI, an interrupted LDM or STM, which begins again here.
    this.itstate = (itstate & 0xf) === 0 ? 0 : itstate;
  }

  snapshot(): State {
    return {
      x: this.x.slice(0, SAVED),
      otherSp: this.otherSp,
      pc: this.counter,
      xpsr: this.xpsr,
      control: this.control,
      primask: this.primask,
      faultmask: this.faultmask,
      basepri: this.basepri,
    };
  }

  restore(state: State): void {
    this.x.fill(0);
    this.x.set(state.x as Int32Array);
    this.otherSp = state.otherSp as number;
    this.counter = state.pc as number;
    this.setStatus(state.xpsr as number);
    this.ipsr = (state.xpsr as number) & XPSR_EXCEPTION;
    this.control = state.control as number;
    this.primask = state.primask as number;
    this.faultmask = state.faultmask as number;
    this.basepri = state.basepri as number;
  }
}
