import { describe, expect, test } from 'vitest';
import { UserError } from '../errors.ts';
import { DEFAULT_MAX_CYCLES, parseConfig } from './config.ts';
import { NUMBERS } from './testing.ts';

const parse = (text: string) => parseConfig({ text, file: 'bluesim.toml', numbers: NUMBERS });

/** The message and the hint of a configuration that is refused. */
function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UserError) return `${error.message}\n${error.hint}`;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('jobs', () => {
  test('by table or by list, with what the defaults share', () => {
    const shared = '[defaults]\nmax-cycles = 5\nprobes = { a = "reset -> main", b = "x -> y" }\n';
    const keys = 'image = "a.elf"\nboard = ["virt"]\nprobes = { b = "y -> z" }\n';
    const [byTable] = parse(`${shared}[job.boot]\n${keys}`);
    const [byList] = parse(`${shared}[[job]]\nname = "boot"\n${keys}`);
    expect(byList).toEqual(byTable);
    expect(byTable).toMatchObject({
      name: 'boot',
      line: 4,
      images: ['a.elf'],
      boards: ['virt'],
      models: [undefined],
      listed: { images: false, boards: true, models: false },
      settings: { maxCycles: 5, end: { kind: 'exit', code: 0 }, probes: { a: 'reset -> main', b: 'y -> z' } },
    });
  });

  test('have defaults of their own', () => {
    const [job] = parse('[job.a]\nimage = "*.elf"\n');
    expect(job).toMatchObject({
      boards: [undefined],
      budgets: {},
      listed: { images: true },
      settings: { maxCycles: DEFAULT_MAX_CYCLES, semihosting: true, strict: false, inputs: [] },
    });
  });

  test('take all keys', () => {
    const [job] = parse(`[job.a]
image = ["a.bin", "b.bin"]
board = "virt"
model = "unit"
cpu = "cortex-m4"
ram = "1M"
extensions = ["Zba", "Zbb"]
load-address = 0x8000_0000
semihosting = false
strict = true
paced-uart = true
uart-in = { uart1 = "in.txt" }
uart-in-text = "help\\r"
arguments = ["--fast", ""]
max-cycles = "1e6"
max-instructions = 1000
until = 'passed|\\d'
fail-on = "FAILED"
[job.a.budgets]
"footprint/flash" = 65536
`);
    expect(job).toMatchObject({
      images: ['a.bin', 'b.bin'],
      budgets: { 'footprint/flash': 65536 },
      settings: {
        cpu: 'cortex-m4',
        ramBytes: 1 << 20,
        extensions: ['Zba', 'Zbb'],
        loadAddress: 0x80000000,
        semihosting: false,
        strict: true,
        pacedUart: true,
        inputs: [
          { port: 'uart1', from: { file: 'in.txt' } },
          { port: undefined, from: { text: 'help\r' } },
        ],
        arguments: ['--fast', ''],
        maxCycles: 1e6,
        maxInstructions: 1000,
        until: 'passed|\\d',
        failOn: 'FAILED',
        end: { kind: 'match' },
      },
    });
  });
});

describe('mistakes are named with line, key and what is allowed', () => {
  const JOB = '[job.a]\nimage = "a.elf"\n';

  test.each([
    [
      'a key at the top',
      'jobs = 1\n',
      'bluesim.toml:1: jobs is no key\nDid you mean `job`? Allowed: defaults, job.',
    ],
    ['a key of a job', `${JOB}imgae = 1`, 'bluesim.toml:3: job.a.imgae is no key\nDid you mean `image`?'],
    [
      'a key of the defaults',
      '[defaults]\nimage = "x"\n',
      'bluesim.toml:2: defaults.image is no key\nAllowed: board,',
    ],
    ['no image', '[job.a]\nboard = "virt"', 'bluesim.toml:1: job.a has no image\nWrite `image = "PATH"`.'],
    ['no name', '\n[[job]]\nimage = "a.elf"', 'bluesim.toml:2: job[1] has no name\n'],
    [
      'a name twice',
      '[[job]]\nname = "a"\nimage = "x"\n[[job]]\nname = "a"\nimage = "y"',
      'bluesim.toml:4: job[2] is called a, as the job in line 1',
    ],
    [
      'a name with a slash',
      '[job."a/b"]\nimage = "x"',
      'bluesim.toml:1: job."a/b" is called "a/b"\nA name begins',
    ],
    ['a board', `${JOB}board = ["virt", "vrit"]`, 'bluesim.toml:3: job.a.board has "vrit"\nAllowed: virt, '],
    ['a board twice', `${JOB}board = ["virt", "virt"]`, 'job.a.board has "virt" twice'],
    ['a model', `${JOB}model = "none"`, 'job.a.model has "none": Models: '],
    ['a processor', `${JOB}cpu = "m3"`, 'job.a.cpu is "m3"\nAllowed: "cortex-m3", "cortex-m4".'],
    ['a size', `${JOB}ram = "lots"`, 'job.a.ram is "lots"\nWrite a size in bytes: "64M", 0x400_0000.'],
    ['a count that is not whole', `${JOB}max-cycles = 1.5`, 'job.a.max-cycles is 1.5\n'],
    ['no cycles', `${JOB}max-cycles = 0`, 'job.a.max-cycles is 0\n'],
    ['an expression', `${JOB}until = '('`, 'job.a.until is no regular expression: Unterminated group\n'],
    ['a flag', `${JOB}strict = "yes"`, 'job.a.strict is "yes"\nWrite true or false.'],
    ['an end', `${JOB}end = "never"`, 'job.a.end is "never"\nAllowed: "exit", "match", "limit", "stuck".'],
    ['nothing to match', `${JOB}end = "match"`, 'job.a.end is "match", and there is nothing to match'],
    ['two ends', `${JOB}end = "limit"\nuntil = 'x'`, 'job.a.end is "limit", and there is `until`'],
    [
      'an exit code of no use',
      `${JOB}end = "stuck"\nexit-code = 1`,
      'bluesim.toml:4: job.a.exit-code is of no use here',
    ],
    [
      'two inputs',
      `${JOB}uart-in = "x"\nuart-in-text = "y"`,
      'bluesim.toml:4: job.a.uart-in-text gives the console its input a second time',
    ],
    [
      'a budget',
      `${JOB}[job.a.budgets]\n"run/cycles" = "few"`,
      'bluesim.toml:4: job.a.budgets."run/cycles" is "few"',
    ],
    ['a probe', `${JOB}probes = { boot = 5 }`, 'bluesim.toml:3: job.a.probes.boot is 5\nWrite "FROM -> TO".'],
    ['a date', `${JOB}probes = 1979-05-27`, 'job.a.probes is'],
    ['a job that is a value', 'job = 5', 'bluesim.toml:1: job is no table'],
    ['no job', '[defaults]\n', 'bluesim.toml has no job\nWrite one'],
    ['TOML', '[job.a\nimage = 1', 'bluesim.toml:1:7: '],
  ])('%s', (_, text, said) => {
    expect(refusal(text)).toContain(said);
  });

  test('all at once', () => {
    expect(refusal(`${JOB}strict = 1\nram = 5\n[job.b]\n`)).toMatch(
      /^bluesim.toml has 3 mistakes\nbluesim.toml:4: job.a.ram .*\n.*\n {2}bluesim.toml:3: job.a.strict .*\n.*\n {2}bluesim.toml:5: job.b has no image/,
    );
  });
});
