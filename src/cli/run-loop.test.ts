/** The loop around the machine, on a host whose time is simulated: it passes only while the loop sleeps. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testProgram } from '../debug/test-program.ts';
import { Machine } from '../machine/machine.ts';
import { InputFeed } from './input-feed.ts';
import { type Ending, RunLoop } from './run-loop.ts';

/** What comes in from outside; without a text the end of the input. */
interface Key {
  atMs: number;
  text?: string;
}

/** A host fast enough for any guest, and somebody typing. */
class SimulatedHost {
  readonly machine: Machine;
  nowMs = 0;
  /** How often the loop went to sleep. */
  sleeps = 0;
  /** How far virtual time was ahead of real time at the worst, in milliseconds. */
  ahead = 0;
  /** When each piece of input went in. */
  readonly deliveries: number[] = [];
  readonly #keys: Key[];

  constructor(machine: Machine, keys: readonly Key[]) {
    this.machine = machine;
    machine.setInputOpen(true);
    this.#keys = [...keys];
  }

  run(): Promise<Ending> {
    const { machine } = this;
    const loop = new RunLoop({
      machine,
      feed: new InputFeed(machine, undefined),
      live: [{ deliver: (feed) => this.#deliver(feed) }],
      replay: undefined,
      wakeup: {
        ring: () => {},
        turn: async () => {},
        wait: async (milliseconds) => this.#sleep(milliseconds),
      },
      clock: () => this.nowMs,
      paced: true,
      maxCycles: Number.POSITIVE_INFINITY,
      maxInstructions: Number.POSITIVE_INFINITY,
      until: undefined,
      failOn: undefined,
      flush: async () => {
        this.ahead = Math.max(this.ahead, machine.nanoseconds / 1e6 - this.nowMs);
        return true;
      },
    });
    return loop.run();
  }

  #deliver(feed: InputFeed): boolean {
    const { console } = feed.machine.board;
    const [key] = this.#keys;
    if (key === undefined || key.atMs > this.nowMs) return false;
    this.#keys.shift();
    if (key.text === undefined) feed.setOpen(console, false);
    else feed.input(console, new TextEncoder().encode(key.text));
    this.deliveries.push(this.nowMs);
    return true;
  }

  /** Until a key is pressed, at most so long. */
  #sleep(milliseconds: number | undefined): void {
    this.sleeps++;
    const keyMs = this.#keys[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const wakesMs = Math.min(keyMs, this.nowMs + (milliseconds ?? Number.POSITIVE_INFINITY));
    if (wakesMs === Number.POSITIVE_INFINITY) throw new Error('asleep for ever');
    this.nowMs = Math.max(this.nowMs, wakesMs);
  }
}

/** Gives back what it gets, line by line, and sleeps while there is nothing. */
function echo(): Machine {
  return Machine.fromFile(
    fileURLToPath(new URL('../../firmware/images/uart-echo-riscv32.elf', import.meta.url)),
  );
}

/** Counts for some 40 ms without a look at any device, then ends. */
function busy(): Machine {
  const [zero, t0, t1] = [0, 5, 6];
  const image = testProgram({
    _start: [
      ['lui', { rd: t0, imm: 2_000_000 & ~0xfff }],
      'again:',
      ['addi', { rd: t0, rs1: t0, imm: -1 }],
      ['bne', { rs1: t0, rs2: zero }, 'again'],
      ['lui', { rd: t0, imm: 0x100000 }],
      ['lui', { rd: t1, imm: 0x5000 }],
      ['addi', { rd: t1, rs1: t1, imm: 0x555 }],
      ['sw', { rs1: t0, rs2: t1, imm: 0 }],
    ],
  });
  return Machine.fromImage(image);
}

describe('a paced run', () => {
  const exit = { kind: 'exit', code: 0 };

  // Nothing can run at first, and that the guest has executed nothing does not say that it sleeps. Taken for
  // asleep, with no event to come, it would not be run again before somebody types.
  test('goes on when the input ends at a moment that virtual time has reached', async () => {
    const host = new SimulatedHost(busy(), [{ atMs: 20 }]);
    expect(await host.run()).toMatchObject(exit);
    expect(host.deliveries).toEqual([20]);
    expect(host.nowMs).toBeGreaterThan(30);
  });

  test('goes on where real time stands still at its start', async () => {
    const host = new SimulatedHost(busy(), []);
    expect(await host.run()).toMatchObject(exit);
  });

  test('is never ahead of real time, and gives the guest each key when it is pressed', async () => {
    const times = [3.3, 50, 50.001, 1000, 12_345.678];
    const keys = times.map((atMs, index) => ({ atMs, text: index === times.length - 1 ? 'quit\n' : 'a\n' }));
    const host = new SimulatedHost(echo(), keys);
    expect(await host.run()).toMatchObject(exit);
    expect(host.deliveries).toEqual(times);
    expect(host.ahead).toBeLessThan(0.001);
    expect(host.machine.console).toContain('\nA\nA\nA\nA\nlines: 4, ');
    expect(host.machine.nanoseconds / 1e6).toBeGreaterThan(times.at(-1)!);
  });

  test('sleeps as long as the guest does, without looking again and again', async () => {
    const host = new SimulatedHost(echo(), [{ atMs: 3_600_000, text: 'quit\n' }]);
    expect(await host.run()).toMatchObject(exit);
    expect(host.sleeps).toBeLessThan(20);
  });
});
