/**
 * What the registers of an ARMv7-M processor say, in words: for reports. Fault status in sentences, the frame of
 * the exception that is handled, what masks interrupts. ARMv7-M ARM DDI 0403E, B1.4, B1.5 and B3.2.
 */
import * as bits from '../cpu/armv7m/faults.ts';
import { hex32 } from '../errors.ts';
import { returnText } from './backtrace.ts';
import { type Armv7mBacktrace, armv7mBacktrace, type ExceptionFrame } from './backtrace-armv7m.ts';
import type { GuestFacts, GuestView, TrapFacts } from './guest-view.ts';

/** Told in words, or by the first line of a report. */
const HIDDEN = new Set(['pc']);

const ICSR = 0xe000_ed04;
const SHCSR = 0xe000_ed24;
const CFSR = 0xe000_ed28;
const HFSR = 0xe000_ed2c;
const MMFAR = 0xe000_ed34;
const BFAR = 0xe000_ed38;
const NVIC_ENABLED = 0xe000_e100;
const NVIC_PENDING = 0xe000_e200;
const NVIC_ACTIVE = 0xe000_e300;
const SYST_CSR = 0xe000_e010;
/** Words of each of the NVIC's bit sets. */
const NVIC_WORDS = 8;
/** More numbers than this are counted instead of listed. */
const MOST_LISTED = 3;

/** A status bit with the name of its field and what it means. */
type Meaning = readonly [bit: number, name: string, meaning: string];

/** B3.2.15. No line is longer than a report may be. */
export const CFSR_MEANINGS: readonly Meaning[] = [
  [bits.CFSR_IACCVIOL, 'IACCVIOL', 'an instruction was fetched from where the MPU or XN forbids it'],
  [bits.CFSR_DACCVIOL, 'DACCVIOL', 'a load or store was forbidden by the MPU'],
  [bits.CFSR_MUNSTKERR, 'MUNSTKERR', 'the MPU forbade to read the frame on exception return'],
  [bits.CFSR_MSTKERR, 'MSTKERR', 'the MPU forbade to write the frame on exception entry'],
  [bits.CFSR_IBUSERR, 'IBUSERR', 'an instruction was fetched from where nothing answers'],
  [bits.CFSR_PRECISERR, 'PRECISERR', 'a load or store went to where nothing answers'],
  [bits.CFSR_IMPRECISERR, 'IMPRECISERR', 'a store before that had gone to where nothing answers'],
  [bits.CFSR_UNSTKERR, 'UNSTKERR', 'nothing answered where the frame was read on exception return'],
  [bits.CFSR_STKERR, 'STKERR', 'nothing answered where the frame was written on exception entry'],
  [bits.CFSR_UNDEFINSTR, 'UNDEFINSTR', 'an undefined instruction'],
  [bits.CFSR_INVSTATE, 'INVSTATE', 'an instruction with the T bit clear: a jump to an even address'],
  [bits.CFSR_INVPC, 'INVPC', 'an exception return with a damaged EXC_RETURN, IPSR or frame'],
  [bits.CFSR_NOCP, 'NOCP', 'a coprocessor or floating-point instruction without such a unit'],
  [bits.CFSR_UNALIGNED, 'UNALIGNED', 'an unaligned access that CCR.UNALIGN_TRP or the instruction forbids'],
  [bits.CFSR_DIVBYZERO, 'DIVBYZERO', 'a division by zero, with CCR.DIV_0_TRP'],
];

/** B3.2.16. */
export const HFSR_MEANINGS: readonly Meaning[] = [
  [bits.HFSR_VECTTBL, 'VECTTBL', 'a vector could not be read'],
  [bits.HFSR_FORCED, 'FORCED', "the fault's own handler is disabled, or its priority is too low"],
  [bits.HFSR_DEBUGEVT, 'DEBUGEVT', 'BKPT, and no debugger is attached'],
];

