import { describe, expect, test } from 'vitest';
import { armv7mDisassembler, disassemble } from './disassemble.ts';

const extensions = new Set(['M'] as const);
const symbol = (address: number) =>
  address >= 0x8000 ? `main+0x${(address - 0x8000).toString(16)}` : undefined;

/** Halfwords in memory order. */
const word = (first: number, second = 0) => first | (second << 16);

// As GNU objdump 2.40 prints them at 0x8010.
const CASES: [number, string][] = [
  [word(0x2101), 'movs r1, #1'],
  [word(0x21ff), 'movs r1, #255 @ 0xff'],
  [word(0x4240), 'negs r0, r0'],
  [word(0x4801), 'ldr r0, [pc, #4] @ (8018 <main+0x18>)'],
  [word(0xa001), 'add r0, pc, #4 @ (adr r0, 8018 <main+0x18>)'],
  [word(0xb5f0), 'push {r4, r5, r6, r7, lr}'],
  [word(0xbdf0), 'pop {r4, r5, r6, r7, pc}'],
  [word(0xc907), 'ldmia r1, {r0, r1, r2}'],
  [word(0xd0fe), 'beq.n 8010 <main+0x10>'],
  [word(0xe7fe), 'b.n 8010 <main+0x10>'],
  [word(0x4770), 'bx lr'],
  [word(0xbeab), 'bkpt 0x00ab'],
  [word(0xdf00), 'svc 0'],
  [word(0xb662), 'cpsie i'],
  [word(0xf04f, 0x30ff), 'mov.w r0, #4294967295 @ 0xffffffff'],
  [word(0xf248, 0x0010), 'movw r0, #32784 @ 0x8010'],
  [word(0xea4f, 0x0181), 'mov.w r1, r1, lsl #2'],
  [word(0xeb01, 0x0282), 'add.w r2, r1, r2, lsl #2'],
  [word(0xf851, 0x2b04), 'ldr.w r2, [r1], #4'],
  [word(0xf851, 0x2c04), 'ldr.w r2, [r1, #-4]'],
  [word(0xe8df, 0xf002), 'tbb [pc, r2]'],
  [word(0xf7ff, 0xfffe), 'bl 8010 <main+0x10>'],
  [word(0xfbb1, 0xf0f2), 'udiv r0, r1, r2'],
  [word(0xf3c1, 0x1007), 'ubfx r0, r1, #4, #8'],
  [word(0xf3ef, 0x8011), 'mrs r0, BASEPRI'],
  [word(0xf380, 0x8811), 'msr BASEPRI, r0'],
  [word(0xf3bf, 0x8f4f), 'dsb sy'],
  [word(0xee10, 0x0f10), 'mrc 15, 0, r0, cr0, cr0, {0}'],
  [word(0xb700), '.inst.n 0xb700 @ <UNDEFINED>'],
  [word(0xf3cf, 0x8000), '.inst.w 0xf3cf8000 @ <UNDEFINED>'],
  [word(0xfb00, 0x0d01), 'mla sp, r0, r1, r0 @ <UNPREDICTABLE>'],
];

test.each(CASES)('%#: %s', (bytes, text) => {
  expect(disassemble(bytes, 0x8010, { extensions, symbol }).text).toBe(text);
});

test('a 16-bit instruction takes two bytes, whatever follows it', () => {
  expect(disassemble(0xffff4770, 0, { extensions })).toMatchObject({ text: 'bx lr', length: 2 });
  expect(disassemble(0xfffef7ff, 0, { extensions })).toMatchObject({ length: 4 });
});

test('targets wrap at the end of the address space', () => {
  expect(disassemble(0xe7fc, 0, { extensions }).text).toBe('b.n fffffffc');
});

test('the DSP extension counts only where it is present', () => {
  const qadd = word(0xfa82, 0xf081);
  expect(disassemble(qadd, 0, { extensions }).text).toBe('.inst.w 0xfa82f081 @ <UNDEFINED>');
  const withDsp = new Set(['M', 'DSP'] as const);
  expect(disassemble(qadd, 0, { extensions: withDsp }).text).toBe('qadd r0, r1, r2');
});

describe('IT blocks', () => {
  const disassembler = armv7mDisassembler(extensions);

  function listing(halfwords: number[]): string[] {
    let context = 0;
    return halfwords.map((halfword, index) => {
      const made = disassembler.disassemble(halfword, 2 * index, { context });
      context = made.context;
      return made.text;
    });
  }

  test('give their instructions conditions and take the flags from them', () => {
    expect(listing([0xbf17, 0x3001, 0x4240, 0x4348, 0x0001, 0x3001])).toEqual([
      'itett ne',
      'addne r0, #1',
      'negeq r0, r0',
      'mulne r0, r1',
      'movne r1, r0 @ <UNPREDICTABLE>',
      'adds r0, #1',
    ]);
  });

  test('end with their last instruction', () => {
    expect(listing([0xbf08, 0xe7fe, 0xe7fe])).toEqual(['it eq', 'beq.n 2', 'b.n 4']);
    expect(listing([0xbf0c, 0xe7fe, 0xbf00])).toEqual(['ite eq', 'beq.n 2 @ <UNPREDICTABLE>', 'nopne']);
  });

  test('a breakpoint has no condition', () => {
    expect(listing([0xbf08, 0xbe00])[1]).toBe('bkpt 0x0000');
  });
});

test.each([
  [word(0x4770), true],
  [word(0xbd00), true],
  [word(0xbc01), false],
  [word(0xf85d, 0xfb04), true],
  [word(0xf85d, 0x0b04), false],
  [word(0xf8d0, 0xf000), true],
  [word(0xb662), true],
  [word(0xf380, 0x8811), true],
  [word(0xf3ef, 0x8011), false],
  [word(0x3001), false],
])('%#: whether it writes special registers', (bytes, writesSpecial) => {
  expect(disassemble(bytes, 0, { extensions }).writesSpecial).toBe(writesSpecial);
});
