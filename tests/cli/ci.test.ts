/** `bluesim ci` and `bluesim init` through the built command: every exit code, what is said, what is written. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bluesim, type CommandOptions, firmware, temporaryFolder } from './command.ts';
import { kernelImage, SLOWER, writeSlower } from './slower-images.ts';

const folder = temporaryFolder();
let projects = 0;

/** A folder of its own, with images and a configuration. */
class Project {
  readonly folder: string;

  constructor(config: string, images: Record<string, string> = {}) {
    this.folder = join(folder, `project-${projects++}`);
    mkdirSync(this.folder);
    for (const [name, source] of Object.entries(images)) copyFileSync(source, this.path(name));
    this.write('bluesim.toml', config);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string): void {
    writeFileSync(this.path(name), content);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Edits a file; what is to be replaced has to be there. */
  edit(name: string, before: string, after: string): void {
    const text = this.read(name);
    expect(text).toContain(before);
    this.write(name, text.replace(before, after));
  }

  run(words: readonly string[], options: CommandOptions = {}) {
    const env = { GITHUB_ACTIONS: '', GITHUB_WORKSPACE: this.folder, ...options.env };
    return bluesim(words, { ...options, cwd: this.folder, env });
  }

  ci(...words: string[]) {
    return this.run(['ci', ...words]);
  }

  async baselined(): Promise<this> {
    expect(await this.ci('--update')).toMatchObject({ code: 0 });
    return this;
  }
}

const HELLO = '[job.hello]\nimage = "hello.elf"\n';
const hello = (more = '') => new Project(HELLO + more, { 'hello.elf': firmware('hello') });

describe('exit code', () => {
  test('0 when all is the same, and nothing is written', async () => {
    const project = await hello().baselined();
    const before = readdirSync(project.folder).map((name) => [name, project.read(name)]);
    const { code, stdout, stderr } = await project.ci();
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'same           hello\n1 case: 1 same\n' });
    expect(stderr).toBe('bluesim: 1/1 hello: measured\n');
    expect(readdirSync(project.folder).map((name) => [name, project.read(name)])).toEqual(before);
    expect(before.map(([name]) => name)).toEqual([
      'bluesim.baseline.json',
      'bluesim.explain.json',
      'bluesim.toml',
      'hello.elf',
    ]);
  });

  test.each(Object.keys(SLOWER) as (keyof typeof SLOWER)[])(
    '1 for one nop more in the context switch on %s, which is named',
    async (board) => {
      const { image, symbol } = SLOWER[board];
      const project = await new Project('[job.pingpong]\nimage = "kernel.elf"\nmodel = "unit"\n', {
        'kernel.elf': kernelImage(image),
      }).baselined();
      writeSlower(board, project.path('kernel.elf'));
      const { code, stdout } = await project.ci();
      expect(code).toBe(1);
      // 10,000 switches by yielding and as many by semaphores, a few at the beginning and at the end, and since all
      // takes longer, perhaps an interrupt more of the clock.
      const [, more] = /run\/cycles +\d+ -> \d+, worse by (\d+)/.exec(stdout) ?? [];
      expect(Number(more)).toBeGreaterThanOrEqual(20_000);
      expect(Number(more)).toBeLessThan(20_100);
      expect(stdout).toMatch(/first difference: \S+ reached at cycle \d+, pc 0x[0-9a-f]{8}/);
      expect(stdout).toMatch(
        new RegExp(`cycles by function, the largest changes:\\n +\\S*${symbol}: \\+200\\d\\d cycles`),
      );
      // The other way round it is an improvement, which differs as well.
      expect(await project.ci('--update')).toMatchObject({ code: 0 });
      copyFileSync(kernelImage(image), project.path('kernel.elf'));
      const better = await project.ci();
      expect(better.code).toBe(1);
      expect(better.stdout).toContain(`better by ${more}`);
      expect(better.stdout).toContain('Only better: run `bluesim ci --update` to keep it');
    },
  );

