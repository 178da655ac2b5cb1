/** What the bus, the scheduler and the machine ask of a device, and what a device is given. */
import type { Clock, DeviceEvents } from './clock.ts';
import type { Stateful } from './state.ts';

export type AccessWidth = 1 | 2 | 4;

/** A guest's mistake that the architecture does not punish, for example a write to a read-only register. */
export interface GuestError {
  /** Who reports it: the device's name. */
  source: string;
  /** A stable word: 'read-only', 'write-only', 'reserved', 'unimplemented', 'overrun', … */
  category: string;
  /** One sentence with register name and value. */
  message: string;
}

/** What a device is given when it is built: all that it may know of the world outside. */
export interface DeviceContext {
  readonly clock: Clock;
  readonly events: DeviceEvents;
  guestError(category: string, message: string): void;
}

export interface Device extends Stateful {
  /** Unique on a board: 'uart0', 'clint', 'plic'. */
  readonly name: string;
  /** Size of its window in bytes, a power of two or a multiple of 4. */
  readonly sizeBytes: number;
  /** Bit mask of the access widths (1, 2, 4) that do not fault; checked by the bus. */
  readonly readWidths: number;
  readonly writeWidths: number;
  /** Whether an access that is not a multiple of its width reaches the device; otherwise the bus faults it. */
  readonly unaligned: boolean;
  /** Power-on reset. */
  reset(): void;
  /** @returns the value, zero-extended; only the low `width` bytes count. */
  read(offset: number, width: AccessWidth): number;
  write(offset: number, width: AccessWidth, value: number): void;
  /** As `read`, without any effect: for debuggers, traces, `info`. */
  peek(offset: number, width: AccessWidth): number;
  /** An event of its own is due. */
  onEvent(kind: number): void;
  /** Whether the device may reset the machine without any act of the core: a watchdog that runs. Absent: never. */
  mayReset?(): boolean;
}
