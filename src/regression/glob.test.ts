import { expect, test } from 'vitest';
import { expandBraces, fixedFolder, globToRegExp } from './glob.ts';

const matches = (pattern: string, path: string) =>
  expandBraces(pattern).some((plain) => globToRegExp(plain).test(path));

test.each([
  ['*.elf', 'a.elf', true],
  ['*.elf', 'b/a.elf', false],
  ['*.elf', '.elf', false],
  ['.*', '.elf', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['**/*.elf', 'a.elf', true],
  ['**/*.elf', 'x/y/a.elf', true],
  ['**/*.elf', '.git/a.elf', false],
  ['x/**', 'x/y/z', true],
  ['x/**/z', 'x/z', true],
  ['[ab].elf', 'b.elf', true],
  ['[!ab].elf', 'b.elf', false],
  ['[a-c]', 'b', true],
  ['{a,b/c}/x', 'b/c/x', true],
  ['{a,b}{1,2}', 'b1', true],
  ['a+(b).elf', 'a+(b).elf', true],
  ['a.elf', 'axelf', false],
  ['a{b', 'a{b', true],
])('%s, %s: %s', (pattern, path, expected) => {
  expect(matches(pattern, path)).toBe(expected);
});

test.each([
  ['*.elf', ''],
  ['build/*.elf', 'build'],
  ['../a/b/**/x', '../a/b'],
  ['a/b.elf', 'a'],
  ['a', ''],
])('all of %s lies in "%s"', (pattern, folder) => {
  expect(fixedFolder(pattern)).toBe(folder);
});
