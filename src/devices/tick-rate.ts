/**
 * Converts between cycles of the core clock and ticks of a counter that runs at another frequency, exactly:
 * tick n begins at the first cycle c with c × ticksHz / cyclesHz ≥ n, so nothing drifts whatever the ratio.
 */
import { assert } from '../errors.ts';

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

  /** Ticks that have passed at a cycle; exact below 2^53. */
  ticksAt(cycle: number): number {
    const whole = Math.floor(cycle / this.#cycles);
    return whole * this.#ticks + scale(cycle - whole * this.#cycles, this.#ticks, this.#cycles, 0);
  }

  /** The first cycle at which `ticks` have passed, or undefined when that is never: ticks or cycles beyond 2^53. */
  cycleOf(ticks: number): number | undefined {
    if (!Number.isSafeInteger(ticks)) return undefined;
    const whole = Math.floor(ticks / this.#ticks);
    const rest = scale(ticks - whole * this.#ticks, this.#cycles, this.#ticks, this.#ticks - 1);
    const cycle = whole * this.#cycles + rest;
    return Number.isSafeInteger(cycle) ? cycle : undefined;
  }
}

/**
 * floor((value × multiplier + bias) / divisor), exactly. Rounding a quotient of integers below 2^53 never
 * carries it over the next integer, so the floor of a Number division is right.
 */
function scale(value: number, multiplier: number, divisor: number, bias: number): number {
  const product = value * multiplier + bias;
  if (Number.isSafeInteger(product)) return Math.floor(product / divisor);
  return Number((BigInt(value) * BigInt(multiplier) + BigInt(bias)) / BigInt(divisor));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
