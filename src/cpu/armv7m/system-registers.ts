/**
 * What the system control block holds besides exceptions and the MPU: fault status, configuration and control.
 * ARMv7-M ARM DDI 0403E, B3.2 and C1.6. Plain values; scb.ts gives them their addresses and effects.
 */
import { Line } from '../../bus/line.ts';
import type { State, Stateful } from '../../bus/state.ts';
import { Fault, faultStatus } from './faults.ts';

/** SCR (B3.2.7). */
export const SCR_SLEEPONEXIT = 1 << 1;
export const SCR_SLEEPDEEP = 1 << 2;
export const SCR_SEVONPEND = 1 << 4;

/** CCR (B3.2.8). */
export const CCR_NONBASETHRDENA = 1 << 0;
export const CCR_USERSETMPEND = 1 << 1;
export const CCR_UNALIGN_TRP = 1 << 3;
export const CCR_DIV_0_TRP = 1 << 4;
export const CCR_BFHFNMIGN = 1 << 8;
export const CCR_STKALIGN = 1 << 9;

/** DEMCR (C1.6.5): the debug monitor and the trace units. */
export const DEMCR_MON_EN = 1 << 16;
export const DEMCR_MON_PEND = 1 << 17;
const DEMCR_TRCENA = 1 << 24;

/** What a board or an implementation of the architecture chooses. */
export interface SystemOptions {
  /** CPUID. Cortex-M3 r2p1 when absent. */
  readonly cpuid?: number;
  /** Implemented bits of every priority, 3 to 8; 8 when absent. */
  readonly priorityBits?: number;
  /** VTOR after reset, 0 when absent. */
  readonly vectorTable?: number;
  /** Writable bits of VTOR; 0xffff_ff80 when absent. */
  readonly vectorTableMask?: number;
  /** Carries DEMCR.TRCENA to the trace units. */
  readonly traceEnable?: Line;
}

export class SystemRegisters implements Stateful {
  readonly cpuid: number;
  /** Implemented bits of a priority byte. */
  readonly priorityMask: number;
  readonly vectorTableMask: number;
  readonly #vectorTable: number;
  vtor = 0;
  /** AIRCR.PRIGROUP. */
  prigroup = 0;
  scr = 0;
  ccr = 0;
  cfsr = 0;
  hfsr = 0;
  dfsr = 0;
  mmfar = 0;
  bfar = 0;
  actlr = 0;
  readonly #traceEnable: Line;
  #demcr = 0;

  constructor(options: SystemOptions) {
    this.cpuid = options.cpuid ?? 0x410f_c231;
    this.priorityMask = (0xff00 >>> (options.priorityBits ?? 8)) & 0xff;
    this.#vectorTable = options.vectorTable ?? 0;
    this.vectorTableMask = options.vectorTableMask ?? 0xffff_ff80;
    this.#traceEnable = options.traceEnable ?? new Line('trcena');
    this.reset();
  }

  reset(): void {
    this.vtor = this.#vectorTable | 0;
    this.prigroup = 0;
    this.scr = 0;
    this.ccr = CCR_STKALIGN;
    this.cfsr = 0;
    this.hfsr = 0;
    this.dfsr = 0;
    this.mmfar = 0;
    this.bfar = 0;
    this.actlr = 0;
    this.demcr = 0;
  }

  get demcr(): number {
    return this.#demcr;
  }

  set demcr(value: number) {
    this.#demcr = value;
    this.#traceEnable.set((value & DEMCR_TRCENA) !== 0);
  }

  /** Notes a fault's status bits and, where it has one, its address (B3.2.15, B3.2.18, B3.2.19). */
  note(fault: Fault, address: number): void {
    this.cfsr |= faultStatus(fault);
    if (fault === Fault.DataAccess) this.mmfar = address | 0;
    else if (fault === Fault.PreciseBus) this.bfar = address | 0;
  }

  snapshot(): State {
    const { vtor, prigroup, scr, ccr, cfsr, hfsr, dfsr, mmfar, bfar, actlr, demcr } = this;
    return { vtor, prigroup, scr, ccr, cfsr, hfsr, dfsr, mmfar, bfar, actlr, demcr };
  }

  restore(state: State): void {
    this.vtor = state.vtor as number;
    this.prigroup = state.prigroup as number;
    this.scr = state.scr as number;
    this.ccr = state.ccr as number;
    this.cfsr = state.cfsr as number;
    this.hfsr = state.hfsr as number;
    this.dfsr = state.dfsr as number;
    this.mmfar = state.mmfar as number;
    this.bfar = state.bfar as number;
    this.actlr = state.actlr as number;
    this.demcr = state.demcr as number;
  }
}