export function armv7mFacts(view: GuestView): GuestFacts {
  const read = (name: string) => view.registers.read(name) ?? 0;
  const xpsr = read('xpsr');
  const ipsr = xpsr & 0x1ff;
  const lockedUp = read('lockup') !== read('pc');
  const trace = armv7mBacktrace(view, {
    pc: read('lockup'),
    sp: read('sp'),
    ra: read('lr'),
    fp: read('r7'),
    psp: read('psp'),
    ipsr,
    lockedUp,
  });
  return {
    mode: `${lockedUp ? 'locked up ' : ''}${modeText(view, ipsr, read('control'))}, ${flagsText(xpsr)}`,
    registers: view.registers.names.filter((name) => !HIDDEN.has(name)),
    interrupts: interruptTexts(view),
    trap: view.hasTrapped || lockedUp ? exceptionFacts(view, trace) : undefined,
    backtrace: trace.backtrace,
  };
}

function modeText(view: GuestView, ipsr: number, control: number): string {
  if (ipsr !== 0) return `handling ${exceptionText(view, ipsr)}`;
  const rights = control & 1 ? 'unprivileged' : 'privileged';
  return `Thread mode, ${rights}, ${control & 2 ? 'process' : 'main'} stack`;
}

function exceptionText(view: GuestView, number: number): string {
  return view.trapName(number, number >= 16);
}

/** ITSTATE of an xPSR; 0 as well where the bits are ICI, an interrupted LDM or STM (B1.4.2). */
export function itStateOf(xpsr: number): number {
  const itstate = ((xpsr >>> 25) & 3) | ((xpsr >>> 8) & 0xfc);
  return (itstate & 15) === 0 ? 0 : itstate;
}

/** The flags, and what of EPSR is not as it mostly is: `flags NzCvq, in an IT block (ITSTATE 0x08)`. */
function flagsText(xpsr: number): string {
  const flag = (bit: number, name: string) => (xpsr & (1 << bit) ? name.toUpperCase() : name);
  const parts = [`flags ${flag(31, 'n')}${flag(30, 'z')}${flag(29, 'c')}${flag(28, 'v')}${flag(27, 'q')}`];
  if ((xpsr & (1 << 24)) === 0) parts.push('T is clear');
  const itstate = itStateOf(xpsr);
  if (itstate !== 0) parts.push(`in an IT block (ITSTATE 0x${itstate.toString(16).padStart(2, '0')})`);
  return parts.join(', ');
}

/** What holds interrupts back. */
function maskText({ registers }: GuestView): string {
  const read = (name: string) => registers.read(name) ?? 0;
  const masks: string[] = [];
  if (read('primask') & 1) masks.push('PRIMASK is set');
  if (read('faultmask') & 1) masks.push('FAULTMASK is set');
  if (read('basepri') !== 0) masks.push(`BASEPRI is 0x${read('basepri').toString(16)}`);
  return masks.length === 0 ? 'no mask is set' : masks.join(', ');
}

function interruptTexts(view: GuestView): string[] {
  const icsr = view.peekWord(ICSR) ?? 0;
  const isPending = (bit: number) => (icsr & (1 << bit)) !== 0;
  const pending = [
    ...(isPending(31) ? ['NMI'] : []),
    ...interruptsIn(view, NVIC_PENDING),
    ...(isPending(26) ? ['SysTick'] : []),
    ...(isPending(28) ? ['PendSV'] : []),
  ];
  const enabled = interruptsIn(view, NVIC_ENABLED);
  if (((view.peekWord(SYST_CSR) ?? 0) & 3) === 3) enabled.push('SysTick');
  const active = interruptsIn(view, NVIC_ACTIVE);
  return [
    `${maskText(view)}; pending: ${listText(pending)}`,
    `enabled: ${listText(enabled)}`,
    ...(active.length === 0 ? [] : [`active: ${listText(active)}`]),
  ];
}

