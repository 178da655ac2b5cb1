/** What a RISC-V hart's registers say, in words: for reports. Privileged ISA 20240411, 3.1. */
import type { RegisterFile } from '../cpu/core.ts';
import { Cause, causeName, InterruptBit, MSTATUS_MIE, MSTATUS_MPP, Privilege } from '../cpu/riscv/trap.ts';
import { hex32 } from '../errors.ts';
import { riscvBacktrace, type TakenTrap } from './backtrace-riscv.ts';
import type { GuestFacts, GuestView, TrapFacts } from './guest-view.ts';

/** What mtval holds, by the cause (3.1.16). */
type TrapValue = 'address' | 'encoding' | 'nothing';

/** Registers that a report shows; the trap's own are told in words. */
const HIDDEN = new Set(['pc', 'zero', 'mepc', 'mcause', 'mtval']);

const INTERRUPTS: readonly [InterruptBit, string][] = [
  [InterruptBit.Software, 'software'],
  [InterruptBit.Timer, 'timer'],
  [InterruptBit.External, 'external'],
];

function read(registers: RegisterFile, name: string): number {
  return registers.read(name) ?? 0;
}

export function riscvFacts(view: GuestView): GuestFacts {
  const { registers } = view;
  const trap = view.hasTrapped
    ? {
        mcause: read(registers, 'mcause'),
        mepc: read(registers, 'mepc'),
        mtvec: read(registers, 'mtvec'),
        fromUser: (read(registers, 'mstatus') & MSTATUS_MPP) === 0,
      }
    : undefined;
  const start = {
    pc: read(registers, 'pc'),
    sp: read(registers, 'sp'),
    ra: read(registers, 'ra'),
    fp: read(registers, 's0'),
  };
  return {
    mode: modeName(registers),
    registers: registers.names.filter((name) => !HIDDEN.has(name)),
    interrupts: [interruptWords(registers)],
    trap: trap && trapFacts(view, trap),
    backtrace: riscvBacktrace(view, start, trap),
  };
}

function trapFacts(view: GuestView, { mcause, mepc }: TakenTrap): TrapFacts {
  const isInterrupt = mcause >= 0x80000000;
  const code = mcause & 0x7fffffff;
  const mtval = read(view.registers, 'mtval');
  let meaning = '';
  const kind = isInterrupt ? 'nothing' : valueKind(code);
  if (kind === 'encoding' && mtval !== 0) meaning = `: ${view.instructionText(mtval, mepc)}`;
  else if (kind === 'address') meaning = `: ${view.whatIsAt(mtval)}`;
  return {
    title: 'Last trap',
    lines: [
      ['mcause', `${hexOrNumber(mcause)}: ${causeName(code, isInterrupt)}`],
      ['mepc', view.placeText(mepc)],
      ['mtval', `${hex32(mtval)}${meaning}`],
    ],
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

function modeName(registers: RegisterFile): string {
  return read(registers, 'priv') === Privilege.User ? 'user mode' : 'machine mode';
}

/** Whether interrupts are on, which are enabled, which are pending. */
function interruptWords(registers: RegisterFile): string {
  const list = (mask: number) => {
    const names = INTERRUPTS.filter(([bit]) => (mask & (1 << bit)) !== 0).map(([, name]) => name);
    return names.length === 0 ? 'none' : names.join(', ');
  };
  const on = read(registers, 'priv') === Privilege.User || (read(registers, 'mstatus') & MSTATUS_MIE) !== 0;
  return `${on ? 'on' : 'off (mstatus.MIE is 0)'}; enabled in mie: ${list(read(registers, 'mie'))}; pending in mip: ${list(read(registers, 'mip'))}`;
}
