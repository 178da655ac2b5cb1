/** A guest that touches another board's device, on a board that the user has chosen. */
import { expect, test } from 'vitest';
import { testProgram } from '../debug/test-program.ts';
import type { BoardDescription } from './board.ts';
import { VIRT } from './boards/virt.ts';
import { Machine } from './machine.ts';
import { resultText } from './report.ts';

const ADDRESS = 0x1020_0000;
const [ZERO, T0, T1] = [0, 5, 6];
const board: BoardDescription = {
  ...VIRT,
  devices: [
    ...VIRT.devices,
    {
      type: 'foreign',
      name: 'elsewhere',
      address: ADDRESS,
      sizeBytes: 0x1000,
      board: 'other',
      what: 'its UART',
    },
  ],
};
const program = testProgram({
  _start: [
    ['lui', { rd: T0, imm: ADDRESS }],
    ['lw', { rd: T1, rs1: T0, imm: 0x18 }],
    ['sw', { rs1: T0, rs2: ZERO, imm: 0 }],
    'spin:',
    ['jal', { rd: ZERO }, 'spin'],
  ],
});

test('goes on, and what it did is known', () => {
  const machine = Machine.fromImage(program, { board });
  expect(machine.run({ maxCycles: 100 }).kind).toBe('stuck');
  expect(machine.registers.read('t1')).toBe(0);
  expect(machine.foreignTouch).toEqual({ address: ADDRESS + 0x18, board: 'other', what: 'its UART' });
  expect(machine.statistics().guestErrors).toEqual({ 'other-board': 2 });
});

test('ends under strict', () => {
  const machine = Machine.fromImage(program, { board, strict: true });
  const result = machine.run({ maxCycles: 100 });
  expect(resultText(result)).toBe(
    'guest error (other-board): board: the guest uses 0x10200018, where other has its UART and virt has nothing',
  );
});
