/**
 * Disassembly equals GNU objdump for every legal compressed halfword and for a seeded sample of words of every
 * row, with and without pseudo-instructions, and for our firmware as `bluesim disasm` prints it. Where it differs, the difference is one of DIFFERENCES below.
 *
 * Encodings are written with `.insn`, which takes any bits; objdump 2.40 is what was compared with.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { disasmText } from '../../src/cli/disasm.ts';
import { openBits } from '../../src/cpu/riscv/assemble.ts';
import { csrNames } from '../../src/cpu/riscv/csr-names.ts';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import { disassemble } from '../../src/cpu/riscv/disassemble.ts';
import type { Row } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from '../../src/cpu/riscv/instructions/table.ts';
import { loadImageFile } from '../../src/machine/loader/image.ts';
import { seededWords } from '../random.ts';
import { describeWith } from '../tools.ts';

const AS = 'riscv64-unknown-elf-as';
const OBJDUMP = 'riscv64-unknown-elf-objdump';

const extensions = new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]);
const decoder = new Decoder(extensions);

interface Case {
  readonly word: number;
  readonly row: Row;
  readonly aliases: boolean;
  readonly ours: string;
  readonly theirs: string;
}

interface Difference {
  readonly name: string;
  readonly spec: string;
  /** Our text with this difference made objdump's way; undefined where it does not apply. */
  readonly rewrite: (difference: Case) => string | undefined;
}

/** Bits that the manual wants ignored and binutils wants to be zero. */
const IGNORED: Readonly<Record<string, number>> = { fence: 0xf00fff80 | 0, 'fence.i': 0xffff8f80 | 0 };

const DIFFERENCES: readonly Difference[] = [
  {
    name: 'CSRs of the hypervisor, vector, state-enable and interrupt extensions have names',
    spec: 'Priv 2.2: not of a hart with machine and user mode; printed as numbers',
    rewrite: ({ word, row, ours, theirs }) => {
      const csr = word >>> 20;
      if (row.timing !== 'csr' || csrNames().has(csr)) return undefined;
      const number = `0x${csr.toString(16)}`;
      const name = theirs.split(/[ ,]/)[ours.split(/[ ,]/).indexOf(number)] ?? '';
      return /^[hmsv][a-z]+[0-9]*h?$/.test(name) ? ours.replace(number, name) : undefined;
    },
  },
  {
    name: 'an instruction with an immediate is printed under the name of the one with a register (`add a0,a0,1`)',
    spec: 'Unpriv 2.4.1, 7.1, 28: addi, andi, slli, csrrwi … are instructions of their own',
    rewrite: ({ aliases, ours }) => (aliases ? ours.replace(/^(\w+)i /, '$1 ') : undefined),
  },
  {
    name: 'c.nop without aliases is printed as c.addi',
    spec: 'Unpriv 26.5.5: the encoding with rd = x0 is c.nop',
    rewrite: ({ row, ours }) =>
      row.mnemonic === 'c.nop' ? `c.addi zero,${ours.split(' ')[1] ?? '0'}` : undefined,
  },
  {
    name: 'compressed shifts by 0 are printed under their RV128 names',
    spec: 'Unpriv 26.5.2: on RV32 shamt = 0 is a HINT of c.slli, c.srli and c.srai',
    rewrite: ({ row, ours }) =>
      /^c\.s(ll|rl|ra)i$/.test(row.mnemonic) ? ours.replace(/i (\w+),0x0$/, 'i64 $1') : undefined,
  },
  {
    name: 'fence and fence.i with reserved fields that are not zero are no instructions',
    spec: 'Unpriv 2.7 and chapter 6: implementations shall ignore these fields',
    rewrite: ({ word, row }) =>
      word & (IGNORED[row.mnemonic] ?? 0) ? `.4byte 0x${(word >>> 0).toString(16)}` : undefined,
  },
];

/** Whether named differences explain how objdump's text differs from ours. */
function isExplained(difference: Case): boolean {
  let ours = difference.ours;
  return DIFFERENCES.some(({ rewrite }) => {
    ours = rewrite({ ...difference, ours }) ?? ours;
    return ours === difference.theirs;
  });
}

