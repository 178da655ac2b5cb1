import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ciPaths, findFiles, writeAtomically } from './ci-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'bluesim-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that is replaced', () => {
  const path = join(folder, 'baseline.json');

  test('is another file, never one that is half written', () => {
    expect(writeAtomically(path, 'one')).toBe(true);
    const { ino } = statSync(path);
    expect(writeAtomically(path, 'two')).toBe(true);
    expect(statSync(path).ino).not.toBe(ino);
    expect(readFileSync(path, 'utf8')).toBe('two');
  });

  test('stays when its content does', () => {
    const { ino, mtimeMs } = statSync(path);
    expect(writeAtomically(path, 'two')).toBe(false);
    expect(statSync(path)).toMatchObject({ ino, mtimeMs });
  });

  test('leaves nothing behind when it cannot be written', () => {
    expect(() => writeAtomically(join(folder, 'none/x'), 'x')).toThrow('its folder does not exist');
    mkdirSync(join(folder, 'taken'));
    expect(() => writeAtomically(join(folder, 'taken'), 'x')).toThrow('it is a directory');
    expect(readdirSync(folder).sort()).toEqual(['baseline.json', 'taken']);
  });
});

test('files are found under their folder, sorted, not through links to folders', () => {
  const root = join(folder, 'tree');
  mkdirSync(join(root, 'a/b'), { recursive: true });
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, '.hidden'));
  for (const name of ['z.elf', 'a/y.elf', 'a/b/x.elf', 'a/b/x.hex', 'node_modules/n.elf', '.hidden/h.elf']) {
    writeFileSync(join(root, name), '');
  }
  symlinkSync(root, join(root, 'a/loop'));
  symlinkSync(join(root, 'z.elf'), join(root, 'a/link.elf'));
  expect(findFiles(root, '**/*.elf')).toEqual(['a/b/x.elf', 'a/link.elf', 'a/y.elf', 'z.elf']);
  expect(findFiles(root, '*/*.elf')).toEqual(['a/link.elf', 'a/y.elf']);
  expect(findFiles(root, 'a/b/x.{hex,elf}')).toEqual(['a/b/x.elf', 'a/b/x.hex']);
  expect(findFiles(join(root, 'a'), '../z.*')).toEqual(['../z.elf']);
  expect(findFiles(root, 'none/*')).toEqual([]);
});

test('the baseline is beside its configuration', () => {
  expect(ciPaths()).toMatchObject({ folder: '.', baseline: 'bluesim.baseline.json' });
  expect(ciPaths('ci/size.toml')).toEqual({
    config: 'ci/size.toml',
    folder: 'ci',
    baseline: 'ci/size.baseline.json',
    explanations: 'ci/size.explain.json',
  });
});
