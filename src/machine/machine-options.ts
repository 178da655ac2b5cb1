/** How a machine is built and run, what ends a run, and what is counted. */
import type { GuestError } from '../bus/device.ts';
import type { CoreStatistics } from '../cpu/core.ts';
import type { TimingModel } from '../cpu/timing/model.ts';
import type { BoardDescription } from './board.ts';
import type { CpuName } from './cpus.ts';
import type { ForeignTouch } from './factories/factory.ts';
import type { IsaExtension } from './isa.ts';
import type { HostFiles } from './semihosting/files.ts';

export interface MachineOptions {
  /** A board's name (`bluesim boards`) or a description of one's own. Default: what the image asks for. */
  board?: string | BoardDescription;
  /** Size of RAM in bytes, whole pages. Default: the board's. */
  ramBytes?: number;
  /** Bit-manipulation extensions that the core has besides RV32IMAC: 'Zba', 'Zbb', 'Zbs'. */
  extensions?: readonly IsaExtension[];
  /** Processor of a board with an ARM core. Default: the board's, or 'cortex-m4' when the image needs its DSP instructions. */
  cpu?: CpuName;
  /** Timing model, by its name or itself. Default: the board's. */
  model?: TimingModel | string;
  /**
   * Wait states by the name of a memory: cycles that each access to one of its words waits, 0 to 15. Only timing models
   * with rules count them. Default: the board's, which are 0 on all boards that come with bluesim.
   */
  waitStates?: Readonly<Record<string, number>>;
  /** UARTs send at the baud rate instead of at once. */
  pacedTransmit?: boolean;
  /** Virtual date at power-on, in seconds since 1970, an integer below 2^31: for the clock chip and semihosting. Default: 2020-01-01. */
  epochSeconds?: number;
  /** Stimulus ports of the ITM, 0 to 31, whose bytes are text for the console. Default: none. */
  itmConsole?: readonly number[];
  /** Guest errors (a write to a read-only register, …) end the run. */
  strict?: boolean;
  /** Semihosting; false makes its EBREAK an ordinary breakpoint exception. */
  semihosting?: false | SemihostingSettings;
  /**
   * Keeps what `report` needs to tell the last branches: checkpoints and input. Costs memory for up to two copies
   * of what the guest has written and, in long runs, below 1 % of the time.
   */
  flightRecorder?: boolean;
}

export interface SemihostingSettings {
  /** What SYS_GET_CMDLINE gives after the image's name. */
  arguments?: readonly string[];
  /** Directory in which the guest may use files. Without it every open fails. */
  root?: string;
  /** The guest's files, in place of a directory: for example in memory. */
  files?: HostFiles;
}

export interface RunOptions {
  /** Stop when this many cycles have passed since power-on. */
  untilCycle?: number;
  /** Run at most this many cycles, or retire at most this many instructions, in this call. */
  maxCycles?: number;
  maxInstructions?: number;
  /**
   * Stop when the console (any UART, or semihosting) matches. The text is matched by lines and across the last
   * 4,096 characters. Text that came before this call counts if the call before had the same patterns and none matched.
   */
  untilConsole?: RegExp | string;
  /** As `untilConsole`, for what must not appear. */
  failOn?: RegExp | string;
  /** Stop before the instruction at this symbol or address. */
  untilSymbol?: string | number;
  /**
   * Stop as soon as only input can let the guest go on. Otherwise it waits for a cycle limit to come, if there is
   * one: time passes then although nothing happens.
   */
  stopWhenWaiting?: boolean;
}

/** Why a run ended. The machine can be looked at, and run on unless it has exited or is stuck. */
export type RunResult =
  | { kind: 'exit'; code: number; reason: string }
  | { kind: 'console-match'; text: string }
  | { kind: 'console-failure'; text: string }
  | { kind: 'breakpoint'; address: number }
  | { kind: 'cycle-limit' }
  | { kind: 'instruction-limit' }
  /** The guest can never get any further. Known as soon as it is so, if need be on the cycle of a limit. */
  | { kind: 'stuck'; reason: string }
  /** The guest waits for input that is still open, and nothing else can happen before it comes. */
  | { kind: 'waiting-for-input' }
  | { kind: 'guest-error'; error: GuestError }
  /** The guest is built for another board than the one that was chosen for it, as an access of it shows. */
  | { kind: 'wrong-board'; board: string; touch: ForeignTouch };

/** A write to a stimulus port of the ITM. @param width of the write in bytes; the value is unsigned. */
export type StimulusListener = (port: number, width: 1 | 2 | 4, value: number) => void;

/** Output of the guest, byte by byte, at the current cycle. @param port a UART's name, 'semihosting', or 'itm'. */
export type ConsoleListener = (byte: number, port: string) => void;

export interface MachineStatistics extends CoreStatistics {
  /** Resets that the guest asked for. */
  resets: number;
  guestErrors: Record<string, number>;
}
