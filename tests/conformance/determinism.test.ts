/**
 * The same run is the same run: in one piece or in slices of any size, with the plain run loop (cycles charged
 * by block) or the observed one (instruction by instruction), and continued from a snapshot in a fresh machine.
 * States are compared as fingerprints of everything that decides the future.
 */
import { describe, expect, test } from 'vitest';
import { cortexM3Model } from '../../src/cpu/armv7m/timing/cortex-m3.ts';
import { hazard3Model } from '../../src/cpu/riscv/timing/hazard3.ts';
import type { TimingModel } from '../../src/cpu/timing/model.ts';
import { uniformRules } from '../../src/cpu/timing/unit.ts';
import { Machine, type RunResult } from '../../src/machine/machine.ts';
import { seededWords } from '../random.ts';

const IMAGES = [
  'hello',
  'timer-interrupts',
  'plic-two-sources',
  'traps',
  'user-mode-pmp',
  'lr-sc',
  'self-modifying',
  'uart-echo',
];
const INPUT = 'some words\nthat come back\nquit\n';
const POINTS = 12;

function machineWith(image: string): Machine {
  const machine = Machine.fromFile(`firmware/images/${image}-riscv32.elf`, { ramBytes: 16 << 20 });
  if (image === 'uart-echo') machine.input(INPUT);
  return machine;
}

/** Runs to the end and tells what there is to compare. */
function finish(machine: Machine): { result: RunResult; cycles: number; console: string; hash: string } {
  const result = machine.run({ maxCycles: 2e7 });
  return { result, cycles: machine.cycles, console: machine.console, hash: machine.stateHash() };
}

/** Random cycles of a run, in rising order. */
function points(seed: number, cycles: number): number[] {
  const words = seededWords(seed);
  return Array.from({ length: POINTS }, () => (words() >>> 0) % cycles).sort((a, b) => a - b);
}

const OBSERVER = { instruction: () => {}, trap: () => {} };

describe.each(IMAGES)('%s', (image) => {
  const reference = finish(machineWith(image));

  test('ends by itself', () => {
    expect(reference.result.kind).toBe('exit');
  });

  test('in slices', () => {
    const machine = machineWith(image);
    for (const cycle of points(1, reference.cycles)) {
      machine.run({ untilCycle: cycle });
      expect(machine.cycles).toBe(cycle);
    }
    expect(finish(machine)).toEqual(reference);
  });

  test('observed, instruction by instruction', () => {
    const [plain, observed] = [machineWith(image), machineWith(image)];
    observed.observe(OBSERVER);
    for (const cycle of points(2, reference.cycles)) {
      plain.run({ untilCycle: cycle });
      observed.run({ untilCycle: cycle });
      expect(observed.stateHash()).toBe(plain.stateHash());
    }
    expect(finish(observed)).toEqual(reference);
  });

  test('continued from a snapshot in a fresh machine', () => {
    const machine = machineWith(image);
    for (const cycle of points(3, reference.cycles)) {
      machine.run({ untilCycle: cycle });
      const printed = machine.console.length;
      const fresh = Machine.fromFile(`firmware/images/${image}-riscv32.elf`, { ramBytes: 16 << 20 });
      fresh.restore(structuredClone(machine.snapshot()));
      expect(fresh.stateHash()).toBe(machine.stateHash());
      const end = finish(fresh);
      expect({ ...end, console: reference.console.slice(0, printed) + end.console }).toEqual(reference);
    }
  });
});

/** What `unit` charges, with interrupts that are recognised late. */
function lateModel(recognition: number): TimingModel {
  return {
    name: 'late',
    version: 1,
    uniformCost: undefined,
    rules: () => ({ ...uniformRules(1), recognition }),
  };
}

interface Timed {
  image: string;
  model: TimingModel;
  waitStates?: Record<string, number>;
}

