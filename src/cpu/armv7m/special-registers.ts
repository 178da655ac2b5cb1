/**
 * MRS, MSR and CPS: the special-purpose registers with their privilege rules. ARMv7-M ARM DDI 0403E, B5.1 and B5.2.
 */
import type { ExceptionModel } from './exceptions.ts';
import { CONTROL_NPRIV, CONTROL_SPSEL, type ProcessorState } from './state.ts';
import type { SystemRegisters } from './system-registers.ts';

/** SYSm of the registers beyond the status registers 0 to 7 (B5.1.1). */
export enum Special {
  Msp = 8,
  Psp = 9,
  Primask = 16,
  Basepri = 17,
  BasepriMax = 18,
  Faultmask = 19,
  Control = 20,
}

const APSR_FLAGS = 0xf800_0000;
const APSR_GE = 0x000f_0000;

export class SpecialRegisters {
  readonly #state: ProcessorState;
  readonly #exceptions: ExceptionModel;
  readonly #registers: SystemRegisters;
  /** The GE flags exist. */
  readonly #dsp: boolean;

  constructor(
    state: ProcessorState,
    exceptions: ExceptionModel,
    registers: SystemRegisters,
    options: { readonly dsp: boolean },
  ) {
    this.#state = state;
    this.#exceptions = exceptions;
    this.#registers = registers;
    this.#dsp = options.dsp;
  }

  /** MRS (B5.2.2). @param number SYSm, 0 to 255; one that does not exist reads as 0. @returns signed 32 bits. */
  read(number: number): number {
    const state = this.#state;
    if (number >>> 3 === 0) {
      // EPSR reads as zero.
      const exception = number & 1 ? state.ipsr : 0;
      const flags = this.#dsp ? APSR_FLAGS | APSR_GE : APSR_FLAGS;
      return number & 4 ? exception : exception | (state.apsr & flags);
    }
    if (number === Special.Control) return state.control;
    if (!state.privileged) return 0;
    switch (number) {
      case Special.Msp:
        return state.msp;
      case Special.Psp:
        return state.psp;
      case Special.Primask:
        return state.primask;
      case Special.Basepri:
      case Special.BasepriMax:
        return state.basepri;
      case Special.Faultmask:
        return state.faultmask;
      default:
        return 0;
    }
  }

  /**
   * MSR (B5.2.3).
   * @param mask which parts of APSR: bit 1 NZCVQ, bit 0 GE; without meaning for the others.
   */
  write(number: number, mask: number, value: number): void {
    const state = this.#state;
    if (number >>> 3 === 0) {
      if (number & 4) return;
      let bits = mask & 2 ? APSR_FLAGS : 0;
      // UNPREDICTABLE: the GE flags without the DSP extension. They stay zero.
      if (mask & 1 && this.#dsp) bits |= APSR_GE;
      state.apsr = (state.apsr & ~bits) | (value & bits);
      return;
    }
    if (!state.privileged) return;
    switch (number) {
      case Special.Msp:
        state.msp = value;
        break;
      case Special.Psp:
        state.psp = value;
        break;
      case Special.Primask:
        state.primask = value & 1;
        this.#exceptions.changed();
        break;
      case Special.Basepri:
        state.basepri = value & this.#registers.priorityMask;
        this.#exceptions.changed();
        break;
      case Special.BasepriMax: {
        const priority = value & this.#registers.priorityMask;
        if (priority === 0 || (state.basepri !== 0 && priority >= state.basepri)) break;
        state.basepri = priority;
        this.#exceptions.changed();
        break;
      }
      case Special.Faultmask:
        this.#setFaultmask(value & 1);
        break;
      case Special.Control: {
        // B1.4.4: in Handler mode SPSEL cannot be written.
        const writable = state.handlerMode ? CONTROL_NPRIV : CONTROL_NPRIV | CONTROL_SPSEL;
        state.setMode(state.ipsr, (state.control & ~writable) | (value & writable));
        this.#exceptions.changed();
        break;
      }
    }
  }

  /**
   * CPS (B5.2.1); without privilege it does nothing.
   * @param disable CPSID rather than CPSIE.
   */
  changeMasks(disable: boolean, primask: boolean, faultmask: boolean): void {
    if (!this.#state.privileged) return;
    const value = disable ? 1 : 0;
    if (primask) this.#state.primask = value;
    if (faultmask) this.#setFaultmask(value);
    this.#exceptions.changed();
  }

  /** B1.4.3: FAULTMASK cannot be set at priority -1 or -2. */
  #setFaultmask(value: number): void {
    if (value !== 0 && this.#exceptions.executionPriority() <= -1) return;
    this.#state.faultmask = value;
    this.#exceptions.changed();
  }
}
