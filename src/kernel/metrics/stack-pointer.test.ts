/** The encodings are those that binutils 2.40 assembles. */
import { expect, test } from 'vitest';
import { stackPointerChange } from './stack-pointer.ts';

test.each([
  ['c.addi sp,-16', 0x1141, 'moves'],
  ['c.addi16sp sp,64', 0x6121, 'moves'],
  ['c.add sp,t0', 0x9116, 'moves'],
  ['addi sp,sp,-2048', 0x80010113, 'moves'],
  ['sub sp,sp,t0', 0x40510133, 'moves'],
  ['andi sp,sp,-16', 0xff017113, 'moves'],
  ['c.mv sp,s0', 0x8122, 'sets'],
  ['c.lwsp sp,12(sp)', 0x4132, 'sets'],
  ['c.li sp,0', 0x4101, 'sets'],
  ['addi sp,s0,-32', 0xfe040113, 'sets'],
  ['lw sp,0(a0)', 0x00052103, 'sets'],
  ['csrrw sp,mscratch,sp', 0x34011173, 'sets'],
  ['add sp,t0,t1', 0x00628133, 'sets'],
  ['amoswap.w sp,t0,(a0)', 0x0855212f, 'sets'],
  ['lui sp,0x80000', 0x80000137, 'begins to set'],
  ['auipc sp,0x0', 0x00000117, 'begins to set'],
] as const)('RISC-V: %s', (_, word, change) => {
  expect(stackPointerChange('riscv32', word)).toBe(change);
});

test.each([
  ['add sp, r3', 0x449d, 0, 'moves'],
  ['add.w sp, sp, r3', 0xeb0d, 0x0d03, 'moves'],
  ['push {r4, lr}', 0xb510, 0, 'moves'],
  ['pop {r4, pc}', 0xbd10, 0, 'moves'],
  ['stmdb sp!, {r4-r11}', 0xe92d, 0x0ff0, 'moves'],
  ['ldmia.w sp!, {r4-r11}', 0xe8bd, 0x0ff0, 'moves'],
  ['str.w r1, [sp, #-4]!', 0xf84d, 0x1d04, 'moves'],
  ['ldr.w r1, [sp], #4', 0xf85d, 0x1b04, 'moves'],
  ['strd r0, r1, [sp, #-8]!', 0xe96d, 0x0102, 'moves'],
  ['add sp, #16', 0xb004, 0, 'moves'],
  ['sub.w sp, sp, #512', 0xf5ad, 0x7d00, 'moves'],
  ['subw sp, sp, #1000', 0xf2ad, 0x3de8, 'moves'],
  ['mov sp, r7', 0x46bd, 0, 'sets'],
  ['mov.w sp, r7', 0xea4f, 0x0d07, 'sets'],
  ['ldr.w sp, [r0, #4]', 0xf8d0, 0xd004, 'sets'],
  ['ldr.w sp, [r0], #4', 0xf850, 0xdb04, 'sets'],
  ['ldr.w sp, [pc, #8]', 0xf8df, 0xd008, 'sets'],
  ['msr MSP, r0', 0xf380, 0x8808, 'sets'],
  ['msr CONTROL, r2', 0xf382, 0x8814, 'sets'],
] as const)('ARM: %s', (_, first, second, change) => {
  expect(stackPointerChange('armv7m', (first | (second << 16)) >>> 0)).toBe(change);
});