const TIMED: readonly Timed[] = [
  { image: 'timer-interrupts-riscv32', model: hazard3Model() },
  { image: 'plic-two-sources-riscv32', model: hazard3Model() },
  { image: 'timer-interrupts-armv7m', model: cortexM3Model() },
  { image: 'nested-interrupts-armv7m', model: cortexM3Model() },
  { image: 'timer-interrupts-riscv32', model: hazard3Model(), waitStates: { ram: 1 } },
  { image: 'plic-two-sources-riscv32', model: hazard3Model(), waitStates: { ram: 3 } },
  { image: 'nested-interrupts-armv7m', model: cortexM3Model(), waitStates: { ssram1: 2 } },
  { image: 'faults-armv7m', model: cortexM3Model(), waitStates: { ssram23: 2 } },
];

describe.each(TIMED)(
  '$image under $model.name, wait states $waitStates',
  ({ image, model, waitStates = {} }) => {
    const build = () => Machine.fromFile(`firmware/images/${image}.elf`, { model, waitStates });
    const reference = finish(build());

    test('takes more cycles than instructions', () => {
      expect(reference.result, reference.console).toMatchObject({ kind: 'exit' });
      const machine = build();
      machine.run();
      const { cycles, instructions, sleepCycles } = machine.statistics();
      expect(cycles - sleepCycles).toBeGreaterThan(instructions);
    });

    test('stopped at random cycles', () => {
      const machine = build();
      for (const cycle of points(5, reference.cycles)) {
        machine.run({ untilCycle: cycle });
        expect(machine.cycles).toBeGreaterThanOrEqual(cycle);
      }
      expect(finish(machine)).toEqual(reference);
    });

    test('observed, instruction by instruction', () => {
      const machine = build();
      machine.observe(OBSERVER);
      expect(finish(machine)).toEqual(reference);
    });

    test('continued from a snapshot in a fresh machine', () => {
      const machine = build();
      for (const cycle of points(4, reference.cycles)) {
        machine.run({ untilCycle: cycle });
        const fresh = build();
        fresh.restore(structuredClone(machine.snapshot()));
        expect(finish(fresh).hash).toBe(reference.hash);
      }
    });
  },
);

describe('a timing model', () => {
  test('decides when an interrupt is recognised', () => {
    // The program checks that an interrupt is taken right behind the instruction that enables it.
    const image = 'firmware/images/timer-interrupts-riscv32.elf';
    const { result, console } = finish(Machine.fromFile(image, { model: lateModel(2) }));
    expect(result).toMatchObject({ kind: 'exit', code: 1 });
    expect(console).toContain('FAILED: behind the write of mie');
    expect(console).toContain('1 of 46 checks failed');
  });

  test('charges what it says: a division by its operand', () => {
    // addi x1, x0, ±1024; div x2, x1, x1; ebreak
    const cyclesOf = (addi: number) => {
      const machine = new Machine({ board: 'virt', ramBytes: 1 << 20, model: hazard3Model() });
      const code = Uint32Array.of(addi, 0x0210c133, 0x00100073);
      machine.writeMemory(0x8000_0000, new Uint8Array(code.buffer));
      machine.core.pc = 0x8000_0000;
      machine.run({ untilSymbol: 0x8000_0004 });
      const before = machine.cycles;
      machine.run({ untilSymbol: 0x8000_0008 });
      expect(machine.registers.read('mcycle')).toBe(machine.cycles);
      expect(machine.registers.read('minstret')).toBe(2);
      return machine.cycles - before;
    };
    expect(cyclesOf(0x40000093)).toBe(19);
    expect(cyclesOf(0xc0000093)).toBe(20);
  });
});

describe('a jump to itself through a register', () => {
  // auipc t0, 0; jalr rd, 4(t0)
  const build = (jalr: number) => {
    const machine = new Machine({ board: 'virt', ramBytes: 1 << 20 });
    machine.writeMemory(0x8000_0000, new Uint8Array(Uint32Array.of(0x00000297, jalr).buffer));
    machine.core.pc = 0x8000_0000;
    return machine;
  };

  test('is noticed', () => {
    expect(build(0x00428067).run({ maxCycles: 1000 })).toMatchObject({ kind: 'stuck' });
  });

  test('is none when the link changes the register', () => {
    // jalr t0, 4(t0): the second round goes on behind it, to an illegal instruction and the trap vector at 0.
    const machine = build(0x004282e7);
    const result = machine.run({ maxCycles: 1000 });
    expect(result).toMatchObject({ kind: 'stuck', reason: expect.stringContaining('trap vector') });
  });
});
