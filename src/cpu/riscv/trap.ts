/** Causes of traps and the bits of the trap registers. Privileged ISA 20240411, 3.1.6 and 3.1.15. */

/** mcause of synchronous exceptions that this hart raises (table 3.6). */
export enum Cause {
  InstructionAccessFault = 1,
  IllegalInstruction = 2,
  Breakpoint = 3,
  LoadMisaligned = 4,
  LoadAccessFault = 5,
  StoreMisaligned = 6,
  StoreAccessFault = 7,
  UserEcall = 8,
  MachineEcall = 11,
}

/** Bits of mip and mie, which are also the exception codes of the interrupts. */
export enum InterruptBit {
  Software = 3,
  Timer = 7,
  External = 11,
}

/** In the order in which they are taken (3.1.9). */
export const INTERRUPT_PRIORITY = [InterruptBit.External, InterruptBit.Software, InterruptBit.Timer] as const;

/** Interrupts that exist: the writable bits of mie. */
export const INTERRUPT_MASK =
  (1 << InterruptBit.External) | (1 << InterruptBit.Software) | (1 << InterruptBit.Timer);

/** Fields of mstatus that a hart without supervisor mode has (3.1.6). */
export const MSTATUS_MIE = 1 << 3;
export const MSTATUS_MPIE = 1 << 7;
export const MSTATUS_MPP = 3 << 11;
export const MSTATUS_MPP_SHIFT = 11;
export const MSTATUS_MPRV = 1 << 17;
export const MSTATUS_TW = 1 << 21;
export const MSTATUS_WRITABLE = MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_TW;

export enum Privilege {
  User = 0,
  Machine = 3,
}

/** What a cause is called in a report. */
export function causeName(cause: number, isInterrupt: boolean): string {
  if (isInterrupt) {
    switch (cause) {
      case InterruptBit.Software:
        return 'machine software interrupt';
      case InterruptBit.Timer:
        return 'machine timer interrupt';
      case InterruptBit.External:
        return 'machine external interrupt';
      default:
        return `interrupt ${cause}`;
    }
  }
  switch (cause) {
    case Cause.InstructionAccessFault:
      return 'instruction access fault';
    case Cause.IllegalInstruction:
      return 'illegal instruction';
    case Cause.Breakpoint:
      return 'breakpoint';
    case Cause.LoadMisaligned:
      return 'load address misaligned';
    case Cause.LoadAccessFault:
      return 'load access fault';
    case Cause.StoreMisaligned:
      return 'store/AMO address misaligned';
    case Cause.StoreAccessFault:
      return 'store/AMO access fault';
    case Cause.UserEcall:
      return 'environment call from U-mode';
    case Cause.MachineEcall:
      return 'environment call from M-mode';
    default:
      return `exception ${cause}`;
  }
}
