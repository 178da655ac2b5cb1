/**
 * What the README shows is what happens: its `console` blocks are run, and their output compared line by line. A
 * line `…` stands for any lines.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MARK = '=== next ===';

interface Shown {
  command: string;
  output: string[];
}

function consoleBlocks(): { title: string; commands: Shown[] }[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/```console\n(.*?)```/gs)].map(([, block]) => {
    const commands: Shown[] = [];
    for (const line of block!.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) commands.push({ command: line.slice(2), output: [] });
      else commands.at(-1)!.output.push(line);
    }
    return { title: commands.map(({ command }) => command).join('; '), commands };
  });
}

/** Runs the commands in one shell, in a folder of their own; `npx bluesim` is this checkout's. */
function run(commands: readonly Shown[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-readme-'));
  try {
    symlinkSync(join(root, 'firmware'), join(folder, 'firmware'));
    const bluesim = `npx() { shift; "${process.execPath}" "${join(root, 'bin/bluesim')}" "$@"; }`;
    const script = commands.map(
      ({ command }) => `${command}\nstatus=$?; printf '%s\\n' '${MARK}'; (exit $status)`,
    );
    const { stdout } = spawnSync('sh', ['-c', `exec 2>&1 </dev/null; ${bluesim}\n${script.join('\n')}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    // A guest may end its lines as a terminal wants them, with a carriage return that nobody sees.
    return stdout.replaceAll('\r\n', '\n').split(`${MARK}\n`).slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is shown as a pattern of whole lines. */
function pattern(shown: readonly string[]): RegExp {
  const lines = shown.map((line) =>
    line === '…' ? '(?:.*\\n)*?' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

test('a pattern takes what it shows, and nothing else', () => {
  expect(pattern(['a.b', '…', 'c'])).toEqual(/^a\.b\n(?:.*\n)*?c\n$/);
  expect('a.b\nc\n').toMatch(pattern(['a.b', '…', 'c']));
  expect('a.b\nx\ny\nc\n').toMatch(pattern(['a.b', '…', 'c']));
  expect('axb\nc\n').not.toMatch(pattern(['a.b', '…', 'c']));
  expect('a.b\nc\nd\n').not.toMatch(pattern(['a.b', '…', 'c']));
});

test.skipIf(process.platform === 'win32').each(consoleBlocks())('$title', ({ commands }) => {
  const outputs = run(commands);
  expect(outputs).toHaveLength(commands.length);
  for (const [at, { command, output }] of commands.entries()) {
    if (!pattern(output).test(outputs[at]!))
      expect(`$ ${command}\n${outputs[at]}`).toBe(`$ ${command}\n${output.join('\n')}\n`);
  }
});
