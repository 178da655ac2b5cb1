/**
 * Exception numbers, the kinds of fault and their status bits. ARMv7-M ARM DDI 0403E, B1.5.2, B1.5.14, B3.2.15.
 */

/** B1.5.2, table B1-4. Interrupt n is exception FirstInterrupt + n. */
export enum ExceptionNumber {
  Reset = 1,
  Nmi = 2,
  HardFault = 3,
  MemManage = 4,
  BusFault = 5,
  UsageFault = 6,
  SVCall = 11,
  DebugMonitor = 12,
  PendSV = 14,
  SysTick = 15,
  FirstInterrupt = 16,
}

/** What can go wrong with an instruction or an exception entry or return, by its bit in CFSR. */
export enum Fault {
  None = 0,
  UndefinedInstruction = 1,
  InvalidState = 2,
  InvalidPc = 3,
  NoCoprocessor = 4,
  Unaligned = 5,
  DivideByZero = 6,
  InstructionAccess = 7,
  DataAccess = 8,
  UnstackingAccess = 9,
  StackingAccess = 10,
  InstructionBus = 11,
  PreciseBus = 12,
  UnstackingBus = 13,
  StackingBus = 14,
}

/** Bits of CFSR: MMFSR in 7:0, BFSR in 15:8, UFSR in 31:16. */
export const CFSR_IACCVIOL = 1 << 0;
export const CFSR_DACCVIOL = 1 << 1;
export const CFSR_MUNSTKERR = 1 << 3;
export const CFSR_MSTKERR = 1 << 4;
export const CFSR_MMARVALID = 1 << 7;
export const CFSR_IBUSERR = 1 << 8;
export const CFSR_PRECISERR = 1 << 9;
export const CFSR_IMPRECISERR = 1 << 10;
export const CFSR_UNSTKERR = 1 << 11;
export const CFSR_STKERR = 1 << 12;
export const CFSR_BFARVALID = 1 << 15;
export const CFSR_UNDEFINSTR = 1 << 16;
export const CFSR_INVSTATE = 1 << 17;
export const CFSR_INVPC = 1 << 18;
export const CFSR_NOCP = 1 << 19;
export const CFSR_UNALIGNED = 1 << 24;
export const CFSR_DIVBYZERO = 1 << 25;

export const HFSR_VECTTBL = 1 << 1;
export const HFSR_FORCED = 1 << 30;
export const HFSR_DEBUGEVT = 1 << 31;

export const DFSR_BKPT = 1 << 1;

/** What a fault leaves in CFSR, the address's valid bit included. */
const STATUS: Readonly<Record<Fault, number>> = {
  [Fault.None]: 0,
  [Fault.UndefinedInstruction]: CFSR_UNDEFINSTR,
  [Fault.InvalidState]: CFSR_INVSTATE,
  [Fault.InvalidPc]: CFSR_INVPC,
  [Fault.NoCoprocessor]: CFSR_NOCP,
  [Fault.Unaligned]: CFSR_UNALIGNED,
  [Fault.DivideByZero]: CFSR_DIVBYZERO,
  [Fault.InstructionAccess]: CFSR_IACCVIOL,
  [Fault.DataAccess]: CFSR_DACCVIOL | CFSR_MMARVALID,
  [Fault.UnstackingAccess]: CFSR_MUNSTKERR,
  [Fault.StackingAccess]: CFSR_MSTKERR,
  [Fault.InstructionBus]: CFSR_IBUSERR,
  [Fault.PreciseBus]: CFSR_PRECISERR | CFSR_BFARVALID,
  [Fault.UnstackingBus]: CFSR_UNSTKERR,
  [Fault.StackingBus]: CFSR_STKERR,
};

/** The bits that a fault sets in CFSR. */
export function faultStatus(fault: Fault): number {
  return STATUS[fault];
}

/** The exception that a fault raises when nothing escalates it. */
export function exceptionOf(fault: Fault): ExceptionNumber {
  const status = STATUS[fault];
  if (status & 0xff) return ExceptionNumber.MemManage;
  return status & 0xff00 ? ExceptionNumber.BusFault : ExceptionNumber.UsageFault;
}

/** What an exception is called in reports and statistics. */
export function exceptionName(number: number): string {
  switch (number) {
    case 0:
      return 'Thread mode';
    case ExceptionNumber.Reset:
      return 'Reset';
    case ExceptionNumber.Nmi:
      return 'NMI';
    case ExceptionNumber.HardFault:
      return 'HardFault';
    case ExceptionNumber.MemManage:
      return 'MemManage';
    case ExceptionNumber.BusFault:
      return 'BusFault';
    case ExceptionNumber.UsageFault:
      return 'UsageFault';
    case ExceptionNumber.SVCall:
      return 'SVCall';
    case ExceptionNumber.DebugMonitor:
      return 'DebugMonitor';
    case ExceptionNumber.PendSV:
      return 'PendSV';
    case ExceptionNumber.SysTick:
      return 'SysTick';
    default:
      return number < ExceptionNumber.FirstInterrupt
        ? `exception ${number}`
        : `IRQ ${number - ExceptionNumber.FirstInterrupt}`;
  }
}
