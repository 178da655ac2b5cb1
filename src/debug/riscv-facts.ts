/** What a RISC-V hart's registers say, in words: for reports. Privileged ISA 20240411, 3.1. */
import type { RegisterFile } from '../cpu/core.ts';
import { Cause, causeName, InterruptBit, MSTATUS_MIE, MSTATUS_MPP, Privilege } from '../cpu/riscv/trap.ts';

/** What mtval holds, by the cause (3.1.16). */
export type TrapValue = 'address' | 'encoding' | 'nothing';

export interface TrapState {
  readonly mcause: number;
  readonly mepc: number;
  readonly mtval: number;
  readonly mtvec: number;
  /** `7: store/AMO access fault`. */
  readonly cause: string;
  readonly isInterrupt: boolean;
  readonly value: TrapValue;
  readonly fromUser: boolean;
}

const INTERRUPTS: readonly [InterruptBit, string][] = [
  [InterruptBit.Software, 'software'],
  [InterruptBit.Timer, 'timer'],
  [InterruptBit.External, 'external'],
];

function read(registers: RegisterFile, name: string): number {
  return registers.read(name) ?? 0;
}

/** The trap that was taken last. Only of use when one was. */
export function trapState(registers: RegisterFile): TrapState {
  const mcause = read(registers, 'mcause');
  const isInterrupt = mcause >= 0x80000000;
  const code = mcause & 0x7fffffff;
  return {
    mcause,
    mepc: read(registers, 'mepc'),
    mtval: read(registers, 'mtval'),
    mtvec: read(registers, 'mtvec'),
    cause: `${hexOrNumber(mcause)}: ${causeName(code, isInterrupt)}`,
    isInterrupt,
    value: isInterrupt ? 'nothing' : valueKind(code),
    fromUser: (read(registers, 'mstatus') & MSTATUS_MPP) === 0,
  };
}

function hexOrNumber(mcause: number): string {
  return mcause < 0x80000000 ? String(mcause) : `0x${mcause.toString(16)}`;
}

function valueKind(code: number): TrapValue {
  switch (code) {
    case Cause.IllegalInstruction:
      return 'encoding';
    case Cause.Breakpoint:
    case Cause.UserEcall:
    case Cause.MachineEcall:
      return 'nothing';
    default:
      return 'address';
  }
}

export function modeName(registers: RegisterFile): string {
  return read(registers, 'priv') === Privilege.User ? 'user mode' : 'machine mode';
}

/** Whether interrupts are on, which are enabled, which are pending. */
export function interruptWords(registers: RegisterFile): string {
  const list = (mask: number) => {
    const names = INTERRUPTS.filter(([bit]) => (mask & (1 << bit)) !== 0).map(([, name]) => name);
    return names.length === 0 ? 'none' : names.join(', ');
  };
  const on = read(registers, 'priv') === Privilege.User || (read(registers, 'mstatus') & MSTATUS_MIE) !== 0;
  return `${on ? 'on' : 'off (mstatus.MIE is 0)'}; enabled in mie: ${list(read(registers, 'mie'))}; pending in mip: ${list(read(registers, 'mip'))}`;
}
