import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SymbolTable } from '../machine/loader/symbols.ts';
import { Machine } from '../machine/machine.ts';
import { guestView } from '../machine/report-facts.ts';
import { riscvBacktrace } from './backtrace-riscv.ts';
import { riscvFacts } from './riscv-facts.ts';
import { type CallRules, compareBacktraces } from './shadow-stack.ts';
import { type TestLine, testProgram } from './test-program.ts';

const IMAGES = fileURLToPath(new URL('../../firmware/images/', import.meta.url));
const MTVEC = 0x305;
const MEPC = 0x341;
const [ZERO, RA, SP, T0, S0] = [0, 1, 2, 5, 8];

const LI_SP: TestLine[] = [['lui', { rd: SP, imm: 0x80100000 | 0 }]];
const SPIN: TestLine[] = ['spin:', ['jal', { rd: ZERO }, 'spin']];

function push(bytes: number): TestLine[] {
  return [
    ['addi', { rd: SP, rs1: SP, imm: -bytes }],
    ['sw', { rs1: SP, rs2: RA, imm: bytes - 4 }],
  ];
}

function pop(bytes: number): TestLine[] {
  return [
    ['lw', { rd: RA, rs1: SP, imm: bytes - 4 }],
    ['addi', { rd: SP, rs1: SP, imm: bytes }],
    ['jalr', { rd: ZERO, rs1: RA, imm: 0 }],
  ];
}

/** Runs until the guest is stuck. @returns the names of the frames, and the notes. */
function stuckAt(functions: Record<string, TestLine[]>) {
  const machine = Machine.fromImage(testProgram(functions));
  expect(machine.run({ maxCycles: 10_000 }).kind).toBe('stuck');
  const trace = riscvFacts(guestView(machine)).backtrace;
  return {
    names: trace.frames.map(({ text }) => text.replace(/\+.*/, '')),
    notes: trace.frames.map(({ note }) => note),
    end: trace.end,
  };
}

describe('a stack without debug information', () => {
  test('calls with ordinary frames', () => {
    const { names, end } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [...push(32), ['jal', { rd: RA }, 'inner'], ...pop(32)],
      inner: [...push(16), ...SPIN],
    });
    expect(names).toEqual(['inner', 'outer', '_start']);
    expect(end).toBe('the image begins there');
  });

  test('compressed prologues', () => {
    const { names } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [
        ['c.addi16sp', { rd: SP, imm: -64 }],
        ['c.swsp', { rs2: RA, imm: 60 }],
        ['jal', { rd: RA }, 'inner'],
      ],
      inner: [['c.addi', { rd: SP, imm: -16 }], ['c.swsp', { rs2: RA, imm: 12 }], ...SPIN],
    });
    expect(names).toEqual(['inner', 'outer', '_start']);
  });

  test('a pc behind an early return', () => {
    const { names } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [...push(16), ['bne', { rs1: SP, rs2: ZERO }, 'late'], ...pop(16), 'late:', ...SPIN],
    });
    expect(names).toEqual(['outer', '_start']);
  });

  test('a prologue that comes late', () => {
    const { names } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [
        ['bne', { rs1: SP, rs2: ZERO }, 'work'],
        ['jalr', { rd: ZERO, rs1: RA, imm: 0 }],
        'work:',
        ...push(16),
        ['jal', { rd: RA }, 'inner'],
      ],
      inner: SPIN,
    });
    expect(names).toEqual(['inner', 'outer', '_start']);
  });

  test('a frame larger than an immediate', () => {
    const { names } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [
        ...push(16),
        ['lui', { rd: T0, imm: -8192 }],
        ['addi', { rd: T0, rs1: T0, imm: 100 }],
        ['add', { rd: SP, rs1: SP, rs2: T0 }],
        ['jal', { rd: RA }, 'inner'],
      ],
      inner: SPIN,
    });
    expect(names).toEqual(['inner', 'outer', '_start']);
  });

  test('a prologue out of line (-msave-restore)', () => {
    const { names } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [
        ['jal', { rd: T0 }, '__riscv_save_0'],
        ['jal', { rd: RA }, 'inner'],
      ],
      inner: SPIN,
      __riscv_save_0: [...push(16), ['jalr', { rd: ZERO, rs1: T0, imm: 0 }]],
    });
    expect(names).toEqual(['inner', 'outer', '_start']);
  });

  test('behind a jump table', () => {
    const { names } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [
        ...push(16),
        ['auipc', { rd: T0, imm: 0 }],
        ['jalr', { rd: ZERO, rs1: T0, imm: 12 }],
        ['jalr', { rd: ZERO, rs1: RA, imm: 0 }],
        ...SPIN,
      ],
    });
    expect(names).toEqual(['outer', '_start']);
  });

  test('the frame pointer, where the function is not known', () => {
    const image = testProgram({
      _start: [...LI_SP, ['addi', { rd: S0, rs1: SP, imm: 0 }], ['jal', { rd: RA }, 'outer']],
      outer: [
        ...push(16),
        ['sw', { rs1: SP, rs2: S0, imm: 8 }],
        ['addi', { rd: S0, rs1: SP, imm: 16 }],
        ['jal', { rd: RA }, 'inner'],
      ],
      inner: [
        ...push(16),
        ['sw', { rs1: SP, rs2: S0, imm: 8 }],
        ['addi', { rd: S0, rs1: SP, imm: 16 }],
        ...SPIN,
      ],
    });
    const machine = Machine.fromImage(image);
    machine.run({ maxCycles: 1000 });
    machine.symbols = new SymbolTable([]);
    const { frames } = riscvFacts(guestView(machine)).backtrace;
    expect(
      frames.map(({ pc }, index) => image.symbols.format(index === 0 ? pc : pc - 2).replace(/\+.*/, '')),
    ).toEqual(['inner', 'outer', '_start']);
    expect(frames[1]!.note).toBe('by the frame pointer');
  });

  test('a jump into nowhere, by the return address', () => {
    const { names, notes } = stuckAt({
      _start: [...LI_SP, ['jal', { rd: RA }, 'outer']],
      outer: [
        ...push(16),
        ['lui', { rd: T0, imm: 0x08000000 }],
        ['csrrw', { rd: ZERO, rs1: T0, imm: MTVEC }],
        ['jalr', { rd: RA, rs1: T0, imm: 0 }],
      ],
    });
    expect(names).toEqual(['0x08000000', 'outer', '_start']);
    expect(notes[1]).toBe('by ra alone');
  });

  test('a trap handler that has called, to what it interrupted', () => {
    const { names, notes } = stuckAt({
      _start: [
        ...LI_SP,
        ['lui', { rd: T0, imm: 0x80000000 | 0 }],
        ['addi', { rd: T0, rs1: T0, imm: 0x100 }],
        ['csrrw', { rd: ZERO, rs1: T0, imm: MTVEC }],
        ['jal', { rd: RA }, 'outer'],
      ],
      outer: [...push(16), ['jal', { rd: RA }, 'faulty']],
      faulty: [['lw', { rd: T0, rs1: ZERO, imm: 0 }]],
      filler: Array.from({ length: 64 - 9 }, (): TestLine => ['ebreak']),
      handler: [
        ...push(64),
        ['csrrs', { rd: T0, rs1: ZERO, imm: MEPC }],
        ['sw', { rs1: SP, rs2: T0, imm: 8 }],
        ['csrrw', { rd: ZERO, rs1: ZERO, imm: MEPC }],
        ['jal', { rd: RA }, 'inner'],
        ['mret'],
      ],
      inner: [...push(16), ...SPIN],
    });
    expect(names).toEqual(['inner', 'handler', 'faulty', 'outer', '_start']);
    expect(notes[2]).toBe('trap: load access fault');
  });

  test('recursion without end is cut off', () => {
    const machine = Machine.fromImage(
      testProgram({
        _start: [...LI_SP, ['jal', { rd: RA }, 'again']],
        again: [...push(16), ['jal', { rd: RA }, 'again']],
      }),
    );
    machine.run({ maxInstructions: 1000 });
    const trace = riscvFacts(guestView(machine)).backtrace;
    expect(trace.frames).toHaveLength(64);
    expect(trace.end).toMatch(/innermost 64/);
  });
});

