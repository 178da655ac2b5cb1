import { expect, test } from 'vitest';
import { casesOf, filterCases } from './cases.ts';
import { parseConfig } from './config.ts';
import { shardOf } from './parts.ts';
import { NUMBERS } from './testing.ts';

const FILES = ['out/a.elf', 'out/sub/a.elf', 'out/sub/b.min.elf'];

function cases(text: string) {
  const jobs = parseConfig({ text, file: 'bluesim.toml', numbers: NUMBERS });
  const find = (pattern: string) => FILES.filter((path) => pattern !== 'none/*' && path.startsWith('out'));
  return casesOf(jobs, find, 'bluesim.toml');
}

const names = (text: string) => cases(text).map(({ name }) => name);

test.each([
  ['image = "x/y.elf"', ['j']],
  ['image = ["x/y.elf"]', ['j/y']],
  ['image = "out/**/*.elf"', ['j/a', 'j/sub/a', 'j/sub/b.min']],
  ['image = "y.elf"\nboard = "virt"', ['j']],
  ['image = "y.elf"\nboard = ["virt"]', ['j/virt']],
  [
    'image = ["y.elf", "z"]\nboard = ["virt", "mps2-an385"]',
    ['j/y/virt', 'j/y/mps2-an385', 'j/z/virt', 'j/z/mps2-an385'],
  ],
  ['image = "y.elf"\nmodel = ["unit"]', ['j/unit']],
])('what is a list is in the name: %s', (keys, expected) => {
  expect(names(`[job.j]\n${keys}\n`)).toEqual(expected);
});

test('two cases of one name are refused, and a pattern that matches nothing', () => {
  expect(() => names('[job.j]\nimage = ["x/y.elf", "z/y.elf"]')).toThrow(
    'bluesim.toml:1: x/y.elf and z/y.elf make two cases of the name j/y',
  );
  expect(() => names('[job.j]\nimage = "none/*"')).toThrow('job.j.image: nothing matches "none/*"');
});

test('filters are parts of names, or patterns for all of them', () => {
  const all = cases('[job.one]\nimage = "x"\nboard = ["virt", "mps2-an385"]\n[job.two]\nimage = "y"\n');
  const filtered = (...filters: string[]) => filterCases(all, filters).map(({ name }) => name);
  expect(filtered('virt', 'tw')).toEqual(['one/virt', 'two']);
  expect(filtered('one*')).toEqual(['one/virt', 'one/mps2-an385']);
  expect(() => filtered('*virt.')).toThrow('--filter *virt. matches no case');
  expect(filtered()).toHaveLength(3);
});

test('every case is in one shard', () => {
  const all = Array.from({ length: 10 }, (_, index) => index);
  const shards = [1, 2, 3, 4].map((index) => shardOf(all, { index, count: 4 }));
  expect(shards.map(({ length }) => length)).toEqual([3, 3, 2, 2]);
  expect(shards.flat().sort((a, b) => a - b)).toEqual(all);
});
