/** The report of a long run: from a checkpoint, in time, with the input that there was. */
import { expect, test } from 'vitest';
import { bluesim, firmware, loadConstant, temporaryFolder, writeProgram } from './command.ts';

const folder = temporaryFolder();

/** Counts down, then reads from where nothing is, with a trap vector that is nowhere. */
function countDown(name: string, rounds: number): string {
  return writeProgram(folder, name, [
    ...loadConstant(5, rounds),
    ...loadConstant(6, 0x80100000 | 0),
    'again:',
    ['addi', { rd: 5, rs1: 5, imm: -1 }],
    ['sw', { rs1: 6, rs2: 5, imm: 0 }],
    ['bne', { rs1: 5, rs2: 0 }, 'again'],
    ['csrrw', { rd: 0, rs1: 0, imm: 0x305 }],
    ['lw', { rd: 5, rs1: 0, imm: 0 }],
  ]);
}

test.each([20_000_000, 150_000_000])('the last branches after %i rounds', async (rounds) => {
  const { code, stderr } = await bluesim(['run', '--stats', countDown(`${rounds}.elf`, rounds)]);
  expect(code).toBe(125);
  const instructions = Number(/instructions +([\d,]+)/.exec(stderr)![1]!.replaceAll(',', ''));
  expect(instructions).toBeGreaterThan(3 * rounds);
  const branches = /Last branches, the latest last\n(( {2}.*\n)+)/.exec(stderr)![1]!.trimEnd().split('\n');
  expect(branches).toHaveLength(3);
  expect(branches[0]).toMatch(/_start\+0x18 → 0x\w+ _start\+0x10 {3}\[\d{4,6} times\]$/);
  expect(branches[1]).toMatch(/→ 0x00000000 {3}\[trap: load access fault\]$/);
  expect(branches[2]).toMatch(/→ 0x00000000 {3}\[trap: instruction access fault\]$/);
});

test('a backtrace through a guest that answers its input', async () => {
  const { code, stderr } = await bluesim(['run', firmware('uart-echo')], { input: 'abc\n' });
  expect(code).toBe(125);
  expect(stderr).toMatch(/Last branches, the latest last\n/);
  expect(stderr).toMatch(/#1 .*_start/);
});
