/**
 * What a component gives to a snapshot: plain data only, so that it can be copied, hashed, written to a file
 * and restored into a fresh machine.
 */
export type StateValue =
  | number
  | boolean
  | string
  | null
  | Uint8Array
  | Int32Array
  | Float64Array
  | StateValue[]
  | { [key: string]: StateValue };

export type State = { [key: string]: StateValue };

/** A component whose state decides the future of the run. */
export interface Stateful {
  /** A deep copy of everything that decides the future. Keys always in the same order. */
  snapshot(): State;
  /** Takes over a state that `snapshot` of the same kind of component made. */
  restore(state: State): void;
}
