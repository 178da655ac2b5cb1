import { describe, expect, test } from 'vitest';
import { disassemble } from './disassemble.ts';
import { BASE_EXTENSIONS } from './instructions/table.ts';

const extensions = new Set(BASE_EXTENSIONS);
const symbol = (address: number) =>
  address >= 0x80000000 ? `main+0x${(address - 0x80000000).toString(16)}` : undefined;

// word, with aliases, without: as GNU objdump 2.40 prints them at 0x80000010.
const CASES: [number, string, string][] = [
  [0x00000013, 'nop', 'addi zero,zero,0'],
  [0xfff00513, 'li a0,-1', 'addi a0,zero,-1'],
  [0x12345537, 'lui a0,0x12345', 'lui a0,0x12345'],
  [0x00008067, 'ret', 'jalr zero,0(ra)'],
  [0xfe0518e3, 'bnez a0,80000000 <main+0x0>', 'bne a0,zero,80000000 <main+0x0>'],
  [0x300595f3, 'csrrw a1,mstatus,a1', 'csrrw a1,mstatus,a1'],
  [0x30059073, 'csrw mstatus,a1', 'csrrw zero,mstatus,a1'],
  [0x30046073, 'csrsi mstatus,8', 'csrrsi zero,mstatus,8'],
  [0xc0002573, 'rdcycle a0', 'csrrs a0,cycle,zero'],
  [0x7c002573, 'csrr a0,0x7c0', 'csrrs a0,0x7c0,zero'],
  [0x1605a52f, 'lr.w.aqrl a0,(a1)', 'lr.w.aqrl a0,(a1)'],
  [0x08c5a52f, 'amoswap.w a0,a2,(a1)', 'amoswap.w a0,a2,(a1)'],
  [0x0ff0000f, 'fence', 'fence iorw,iorw'],
  [0x0330000f, 'fence rw,rw', 'fence rw,rw'],
  [0x8330000f, 'fence.tso', 'fence.tso'],
  [0x40b50533, 'sub a0,a0,a1', 'sub a0,a0,a1'],
  [0xc0001073, 'unimp', 'unimp'],
  [0x0000, 'unimp', 'c.unimp'],
  [0x1101, 'addi sp,sp,-32', 'c.addi sp,-32'],
  [0x713d, 'addi sp,sp,-32', 'c.addi16sp sp,-32'],
  [0x40b2, 'lw ra,12(sp)', 'c.lwsp ra,12(sp)'],
  [0x852e, 'mv a0,a1', 'c.mv a0,a1'],
  [0x8082, 'ret', 'c.jr ra'],
  [0x4001, 'c.li zero,0', 'c.li zero,0'],
  [0xbfe5, 'j 80000008 <main+0x8>', 'c.j 80000008 <main+0x8>'],
  [0x6101, '.short 0x6101', '.short 0x6101'],
  [0xffffffff, '.word 0xffffffff', '.word 0xffffffff'],
  [0x20b52533, '.word 0x20b52533', '.word 0x20b52533'],
];

describe.each(CASES)('%#: %i', (word, aliased, plain) => {
  test(aliased, () => {
    expect(disassemble(word, 0x80000010, { extensions, symbol }).text).toBe(aliased);
  });
  test(plain, () => {
    expect(disassemble(word, 0x80000010, { extensions, symbol, aliases: false }).text).toBe(plain);
  });
});

test('a compressed instruction takes two bytes, whatever follows it', () => {
  expect(disassemble(0xffff8082, 0, { extensions })).toMatchObject({ text: 'ret', length: 2 });
});

test('targets wrap at the end of the address space', () => {
  expect(disassemble(0xbfe5, 0, { extensions }).text).toBe('j fffffff8');
});

test('an optional extension counts only where it is present', () => {
  const withZba = new Set([...BASE_EXTENSIONS, 'Zba' as const]);
  expect(disassemble(0x20b52533, 0, { extensions: withZba }).text).toBe('sh1add a0,a0,a1');
});
