/** Why the run loop came back to the hart, or must. */
export enum Leave {
  /** Not at all: the instruction is done and the next one follows. */
  Stay = 0,
  /** The budget does not cover the next block. */
  Budget = 1,
  /** The instruction is done, and something has to be looked at before the next one. */
  Attention = 2,
  /** An exception was taken, or privilege or code changed: the program counter is set. */
  Redirected = 3,
  Asleep = 4,
  Spinning = 5,
  Breakpoint = 6,
  Dead = 7,
  /** As many instructions were executed as was asked for. */
  Limit = 8,
}
