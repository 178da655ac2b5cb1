import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOARDS } from '../machine/boards/index.ts';
import { Machine } from '../machine/machine.ts';
import { guestView } from '../machine/report-facts.ts';
import { armv7mBacktrace } from './backtrace-armv7m.ts';
import { type CallRules, compareBacktraces } from './shadow-stack.ts';

const IMAGES = fileURLToPath(new URL('../../firmware/images/', import.meta.url));

/** An image names its board where that is not the first: `hello-lm3s6965evb-armv7m.elf`. */
function boardOf(name: string): string {
  return BOARDS.find((board) => name.includes(`-${board.name}-`))?.name ?? 'mps2-an385';
}

const RULES: CallRules = {
  kind(word) {
    const [first, second] = [word & 0xffff, word >>> 16];
    if (first >= 0xe800) {
      const isCall = (first & 0xf800) === 0xf000 && (second & 0xd000) === 0xd000;
      // LDMIA SP!, {…, PC} and LDR PC, [SP], #4.
      const isReturn =
        (first === 0xe8bd && (second & 0x8000) !== 0) || (first === 0xf85d && second === 0xfb04);
      return { kind: isCall ? 'call' : isReturn ? 'return' : 'other', length: 4 };
    }
    const isCall = (first & 0xff87) === 0x4780;
    // BX to any register may be a return; one that comes to nowhere known changes nothing.
    const isReturn = (first & 0xff87) === 0x4700 || (first & 0xff00) === 0xbd00;
    return { kind: isCall ? 'call' : isReturn ? 'return' : 'other', length: 2 };
  },
  backtraceAt(machine, pc) {
    const read = (name: string) => machine.registers.read(name)!;
    const [sp, ra, fp, psp, ipsr] = ['sp', 'lr', 'r7', 'psp', 'ipsr'].map(read) as [
      ...[number, number, number, number, number],
    ];
    return armv7mBacktrace(guestView(machine), { pc, sp, ra, fp, psp, ipsr, lockedUp: false }).backtrace;
  },
};

describe('at any instruction of real programs the backtrace is the calls that were made', () => {
  // Left out: what switches stacks, returns to where it was not called from, calls within a statement of assembly, or starts anew; and a benchmark that in
  // so many instructions does not come beyond clearing its memory.
  const leftOut =
    /^(context-switch|instruction-timing|faults|mpu|unprivileged-mpu|self-modifying|watchdog|bench-memory)-|-(riscv32)\.elf$/;
  const programs = readdirSync(IMAGES).filter((name) => name.endsWith('.elf') && !leftOut.test(name));

  test.each(programs)(
    '%s',
    (name) => {
      const machine = Machine.fromFile(IMAGES + name, { board: boardOf(name) });
      machine.input('hello\nquit\n');
      const { compared, differences } = compareBacktraces(machine, RULES, {
        instructions: 30_000,
        throughExceptions: true,
      });
      expect(differences.slice(0, 5)).toEqual([]);
      expect(compared).toBeGreaterThan(15);
    },
    30_000,
  );
});

describe('a stack that holds anything', () => {
  test('never fails, never goes on for ever', () => {
    const machine = Machine.fromFile(`${IMAGES}crash-armv7m.elf`);
    const { address } = machine.symbol('main');
    const somewhere = fc.oneof(
      fc.nat(0xffffffff),
      fc.constantFrom(0xffff_fff1, 0xffff_fff9, 0xffff_fffd, 0xffff_fffe),
      fc.integer({ min: 0x2000_0000, max: 0x2000_4800 }),
      fc.integer({ min: address, max: address + 200 }),
    );
    fc.assert(
      fc.property(
        fc.array(somewhere, { minLength: 64, maxLength: 64 }),
        fc.record({ pc: somewhere, sp: somewhere, ra: somewhere, fp: somewhere, psp: somewhere }),
        fc.nat(0x1ff),
        (stack, registers, ipsr) => {
          const words = new Map(stack.map((word, index) => [(registers.sp + 4 * (index - 16)) >>> 0, word]));
          const view = {
            ...guestView(machine),
            readWord: (at: number) => words.get(at) ?? machine.bus.peek(at, 4),
            readCode: (at: number) =>
              machine.memory.find(at) === undefined ? undefined : machine.bus.peek(at, 2),
          };
          const { backtrace, exceptionFrames } = armv7mBacktrace(view, {
            ...registers,
            ipsr,
            lockedUp: ipsr % 2 === 1,
          });
          expect(backtrace.frames.length).toBeGreaterThanOrEqual(1);
          expect(backtrace.frames.length).toBeLessThanOrEqual(64);
          expect(backtrace.end).not.toBe('');
          expect(exceptionFrames.length).toBeLessThanOrEqual(backtrace.frames.length);
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
