/**
 * The same run is the same run: in one piece or in slices of any size, with the plain run loop (cycles charged
 * by block) or the observed one (instruction by instruction), and continued from a snapshot in a fresh machine.
 * States are compared as fingerprints of everything that decides the future.
 */
import { describe, expect, test } from 'vitest';
import type { ExecutedInstruction, TimingModel } from '../../src/cpu/timing/model.ts';
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

/** A model with every kind of rule: cost by operand, by address, by branch outcome, with a state of its own and late interrupts. */
class RuleModel implements TimingModel {
  readonly name = 'rules';
  readonly version = 1;
  readonly uniformCost = undefined;
  readonly #recognitionCycles: number;
  #loaded = 0;

  constructor(recognitionCycles: number) {
    this.#recognitionCycles = recognitionCycles;
  }

  reset(): void {
    this.#loaded = 0;
  }

  executed(instruction: ExecutedInstruction): number {
    const usesLoaded = this.#loaded !== 0 && [instruction.rs1, instruction.rs2].includes(this.#loaded);
    this.#loaded = instruction.timing === 'load' ? instruction.rd : 0;
    let cycles = usesLoaded ? 2 : 1;
    if (instruction.timing === 'div') cycles += 33 - Math.clz32(instruction.operand1);
    if (instruction.timing === 'load' && ((instruction.operand1 + instruction.immediate) & 3) !== 0) cycles++;
    if (instruction.nextPc !== ((instruction.pc + instruction.length) | 0)) cycles++;
    return cycles;
  }

  interruptEntry(): number {
    return 3;
  }

  recognisedAt(asserted: number): number {
    return asserted + this.#recognitionCycles;
  }

  snapshot() {
    return { loaded: this.#loaded };
  }

  restore(state: { loaded?: unknown }): void {
    this.#loaded = state.loaded as number;
  }
}

describe('a timing model with rules', () => {
  const build = (recognitionCycles = 0) =>
    Machine.fromFile('firmware/images/timer-interrupts-riscv32.elf', {
      ramBytes: 16 << 20,
      model: new RuleModel(recognitionCycles),
    });

  test('counts more cycles than instructions, and the same ones again from a snapshot', () => {
    const reference = finish(build());
    expect(reference.result, reference.console).toMatchObject({ kind: 'exit', code: 0 });
    const whole = build();
    whole.run();
    expect(whole.cycles).toBeGreaterThan(whole.statistics().instructions);
    const machine = build();
    for (const cycle of points(4, reference.cycles)) {
      machine.run({ untilCycle: cycle });
      const fresh = build();
      fresh.restore(machine.snapshot());
      expect(finish(fresh).hash).toBe(reference.hash);
    }
  });

  test('decides when an interrupt is recognised', () => {
    // The program checks that an interrupt is taken right behind the instruction that enables it.
    const { result, console } = finish(build(2));
    expect(result).toMatchObject({ kind: 'exit', code: 1 });
    expect(console).toContain('FAILED: behind the write of mie');
    expect(console).toContain('1 of 46 checks failed');
  });

  test('charges what it says: a division by its operand', () => {
    // addi x1, x0, 1024; divu x2, x1, x1; ebreak
    const machine = new Machine({ board: 'virt', ramBytes: 1 << 20, model: new RuleModel(0) });
    const code = Uint32Array.of(0x40000093, 0x0210d133, 0x00100073);
    machine.writeMemory(0x8000_0000, new Uint8Array(code.buffer));
    machine.core.pc = 0x8000_0000;
    const before = machine.cycles;
    machine.run({ untilSymbol: 0x8000_0008 });
    expect(machine.cycles - before).toBe(1 + (1 + 12));
    expect(machine.registers.read('mcycle')).toBe(machine.cycles);
    expect(machine.registers.read('minstret')).toBe(2);
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
