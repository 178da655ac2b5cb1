/**
 * What has happened to the stack since a function's entry, without debug information: found by following the
 * function's flow of control from its symbol to the pc. That rather than the order of addresses makes early
 * returns and late prologues come out right, because compilers keep the stack the same on every way to an
 * instruction. What an instruction does to the stack is the matter of each instruction set.
 */

/** The instructions that belong to one function. */
export interface FunctionRange {
  readonly start: number;
  readonly end: number;
}

/** Where a register's value at entry is now. */
export type Place =
  | { readonly kind: 'register' }
  /** Relative to sp at entry. */
  | { readonly kind: 'stack'; readonly offset: number }
  | { readonly kind: 'lost' };

export const IN_REGISTER: Place = { kind: 'register' };
export const LOST: Place = { kind: 'lost' };

/** The stack frame at one instruction. */
export interface FrameLayout {
  /** sp minus sp at entry; undefined when it cannot be told. */
  readonly sp: number | undefined;
  /** The return address. */
  readonly ra: Place;
  /** The caller's frame pointer. */
  readonly fp: Place;
}

/** The instructions that may come after one, each with the state there, the likelier one last. */
export type Successors<State> = readonly (readonly [address: number, state: State])[];

export interface FlowRules<State extends FrameLayout> {
  readonly entry: State;
  /** Whether the flow may go on outside of the function, because it comes back from there. */
  mayLeave(state: State): boolean;
  /** @returns undefined where no instruction is. */
  successors(
    address: number,
    state: State,
    inside: (address: number) => boolean,
  ): Successors<State> | undefined;
}

/** More than the largest function that anyone writes; what is longer is data taken for code. */
const MOST_INSTRUCTIONS = 20_000;

/**
 * The state just before the instruction at `pc`.
 * @param ranges the function's instructions; its entry is the start of the first one.
 * @returns undefined when the flow of control never comes to `pc`.
 */
export function stateAt<State extends FrameLayout>(
  rules: FlowRules<State>,
  ranges: readonly FunctionRange[],
  pc: number,
): State | undefined {
  const states = walkFunction(rules, ranges);
  const state = states.get(pc);
  if (state !== undefined) return state;
  // Behind a jump table: the frame is that of the nearest instruction before it that was reached in a frame.
  for (let back = pc - 2; back >= ranges[0]!.start; back -= 2) {
    const candidate = states.get(back);
    if (candidate !== undefined && candidate.sp !== 0) return candidate;
  }
  return undefined;
}

function walkFunction<State extends FrameLayout>(
  rules: FlowRules<State>,
  ranges: readonly FunctionRange[],
): Map<number, State> {
  const states = new Map<number, State>();
  const inside = (address: number) => ranges.some(({ start, end }) => address >= start && address < end);
  const waiting: { address: number; state: State }[] = [{ address: ranges[0]!.start, state: rules.entry }];
  while (waiting.length > 0 && states.size < MOST_INSTRUCTIONS) {
    const { address, state } = waiting.pop()!;
    if (states.has(address)) continue;
    const successors = rules.successors(address, state, inside);
    if (successors === undefined) continue;
    states.set(address, state);
    for (const [next, nextState] of successors) {
      if (inside(next) || rules.mayLeave(nextState)) waiting.push({ address: next, state: nextState });
    }
  }
  return states;
}
