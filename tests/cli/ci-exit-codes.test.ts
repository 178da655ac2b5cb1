/** Every exit code of `bluesim ci` through the built command, with what is said and what is written. */
import { copyFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HELLO, hello, Project } from './ci-project.ts';
import { firmware } from './command.ts';
import { kernelImage, SLOWER, writeSlower } from './slower-images.ts';

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
