import { expect, test } from 'vitest';
import { TomlLines } from './toml-lines.ts';

const LINES = new TomlLines(`# a comment
[defaults] # another
max-cycles = 5

[[job]]
name = "a"
until = """
image = "no key"
[job.no-table]
"""
budgets."run/cycles" = 1
[job.probes]
'a b' = "x -> y"

[[job]]
"image" = [
  "x",
]
 strict=true
`);

test.each([
  [['defaults'], 2],
  [['defaults', 'max-cycles'], 3],
  [['job', 0], 5],
  [['job', 0, 'until'], 7],
  [['job', 0, 'image'], 5],
  [['job', 0, 'budgets', 'run/cycles'], 11],
  [['job', 0, 'probes', 'a b'], 13],
  [['job', 1], 15],
  [['job', 1, 'image', 5], 16],
  [['job', 1, 'strict'], 19],
  [['job', 'no-table'], 1],
  [['nothing'], 1],
])('%j is in line %i', (path, line) => {
  expect(LINES.lineOf(path)).toBe(line);
});
