import { describe, expect, test } from 'vitest';
import { UserError } from '../errors.ts';
import { loadImage } from '../machine/loader/image.ts';
import { buildElf } from '../machine/loader/test-images.ts';
import { disasmText } from './disasm.ts';

const LOCAL_LABEL = 0;
const GLOBAL_OBJECT = 0x11;
const SHN_ABS = 0xfff1;

// start: li a0,1; j main; data; main: addi sp,sp,-16; lw ra,12(sp); ret; two bytes of padding
const bytes = [
  [0x05, 0x45, 0x21, 0xa0, 0x78, 0x56, 0x34, 0x12, 0xcd, 0xab],
  [0x41, 0x11, 0x83, 0x20, 0xc1, 0x00, 0x82, 0x80, 0x00, 0x00],
].flat();

const image = loadImage(
  buildElf({
    segments: [{ address: 0x80000000, bytes }],
    symbols: [
      { name: 'start', value: 0x80000000, information: LOCAL_LABEL },
      { name: '$x', value: 0x80000000, information: LOCAL_LABEL },
      { name: '$d', value: 0x80000004, information: LOCAL_LABEL },
      { name: 'table', value: 0x80000004, size: 6, information: GLOBAL_OBJECT },
      { name: '$x', value: 0x8000000a, information: LOCAL_LABEL },
      { name: 'main', value: 0x8000000a, size: 8 },
      { name: 'core..fmt', value: 0x8000000e, information: LOCAL_LABEL },
      { name: 'stack_size', value: 0x4000, section: SHN_ABS, information: LOCAL_LABEL },
    ],
  }),
  'test.elf',
);

const START = ['80000000 <start>:', '80000000:\t4505                \tli\ta0,1'];
const JUMP = '80000002:\ta021                \tj\t8000000a <main>';
const TABLE = [
  '80000004 <table>:',
  '80000004:\t12345678          \t.word\t0x12345678',
  '80000008:\tabcd                \t.short\t0xabcd',
];
const MAIN = [
  '8000000a <main>:',
  '8000000a:\t1141                \taddi\tsp,sp,-16',
  '8000000c:\t00c12083          \tlw\tra,12(sp)',
  '80000010:\t8082                \tret',
];

/** The lines of code and data and the headings above them. */
function lines(target?: string): string[] {
  return [...disasmText(image, { target })].filter((line) => line !== '' && !line.startsWith('Disassembly'));
}

test('all code, with symbols and the data between', () => {
  expect([...disasmText(image)]).toEqual([
    ...['', 'Disassembly of section .text:', '', ...START, JUMP],
    ...['', ...TABLE, '', ...MAIN, '\t...'],
  ]);
});

test.each<[string, string[]]>([
  ['main', MAIN],
  ['table', TABLE],
  ['0x8000000e', MAIN],
  ['8000000a', MAIN],
  ['start+2', START],
  ['start..0x80000002', START],
  ['80000000..start+2', START],
  ['main..main+8', MAIN],
  ['start+0x1', START],
])('%s', (target, expected) => {
  expect(lines(target)).toEqual(expected);
});

test('a range that begins in the middle of a function is headed by the place', () => {
  expect(lines('main+2..main+4')).toEqual(['8000000c <main+0x2>:', MAIN[2]]);
});

test('a symbol with dots is no range', () => {
  expect(lines('core..fmt')[0]).toBe('8000000e <main+0x4>:');
});

describe('what is refused', () => {
  test.each([
    ['mian', 'No symbol `mian`; did you mean `main`?'],
    ['mian..main', 'did you mean `main`'],
    ['main..man', 'did you mean `main`'],
    ['mian+4', 'did you mean `main`'],
    ['', 'No symbol ``'],
    ['main..start', 'is empty'],
    ['0x90000000', 'No symbol describes 0x90000000'],
    ['0x90000000+4', 'no bytes from 0x90000000 to 0x90000003'],
    ['main+0xffffffff', 'end of the address space'],
    ['stack_size', 'is a number (0x00004000)'],
  ])('%j', (target, message) => {
    expect(() => disasmText(image, { target })).toThrow(UserError);
    expect(() => disasmText(image, { target })).toThrow(message);
  });

  test('an image that does not tell its architecture, unless it is given', () => {
    const raw = loadImage(new Uint8Array([0x82, 0x80, 0x13]), 'raw.bin', { loadAddress: 0x100 });
    expect(() => disasmText(raw)).toThrow('does not say which architecture');
    expect([...disasmText(raw, { architecture: 'riscv32' })].slice(2)).toEqual([
      '     100:\t8082                \tret',
      '     102:\t13                  \t.byte\t0x13',
    ]);
  });
});

test('data is in hex and letters, long runs of zeros are left out', () => {
  const data = [...new TextEncoder().encode('Hello from RV32!\n'), ...Array<number>(40).fill(0), 1];
  const elf = buildElf({ segments: [{ address: 0x80000000, bytes: data, flags: 6 }] });
  expect([...disasmText(loadImage(elf, 'data.elf'), { target: '0x80000000+58' })].slice(2)).toEqual([
    '80000000:\t48 65 6c 6c 6f 20 66 72 6f 6d 20 52 56 33 32 21\t|Hello from RV32!|',
    '80000010:\t0a 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\t|................|',
    '\t...',
    `80000038:\t00 01${' '.repeat(42)}\t|..|`,
  ]);
});

describe('Thumb code', () => {
  // start: movs r0, #1; ite eq; moveq r1, #2; movne r1, #3; movw r2, #0x1234; bx lr; a literal; main: bl start
  const thumb = [
    [0x01, 0x20, 0x0c, 0xbf, 0x02, 0x21, 0x03, 0x21, 0x41, 0xf2, 0x34, 0x22, 0x70, 0x47, 0x00, 0xbf],
    [0x78, 0x56, 0x34, 0x12, 0xff, 0xf7, 0xf4, 0xff],
  ].flat();
  const arm = loadImage(
    buildElf({
      machine: 40,
      entry: 0x101,
      segments: [{ address: 0x100, bytes: thumb }],
      symbols: [
        { name: '$t', value: 0x100, information: LOCAL_LABEL },
        { name: 'start', value: 0x101, size: 16 },
        { name: '$d', value: 0x110, information: LOCAL_LABEL },
        { name: '$t', value: 0x114, information: LOCAL_LABEL },
        { name: 'main', value: 0x115, size: 4 },
      ],
    }),
    'thumb.elf',
  );

  test('with IT blocks, encodings by halfwords, literals as data, and symbols without their bit 0', () => {
    expect([...disasmText(arm)].filter((line) => !line.startsWith('Disassembly'))).toEqual([
      ...['', '', '00000100 <start>:'],
      '     100:\t2001      \tmovs\tr0, #1',
      '     102:\tbf0c      \tite\teq',
      '     104:\t2102      \tmoveq\tr1, #2',
      '     106:\t2103      \tmovne\tr1, #3',
      '     108:\tf241 2234 \tmovw\tr2, #4660\t@ 0x1234',
      '     10c:\t4770      \tbx\tlr',
      '     10e:\tbf00      \tnop',
      '     110:\t12345678 \t.word\t0x12345678',
      ...['', '00000114 <main>:'],
      '     114:\tf7ff fff4 \tbl\t100 <start>',
    ]);
  });

  test('by symbol and by address', () => {
    expect([...disasmText(arm, { target: 'main' })].at(-1)).toMatch(/bl\t100 <start>$/);
    expect([...disasmText(arm, { target: '0x10c+2' })].at(-1)).toBe('     10c:\t4770      \tbx\tlr');
  });
});
