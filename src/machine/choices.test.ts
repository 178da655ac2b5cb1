import { describe, expect, test } from 'vitest';
import { exitWith, R0, R1, storeWord, thumbProgram } from '../debug/thumb-program.ts';
import { BOARDS } from './boards/index.ts';
import { checkRam, modelByName, modelNames, suggestBoard } from './choices.ts';
import { loadImage } from './loader/image.ts';
import { buildElf } from './loader/test-images.ts';
import { Machine } from './machine.ts';
import { resultText } from './report.ts';

const armImage = (address: number, sizeInMemory = 16) =>
  loadImage(buildElf({ machine: 40, segments: [{ address, bytes: [1, 2, 3, 4], sizeInMemory }] }), 'x.elf');
const PL011 = 0x4000_c000;
const touching = thumbProgram({ start: [...storeWord(PL011 + 0x30, 0x301), ...exitWith(0)] });

describe('the board that is suggested', () => {
  test('has the architecture of the image, if it tells one, and memory for it', () => {
    expect(suggestBoard(armImage(0)).name).toBe('mps2-an385');
    const riscv = loadImage(buildElf(), 'x.elf');
    expect(suggestBoard(riscv).name).toBe('virt');
    const raw = (loadAddress: number) => loadImage(Uint8Array.of(1), 'x.bin', { loadAddress });
    expect(suggestBoard(raw(0x8000_0000)).name).toBe('virt');
    expect(suggestBoard(raw(0)).name).toBe('mps2-an385');
    expect(suggestBoard(raw(0xc000_0000)).name).toBe('virt');
  });

  test('of several is the first into whose memories the image fits', () => {
    expect(suggestBoard(armImage(0x2100_0000)).name).toBe('mps2-an385');
    expect(suggestBoard(armImage(0, 0x10_0000)).name).toBe('mps2-an385');
    // Into none: the message is about the first.
    expect(suggestBoard(armImage(0x0800_0000)).name).toBe('mps2-an385');
    expect(() => Machine.fromImage(armImage(0x0800_0000))).toThrow(
      /not in one of the memories of mps2-an385/,
    );
  });
});

describe('a guest that touches the other board’s UART', () => {
  test('ends when nobody has chosen the board', () => {
    const machine = Machine.fromImage(touching);
    const end = machine.run({ maxCycles: 1000 });
    expect(end).toEqual({
      kind: 'wrong-board',
      board: 'mps2-an385',
      touch: { address: PL011 + 0x30, board: 'lm3s6965evb', what: 'its UARTs' },
    });
    expect(resultText(end)).toBe(
      'the guest uses 0x4000c030, where lm3s6965evb has its UARTs and mps2-an385 has nothing',
    );
    expect(machine.foreignTouch?.address).toBe(PL011 + 0x30);
  });

  test('goes on when it was chosen', () => {
    const machine = Machine.fromImage(touching, { board: 'mps2-an385' });
    expect(machine.run({ maxCycles: 1000 })).toMatchObject({ kind: 'exit', code: 0 });
    expect(machine.statistics().guestErrors).toEqual({ 'other-board': 1 });
    const there = Machine.fromImage(touching, { board: 'lm3s6965evb' });
    expect(there.run({ maxCycles: 1000 })).toMatchObject({ kind: 'exit', code: 0 });
    expect([there.foreignTouch, there.warnings]).toEqual([undefined, []]);
  });
});

test('a board whose memory is fixed takes no size of RAM', () => {
  const board = suggestBoard(armImage(0));
  expect(checkRam(board, undefined)).toBeUndefined();
  expect(() => checkRam(board, 1 << 20)).toThrow('the memory of mps2-an385 has a fixed size');
});

