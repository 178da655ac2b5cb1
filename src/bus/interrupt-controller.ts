/**
 * What a core with a nested vectored interrupt controller asks of it. The controller keeps enables, pending and
 * active bits and priorities of the interrupt lines; when an exception is taken, which priorities are masked and
 * how they are grouped is the core's business. Neither knows the other.
 *
 * Lines are numbered from 0. Priorities are bytes, 0 the highest; NO_PRIORITY is lower than all of them.
 */

export const NO_PRIORITY = 256;

export interface InterruptController {
  readonly lineCount: number;
  /** The pending and enabled line of the highest priority, of several the lowest number; -1 when there is none. */
  readonly pendingLine: number;
  /** Its priority, or NO_PRIORITY. */
  readonly pendingPriority: number;
  /** The highest priority among the active lines, or NO_PRIORITY. */
  readonly activePriority: number;
  readonly activeCount: number;
  /** Whether any line is pending, enabled or not. */
  readonly anyPending: boolean;
  isActive(line: number): boolean;
  /** Makes a line pending, as software does. Nothing happens for a line that does not exist. */
  setPending(line: number): void;
  /** The core takes the line's interrupt: it becomes active and is no longer pending. */
  acknowledge(line: number): void;
  /** The handler has returned: the line is no longer active, and pending again when its input is still high. */
  complete(line: number): void;
  /** Nothing is active any more. */
  clearActive(): void;
  /**
   * Whether, without any act of the core, an input can rise that would become pending.
   * @param ceiling only enabled, inactive lines of a higher priority (a smaller number) than this count.
   */
  mayRise(ceiling: number): boolean;
  /** Whether an input of any inactive line, enabled or not, can rise without any act of the core. */
  mayPend(): boolean;
  /** The core is told of whatever may change its decision. */
  listener: InterruptListener | undefined;
}

export interface InterruptListener {
  /** Something above has changed. */
  interruptsChanged(): void;
  /** A line has become pending that was not. */
  becamePending(): void;
}