  test('1 for a figure over its budget, which --update cannot raise', async () => {
    const project = await hello().baselined();
    const written = project.read('bluesim.baseline.json');
    project.edit('bluesim.toml', HELLO, `${HELLO}budgets = { "footprint/flash" = 100 }\n`);
    for (const words of [[], ['--update']]) {
      const { code, stdout } = await project.ci(...words);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^over budget +hello\n {2}footprint\/flash is \d+, \d+ over its budget of 100/);
    }
    expect(project.read('bluesim.baseline.json')).toBe(written);
  });

  test('1 for a job that only the baseline has; --update drops it', async () => {
    const project = await hello('[job.other]\nimage = "hello.elf"\n').baselined();
    project.write('bluesim.toml', HELLO);
    const { code, stdout } = await project.ci();
    expect(code).toBe(1);
    expect(stdout).toContain('stale          other\n');
    expect(await project.ci('--filter', 'hello')).toMatchObject({ code: 0 });
    expect(await project.ci('--update')).toMatchObject({ code: 0 });
    expect(project.read('bluesim.baseline.json')).not.toContain('other');
  });

  test('2 for what is wrong in bluesim.toml, with file, line, key and what is allowed', async () => {
    const project = hello('bord = "virt"\nmax-cycles = "many"\n');
    const { code, stdout, stderr } = await project.ci();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`bluesim: bluesim.toml has 2 mistakes
  bluesim.toml:3: job.hello.bord is no key
    Did you mean \`board\`? Allowed: image, board, model, cpu, ram, extensions, load-address, semihosting, strict, paced-uart, uart-in, uart-in-text, arguments, max-cycles, max-instructions, until, fail-on, end, exit-code, probes, budgets.
  bluesim.toml:4: job.hello.max-cycles is "many"
    Write a whole number from 1: 1_000_000, or as text "1e6", "10M".
`);
  });

  test.each([
    ['no configuration', ['--config', 'none.toml'], 'there is no none.toml'],
    ['a filter that matches nothing', ['--filter', 'helo'], 'Did you mean `hello`?'],
    ['a shard that there is not', ['--shard', '3/2'], '--shard wants I/N'],
    ['no workers', ['--jobs', '0'], '--jobs 0 is not possible'],
    ['an update of a part', ['--shard', '1/2', '--update'], 'would write a part of the baseline'],
    ['a merge of nothing', ['--merge', 'none.json'], 'there is no none.json'],
    ['an option that there is not', ['--updat'], "unknown option '--updat'"],
    ['a file that cannot be written', ['--junit', 'no/where.xml'], 'its folder does not exist'],
  ])('2 for %s', async (_, words, said) => {
    const { code, stderr } = await hello().ci(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });

  test('2 for an image that is not there or does not fit; the others run', async () => {
    const project = hello(
      '[job.lost]\nimage = "lost.elf"\n[job.foreign]\nimage = "hello.elf"\nboard = "mps2-an385"\n',
    );
    const { code, stdout } = await project.ci();
    expect(code).toBe(2);
    expect(stdout).toContain('cannot be run  lost\n  `lost.elf` does not exist.\n');
    expect(stdout).toContain(
      'cannot be run  foreign\n  hello.elf is for riscv32, the board mps2-an385 is armv7m\n',
    );
    expect(stdout).toContain('no baseline    hello\n');
  });

  test('2 for a damaged baseline', async () => {
    const project = await hello().baselined();
    project.edit('bluesim.baseline.json', '"run/cycles": ', '"run/cycles": 1.');
    expect(await project.ci()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'bluesim.baseline.json is damaged: hello.figures has a wrong value for run/cycles',
      ),
    });
  });

  test.each([
    ['another exit code', 'exit-code', '', 'with code 42 (test finisher); it should have ended with code 0'],
    ['getting stuck', 'spin', '', 'the guest is stuck: a jump to itself'],
    ['fail-on', 'hello', "fail-on = 'primes.*\\d'\n", 'the console matched: primes below 1'],
    ['an end before until', 'hello', "until = 'never'\n", 'the console should have matched /never/'],
    ['an end before the limit', 'hello', 'end = "limit"\n', 'it should have gone on to its limit'],
  ])('3 for a guest fault: %s', async (_, name, more, said) => {
    const project = new Project(`[job.it]\nimage = "it.elf"\n${more}`, { 'it.elf': firmware(name) });
    const { code, stdout } = await project.ci();
    expect(code).toBe(3);
    expect(stdout).toMatch(/^guest fault +it\n/);
    expect(stdout).toContain(said);
    // A fault never becomes a baseline.
    expect(await project.ci('--update')).toMatchObject({ code: 3 });
    expect(project.read('bluesim.baseline.json')).toContain('"cases": {}');
  });

  test('4 for a run into its limit', async () => {
    const project = hello('max-cycles = 1000\n');
    const { code, stdout } = await project.ci();
    expect(code).toBe(4);
    expect(stdout).toMatch(
      /^cycle limit +hello\n {2}stopped at the cycle limit; it should have ended with code 0 \(in /,
    );
  });

  test('5 without a baseline, and without an entry in it', async () => {
    const project = hello();
    expect(await project.ci()).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('there is no baseline yet'),
    });
    await project.baselined();
    project.write('bluesim.toml', `${HELLO}[job.other]\nimage = "hello.elf"\n`);
    const { code, stdout } = await project.ci();
    expect(code).toBe(5);
    expect(stdout).toContain('no baseline    other\n  the baseline does not have it yet\n');
  });

  test('5 for another version of the timing model, which says to re-baseline', async () => {
    const project = await hello().baselined();
    const written = project.read('bluesim.baseline.json');
    const [, model, version] = /"model": "(.*)\/(\d+)"/.exec(written)!;
    project.edit('bluesim.baseline.json', `${model}/${version}`, `${model}/${Number(version) + 1}`);
    const { code, stdout } = await project.ci();
    expect(code).toBe(5);
    expect(stdout).toContain(
      `the timing model ${model} is version ${version}, the baseline's version ${Number(version) + 1}: cycles cannot be compared, re-baseline`,
    );
    expect(await project.ci('--update')).toMatchObject({ code: 0 });
    expect(project.read('bluesim.baseline.json')).toBe(written);
  });

  test.each([
    [
      'board',
      'board = "mps2-an385"',
      'board = "lm3s6965evb"',
      'board is lm3s6965evb; the baseline was made with mps2-an385',
    ],
    ['input', 'uart-in-text = "a\\r"', 'uart-in-text = "b\\r"', 'uart-in/uart0 is sha256:'],
    ['processor', '', 'cpu = "cortex-m4"', 'cpu is cortex-m4; the baseline was made without it'],
    ['probe', 'probes = { p = "reset -> main" }', 'probes = { p = "main -> end" }', 'probe/p is main -> end'],
  ])('5 for another %s', async (_, before, after, said) => {
    // It has no console, and runs on both boards as far as it gets.
    const config = (line: string) => `[job.it]\nimage = "it.elf"\nmax-cycles = 100\nend = "limit"\n${line}\n`;
    const project = await new Project(config(before), {
      'it.elf': firmware('hello').replace('riscv32', 'armv7m'),
    }).baselined();
    project.write('bluesim.toml', config(after));
    const { code, stdout } = await project.ci();
    expect(code).toBe(5);
    expect(stdout).toContain(said);
  });

  test('of several findings the gravest decides: 2, 3, 4, 5, 1', async () => {
    const parts = [
      '[job.differs]\nimage = "hello.elf"\nbudgets = { "footprint/flash" = 1 }\n',
      '[job.missing]\nimage = "hello.elf"\n',
      '[job.limit]\nimage = "hello.elf"\nmax-cycles = 10\n',
      '[job.fault]\nimage = "hello.elf"\nexit-code = 7\n',
      '[job.refused]\nimage = "lost.elf"\n',
    ];
    const project = hello();
    project.write('bluesim.toml', parts[0]!.replace('budgets', '# budgets'));
    await project.baselined();
    for (const [index, code] of [1, 5, 4, 3, 2].entries()) {
      project.write('bluesim.toml', parts.slice(0, index + 1).join(''));
      expect(await project.ci()).toMatchObject({ code });
    }
  });
});

