/**
 * The machine in an event loop: slices of the run, and between them output, input and signals. How a run is
 * cut into slices changes nothing of what the guest does; when live input comes in does, and is recorded.
 */
import type { Machine, RunResult } from '../machine/machine.ts';
import { NEVER } from '../scheduler/scheduler.ts';
import type { InputFeed, LiveInput } from './input-feed.ts';
import type { Recording } from './recording.ts';
import type { Wakeup } from './wakeup.ts';

/** Why the loop ended: the guest did, or the user, or the host. */
export type Ending =
  | RunResult
  | { kind: 'signal'; name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  /** Ctrl-A x. */
  | { kind: 'quit' }
  /** The recording that is replayed has no more, and the guest waits for more. */
  | { kind: 'recording-ends' }
  /** Something could not be written. */
  | { kind: 'output-failure' };

export interface RunLoopOptions {
  readonly machine: Machine;
  readonly feed: InputFeed;
  readonly live: readonly Pick<LiveInput, 'deliver'>[];
  readonly replay: Recording | undefined;
  readonly wakeup: Pick<Wakeup, 'ring' | 'wait' | 'turn'>;
  /** Real time in milliseconds. */
  readonly clock: () => number;
  readonly paced: boolean;
  readonly maxCycles: number;
  readonly maxInstructions: number;
  readonly until: RegExp | undefined;
  readonly failOn: RegExp | undefined;
  /** Writes out what the guest has printed. @returns false when that is not possible any more. */
  flush(): Promise<boolean>;
}

/** How long a slice should take, in milliseconds. */
const SLICE_MS = 20;
const PACED_SLICE_MS = 8;
/** A slice is measured in instructions; time may pass faster than they do, but not without bounds. */
const FIRST_SLICE = 100_000;
const SMALLEST_SLICE = 2_000;
const LARGEST_SLICE = 8_000_000;
const CYCLES_PER_INSTRUCTION = 100;
/** Longest sleep of a paced run whose guest only waits for a device. */
const LONGEST_NAP_MS = 100;
/** How long input waits for a paced run to catch up with real time. */
const PATIENCE_MS = 50;
/** A paced run that cannot keep up for this long gives up the lost time. */
const LARGEST_LAG_MS = 250;

export class RunLoop {
  readonly #options: RunLoopOptions;
  #asked: Ending | undefined = undefined;
  #sliceInstructions = FIRST_SLICE;

  constructor(options: RunLoopOptions) {
    this.#options = options;
  }

  /** Ends the run before the next slice. The first reason wins. */
  stop(ending: Ending): void {
    this.#asked ??= ending;
    this.#options.wakeup.ring();
  }

  get isStopping(): boolean {
    return this.#asked !== undefined;
  }

  run(): Promise<Ending> {
    return this.#options.paced ? this.#runPaced() : this.#runFreely();
  }

  /** As fast as the host can. */
  async #runFreely(): Promise<Ending> {
    const { wakeup, replay } = this.#options;
    for (;;) {
      this.#deliverRecorded();
      this.#deliverLive();
      // What is recorded comes at its cycle, however long the guest waits for it.
      const stopWhenWaiting = replay === undefined || replay.nextCycle === Number.POSITIVE_INFINITY;
      const result = this.#slice(Number.POSITIVE_INFINITY, SLICE_MS, stopWhenWaiting);
      const ending = await this.#after(result);
      if (ending !== undefined) return ending;
      if (result.kind !== 'waiting-for-input') await wakeup.turn();
      else if (replay !== undefined) return { kind: 'recording-ends' };
      else await wakeup.wait();
    }
  }

  /** Virtual time follows real time: it never runs ahead, and stays behind where the host is too slow. */
  async #runPaced(): Promise<Ending> {
    const { machine, wakeup, clock } = this.#options;
    let cyclesPerMs = machine.frequencyHz / 1000;
    let anchorMs = clock();
    let anchorCycle = machine.cycles;
    let busySinceMs = anchorMs;
    this.#deliverLive();
    for (;;) {
      this.#deliverRecorded();
      const now = clock();
      if (machine.frequencyHz / 1000 !== cyclesPerMs) {
        cyclesPerMs = machine.frequencyHz / 1000;
        anchorMs = now;
        anchorCycle = machine.cycles;
      }
      let target = Math.floor(anchorCycle + (now - anchorMs) * cyclesPerMs);
      if (target - machine.cycles > LARGEST_LAG_MS * cyclesPerMs && now - busySinceMs > LARGEST_LAG_MS) {
        anchorMs = now;
        anchorCycle = machine.cycles;
        target = machine.cycles + PACED_SLICE_MS * cyclesPerMs;
        busySinceMs = now;
      }
      // Where nothing was run, because virtual time is ahead, the guest may well have something to do.
      let worked = true;
      if (target > machine.cycles) {
        const before = machine.instructions;
        const ending = await this.#after(this.#slice(target, PACED_SLICE_MS, false));
        if (ending !== undefined) return ending;
        worked = machine.instructions > before;
      }
      if (this.#asked !== undefined) return this.#asked;
      // What is typed now comes now: first the time up to now has to pass. A host that never gets there has to
      // take it as it comes.
      const isLate = machine.cycles < target;
      if (!isLate || clock() - busySinceMs > PATIENCE_MS) {
        if (this.#deliverLive()) continue;
      }
      if (isLate) {
        await wakeup.turn();
        continue;
      }
      await this.#nap(worked, cyclesPerMs);
      busySinceMs = clock();
    }
  }

  /** Sleeps while the guest does, or until the next slice is worth its while. */
  async #nap(worked: boolean, cyclesPerMs: number): Promise<void> {
    const { machine, wakeup } = this.#options;
    const { nextCycle } = machine.scheduler;
    if (worked) await wakeup.wait(PACED_SLICE_MS);
    else if (nextCycle === NEVER) await wakeup.wait();
    else {
      const away = (nextCycle - machine.core.now()) / cyclesPerMs;
      await wakeup.wait(Math.min(LONGEST_NAP_MS, Math.max(PACED_SLICE_MS, Math.ceil(away))));
    }
  }

  #slice(target: number, lengthMs: number, stopWhenWaiting: boolean): RunResult {
    const { machine, replay, maxCycles, maxInstructions, until, failOn, clock } = this.#options;
    const cycleLimit = machine.cycles + this.#sliceInstructions * CYCLES_PER_INSTRUCTION;
    const started = clock();
    const result = machine.run({
      untilCycle: Math.min(target, cycleLimit, maxCycles, replay?.nextCycle ?? Number.POSITIVE_INFINITY),
      maxInstructions: Math.min(this.#sliceInstructions, maxInstructions - machine.instructions),
      stopWhenWaiting,
      ...(until === undefined ? {} : { untilConsole: until }),
      ...(failOn === undefined ? {} : { failOn }),
    });
    const tookMs = clock() - started;
    if (tookMs > 2 * lengthMs)
      this.#sliceInstructions = Math.max(SMALLEST_SLICE, this.#sliceInstructions >> 1);
    else if (tookMs < lengthMs / 2) {
      this.#sliceInstructions = Math.min(LARGEST_SLICE, this.#sliceInstructions << 1);
    }
    return result;
  }

  /** Output first; then whether that was the end. */
  async #after(result: RunResult): Promise<Ending | undefined> {
    const { machine, maxCycles, maxInstructions, replay } = this.#options;
    const written = await this.#options.flush();
    switch (result.kind) {
      case 'cycle-limit':
        if (machine.cycles >= maxCycles) return result;
        if (replay?.endsAt(machine.cycles)) return { kind: 'recording-ends' };
        break;
      case 'instruction-limit':
        if (machine.instructions >= maxInstructions) return result;
        break;
      case 'waiting-for-input':
        break;
      default:
        return result;
    }
    return written ? this.#asked : { kind: 'output-failure' };
  }

  #deliverRecorded(): void {
    this.#options.replay?.deliver(this.#options.feed);
  }

  #deliverLive(): boolean {
    let happened = false;
    for (const input of this.#options.live) if (input.deliver(this.#options.feed)) happened = true;
    return happened;
  }
}
