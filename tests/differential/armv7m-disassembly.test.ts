/**
 * Disassembly equals GNU objdump for every 16-bit instruction and for a seeded sample of words of every row, in and
 * out of IT blocks, and for our firmware as `bluesim disasm` prints it. Where it differs, the difference is one of DIFFERENCES below: objdump also decodes what ARMv8-M,
 * the A and R profiles and their coprocessors have, so it is no oracle of what is legal.
 *
 * objdump 2.40 is what was compared with.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { disasmText } from '../../src/cli/disasm.ts';
import { Decoder, instructionLength } from '../../src/cpu/armv7m/decode.ts';
import { disassemble } from '../../src/cpu/armv7m/disassemble.ts';
import { Operation } from '../../src/cpu/armv7m/instructions/operation.ts';
import {
  type ItPosition,
  itPosition,
  type Row,
  unpredictableCases,
} from '../../src/cpu/armv7m/instructions/row.ts';
import { rows } from '../../src/cpu/armv7m/instructions/table.ts';
import { loadImageFile } from '../../src/machine/loader/image.ts';
import { seededWords } from '../random.ts';
import { describeWith } from '../tools.ts';

const OBJDUMP = 'arm-none-eabi-objdump';

const extensions = new Set(['M', 'DSP'] as const);
const decoder = new Decoder(extensions);

interface Case {
  readonly word: number;
  readonly row: Row;
  readonly ours: string;
  readonly theirs: string;
}

interface Difference {
  readonly name: string;
  readonly spec: string;
  /** Whether this is it: a text of ours to expect instead, or true where objdump's has no counterpart. */
  readonly explains: (difference: Case) => string | boolean;
}

/** Of the other coprocessors (FPA, Maverick, iWMMXt, floating point, SIMD) objdump prints the instructions. */
const NAMELESS_COPROCESSORS = new Set([3, 7]);

