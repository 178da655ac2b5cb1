/** src/ keeps the rules of the architecture (rules.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cycles, type SourceFile, violations } from './rules.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Rooms that import each other all the same:
 * - debug, machine: a report of the machine has a backtrace, which is the debugger's, and the backtrace reads
 *   symbols, which belong to the loaded image.
 */
const KNOWN_CYCLES = ['debug, machine'];

const sources: SourceFile[] = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .map((name) => posix.join('src', name.replaceAll(sep, '/')))
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));

test('every file of src keeps the rules', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(violations(sources)).toEqual([]);
});

test('the folders of src import each other in no circle but the known ones', () => {
  expect(cycles(sources)).toEqual(KNOWN_CYCLES);
});
