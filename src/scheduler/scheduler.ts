/**
 * Virtual time: the queue of events to come, ordered by (cycle, sequence). An event is data (device, kind),
 * so the queue can be snapshot and restored. A board has a handful of pending events: a sorted array beats a heap.
 */
import type { DeviceEvents } from '../bus/clock.ts';
import type { State, Stateful } from '../bus/state.ts';
import { assert } from '../errors.ts';

/** No event: later than any cycle. */
export const NEVER = Number.MAX_SAFE_INTEGER;

interface PendingEvent {
  cycle: number;
  sequence: number;
  device: number;
  kind: number;
}

export class Scheduler implements Stateful {
  /** Cycle of the next event, or NEVER. A plain field: the run loop reads it after each device access. */
  nextCycle = NEVER;
  #events: PendingEvent[] = [];
  #sequence = 0;
  readonly #handlers: ((kind: number) => void)[] = [];
  readonly #names: string[] = [];

  /** Registers a device and returns its view of the queue. Order of registration is part of the board. */
  attach(name: string, handler: (kind: number) => void): DeviceEvents {
    const device = this.#handlers.push(handler) - 1;
    this.#names.push(name);
    return {
      schedule: (kind, cycle) => this.#schedule(device, kind, cycle),
      cancel: (kind) => this.#remove(device, kind),
      scheduledAt: (kind) => this.#events.find((e) => e.device === device && e.kind === kind)?.cycle,
    };
  }

  /** Fires the first event if it is due at `now`; false when none is. */
  fireDue(now: number): boolean {
    const event = this.#events[0];
    if (event === undefined || event.cycle > now) return false;
    this.#events.shift();
    this.#update();
    this.#handlers[event.device]!(event.kind);
    return true;
  }

  /** The events to come, in order, for people. */
  pending(): { device: string; kind: number; cycle: number }[] {
    return this.#events.map((e) => ({ device: this.#names[e.device]!, kind: e.kind, cycle: e.cycle }));
  }

  reset(): void {
    this.#events = [];
    this.#sequence = 0;
    this.#update();
  }

  snapshot(): State {
    return {
      sequence: this.#sequence,
      events: this.#events.map((e) => [e.cycle, e.sequence, e.device, e.kind]),
    };
  }

  restore(state: State): void {
    this.#sequence = state['sequence'] as number;
    this.#events = (state['events'] as number[][]).map(([cycle, sequence, device, kind]) => ({
      cycle: cycle!,
      sequence: sequence!,
      device: device!,
      kind: kind!,
    }));
    this.#update();
  }

  #schedule(device: number, kind: number, cycle: number): void {
    assert(Number.isSafeInteger(cycle) && kind >= 0 && kind < 16, `bad event ${kind} at ${cycle}`);
    this.#remove(device, kind);
    const event = { cycle, sequence: this.#sequence++, device, kind };
    let i = this.#events.length;
    while (i > 0 && this.#events[i - 1]!.cycle > cycle) i--;
    this.#events.splice(i, 0, event);
    this.#update();
  }

  #remove(device: number, kind: number): void {
    const i = this.#events.findIndex((e) => e.device === device && e.kind === kind);
    if (i >= 0) this.#events.splice(i, 1);
    this.#update();
  }

  #update(): void {
    this.nextCycle = this.#events.length > 0 ? this.#events[0]!.cycle : NEVER;
  }
}