describe('stimulus ports of the ITM', () => {
  const [DEMCR, LAR, TCR, TER, STIM] = [0xe000_edfc, 0xe000_0fb0, 0xe000_0e80, 0xe000_0e00, 0xe000_0000];
  const program = thumbProgram({
    start: [
      ...storeWord(DEMCR, 1 << 24),
      ...storeWord(LAR, 0xc5ac_ce55),
      ...storeWord(TCR, 1),
      ...storeWord(TER, 3),
      ...storeWord(STIM, 0x0a69_4848),
      ...storeWord(STIM + 4, 0x1234_5678),
      ['STRH (immediate)', 'T1', { rd: R1, rn: R0, imm: 0 }],
      ...exitWith(0),
    ],
  });

  test('are heard of write by write, and are no console', () => {
    const machine = Machine.fromImage(program);
    const heard: number[][] = [];
    machine.onStimulus((...write) => heard.push(write));
    expect(machine.run({ maxCycles: 1000 })).toMatchObject({ kind: 'exit' });
    expect(heard).toEqual([
      [0, 4, 0x0a69_4848],
      [1, 4, 0x1234_5678],
      [1, 2, 0x5678],
    ]);
    expect(machine.console).toBe('');
  });

  test('are text of the console where that is asked for, the lowest byte first', () => {
    const machine = Machine.fromImage(program, { itmConsole: [0] });
    const ports = new Set<string>();
    machine.onConsole((_, port) => ports.add(port));
    expect(machine.run({ untilConsole: 'i\n', maxCycles: 1000 })).toEqual({
      kind: 'console-match',
      text: 'i\n',
    });
    expect([machine.console, [...ports]]).toEqual(['HHi\n', ['itm']]);
  });

  test('are not on a board without an ITM', () => {
    expect(() => new Machine({ board: 'virt', itmConsole: [0] })).toThrow('the processor of virt has no ITM');
    expect(() => new Machine({ board: 'virt' }).onStimulus(() => {})).toThrow(/no ITM/);
  });
});

test('a reset puts the vector table back before the processor begins with it', () => {
  const AIRCR = 0xe000_ed0c;
  const again = thumbProgram({
    start: [
      // Counts the starts where no image is, and overwrites the vectors at 0.
      ['MOV (immediate)', 'T2', { rd: 4, imm: 0x2000_0000 }],
      ['LDR (immediate)', 'T1', { rd: 5, rn: 4, imm: 0 }],
      ['ADD (immediate)', 'T2', { rd: 5, imm: 1 }],
      ['STR (immediate)', 'T1', { rd: 5, rn: 4, imm: 0 }],
      ['CMP (immediate)', 'T1', { rn: 5, imm: 2 }],
      ['B', 'T1', { cond: 0 }, 'end'],
      ...storeWord(0, 0),
      ...storeWord(4, 0),
      ...storeWord(AIRCR, 0x05fa_0004),
      'spin:',
      ['B', 'T2', {}, 'spin'],
      'end:',
      ...exitWith(5),
    ],
  });
  const machine = Machine.fromImage(again);
  expect(machine.run({ maxCycles: 1000 })).toMatchObject({ kind: 'exit', code: 5 });
  expect(machine.statistics().resets).toBe(1);
});

describe('wait states', () => {
  const machine = (board: string, waitStates: Record<string, number>, model = 'cortex-m3') =>
    new Machine({ board, model, waitStates });

  test('are of a memory and its mirrors', () => {
    const { memory } = machine('mps2-an385', { ssram1: 2 });
    const waits = memory.regions.filter((region) => region.waitStates > 0).map(({ name }) => name);
    expect(waits).toEqual(['ssram1', 'ssram1-mirror']);
  });

  test.each([
    [{ flash: 1 }, 'cortex-m3', 'there is no memory flash on mps2-an385'],
    [{ ssram1: 16 }, 'cortex-m3', 'ssram1 cannot have 16 wait states'],
    [{ ssram1: 0.5 }, 'cortex-m3', 'ssram1 cannot have 0.5 wait states'],
    [{ ssram1: 1 }, 'unit', 'the timing model unit counts no wait states'],
  ])('%j with %s is refused', (waitStates, model, message) => {
    expect(() => machine('mps2-an385', waitStates as Record<string, number>, model)).toThrow(message);
  });
});

describe('timing models', () => {
  const [virt, mps2] = ['virt', 'mps2-an385'].map((name) => BOARDS.find((board) => board.name === name)!);

  test('are found by their own names', () => {
    expect(modelNames()).toEqual(['unit', 'hazard3', 'cortex-m3']);
    for (const name of ['unit', 'hazard3']) expect(modelByName(virt!, name).name).toBe(name);
    for (const name of ['unit', 'cortex-m3']) expect(modelByName(mps2!, name).name).toBe(name);
    for (const board of BOARDS) expect(modelByName(board, board.model).name).toBe(board.model);
  });

  test.each([
    ['cortex-m3', 'unit, hazard3'],
    ['toString', 'unit, hazard3'],
  ])('%s is none of a RISC-V core', (name, hint) => {
    expect(() => modelByName(virt!, name)).toThrow(`there is no timing model ${name} for virt`);
    expect(() => modelByName(virt!, name)).toThrow(expect.objectContaining({ hint: `Models: ${hint}.` }));
  });
});