test('the same image with other figures: the tool or its input has changed', async () => {
  const project = await hello().baselined();
  const [, cycles] = /"run\/cycles": (\d+)/.exec(project.read('bluesim.baseline.json'))!;
  project.edit('bluesim.baseline.json', `"run/cycles": ${cycles}`, `"run/cycles": ${Number(cycles) + 5}`);
  project.edit('bluesim.baseline.json', '"bluesim": "', '"bluesim": "0.0.');
  const { code, stdout } = await project.ci();
  expect(code).toBe(1);
  expect(stdout).toContain(
    'the image is the same, byte for byte: the tool or its input has changed, not the program (the baseline by bluesim 0.0.',
  );
  expect(stdout).toContain('better by 5');
});

test('another version of bluesim is no difference, and an update without a change writes nothing', async () => {
  const project = await hello().baselined();
  project.edit('bluesim.baseline.json', '"bluesim": "', '"bluesim": "0.0.');
  expect(await project.ci()).toMatchObject({ code: 0 });
  const written = project.read('bluesim.baseline.json');
  const { code, stderr } = await project.ci('--update');
  expect(code).toBe(0);
  expect(stderr).toContain('bluesim.baseline.json is up to date');
  expect(project.read('bluesim.baseline.json')).toBe(written);
});

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

