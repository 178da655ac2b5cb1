/**
 * A span: the time from one event to the next one of another kind. It begins at the latest event that begins it before the
 * one that ends it; an end without a beginning is none. So of calls within calls the innermost are measured.
 */
import { type Distribution, distributionOf } from './statistics.ts';

/** A moment of the run. */
export interface Moment {
  /** Since power-on. */
  readonly cycle: number;
  /** Retired before it. */
  readonly instruction: number;
  /** Address of the instruction that is next, unsigned. */
  readonly pc: number;
}

/** Where the longest of a span began and ended. */
export interface Worst {
  readonly begin: Moment;
  readonly end: Moment;
  /** `main+0x12` */
  readonly symbol: string;
  /** The thread that ran when it ended; undefined where it is not known. */
  readonly thread: string | undefined;
}

export interface SpanFigures {
  readonly name: string;
  /** The probe as it was asked for. */
  readonly probe: string;
  readonly count: number;
  readonly cycles: Distribution;
  readonly instructions: Distribution;
  /** The first of the longest; undefined when there was none. */
  readonly worst: Worst | undefined;
  /** Each one's cycles, in the order in which they ended. */
  readonly samples: readonly number[];
}

export class Span {
  readonly name: string;
  readonly probe: string;
  readonly #cycles: number[] = [];
  readonly #instructions: number[] = [];
  #begun: Moment | undefined = undefined;
  #worst: Worst | undefined = undefined;
  #most = -1;

  constructor(name: string, probe: string) {
    this.name = name;
    this.probe = probe;
  }

  begin(moment: Moment): void {
    this.#begun = moment;
  }

  /** @param describe tells of the place, and is asked only when it is the worst one. */
  end(moment: Moment, describe: () => Pick<Worst, 'symbol' | 'thread'>): void {
    const begin = this.#begun;
    if (begin === undefined) return;
    this.#begun = undefined;
    const cycles = moment.cycle - begin.cycle;
    this.#cycles.push(cycles);
    this.#instructions.push(moment.instruction - begin.instruction);
    if (cycles <= this.#most) return;
    this.#most = cycles;
    this.#worst = { begin, end: moment, ...describe() };
  }

  figures(): SpanFigures {
    return {
      name: this.name,
      probe: this.probe,
      count: this.#cycles.length,
      cycles: distributionOf(this.#cycles),
      instructions: distributionOf(this.#instructions),
      worst: this.#worst,
      samples: this.#cycles,
    };
  }
}
