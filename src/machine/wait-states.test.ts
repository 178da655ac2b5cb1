import { describe, expect, test } from 'vitest';
import { R0, R1, R2, thumbProgram } from '../debug/thumb-program.ts';
import { Machine } from './machine.ts';

/** addi x0, x0, 0; lw x1, 64(x0); sw x1, 64(x0); c.nop */
const [NOP, LW, SW, SHORT_NOP] = [0x13, 0x0400_2083, 0x0410_2023, 0x0001];

/** Cycles of each instruction in the middle of many, on Hazard3's test bench. */
function onHazard3(instruction: number, waits: number): number {
  const machine = new Machine({ board: 'hazard3-tb', waitStates: { ram: waits } });
  const short = (instruction & 3) !== 3;
  const code = short ? new Uint16Array(64).fill(instruction) : new Uint32Array(64).fill(instruction);
  machine.writeMemory(0x40, new Uint8Array(code.buffer));
  const length = short ? 2 : 4;
  machine.run({ untilSymbol: 0x40 + 16 * length });
  const before = machine.cycles;
  machine.run({ untilSymbol: 0x40 + 48 * length });
  return (machine.cycles - before) / 32;
}

describe('hazard3', () => {
  test.each([0, 1, 2, 15])('%i wait states: a word of code takes as many more', (waits) => {
    expect(onHazard3(NOP, waits)).toBe(1 + waits);
    expect(onHazard3(SHORT_NOP, waits)).toBe(Math.max(1, (1 + waits) / 2));
  });

  test.each([1, 3])('%i wait states: so does a load or a store, besides its own word', (waits) => {
    // What is fetched meanwhile is not modelled: the front end stands still.
    expect(onHazard3(LW, waits)).toBe(1 + 2 * waits);
    expect(onHazard3(SW, waits)).toBe(1 + 2 * waits);
  });
});

describe('cortex-m3', () => {
  const cyclesOf = (
    program: Parameters<typeof thumbProgram>[0]['start'],
    waitStates: Record<string, number>,
  ) => {
    const image = thumbProgram({ start: [...program, ['SVC', 'T1', { imm: 0 }]] });
    const machine = Machine.fromImage(image, { board: 'mps2-an385', waitStates });
    machine.run({ maxInstructions: program.length });
    return machine.cycles;
  };
  const address = 0x2000_0000;
  // MOVW and MOVT are wide: one word each.
  const base: Parameters<typeof cyclesOf>[0] = [
    ['MOV (immediate)', 'T3', { rd: R0, imm: address & 0xffff }],
    ['MOVT', 'T1', { rd: R0, imm: address >>> 16 }],
  ];
  const nop = ['MOV (immediate)', 'T1', { rd: R2, imm: 0 }] as (typeof base)[number];
  const load = ['LDR (immediate)', 'T1', { rd: R1, rn: R0, imm: 0 }] as (typeof base)[number];

  test('of code: once for each word', () => {
    expect(cyclesOf(base, {})).toBe(2);
    expect(cyclesOf(base, { ssram1: 3 })).toBe(2 * (1 + 3));
    expect(cyclesOf([...base, nop, nop, nop, nop], { ssram1: 3 })).toBe(4 + 2 + 4 * 3);
  });

  test('of data: once for each access', () => {
    const without = cyclesOf([...base, nop, load], {});
    expect(cyclesOf([...base, nop, load], { ssram23: 4 })).toBe(without + 4);
    expect(cyclesOf([...base, nop, load], { ssram1: 3, ssram23: 4 })).toBe(without + 4 + 3 * 3);
  });
});
