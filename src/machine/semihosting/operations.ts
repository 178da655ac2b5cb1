/**
 * Numbers of the semihosting interface: operations, reasons for stopping, errno values.
 *
 * Arm, Semihosting for AArch32 and AArch64, release 2023Q3; RISC-V Semihosting, version 1.0,
 * which takes the same operations over.
 */

export const Operation = {
  Open: 0x01,
  Close: 0x02,
  WriteCharacter: 0x03,
  WriteString: 0x04,
  Write: 0x05,
  Read: 0x06,
  ReadCharacter: 0x07,
  IsError: 0x08,
  IsTty: 0x09,
  Seek: 0x0a,
  FileLength: 0x0c,
  TemporaryName: 0x0d,
  Remove: 0x0e,
  Rename: 0x0f,
  Clock: 0x10,
  Time: 0x11,
  System: 0x12,
  Errno: 0x13,
  GetCommandLine: 0x15,
  HeapInfo: 0x16,
  Exit: 0x18,
  ExitExtended: 0x20,
  Elapsed: 0x30,
  TickFrequency: 0x31,
} as const;

/** The one reason that stands for success. */
export const APPLICATION_EXIT = 0x20026;

const REASONS: Record<number, string> = {
  131072: 'ADP_Stopped_BranchThroughZero',
  131073: 'ADP_Stopped_UndefinedInstr',
  131074: 'ADP_Stopped_SoftwareInterrupt',
  131075: 'ADP_Stopped_PrefetchAbort',
  131076: 'ADP_Stopped_DataAbort',
  131077: 'ADP_Stopped_AddressException',
  131078: 'ADP_Stopped_IRQ',
  131079: 'ADP_Stopped_FIQ',
  131104: 'ADP_Stopped_BreakPoint',
  131105: 'ADP_Stopped_WatchPoint',
  131106: 'ADP_Stopped_StepComplete',
  131107: 'ADP_Stopped_RunTimeErrorUnknown',
  131108: 'ADP_Stopped_InternalError',
  131109: 'ADP_Stopped_UserInterruption',
  [APPLICATION_EXIT]: 'ADP_Stopped_ApplicationExit',
  131111: 'ADP_Stopped_StackOverflow',
  131112: 'ADP_Stopped_DivisionByZero',
  131113: 'ADP_Stopped_OSSpecific',
};

/** The standard's name of a reason, or its number in hexadecimal. */
export function reasonName(reason: number): string {
  return REASONS[reason] ?? `0x${(reason >>> 0).toString(16)}`;
}

/**
 * Values of newlib and picolibc (sys/errno.h), because guests are built with them; the small ones are
 * everybody's.
 */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  E2BIG: 7,
  EBADF: 9,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  ENOSYS: 88,
  ENOTEMPTY: 90,
  ENAMETOOLONG: 91,
  ELOOP: 92,
  EDQUOT: 132,
  EOVERFLOW: 139,
} as const;

/** What SYS_OPEN's mode 0 to 11 asks for: fopen's "r", "rb", "r+", "r+b", "w", … "a+b". */
export interface OpenMode {
  read: boolean;
  write: boolean;
  /** Made when it does not exist. */
  create: boolean;
  /** Emptied when it exists. */
  truncate: boolean;
  /** Every write goes to the end. */
  append: boolean;
}

/** @param mode 0 to 11; the difference between text and binary (bit 0) has no meaning here. */
export function openMode(mode: number): OpenMode {
  const update = (mode & 2) !== 0;
  const [reads, appends] = [mode < 4, mode >= 8];
  return {
    read: reads || update,
    write: !reads || update,
    create: !reads,
    truncate: !reads && !appends,
    append: appends,
  };
}
