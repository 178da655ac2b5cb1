/** docs/ci.md says what there is: every key and exit code, and an example that is taken as it stands. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CiExit } from './compare.ts';
import { parseConfig } from './config.ts';
import { JOB_KEYS } from './config-keys.ts';
import { NUMBERS } from './testing.ts';

const text = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| '));

test('has a row for each key', () => {
  const missing = JOB_KEYS.filter((key) => !rows.some((row) => row.split('|')[1]!.includes(`\`${key}\``)));
  expect(missing).toEqual([]);
});

test('has a row for each exit code', () => {
  const missing = Object.values(CiExit).filter((code) => !rows.some((row) => row.startsWith(`| ${code} |`)));
  expect(missing).toEqual([]);
});

test('has an example without a mistake', () => {
  const [, example] = /```toml\n(.*?)```/s.exec(text)!;
  const jobs = parseConfig({
    text: example!.replace('"10M"', '10_000_000'),
    file: 'ci.md',
    numbers: NUMBERS,
  });
  expect(jobs.map(({ name }) => name)).toEqual(['boot', 'apps', 'forever']);
});
