import { describe, expect, test } from 'vitest';
import { targetOf } from '../../debug/target.ts';
import { Machine } from '../../machine/machine.ts';
import { bluekernelOf } from '../awareness/bluekernel.ts';
import { type StackFigures, StackUse } from './stack-use.ts';

const BOARDS = ['virt', 'mps2-an385', 'lm3s6965evb'] as const;

interface Options {
  readonly input?: string;
  readonly board?: string;
  readonly isKnown?: boolean;
  readonly maxCycles?: number;
}

interface Run {
  readonly machine: Machine;
  readonly stacks: readonly StackFigures[];
}

function measure(name: string, options: Options = {}): Run {
  const { input = '', board, isKnown = true, maxCycles = 4e6 } = options;
  const machine = Machine.fromFile(`firmware/images/${name}.elf`, board === undefined ? {} : { board });
  const target = targetOf(machine);
  const use = new StackUse(target, isKnown ? bluekernelOf(target) : undefined);
  machine.input(input);
  expect(machine.run({ maxCycles, stopWhenWaiting: true }).kind).not.toBe('stuck');
  return { machine, stacks: use.finish() };
}

describe.each(BOARDS)('stacks of the kernel on %s', (board) => {
  test('are as deep as the kernel finds them by what they were filled with', () => {
    const { machine, stacks } = measure(`kernel/console-${board}`, {
      board,
      input: 'stacks\rhelp\rtake\rstacks\rexit 0\r',
    });
    const said = new Map(
      [...machine.console.matchAll(/^(\w+): (\d+) of (\d+)\r$/gm)].map(([, name, used, size]) => [
        name!,
        { used: Number(used), size: Number(size) },
      ]),
    );
    expect([...said.keys()].sort()).toEqual(['blink', 'idle', 'shell']);
    for (const [name, { used, size }] of said) {
      const figures = stacks.find((stack) => stack.name === name)!;
      expect(figures.sizeBytes).toBe(size);
      // What a function has made room for and not written, and a handler's frame since, the kernel cannot see.
      expect(figures.usedBytes - used, name).toBeGreaterThanOrEqual(0);
      expect(figures.usedBytes - used, name).toBeLessThanOrEqual(8);
    }
    const handlers = stacks.find(({ name }) => name === 'handlers')!;
    expect(handlers.sizeBytes).toBe(512);
    expect(handlers.address).toBe(machine.symbol('__interrupt_stack_bottom').address);
  });

  test('are found where nothing is known of the kernel, side by side in one array', () => {
    const options = { board, maxCycles: 300_000 };
    const known = measure(`kernel/pingpong-${board}`, options).stacks;
    const unknown = measure(`kernel/pingpong-${board}`, { ...options, isKnown: false }).stacks;
    const ran = known.filter(({ deepest }) => deepest !== undefined);
    expect(ran.map(({ name }) => name)).toEqual(['ping', 'pong', 'handlers']);
    expect(unknown.map(({ name }) => name.replace(/^.*\d(?=STACKS)/, ''))).toEqual([
      'STACKS up to +0x200',
      'STACKS up to +0x410',
      '__interrupt_stack_top',
    ]);
    for (const [index, { address, sizeBytes, usedBytes }] of ran.entries()) {
      const other = unknown[index]!;
      expect(other.address + other.usedBytes).toBe(address + sizeBytes!);
      // What PendSV stores below PSP is seen only where the kernel is known.
      const hidden = board === 'virt' || index === 2 ? 0 : 32;
      expect(usedBytes - other.usedBytes).toBeGreaterThanOrEqual(0);
      expect(usedBytes - other.usedBytes).toBeLessThanOrEqual(hidden);
    }
  });
});

describe('stacks of other programs', () => {
  test('two threads on PSP and the handlers on MSP', () => {
    const { machine, stacks } = measure('context-switch-armv7m');
    const threads = machine.symbol('threads');
    expect(stacks.map(({ name }) => name)).toEqual([
      'threads up to +0x208',
      'threads up to +0x410',
      '__stack_top',
    ]);
    for (const { address, usedBytes } of stacks.slice(0, 2)) {
      expect(address).toBeGreaterThan(threads.address);
      expect(usedBytes).toBeLessThan(512);
    }
  });

  test.each([
    'hello-riscv32',
    'timer-interrupts-riscv32',
    'traps-riscv32',
    'nested-interrupts-armv7m',
    'semihosting-armv7m',
  ])('%s has one, as deep as its lowest stack pointer', (name) => {
    const machine = Machine.fromFile(`firmware/images/${name}.elf`);
    const top = machine.symbol('__stack_top').address;
    let lowest = top;
    machine.observe({
      instruction: (pc) => {
        // There is none at first, and the start makes its address of two halves.
        const { stackPointer } = machine.core;
        const isStart = machine.symbols.at(pc)?.symbol.name === '_start';
        if (!isStart && stackPointer > 0) lowest = Math.min(lowest, stackPointer);
      },
      trap: () => {},
    });
    const use = new StackUse(targetOf(machine));
    machine.run({ maxCycles: 1e7 });
    const stacks = use.finish();
    expect(stacks).toHaveLength(1);
    expect(stacks[0]).toMatchObject({ name: '__stack_top', usedBytes: top - lowest, address: lowest });
  });

  test('a reset begins anew on the same stack', () => {
    const { machine, stacks } = measure('watchdog-armv7m');
    expect(machine.statistics().resets).toBeGreaterThan(0);
    expect(stacks).toHaveLength(1);
  });
});
