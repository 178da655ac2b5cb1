/**
 * Registers, bits and exception numbers of ARMv7-M as tests name them: written down from the manual a second time, so
 * that the source is compared with it. ARMv7-M ARM DDI 0403E, B1.5.2 and B3.2.
 */

export const ICSR = 0xe000_ed04;
export const VTOR = 0xe000_ed08;
export const AIRCR = 0xe000_ed0c;
export const SCR = 0xe000_ed10;
export const CCR = 0xe000_ed14;
export const SHCSR = 0xe000_ed24;
export const CFSR = 0xe000_ed28;
export const HFSR = 0xe000_ed2c;
export const DFSR = 0xe000_ed30;
export const MMFAR = 0xe000_ed34;
export const BFAR = 0xe000_ed38;
export const DEMCR = 0xe000_edfc;
export const STIR = 0xe000_ef00;

/** Of CCR. */
export const USERSETMPEND = 1 << 1;
export const UNALIGN_TRP = 1 << 3;
export const DIV_0_TRP = 1 << 4;
export const BFHFNMIGN = 1 << 8;
export const STKALIGN = 1 << 9;
/** Of SHCSR: MemManage, BusFault and UsageFault have handlers of their own. */
export const ALL_FAULTS = 0x7_0000;
/** Of HFSR. */
export const FORCED = 1 << 30;

export const NMI = 2;
export const HARD_FAULT = 3;
export const MEM_MANAGE = 4;
export const BUS_FAULT = 5;
export const USAGE_FAULT = 6;
export const SVCALL = 11;
export const MONITOR = 12;
export const PENDSV = 14;
export const SYSTICK = 15;