/** The names of the interrupts in one of the NVIC's bit sets. */
function interruptsIn(view: GuestView, address: number): string[] {
  const names: string[] = [];
  for (let word = 0; word < NVIC_WORDS; word++) {
    const set = view.peekWord(address + 4 * word) ?? 0;
    for (let bit = 0; bit < 32; bit++) {
      if (set & (1 << bit)) names.push(exceptionText(view, 16 + 32 * word + bit));
    }
  }
  return names;
}

function listText(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const listed = names.slice(0, MOST_LISTED).join(', ');
  return names.length <= MOST_LISTED ? listed : `${listed} and ${names.length - MOST_LISTED} more`;
}

/** @returns undefined when nothing is left of the exceptions that there were. */
function exceptionFacts(view: GuestView, { exceptionFrames }: Armv7mBacktrace): TrapFacts | undefined {
  const [frame] = exceptionFrames;
  const lines = [...(frame === undefined ? [] : frameLines(view, frame)), ...faultLines(view)];
  return lines.length === 0 ? undefined : { title: 'Last exception', lines };
}

/** The fault registers. They keep what was noted until software clears it, so not all need be of the last fault. */
function faultLines(view: GuestView): [string, string][] {
  const word = (address: number) => view.peekWord(address) ?? 0;
  const [cfsr, hfsr] = [word(CFSR), word(HFSR)];
  const lines: [string, string][] = [];
  const tell = (name: string, value: number, meanings: readonly Meaning[]) => {
    if (value === 0) return;
    const told = meanings.filter(([bit]) => (value & bit) !== 0);
    const [first, ...others] = told.map(([, field, meaning]) => `${field}: ${meaning}`);
    lines.push([name, `${hex32(value)} ${first ?? ''}`.trimEnd()]);
    for (const other of others) lines.push(['', `           ${other}`]);
  };
  tell('CFSR', cfsr, CFSR_MEANINGS);
  if (cfsr & bits.CFSR_MMARVALID) lines.push(['MMFAR', addressText(view, word(MMFAR))]);
  if (cfsr & bits.CFSR_BFARVALID) lines.push(['BFAR', addressText(view, word(BFAR))]);
  tell('HFSR', hfsr, HFSR_MEANINGS);
  if (hfsr & bits.HFSR_FORCED) {
    const enabled = (word(SHCSR) >>> 16) & 7;
    const names = ['MemManage', 'BusFault', 'UsageFault'].filter((_, bit) => (enabled & (1 << bit)) === 0);
    if (names.length > 0)
      lines.push(['SHCSR', `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} disabled`]);
  }
  return lines;
}

function addressText(view: GuestView, address: number): string {
  return `${hex32(address)}: ${view.whatIsAt(address)}`;
}

/** What was interrupted, by the xPSR of the frame. */
function interruptedText(view: GuestView, xpsr: number): string {
  const number = xpsr & 0x1ff;
  return `${number === 0 ? 'Thread mode' : exceptionText(view, number)}, ${flagsText(xpsr)}`;
}

function frameLines(view: GuestView, frame: ExceptionFrame): [string, string][] {
  const stack = frame.onProcessStack ? 'process' : 'main';
  const { r0, r1, r2, r3, r12, lr, pc, xpsr } = frame;
  const caller = (lr & ~1) >>> 0;
  const symbol = view.symbols.at(caller) === undefined ? '' : ` ${returnText(view.symbols, caller)}`;
  return [
    ['at', view.placeText((pc & ~1) >>> 0, itStateOf(xpsr))],
    ['frame', `at ${hex32(frame.address)} on the ${stack} stack, by ${exceptionText(view, frame.exception)}`],
    ['', `r0 ${hex32(r0)}  r1 ${hex32(r1)}  r2 ${hex32(r2)}  r3 ${hex32(r3)}`],
    ['', `r12 ${hex32(r12)}  lr ${hex32(lr)}${symbol}`],
    ['', `pc ${hex32(pc)}  xPSR ${hex32(xpsr)}: ${interruptedText(view, xpsr)}`],
  ];
}
