import { describe, expect, test } from 'vitest';
import { encode } from './assemble.ts';
import { Decoder, instructionLength } from './decode.ts';
import {
  type Extension,
  ItPosition,
  itPosition,
  noOperands,
  type Operands,
  Shift,
} from './instructions/row.ts';

const decoder = new Decoder(new Set(['M', 'DSP'] as const));
const nameIn = (set: readonly Extension[], word: number) => new Decoder(new Set(set)).find(word)?.name;

test('the first halfword tells the length', () => {
  expect([0, 0xe7ff, 0xe800, 0xefff, 0xf000, 0xffff].map(instructionLength)).toEqual([2, 2, 4, 4, 4, 4]);
  expect(instructionLength(0xf0004770)).toBe(2);
});

test('ITSTATE tells the position', () => {
  expect([0x00, 0x04, 0x0c, 0x08, 0x18, 0xe0].map(itPosition)).toEqual([
    ItPosition.Outside,
    ItPosition.Inside,
    ItPosition.Inside,
    ItPosition.Last,
    ItPosition.Last,
    ItPosition.Outside,
  ]);
});

// Encodings are those of the assembler of GNU binutils 2.40. Operands that are not named are as they are without any.
const CASES: [string, number, string, Partial<Operands>][] = [
  ['movs r1, #255', 0x21ff, 'MOV (immediate)', { rd: 1, imm: 255, setFlags: 2 }],
  ['mov.w r0, #0x80000000', 0xf04f4000 | 0, 'MOV (immediate)', { rd: 0, imm: 0x80000000 | 0, carry: 1 }],
  ['movs.w r0, #0x100', 0xf45f7080 | 0, 'MOV (immediate)', { imm: 0x100, carry: 0, setFlags: 1 }],
  ['mov.w r0, #0xff00ff00', 0xf04f20ff | 0, 'MOV (immediate)', { imm: 0xff00ff00 | 0 }],
  ['movw r1, #0xabcd', 0xf64a31cd | 0, 'MOV (immediate)', { rd: 1, imm: 0xabcd }],
  [
    'lsrs r1, r2, #32',
    0x0811,
    'LSR (immediate)',
    { rd: 1, rm: 2, shift: Shift.LSR, amount: 32, setFlags: 2 },
  ],
  ['rrx r1, r2', 0xea4f0132 | 0, 'RRX', { rd: 1, rm: 2, shift: Shift.RRX, amount: 1 }],
  [
    'add.w r1, r2, r3, asr #4',
    0xeb021123 | 0,
    'ADD (register)',
    { rd: 1, rn: 2, rm: 3, shift: Shift.ASR, amount: 4 },
  ],
  ['add r1, sp, #4', 0xa901, 'ADD (SP plus immediate)', { rd: 1, rn: 13, imm: 4 }],
  ['ldr r1, [pc, #8]', 0x4902, 'LDR (literal)', { rd: 1, rn: 15, imm: 8, index: 1, add: 1 }],
  ['ldr.w r1, [r2, #-4]!', 0xf8521d04 | 0, 'LDR (immediate)', { rd: 1, rn: 2, imm: 4, index: 1, wback: 1 }],
  ['ldr.w r1, [r2], #4', 0xf8521b04 | 0, 'LDR (immediate)', { rd: 1, rn: 2, imm: 4, add: 1, wback: 1 }],
  ['ldrd r1, r2, [r3, #-8]', 0xe9531202 | 0, 'LDRD (immediate)', { rd: 1, ra: 2, rn: 3, imm: 8, index: 1 }],
  ['strex r0, r1, [r2, #4]', 0xe8421001 | 0, 'STREX', { rd: 1, ra: 0, rn: 2, imm: 4, index: 1, add: 1 }],
  ['push {r4, lr}', 0xb510, 'PUSH', { rn: 13, imm: 0x4010, index: 1, wback: 1 }],
  ['pop {r4, pc}', 0xbd10, 'POP', { rn: 13, imm: 0x8010, add: 1, wback: 1 }],
  ['ldmia r1, {r1, r2}', 0xc906, 'LDM, LDMIA, LDMFD', { rn: 1, imm: 6, add: 1 }],
  ['ldmia r1!, {r2}', 0xc904, 'LDM, LDMIA, LDMFD', { rn: 1, imm: 4, add: 1, wback: 1 }],
  ['beq . - 4', 0xd0fc, 'B', { cond: 0, imm: -8 }],
  ['b.w . - 0xfffff0', 0xf4009006 | 0, 'B', { imm: -0xfffff4 }],
  ['cbnz r1, . + 8', 0xb911, 'CBNZ, CBZ', { rn: 1, imm: 4, imm2: 1 }],
  ['umull r0, r1, r2, r3', 0xfba20103 | 0, 'UMULL', { rd: 0, ra: 1, rn: 2, rm: 3 }],
  ['bfi r0, r1, #4, #8', 0xf361100b | 0, 'BFI', { rd: 0, rn: 1, imm: 4, imm2: 8 }],
  ['sbfx r0, r1, #4, #8', 0xf3411007 | 0, 'SBFX', { rd: 0, rn: 1, imm: 4, imm2: 8 }],
  ['ssat r0, #8, r1, asr #2', 0xf3210087 | 0, 'SSAT', { rd: 0, rn: 1, imm: 8, shift: Shift.ASR, amount: 2 }],
  ['uxtb.w r0, r1, ror #16', 0xfa5ff0a1 | 0, 'UXTB', { rd: 0, rm: 1, shift: Shift.ROR, amount: 16 }],
  ['itte ne', 0xbf1a, 'IT', { cond: 1, imm: 10 }],
  ['cpsid if', 0xb673, 'CPS', { imm: 3, imm2: 1 }],
  ['msr APSR_nzcvq, r1', 0xf3818800 | 0, 'MSR', { rn: 1, imm: 0, imm2: 2 }],
  ['mrc p10, 7, r0, c1, c0, 0', 0xeef10a10 | 0, 'MRC, MRC2', { imm: 10, rd: 0, rn: 1, rm: 0, amount: 7 }],
  [
    'smlabt r0, r1, r2, r3',
    0xfb113012 | 0,
    'SMLABB, SMLABT, SMLATB, SMLATT',
    { rn: 1, rm: 2, ra: 3, imm: 1 },
  ],
];

