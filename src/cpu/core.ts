/** What every core offers, whatever its ISA: the machine, the debugger and the tests know cores by this alone. */
import type { Line } from '../bus/line.ts';
import type { Stateful } from '../bus/state.ts';

/** Why `run` came back. The core stands before the instruction at `pc`, with all cycles accounted. */
export type CoreStop =
  /** The deadline is reached. */
  | { kind: 'deadline' }
  /** Something outside has to be looked at: an exit request, an earlier event, input. */
  | { kind: 'attention' }
  /** Asleep, and nothing is pending that ends it. @param cause what made it sleep: 'WFI'. */
  | { kind: 'asleep'; cause: string }
  /** At an instruction that jumps to itself. */
  | { kind: 'spinning' }
  /** Before an instruction at which the caller asked to stop. */
  | { kind: 'breakpoint' }
  /** No further progress is possible whatever happens outside. */
  | { kind: 'dead'; reason: string };

export interface RegisterFile {
  /** Names in the order in which a person wants to see them. */
  readonly names: readonly string[];
  /**
   * @param name a register by its number name, ABI name, or the name of a special register ('x5', 't0', 'mepc').
   * @returns the value as an unsigned number, or undefined when there is no such register.
   */
  read(name: string): number | undefined;
  /** @returns false when there is no such register or it cannot be written. */
  write(name: string, value: number): boolean;
}

/** Hears what the core does. Attaching one selects the observed variant of the run loop; the plain one never asks. */
export interface CoreObserver {
  /** Before each instruction. @param cycle at which it starts. */
  instruction(pc: number, cycle: number): void;
  /** After each instruction, also one that raised an exception. @param cycle its last one. */
  retired?(pc: number, cycle: number): void;
  /** An exception has been returned from. @param pc of the instruction that did it. @param cycle behind its last one. */
  trapReturned?(pc: number, target: number, cycle: number): void;
  /**
   * A trap was taken.
   * @param pc of the instruction that did not run. @param target the handler's address.
   * @param asserted cycle at which the request of an interrupt rose, or at which it was let through.
   */
  trap(
    cause: number,
    isInterrupt: boolean,
    pc: number,
    value: number,
    target: number,
    cycle: number,
    asserted?: number,
  ): void;
}

/** The core's counters for `--stats`. */
export interface CoreStatistics {
  /** Instructions retired. */
  instructions: number;
  /** Cycles since reset, sleep included. */
  cycles: number;
  /** Cycles asleep in WFI. */
  sleepCycles: number;
  /** Number of traps by name of the cause. */
  exceptions: Record<string, number>;
  interrupts: Record<string, number>;
}

export interface Core extends Stateful {
  readonly architecture: 'riscv32' | 'armv7m';
  readonly registers: RegisterFile;
  /** Address of the next instruction, unsigned. */
  pc: number;
  /** Stack pointer, unsigned. */
  readonly stackPointer: number;
  /** Power-on reset; execution starts at the board's reset address. */
  reset(): void;
  /** Current cycle, exact also during a device access. */
  now(): number;
  /** Instructions retired since reset. */
  retired(): number;
  /**
   * Runs until a cycle at the latest. Instructions that are over by then are executed; of the next one a part of its
   * cycles may be spent.
   * @param instructions the most that are executed. A model may charge nothing for some, so cycles do not bound them.
   */
  run(deadline: number, instructions?: number): CoreStop;
  /**
   * Lets time pass without executing: the core is asleep, waits for input, or would only go round and round.
   * @param cycle where to go on, not before now.
   * @param spinning count the rounds of a self-jump as instructions.
   */
  skipTo(cycle: number, spinning: boolean): void;
  /** Makes `run` come back after the current instruction. */
  requestAttention(): void;
  /** Whether an interrupt that is enabled can ever end the present sleep or self-jump. */
  canBeWoken(): boolean;
  /** Wires an interrupt input. @param number the core's own numbering of its inputs. */
  connect(number: number, line: Line): void;
  /** Stops before these addresses with 'breakpoint'. */
  setBreakpoints(addresses: Iterable<number>): void;
  /** Lets the next `run` pass a breakpoint at the present pc. */
  stepOverBreakpoint(): void;
  observe(observer: CoreObserver | undefined): void;
  statistics(): CoreStatistics;
}
