/** A real terminal: keys reach the guest, Ctrl-A leaves, and the terminal is given back as it was. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { describeWith } from '../tools.ts';
import { BLUESIM, firmware, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const socket = `${folder}/tmux`;

function tmux(...words: string[]): string {
  return execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...words], { encoding: 'utf8' });
}

let session = '';
const keys = (...names: string[]) => tmux('send-keys', '-t', session, ...names);
const screen = () => tmux('capture-pane', '-t', session, '-p', '-S', '-200');

/** Waits until the screen shows something. */
async function shows(pattern: RegExp): Promise<string> {
  for (let i = 0; i < 1200; i++) {
    const text = screen();
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the screen never showed ${pattern}:\n${screen()}`);
}

const command = (...words: string[]) =>
  [process.execPath, BLUESIM, 'run', ...words].map((word) => `'${word}'`).join(' ');

describeWith(['tmux', 'stty'], 'on a terminal', () => {
  let sessions = 0;
  afterAll(() => {
    tmux('kill-server');
  });

  /**
   * Starts a command on a terminal of its own; behind it come its exit code and whether the terminal's modes are the
   * same. A script runs it: a shell that reads keys itself loses those that come before a Ctrl-C has reached it.
   */
  async function start(line: string, prompt: RegExp): Promise<void> {
    session = `test${++sessions}`;
    const script = `${folder}/${session}.sh`;
    writeFileSync(
      script,
      `trap : INT
before=$(stty -g)
${line}
echo "code $?"
test "$before" = "$(stty -g)" && echo same modes
while :; do sleep 1; done
`,
    );
    tmux('new-session', '-d', '-s', session, '-x', '120', '-y', '40', `sh '${script}'`);
    await shows(prompt);
  }

  test('keys go to the guest one by one, unechoed, Ctrl-C too, and Ctrl-A x ends with 0', async () => {
    await start(command(firmware('uart-echo')), /ends\n/);
    keys('hello', 'Enter');
    const text = await shows(/\nHELLO\n/);
    expect(text).not.toMatch(/\nhello/);
    keys('C-c');
    await shows(/bluesim: Ctrl-C went to the guest; Ctrl-A x ends, Ctrl-A h helps/);
    keys('C-a', 'h');
    await shows(/Ctrl-A Ctrl-A {2}sends Ctrl-A to the guest/);
    keys('C-a', 'x');
    await shows(/code 0\nsame modes\n/);
  });

  test('Ctrl-A Ctrl-A sends one Ctrl-A', async () => {
    await start(command(firmware('uart-echo')), /ends\n/);
    keys('C-a', 'C-a', 'Enter', 'quit', 'Enter');
    await shows(/lines: 1, bytes in: 7, bytes out: 2\n(.*\n)*code 0\nsame modes\n/);
  });

  test('virtual time is real time while the guest waits', async () => {
    await start(command('--stats', firmware('uart-echo')), /ends\n/);
    const begin = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    keys('quit', 'Enter');
    const text = await shows(/code 0\n/);
    const seconds = Number(/unit, ([\d.]+) s at/.exec(text)![1]);
    // A host that is busy elsewhere may lose some of it; run-loop.test.ts holds it to the microsecond.
    expect(seconds).toBeGreaterThan(0.5);
    expect(seconds).toBeLessThan((Date.now() - begin) / 1000 + 1);
  });

  test.each(['TERM', 'HUP', 'INT'])('SIG%s gives the terminal back', async (signal) => {
    await start(
      `(sleep 1; pkill -${signal} -f '${folder}/mar[k]er') & ${command(firmware('uart-echo'), '--', `${folder}/marker`)}`,
      /ends\n/,
    );
    await shows(/code (129|130|143)\n/);
    await shows(/same modes\n/);
  });

  test('a guest that ends by itself, and one that is stuck, give it back', async () => {
    await start(command(firmware('exit-code')), /code 42\n/);
    await shows(/same modes\n/);
    await start(command(firmware('crash')), /code 125\n/);
    await shows(/same modes\n/);
  });

  test('with stdout elsewhere lines are typed as everywhere, and Ctrl-C ends', async () => {
    await start(`echo started; ${command(firmware('uart-echo'))} > '${folder}/out'`, /started/);
    keys('hello', 'Enter');
    await new Promise((resolve) => setTimeout(resolve, 700));
    keys('C-c');
    await shows(/code 130\nsame modes\n/);
  });
});