describe('decode reads the operands of the row', () => {
  test.each(CASES)('%s', (_text, word, name, operands) => {
    const read = noOperands();
    expect(decoder.decode(word, read)?.name).toBe(name);
    expect(read).toEqual({ ...noOperands(), ...operands });
  });

  test('whatever the operands were', () => {
    const used = noOperands();
    for (const name of Object.keys(used)) Object.assign(used, { [name]: 77 });
    decoder.decode(0xbf00, used);
    expect(used).toEqual(noOperands());
  });

  test('and leaves them alone where there is no instruction', () => {
    const used = { ...noOperands(), rd: 5 };
    expect(decoder.decode(0xb700, used)).toBeUndefined();
    expect(used).toEqual({ ...noOperands(), rd: 5 });
  });
});

test('an instruction of an absent extension is none', () => {
  const qadd = encode('QADD', 'T1', { rd: 0, rn: 1, rm: 2 });
  expect(nameIn(['M'], qadd)).toBeUndefined();
  expect(nameIn(['M', 'DSP'], qadd)).toBe('QADD');
  expect(nameIn(['DSP'], 0xbf00)).toBeUndefined();
});

describe('UNPREDICTABLE encodings', () => {
  test('that are undefined here are found by findAny only', () => {
    const pushNothing = 0xb400;
    expect(decoder.find(pushNothing)).toBeUndefined();
    expect(decoder.findAny(pushNothing)?.name).toBe('PUSH');
  });

  test('that execute are found', () => {
    const cmpLowRegisters = 0x4500;
    expect(decoder.find(cmpLowRegisters)?.encoding).toBe('T2');
  });

  test('may be so only in an IT block', () => {
    const branch = encode('B', 'T1', { cond: 0, imm: 0 });
    expect(decoder.find(branch)?.name).toBe('B');
    expect(decoder.find(branch, ItPosition.Inside)).toBeUndefined();
    expect(decoder.find(branch, ItPosition.Last)).toBeUndefined();
    const bx = encode('BX', 'T1', { rm: 14 });
    expect(decoder.find(bx, ItPosition.Inside)?.name).toBe('BX');
  });
});
