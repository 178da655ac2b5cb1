/**
 * Converts between cycles of the core clock and ticks of a counter that runs at another frequency, exactly:
 * tick n begins at the first cycle c with c × ticksHz / cyclesHz ≥ n, so nothing drifts whatever the ratio.
 */
import { assert } from '../errors.ts';

/** Cycles are Numbers below this. What lies beyond never happens. */
const CYCLE_LIMIT = 2n ** 53n;

export class TickRate {
  /** ticksHz / cyclesHz in lowest terms. */
  readonly #ticks: number;
  readonly #cycles: number;

  constructor(ticksHz: number, cyclesHz: number) {
    assert(Number.isInteger(ticksHz) && ticksHz > 0, `bad tick frequency ${ticksHz}`);
    assert(Number.isInteger(cyclesHz) && cyclesHz > 0, `bad clock frequency ${cyclesHz}`);
    const divisor = greatestCommonDivisor(ticksHz, cyclesHz);
    this.#ticks = ticksHz / divisor;
    this.#cycles = cyclesHz / divisor;
  }

  /** Ticks that have passed at a cycle; exact while the result is below 2^53. */
  ticksAt(cycle: number): number {
    const remainder = cycle % this.#cycles;
    const whole = (cycle - remainder) / this.#cycles;
    const product = remainder * this.#ticks;
    const part = Number.isSafeInteger(product)
      ? (product - (product % this.#cycles)) / this.#cycles
      : Number((BigInt(remainder) * BigInt(this.#ticks)) / BigInt(this.#cycles));
    return whole * this.#ticks + part;
  }

  /** The first cycle at which `ticks` have passed, or undefined when that is never (beyond 2^53 cycles). */
  cycleOf(ticks: bigint): number | undefined {
    const per = BigInt(this.#ticks);
    const cycle = (ticks * BigInt(this.#cycles) + per - 1n) / per;
    return cycle < CYCLE_LIMIT ? Number(cycle) : undefined;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
