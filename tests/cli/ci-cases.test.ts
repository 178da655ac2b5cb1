/** `bluesim ci` with many cases: the same bytes whatever runs them, shards, and the outputs for other programs. */
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Project } from './ci-project.ts';
import { firmware } from './command.ts';
import { kernelImage } from './slower-images.ts';

describe('many cases', () => {
  const config = `
[defaults]
max-cycles = '1e9'

[job.kernel]
image = "{first,hello,minimal}-{virt,mps2-an385}.elf"

[job.stellaris]
image = "*-lm3s6965evb.elf"
board = "lm3s6965evb"

[job.typed]
image = "echo.elf"
uart-in = "typed.txt"
end = "stuck"

[job.boards]
image = ["plain-arm.elf", "plain-m3.elf"]
board = ["mps2-an385"]
model = ["unit"]
exit-code = 0
`;
  const budget = 'budgets = { "run/cycles" = 1 }\n';
  const boards = ['virt', 'mps2-an385', 'lm3s6965evb'];
  const names = ['first', 'hello', 'minimal'].flatMap((name) => boards.map((board) => `${name}-${board}`));
  const images = Object.fromEntries(names.map((name) => [`${name}.elf`, kernelImage(name)]));
  const arm = firmware('hello').replace('riscv32', 'armv7m');
  const project = new Project(config, {
    ...images,
    'echo.elf': firmware('uart-echo'),
    'plain-arm.elf': arm,
    'plain-m3.elf': arm,
  });
  project.write('typed.txt', 'some text\r');

  beforeAll(async () => {
    await project.baselined();
    project.write('bluesim.toml', config + budget);
  });

  async function outputs(...words: string[]) {
    const files = ['--json', 'out.json', '--junit', 'out.xml', '--markdown', 'out.md', '--annotations'];
    const { code, stdout } = await project.ci(...files, ...words);
    const [json, junit, markdown] = ['out.json', 'out.xml', 'out.md'].map((name) => project.read(name));
    return { code, stdout, json, junit, markdown };
  }

  test('are listed', async () => {
    const { code, stdout } = await project.ci('--list');
    expect(code).toBe(0);
    const list = stdout.trimEnd().split('\n');
    expect(list).toHaveLength(12);
    expect(list[0]).toBe('kernel/first-mps2-an385           first-mps2-an385.elf');
    expect(list.at(-1)).toBe('boards/plain-m3/mps2-an385/unit   plain-m3.elf, on mps2-an385, unit');
    expect((await project.ci('--list', '--filter', 'kernel/*-virt')).stdout.split('\n')).toHaveLength(4);
  });

  test('come to the same bytes in every run, with one worker and with two', async () => {
    const names = ['bluesim.baseline.json', 'bluesim.explain.json'];
    const written = names.map((name) => project.read(name));
    const first = await outputs('--jobs', '1');
    expect(first.code).toBe(1);
    for (const workers of ['2', '1', '3']) expect(await outputs('--jobs', workers)).toEqual(first);
    project.write('bluesim.toml', config);
    for (const workers of ['2', '1']) {
      for (const name of names) rmSync(project.path(name));
      expect(await project.ci('--update', '--jobs', workers)).toMatchObject({ code: 0 });
      expect(names.map((name) => project.read(name))).toEqual(written);
    }
    project.write('bluesim.toml', config + budget);
  });

  test('are divided into shards, whose parts come to the whole', async () => {
    const whole = await outputs();
    const parts = await Promise.all(
      ['1/3', '2/3', '3/3'].map((shard) => project.ci('--shard', shard, '--json', `part${shard[0]}.json`)),
    );
    // The two over their budget are neighbours, and so in two shards.
    expect(parts.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect(await outputs('--merge', 'part3.json', 'part1.json', 'part2.json')).toEqual(whole);
    // Where they are joined there need be nothing but the baseline.
    const elsewhere = new Project('');
    rmSync(elsewhere.path('bluesim.toml'));
    for (const name of readdirSync(project.folder).filter((name) => /^part|^bluesim.*json$/.test(name))) {
      copyFileSync(project.path(name), elsewhere.path(name));
    }
    const joined = await elsewhere.ci('--merge', 'part1.json', 'part2.json', 'part3.json', '--annotations');
    expect({ code: joined.code, stdout: joined.stdout }).toEqual({ code: whole.code, stdout: whole.stdout });
    expect(await project.ci('--merge', 'part1.json', 'part3.json')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--merge: shard 2/3 is missing'),
    });
    expect(await project.ci('--merge', 'part1.json', 'part1.json')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('are both shard 1/3'),
    });
  });

  test('are told in JUnit, Markdown and annotations', async () => {
    const { code, stdout, junit, markdown } = await outputs();
    expect(code).toBe(1);
    expect(junit).toContain('<testsuites tests="12" failures="2" errors="0">');
    expect(junit).toContain('<testcase name="kernel/hello-virt" classname="bluesim.kernel"/>');
    expect(markdown).toContain('❌ 12 cases: 10 same, 2 over budget');
    expect(markdown).toMatch(
      /\| boards\/plain-arm\/mps2-an385\/unit \| over budget \| run\/cycles \| \d+, \d+ over its budget of 1 \|/,
    );
    const line = config.split('\n').indexOf('[job.boards]') + 1;
    expect(stdout).toMatch(
      new RegExp(
        `\\n::error file=bluesim.toml,line=${line},title=boards/plain-arm/mps2-an385/unit%3A over budget::run/cycles is`,
      ),
    );
    const onGitHub = await project.run(['ci', '--filter', 'plain-arm'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(onGitHub.stdout).toContain('\n::error file=bluesim.toml');
    expect((await project.ci('--filter', 'plain-arm')).stdout).not.toContain('::error');
  });
});
