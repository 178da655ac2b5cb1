import { describe, expect, test } from 'vitest';
import { type TestLine, testProgram } from '../debug/test-program.ts';
import { loadImageFile } from '../machine/loader/image.ts';
import { Machine } from '../machine/machine.ts';
import { type MeasureRequest, measureJob } from './measure-job.ts';

const [ZERO, RA, T0, T1, S0] = [0, 1, 5, 6, 8];
const TEST_DEVICE = 0x100;

/** Ends with success through the test device. */
const END: TestLine[] = [
  ['lui', { rd: T0, imm: TEST_DEVICE << 12 }],
  ['lui', { rd: T1, imm: 5 << 12 }],
  ['addi', { rd: T1, rs1: T1, imm: 0x555 }],
  ['sw', { rs1: T0, rs2: T1, imm: 0 }],
];

/** Calls `work` three times: 1 + 3 × 3 instructions, and 3 × 5 in `work`. */
const PROGRAM = {
  _start: [
    ['addi', { rd: S0, rs1: ZERO, imm: 3 }],
    'again:',
    ['jal', { rd: RA }, 'work'],
    ['addi', { rd: S0, rs1: S0, imm: -1 }],
    ['bne', { rs1: S0, rs2: ZERO }, 'again'],
    ['jal', { rd: ZERO }, 'leave'],
  ] as TestLine[],
  work: [
    ['addi', { rd: T0, rs1: ZERO, imm: 1 }],
    ['addi', { rd: T0, rs1: T0, imm: 1 }],
    'middle:',
    ['addi', { rd: T0, rs1: T0, imm: 1 }],
    ['addi', { rd: T0, rs1: T0, imm: 1 }],
    ['jalr', { rd: ZERO, rs1: RA, imm: 0 }],
  ] as TestLine[],
  leave: END,
};

const measure = (request: Partial<MeasureRequest> = {}) =>
  measureJob({
    image: testProgram(PROGRAM),
    machine: {},
    run: { maxCycles: 1e8 },
    inputs: [],
    probes: {},
    ...request,
  });

const image = (name: string) =>
  loadImageFile(new URL(`../../firmware/images/${name}.elf`, import.meta.url).pathname);

describe('a program whose instructions were counted by hand', () => {
  const { report, ending } = measure({
    probes: { work: 'work -> 0x80000004', all: '_start -> end', never: 'leave -> work' },
  });

  test('has its cycles by function, and all of them', () => {
    const { _start, work, leave } = report.functions;
    expect({ _start, work, leave }).toEqual({ _start: 11, work: 15, leave: 4 });
    const sum = Object.values(report.functions).reduce((total, cycles) => total + cycles, 0);
    expect(sum).toBe(report.figures['run/cycles']);
    expect(ending).toMatchObject({ kind: 'exit', code: 0 });
  });

  test('has the spans of its probes', () => {
    const { figures } = report;
    // From each call but the last to the next one's jump: 5 instructions of work and two behind the call.
    expect(figures).toMatchObject({
      'span/work/count': 2,
      'span/work/cycles/max': 7,
      'span/work/cycles/min': 7,
      'span/work/cycles/total': 14,
      'span/all/count': 1,
      'span/all/cycles/max': 30,
      'span/never/count': 0,
    });
    expect(figures).not.toHaveProperty('span/never/cycles/max');
  });

  test('has the bytes of its symbols', () => {
    expect(report.symbols).toEqual({ _start: 20, leave: 16, work: 20 });
  });

  test('notes what is reached first, and the end', () => {
    const [, start, work, leave, end] = report.events;
    expect([start, work, leave].map((event) => [event!.kind, event!.symbol, event!.pc])).toEqual([
      ['reached', '_start', 0x80000000],
      ['reached', 'work', 0x80000014],
      ['reached', 'leave', 0x80000028],
    ]);
    expect(work!.cycle - start!.cycle).toBe(2);
    expect(end).toMatchObject({
      kind: 'end: the guest ended with code 0 (test finisher)',
      cycle: report.figures['run/cycles'],
    });
  });

  test('comes to the same again', () => {
    const again = measure({
      probes: { work: 'work -> 0x80000004', all: '_start -> end', never: 'leave -> work' },
    });
    expect(again.report).toEqual(report);
  });
});

test.each([
  'timer-interrupts-riscv32',
  'timer-interrupts-armv7m',
  'watchdog-armv7m',
  'context-switch-armv7m',
])('%s: every cycle is charged once, sleep and resets included', (name) => {
  const { report, machine } = measure({ image: image(name) });
  const { sleepCycles, resets, instructions } = machine.statistics();
  const { '(asleep)': asleep = 0, ...functions } = report.functions;
  const sum = Object.values(functions).reduce((total, cycles) => total + cycles, 0);
  expect(sum + asleep).toBe(machine.cycles);
  expect(Math.abs(asleep - sleepCycles)).toBeLessThan(16 * report.events.length);
  expect(report.figures).toMatchObject({ 'run/instructions': instructions, 'run/resets': resets });
  const cycles = report.events.map(({ cycle }) => cycle);
  expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
});

test('figures do not depend on being observed', () => {
  const subject = image('timer-interrupts-riscv32');
  const { machine } = measure({ image: subject });
  const plain = Machine.fromImage(subject);
  plain.run({ maxCycles: 1e8 });
  expect(machine.statistics()).toEqual(plain.statistics());
});

test.each([
  ['nonsense', 'the probe p is `nonsense`, which names no way'],
  ['end -> work', 'which names no way'],
  ['work -> reset', 'which names no way'],
  ['wrok -> leave', 'No symbol `wrok`; did you mean `work`?'],
])('a probe `%s` is refused', (probe, said) => {
  expect(() => measure({ probes: { p: probe } })).toThrow(said);
});
