import { describe, expect, test } from 'vitest';
import { Machine } from '../../machine/machine.ts';
import { bluekernelOf } from './bluekernel.ts';
import type { KernelAwareness, KernelView } from './kernel-awareness.ts';

const BOARDS = ['virt', 'mps2-an385', 'lm3s6965evb'] as const;

function viewOf({ bus, symbols }: Machine): KernelView {
  return {
    readWord: (address) => bus.peek(address, 4),
    readByte: (address) => bus.peek(address, 1),
    symbols,
  };
}

function load(program: string, board: string): { machine: Machine; kernel: KernelAwareness } {
  const machine = Machine.fromFile(`firmware/images/kernel/${program}-${board}.elf`, { board });
  return { machine, kernel: bluekernelOf(viewOf(machine))! };
}

const summary = (kernel: KernelAwareness) =>
  kernel.threads().map(({ name, priority, state }) => `${name}, priority ${priority}, ${state}`);

describe.each(BOARDS)('threads on %s', (board) => {
  test('are those that the shell lists, with what it says of them', () => {
    const { machine, kernel } = load('console', board);
    machine.input('threads\r');
    machine.run({ untilConsole: 'blink, .*\\n> $', maxCycles: 1e8 });
    // The shell lists the latest first; it runs while it does, and is woken for each character.
    const listed = [...machine.console.matchAll(/^(\w+, priority \d+, \w+)\r$/gm)].map(([, line]) => line!);
    expect(listed).toHaveLength(3);
    machine.run({ stopWhenWaiting: true, maxCycles: 1e6 });
    const own = (lines: string[]) => lines.filter((line) => !line.startsWith('shell'));
    const told = summary(kernel).map((line) => line.replace('running', 'ready'));
    expect(own(told)).toEqual(own(listed.toReversed()));
    expect(told).toContain('shell, priority 8, blocked');
  });

  test('have names, priorities and stacks, of which the one that runs is in use', () => {
    const { machine, kernel } = load('pingpong', board);
    expect(kernel.kernel).toBe('bluekernel');
    expect([kernel.threads(), kernel.running()]).toEqual([[], undefined]);
    const seen = new Map<string, number>();
    for (let round = 0; round < 200; round++) {
      machine.run({ maxCycles: 997 });
      const running = kernel.running();
      if (running === undefined) continue;
      seen.set(running.name, (seen.get(running.name) ?? 0) + 1);
      expect(running.state).toBe('running');
      const { address, sizeBytes } = running.stack!;
      // While the switch is made, the one that is to run is named already.
      const switches = /bluekernel_(switch|pend_sv)/.test(machine.symbols.format(machine.pc));
      const handles = board !== 'virt' && machine.registers.read('xpsr')! % 512 !== 0;
      if (switches || handles) continue;
      expect(machine.core.stackPointer).toBeGreaterThan(address);
      expect(machine.core.stackPointer).toBeLessThanOrEqual(address + sizeBytes);
    }
    expect([...seen.keys()].sort()).toEqual(['ping', 'pong']);
    expect(Math.min(...seen.values())).toBeGreaterThan(50);
    const threads = kernel.threads();
    expect(threads.map(({ name }) => name)).toEqual(['ping', 'pong', 'idle']);
    for (const { address, name, stack, savedStackPointer } of threads) {
      expect(kernel.thread(address)).toMatchObject({ name, stack, savedStackPointer });
      expect(savedStackPointer).toBeGreaterThan(stack!.address);
      expect(savedStackPointer).toBeLessThanOrEqual(stack!.address + stack!.sizeBytes);
    }
    const { address, sizeBytes } = kernel.interruptStack!;
    expect([address, address + sizeBytes]).toEqual([
      machine.symbol('__interrupt_stack_bottom').address,
      machine.symbol('__interrupt_stack_top').address,
    ]);
  });

  test('that wait say in what', () => {
    const { machine, kernel } = load('producer-consumer', board);
    const lists = new Set<string>();
    for (let round = 0; round < 500; round++) {
      machine.run({ maxCycles: 1999 });
      for (const { state, waitsIn } of kernel.threads()) {
        if (waitsIn === undefined) continue;
        expect(state).toBe('blocked');
        lists.add(machine.symbols.at(waitsIn)!.symbol.name.replace(/.*\d(?=[A-Z_]+$)/, ''));
      }
    }
    expect([...lists]).toEqual(expect.arrayContaining(['DUE', 'QUEUE']));
    expect(['DUE', 'PRODUCERS', 'QUEUE']).toEqual(expect.arrayContaining([...lists]));
  });
});

describe('what is no thread', () => {
  test('of another kernel, or without symbols, nothing is known', () => {
    for (const name of ['hello-riscv32', 'context-switch-armv7m']) {
      expect(bluekernelOf(viewOf(Machine.fromFile(`firmware/images/${name}.elf`)))).toBeUndefined();
    }
  });

  test('whatever memory holds, looking ends', () => {
    const { machine } = load('first', 'virt');
    const view = viewOf(machine);
    let state = 1;
    const noise = (bits: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> (32 - bits);
    };
    const noisy: KernelView = { ...view, readWord: () => noise(32), readByte: () => noise(8) };
    const loop: KernelView = { ...view, readWord: () => 0x8080_0008, readByte: () => 1 };
    const small: KernelView = { ...view, readWord: () => 8, readByte: () => 1 };
    for (const odd of [noisy, loop, small]) {
      const kernel = bluekernelOf(odd)!;
      for (let round = 0; round < 100; round++) {
        expect(kernel.threads().length).toBeLessThan(4097);
        kernel.running();
      }
    }
    const nothing: KernelView = { ...view, readWord: () => undefined, readByte: () => undefined };
    expect(bluekernelOf(nothing)!.threads()).toEqual([]);
  });

  test('a name cannot drive a terminal', () => {
    const { machine, kernel } = load('first', 'virt');
    machine.run({ maxCycles: 1e5 });
    const [first] = kernel.threads();
    const start = machine.readWord(first!.address + 72);
    machine.writeMemory(start, Uint8Array.of(0x1b, 0x5b));
    expect(kernel.thread(first!.address)!.name).toMatch(/^\?\[/);
  });
});