const RULES: CallRules = {
  kind(word) {
    const isLong = (word & 3) === 3;
    const isCall = isLong
      ? ((word & 0x7f) === 0x6f || (word & 0x707f) === 0x67) && ((word >>> 7) & 31) === RA
      : (word & 0xe003) === 0x2001 || ((word & 0xf07f) === 0x9002 && ((word >>> 7) & 31) !== 0);
    const isReturn = word === 0x8067 || (word & 0xffff) === 0x8082;
    return { kind: isCall ? 'call' : isReturn ? 'return' : 'other', length: isLong ? 4 : 2 };
  },
  backtraceAt(machine, pc) {
    const read = (name: string) => machine.registers.read(name)!;
    const start = { pc, sp: read('sp'), ra: read('ra'), fp: read('s0') };
    return riscvBacktrace(guestView(machine), start, undefined);
  },
};

describe('at any instruction of real programs the backtrace is the calls that were made', () => {
  const programs = readdirSync(IMAGES).filter((name) =>
    /^(hello|exit-code|lr-sc|uart-echo|crash|spin|bench-call|bench-integer)-riscv32/.test(name),
  );

  test.each(programs)(
    '%s',
    (name) => {
      const machine = Machine.fromFile(IMAGES + name);
      machine.input('hello\nquit\n');
      const { compared, differences } = compareBacktraces(machine, RULES, {
        instructions: 60_000,
        throughExceptions: false,
        skip: (pc) => pc < 0x80000000,
      });
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(40);
    },
    30_000,
  );
});

describe('a stack that holds anything', () => {
  test('never fails, never goes on for ever', () => {
    const machine = Machine.fromFile(`${IMAGES}crash-riscv32.elf`);
    const { address } = machine.symbol('main');
    const somewhere = fc.oneof(
      fc.nat(0xffffffff),
      fc.integer({ min: 0x80000000, max: 0x80004800 }),
      fc.integer({ min: address, max: address + 200 }),
    );
    fc.assert(
      fc.property(
        fc.array(somewhere, { minLength: 64, maxLength: 64 }),
        fc.record({ pc: somewhere, sp: somewhere, ra: somewhere, fp: somewhere }),
        fc.option(
          fc.record({ mcause: somewhere, mepc: somewhere, mtvec: somewhere, fromUser: fc.boolean() }),
        ),
        (stack, registers, trap) => {
          const words = new Map(stack.map((word, index) => [(registers.sp + 4 * (index - 16)) >>> 0, word]));
          const view = {
            ...guestView(machine),
            readWord: (at: number) => words.get(at) ?? machine.bus.peek(at, 4),
            readCode: (at: number) =>
              machine.memory.find(at) === undefined ? undefined : machine.bus.peek(at, 2),
          };
          const trace = riscvBacktrace(view, registers, trap ?? undefined);
          expect(trace.frames.length).toBeGreaterThanOrEqual(1);
          expect(trace.frames.length).toBeLessThanOrEqual(64);
          expect(trace.end).not.toBe('');
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