const DIFFERENCES: readonly Difference[] = [
  {
    name: 'MOV R8, R8 is printed as nop',
    spec: 'A7.7.77: it is MOV (register) T1',
    explains: ({ word, ours }) =>
      word === 0x46c0 && `${ours.replace(/^mov(\w*) .*/, 'nop$1')} @ (mov r8, r8)`,
  },
  {
    name: 'hints of other architectures have names: sevl, bti, pac, aut, esb, tsb',
    spec: 'A5.2.5, A5.3.4: unallocated hints, executed as NOP',
    explains: ({ row, theirs }) =>
      row.encoding.startsWith('hint') && /^(sevl|bti|pac|aut|esb|tsb)/.test(theirs),
  },
  {
    name: 'loads of halfwords to PC are preloads for writing, or loads',
    spec: 'A5.3.8: unallocated memory hints, executed as NOP',
    explains: ({ row, theirs }) =>
      row.encoding.startsWith('memory hint') && /^(pldw|ldrsh\S+ pc)/.test(theirs),
  },
  {
    name: 'an unprivileged load relative to PC',
    spec: "A7.7.67 and its kin: if Rn == '1111' then SEE LDR (literal)",
    explains: ({ row, ours }) =>
      row.name.endsWith('(literal)') && ours.replace(/^(ldr(?:s?[bh])?)(\w*)\.w/, '$1t$2'),
  },
  {
    name: 'the writeback of an offset of zero is lost for two registers and coprocessors',
    spec: 'A7.7.50, A7.7.166: W is 1',
    explains: ({ row, ours }) =>
      /dual|transfer/.test(row.syntax) &&
      ours
        .replace(/, #0\]!/, ']')
        .replace(/\], #0(?= |$)/, ']')
        .replace(/(#-0\])!/, '$1'),
  },
  {
    name: 'LDRD (literal) by zero is printed as if it were of a register, without the address',
    spec: 'A7.7.51',
    explains: ({ row, ours }) =>
      row.operation === Operation.LdrdLiteral && ours.replace(/\[pc, #0\] @ [0-9a-f]+$/, '[pc]'),
  },
  {
    name: 'DSB #12 is dfb of ARMv8-R',
    spec: 'A7.7.34: a reserved option, a full barrier',
    explains: ({ row, ours }) => row.operation === Operation.Dsb && ours.replace(/^dsb(\w*) #12$/, 'dfb$1'),
  },
  {
    name: 'APSR has the name and the masks of CPSR',
    spec: 'B5.1.1, B5.2.3',
    explains: ({ row, ours }) =>
      (row.operation === Operation.Mrs && ours.replace('APSR', 'CPSR')) ||
      (row.operation === Operation.Msr &&
        ours.replace('APSR_nzcvqg', 'CPSR_fs').replace('APSR_nzcvq', 'CPSR_f').replace('APSR_g', 'CPSR_s')),
  },
  {
    name: 'the parts that GE adds to IAPSR, EAPSR and PSR are not printed',
    spec: 'B5.2.3',
    explains: ({ row, ours }) => row.operation === Operation.Msr && ours.replace(/_(nzcvq)?g\b/, ''),
  },
  {
    name: 'instructions of coprocessors that objdump knows have their names',
    spec: 'A5.3.18: generic ones here, where no coprocessor is',
    explains: ({ row, word }) =>
      row.operation === Operation.Coprocessor && !NAMELESS_COPROCESSORS.has((word >>> 8) & 15),
  },
  {
    name: 'LDC2 and STC2 with writeback of PC, MRC2 to the flags',
    spec: 'A7.7.40, A7.7.80',
    explains: ({ row, ours }) =>
      row.operation === Operation.Coprocessor && ours.replace(/^(mrc2.*)APSR_nzcv/, '$1pc'),
  },
  {
    name: 'the condition of an IT block is not printed where it does not matter',
    spec: 'A7.7.31: CSDB is UNPREDICTABLE in an IT block; A7.7.194',
    explains: ({ row, ours }) => row.operation === Operation.Csdb && ours.replace(/^csdb\w\w$/, 'csdb'),
  },
];

/** UNPREDICTABLE encodings that objdump takes for other instructions, or reads otherwise. */
const UNPREDICTABLE_READ_OTHERWISE = new Set([
  'bits that should be 0 or 1',
  'the two copies of Rm differ',
  'a field whose highest bit is below its lowest',
  'PC as the destination, in the space of hints',
  'PC as an operand',
  'SYSm names no register',
  'a mask that the register does not have',
  'writeback to PC',
  'in an IT block',
  'condition 1111, or 1110 for more than one instruction',
]);

function isExplained(difference: Case, position: ItPosition): boolean {
  if (DIFFERENCES.some(({ explains }) => [true, difference.theirs].includes(explains(difference))))
    return true;
  return unpredictableCases(difference.row, difference.word, position).some(({ what }) =>
    UNPREDICTABLE_READ_OTHERWISE.has(what),
  );
}

/** Halfwords in memory order. */
const halfwordsOf = (word: number) => (word >>> 16 === 0 ? [word] : [word >>> 16, word & 0xffff]);

/** objdump's text, as ours is written: one blank, no marks of what is unpredictable, addresses as in an ELF file. */
function normalized(text: string): string {
  const plain = text
    .replace(/\t/g, ' ')
    .replace(/ *@ (<UNPREDICTABLE>|unpredictable (<IT:\w+>|branch in IT block))/g, '')
    .replace(/ +/g, ' ')
    .trim();
  const literal = /\[pc[^{]*$|\(adr/.test(plain) ? plain.replace(/(@ \(?(?:adr \w+, )?)0x/, '$1') : plain;
  return literal.replace(/^((?!bkpt)b\w*(?:\.[nw])?|cbn?z r\d,) 0x/, '$1 ');
}

/** What images try to execute although ARMv7-M does not have it, which objdump may. */
const NO_INSTRUCTION_HERE = /<UNDEFINED>|<UNPREDICTABLE>|^(ldc|stc|cdp|mcr|mrc)/;

/** The lines of a listing of an image that have an instruction or data. */
function parseImageListing(listing: string): { address: number; text: string }[] {
  return [...listing.matchAll(/^ *([0-9a-f]+):\t[0-9a-f]+(?: [0-9a-f]{4})? *\t(.*)$/gm)].map(
    ([, address, text]) => ({
      address: Number.parseInt(address!, 16),
      text: text!.replace(/[\t ]+/g, ' ').trim(),
    }),
  );
}

/** Runs objdump over instructions, laid out one behind the other from address 0. */
function objdump(words: readonly number[]): { address: number; text: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-disassembly-'));
  try {
    const path = join(folder, 'words');
    writeFileSync(path, new Uint8Array(Uint16Array.from(words.flatMap(halfwordsOf)).buffer));
    const flags = ['-D', '-z', '-b', 'binary', '-m', 'arm', '-M', 'force-thumb'];
    const listing = execFileSync(OBJDUMP, [...flags, path], { encoding: 'utf8', maxBuffer: 1 << 30 });
    return [...listing.matchAll(/^ *([0-9a-f]+):\t[0-9a-f]{4}(?: [0-9a-f]{4})? +\t(.*)$/gm)].map(
      ([, address, text]) => ({ address: Number.parseInt(address!, 16), text: normalized(text!) }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @returns lines where the two differ and no named difference explains it, and the number of those that differ and
 * are neither UNPREDICTABLE nor of a coprocessor.
 */
function compare(words: readonly number[]): { wrong: string[]; differing: number } {
  const listing = objdump(words);
  expect(listing.length).toBe(words.length);
  const wrong: string[] = [];
  let differing = 0;
  let context = 0;
  for (const [index, word] of words.entries()) {
    const { address, text: theirs } = listing[index]!;
    const position = itPosition(context);
    const [first, second] = halfwordsOf(word);
    const made = disassemble(first! | ((second ?? 0) << 16), address, { extensions, context });
    const ours = made.text.replace(/ @ <UNPREDICTABLE>$/, '');
    context = made.context;
    if (ours === theirs) continue;
    const { row } = made;
    if (
      row &&
      row.operation !== Operation.Coprocessor &&
      unpredictableCases(row, word, position).length === 0
    )
      differing++;
    if (!(row && isExplained({ word, row, ours, theirs }, position)))
      wrong.push(`${(word >>> 0).toString(16)}: ${ours} | ${theirs}`);
  }
  return { wrong, differing };
}

/** All of them but IT, which changes what is behind it. */
function halfwords(): number[] {
  const all = Array.from({ length: 0x10000 }, (_, halfword) => halfword);
  return all.filter((halfword) => {
    const row = instructionLength(halfword) === 2 ? decoder.findAny(halfword) : undefined;
    return row !== undefined && row.operation !== Operation.It;
  });
}

/** Of every 32-bit row words of random operands, among them many with R0, SP and PC and without offsets. */
function sampleOfWords(perRow: number): number[] {
  const random = seededWords(7);
  const zeros = [-1, -1, ~(15 << 16), ~(15 << 12), ~(15 << 8), ~15, ~0xff, ~0x70c0];
  const ones = [0, 0, 0, 15 << 16, 15 << 12, 13 << 16, 13 << 8, 15];
  return rows()
    .filter((row) => row.length === 4)
    .flatMap((row) => {
      const words = Array.from({ length: perRow }, () => {
        const operands = (random() & zeros[random() & 7]!) | ones[random() & 7]!;
        const should = (random() & 7) === 0 ? 0 : row.shouldMask;
        return row.value | (row.shouldBe & should) | (operands & ~row.mask & ~should);
      });
      return [...new Set(words)].filter((word) => decoder.findAny(word) === row);
    });
}

/** IT blocks of every condition and mask around instructions of all rows. */
function itBlocks(blocks: number): number[] {
  const random = seededWords(8);
  const inside = [...halfwords(), ...sampleOfWords(60)];
  return Array.from({ length: blocks }, (_, index) => {
    const mask = 1 + (index % 15);
    const condition = Math.floor(index / 15) % 14;
    const length = 4 - (31 - Math.clz32(mask & -mask));
    const block = Array.from({ length }, () => inside[(random() >>> 0) % inside.length]!);
    return [0xbf00 | (condition << 4) | mask, ...block];
  }).flat();
}

describeWith([OBJDUMP], 'disassembly equals objdump', () => {
  test('all 16-bit instructions', { timeout: 60_000 }, () => {
    const words = halfwords();
    expect(words.length).toBeGreaterThan(57_000);
    const { wrong, differing } = compare(words);
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(differing).toBeLessThan(3);
  });

  test('words of every row', { timeout: 120_000 }, () => {
    const words = sampleOfWords(1_500);
    expect(words.length).toBeGreaterThan(250_000);
    const { wrong, differing } = compare(words);
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(differing / words.length).toBeLessThan(0.03);
  });

  test('in IT blocks', { timeout: 60_000 }, () => {
    const { wrong } = compare(itBlocks(15_000));
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  const images = fileURLToPath(new URL('../../firmware/images/', import.meta.url));
  const names = readdirSync(images).filter((name) => name.endsWith('-armv7m.elf'));

  test.each(names)('`bluesim disasm %s`', (name) => {
    const path = join(images, name);
    const listing = execFileSync(OBJDUMP, ['-d', path], { encoding: 'utf8', maxBuffer: 1 << 30 });
    const theirs = parseImageListing(listing.replace(/CPSR_f\b/g, 'APSR_nzcvq').replace(/CPSR\b/g, 'APSR'));
    const ours = parseImageListing([...disasmText(loadImageFile(path))].join('\n'));
    expect(ours.map(({ address }) => address)).toEqual(theirs.map(({ address }) => address));
    const wrong = ours.flatMap(({ text }, index) =>
      text === theirs[index]!.text || NO_INSTRUCTION_HERE.test(text) ? [] : [[text, theirs[index]!.text]],
    );
    expect(wrong).toEqual([]);
    expect(theirs.length).toBeGreaterThan(100);
  });
});
