/** Core and NVIC of ARMv7-M together, which the product keeps apart, and what tests do with them over and over. */
import { Line } from '../src/bus/line.ts';
import { SP } from '../src/cpu/armv7m/state.ts';
import { type BenchOptions, SystemBench } from '../src/cpu/armv7m/testing.ts';
import { Nvic } from '../src/devices/irq/nvic.ts';
import { TestBench } from '../src/devices/testing.ts';

export function createNvic(lineCount: number, priorityBits = 8) {
  const lines = Array.from({ length: lineCount }, (_, i) => new Line(`irq${i}`));
  const options = { name: 'nvic', lineCount, lines, priorityBits };
  return { lines, nvic: new TestBench().create((context) => new Nvic(context, options)) };
}

/** System space with an NVIC of 20 lines at its place. */
export function exceptionBench(options: BenchOptions = {}) {
  const { nvic, lines } = createNvic(20, options.priorityBits);
  const bench = new SystemBench(nvic, options);
  bench.bus.map(nvic, 0xe000_e100);
  const { state, exceptions } = bench;
  return {
    lines,
    nvic,
    bench,
    state,
    exceptions,
    /** Sets priorities by exception number. */
    priority: (priorities: Record<number, number>) => {
      for (const [number, value] of Object.entries(priorities)) {
        const n = Number(number);
        if (n < 16) bench.data.store((0xe000_ed14 + n) | 0, 1, value);
        else nvic.write(0x300 + n - 16, 1, value);
      }
    },
    /** Enables interrupts by exception number. */
    enable: (...numbers: number[]) => {
      for (const n of numbers) nvic.write(0, 4, 1 << (n - 16));
    },
    pend: (...numbers: number[]) => {
      for (const n of numbers) {
        if (n < 16) exceptions.setPending(n);
        else nvic.setPending(n - 16);
      }
    },
    /** Enters handlers until nothing preempts. @returns their numbers. */
    takeAll: () => {
      const taken: number[] = [];
      for (let n = bench.step(); n !== 0; n = bench.step()) taken.push(n);
      return taken;
    },
    /** Numbers of the active exceptions. */
    active: () => {
      const numbers: number[] = [];
      for (let n = 2; n < 16 + nvic.lineCount; n++) if (exceptions.isActive(n)) numbers.push(n);
      return numbers;
    },
    /** The eight words at the stack pointer, or elsewhere. */
    frame: (address = state.x[SP]!) =>
      Array.from({ length: 8 }, (_, i) => bench.peek((address >>> 0) + 4 * i)),
  };
}