/** The lines of a listing that have an instruction or data. */
function parseListing(listing: string): { address: number; text: string }[] {
  return [...listing.matchAll(/^ *([0-9a-f]+):\t[0-9a-f]+ +\t(.*)$/gm)].map(([, address, text]) => ({
    address: Number.parseInt(address!, 16),
    // Behind a pair such as lui, addi objdump adds the address that the pair makes: not the instruction's text.
    text: text!.replace('\t', ' ').replace(/ # .*$/, ''),
  }));
}

/** Runs objdump over the words, laid out one behind the other from address 0; `label` stands on the first. */
function objdump(words: readonly number[], aliases: boolean): { address: number; text: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-disassembly-'));
  try {
    const source = join(folder, 'words.s');
    const object = join(folder, 'words.o');
    const lines = words.map((word) => `.insn ${(word & 3) === 3 ? 4 : 2}, 0x${(word >>> 0).toString(16)}`);
    writeFileSync(source, ['label:', ...lines, ''].join('\n'));
    execFileSync(AS, ['-march=rv32imac_zicsr_zifencei_zba_zbb_zbs', source, '-o', object]);
    const listing = execFileSync(OBJDUMP, ['-d', '-z', ...(aliases ? [] : ['-M', 'no-aliases']), object], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    return parseListing(listing);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const symbol = (address: number) => (address === 0 ? 'label' : `label+0x${address.toString(16)}`);

/** Lines where the two differ and no named difference explains it. */
function compare(words: readonly number[], aliases: boolean): string[] {
  const listing = objdump(words, aliases);
  expect(listing.length).toBe(words.length);
  const wrong: string[] = [];
  for (const [index, word] of words.entries()) {
    const { address, text: theirs } = listing[index]!;
    const { text: ours, row } = disassemble(word, address, { aliases, extensions, symbol });
    if (ours !== theirs && !(row && isExplained({ word, row, aliases, ours, theirs })))
      wrong.push(`${(word >>> 0).toString(16)}: ${ours} | ${theirs}`);
  }
  return wrong;
}

function compressedHalfwords(): number[] {
  const halfwords = [];
  for (let halfword = 0; halfword <= 0xffff; halfword++)
    if ((halfword & 3) !== 3 && decoder.find(halfword)) halfwords.push(halfword);
  return halfwords;
}

/** For every row words of random operands, among them many with registers x0, x1 and x2 and small immediates. */
function sampleOfWords(perRow: number): number[] {
  const random = seededWords(7);
  const someZero = [
    -1,
    ~(0x1f << 7),
    ~(0x1f << 15),
    ~(0x1f << 20),
    0x000fffff,
    ~(0x1e << 15),
    ~(0x1e << 7),
    0x0fffffff,
  ];
  return rows()
    .filter((row) => row.length === 4)
    .flatMap((row) => {
      const count = openBits(row) === 0 ? 1 : perRow;
      return Array.from({ length: count }, () => {
        const keep = someZero[random() & 7]! & someZero[random() & 7]!;
        return row.value | (random() & openBits(row) & keep);
      });
    });
}

/** Words that a pseudo-instruction stands for and that a sample would hardly meet; every CSR. */
function specialWords(): number[] {
  const words = [
    0x00000013, 0x00008067, 0x0ff57513, 0xfff54513, 0x00153513, 0x0ff0000f, 0x8330000f, 0xc0001073,
  ];
  for (let csr = 0; csr <= 0xfff; csr++) words.push((csr << 20) | 0x2573);
  for (let sets = 0; sets <= 0xff; sets++) words.push((sets << 20) | 0xf);
  words.push(0x0000100f);
  return words;
}

describeWith([AS, OBJDUMP], 'disassembly equals objdump', () => {
  const all = { compressed: compressedHalfwords(), words: [...specialWords(), ...sampleOfWords(3_500)] };

  test.each([
    ['compressed', false],
    ['compressed', true],
    ['words', false],
    ['words', true],
  ] as const)('%s, aliases: %s', { timeout: 60_000 }, (kind, aliases) => {
    expect(compare(all[kind], aliases).slice(0, 20)).toEqual([]);
  });

  test('the samples are as large as they should be', () => {
    expect(all.compressed.length).toBeGreaterThan(28_000);
    expect(all.words.length).toBeGreaterThan(200_000);
  });

  const images = fileURLToPath(new URL('../../firmware/images/', import.meta.url));
  const names = readdirSync(images).filter((name) => name.endsWith('-riscv32.elf'));

  test.each(names)('`bluesim disasm %s`', (name) => {
    const path = join(images, name);
    const listing = execFileSync(OBJDUMP, ['-d', '-M', 'no-aliases', path], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    const theirs = parseListing(listing).map((line) => ({
      ...line,
      text: line.text.replace('c.addi zero,0', 'c.nop'),
    }));
    const ours = [...disasmText(loadImageFile(path), { aliases: false })].join('\n');
    expect(parseListing(ours)).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(100);
  });
});