describe('bluesim init', () => {
  test('writes a configuration with which ci runs', async () => {
    const project = hello();
    expect(await project.run(['init', 'hello.elf'])).toMatchObject({
      code: 2,
      stderr:
        'bluesim: bluesim.toml is there already\n  Edit it, write another one with --config FILE, or replace it with --force.\n',
    });
    expect(project.read('bluesim.toml')).toBe(HELLO);
    const { code, stdout } = await project.run(['init', '--force']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^bluesim.toml: a job for hello.elf on virt; in a first run the guest ended with code 0/,
    );
    for (const line of [
      '[job.hello]',
      'image = "hello.elf"',
      'board = "virt"',
      'end = "exit"',
      'exit-code = 0',
    ]) {
      expect(project.read('bluesim.toml')).toContain(`\n${line}\n`);
    }
    await project.baselined();
    expect(await project.ci()).toMatchObject({ code: 0 });
  });

  test.each([
    ['exit-code-armv7m', 'mps2-an385', 'exit-code = 42'],
    ['hello-lm3s6965evb-armv7m', 'lm3s6965evb', 'end = "exit"'],
    ['spin-riscv32', 'virt', 'end = "stuck"'],
    ['bench-call-riscv32', 'virt', 'end = "limit"'],
  ])('%s: on %s, %s', async (name, board, end) => {
    const project = hello();
    const image = join(project.folder, `../${name}.elf`);
    copyFileSync(firmware('x').replace('x-riscv32', name), image);
    mkdirSync(project.path('ci'));
    const config = 'ci/measure.toml';
    expect(await project.run(['init', image, '--config', config])).toMatchObject({ code: 0 });
    const text = project.read(config);
    expect(text).toContain(`\nboard = "${board}"\n`);
    expect(text).toContain(`\n${end}\n`);
    expect(await project.ci('--config', config, '--update')).toMatchObject({ code: 0 });
    expect(existsSync(project.path('ci/measure.baseline.json'))).toBe(true);
    expect(await project.ci('--config', config)).toMatchObject({ code: 0 });
  });

  test('says which images there are', async () => {
    const project = hello();
    copyFileSync(firmware('spin'), project.path('spin.elf'));
    expect(await project.run(['init', '--force'])).toMatchObject({
      code: 2,
      stderr: 'bluesim: there are 2 images here\n  Name one: hello.elf, spin.elf.\n',
    });
  });
});
