/** What each option of `bluesim run` does, and numbers and lists as people write them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { testProgram } from '../../src/debug/test-program.ts';
import { bluesim, finish, firmware, loadConstant, temporaryFolder, writeProgram } from './command.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

const run = (...words: string[]) => bluesim(['run', ...words]);

describe('the machine', () => {
  test('--board names one, and an unknown one is answered with those that there are', async () => {
    expect(await run('--board', 'virt', firmware('hello'))).toMatchObject({ code: 0 });
    const { code, stderr } = await run('--board', 'vrit', firmware('hello'));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'bluesim: there is no board vrit\n  Boards: virt, mps2-an385, lm3s6965evb, hazard3-tb.\n',
    });
  });

  test('--model and --wait-states say what cycles are counted', async () => {
    const json = path('model.json');
    const cyclesWith = async (...words: string[]) => {
      expect(await run(...words, '--json', json, firmware('hello'))).toMatchObject({ code: 0, stderr: '' });
      const { model, waitStates, statistics } = JSON.parse(readFileSync(json, 'utf8'));
      return { model: `${model.name}/${model.version}`, waitStates, ...statistics };
    };
    const unit = await cyclesWith();
    const exact = await cyclesWith('--model', 'hazard3');
    const waiting = await cyclesWith('--model', 'hazard3', '--wait-states', 'ram=2');
    expect([unit.model, exact.model, waiting.model]).toEqual(['unit/1', 'hazard3/1', 'hazard3/1']);
    expect([unit.waitStates, waiting.waitStates]).toEqual([{}, { ram: 2 }]);
    expect(unit.cycles).toBe(unit.instructions);
    expect(exact.cycles).toBeGreaterThan(unit.cycles);
    expect(waiting.cycles).toBeGreaterThan(exact.cycles);
  });

  test.each([
    [['--model', 'm3'], 'there is no timing model m3 for virt\n  Models: unit, hazard3.'],
    [
      ['--model', 'hazard3', '--wait-states', 'flash=1'],
      'there is no memory flash on virt\n  Memories: boot-rom, flash0, flash1, ram.',
    ],
    [
      ['--wait-states', 'ram'],
      '--wait-states: `ram` is no memory with its cycles\n  Write --wait-states flash=2,sram=1; `bluesim boards` names the memories.',
    ],
  ])('%j is answered with what there is', async (words, message) => {
    expect(await run(...words, firmware('hello'))).toMatchObject({
      code: 2,
      stderr: `bluesim: ${message}\n`,
    });
  });

  test.each(['64M', '64MiB', '0x4000000', '67108864', '65_536k'])('--ram %s', async (size) => {
    const json = path('ram.json');
    expect(await run('--ram', size, '--json', json, firmware('hello'))).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(json, 'utf8')).ramBytes).toBe(64 << 20);
  });

  test('--load-address takes a raw binary there, and it starts there', async () => {
    const raw = path('raw.bin');
    const { segments } = testProgram({ _start: finish(7) });
    writeFileSync(raw, segments[0]!.bytes);
    expect(await run('--load-address', '0x8000_1000', raw)).toMatchObject({ code: 7 });
    expect(await run(raw)).toMatchObject({ code: 2 });
  });

  test('--extensions adds to the ISA', async () => {
    const image = writeProgram(folder, 'zbb.elf', [
      ...loadConstant(5, 0xff0),
      ['cpop', { rd: 10, rs1: 5 }],
      ['addi', { rd: 11, rs1: 0, imm: 8 }],
      ['bne', { rs1: 10, rs2: 11 }, 'wrong'],
      ...finish(0),
      'wrong:',
      ...finish(9),
    ]);
    expect(await run('--extensions', 'zba,Zbb', image)).toMatchObject({ code: 0 });
    // Without it the instruction traps to address 0, where nothing is.
    expect(await run(image)).toMatchObject({ code: 125 });
  });

  test('--no-semihosting makes its call a breakpoint', async () => {
    const { code, stdout, stderr } = await run('--no-semihosting', firmware('semihosting'));
    expect(stdout).toMatch(/^unexpected trap: mcause 0x00000003/);
    expect({ code, stderr }).toEqual({ code: 99, stderr: '' });
  });

  test('--semihosting-root confines the files', async () => {
    mkdirSync(path('root'));
    expect(await run('--semihosting-root', path('root'), firmware('semihosting'))).toMatchObject({
      code: 21,
    });
    const without = await run(firmware('semihosting'));
    expect(without.code).not.toBe(21);
    expect(without.stdout).toMatch(/SYS_OPEN for writing/);
    expect(existsSync(path('root/semihosting-1.tmp'))).toBe(false);
  });

  test('everything after the image goes to the guest', async () => {
    const json = path('arguments.jsonl');
    const words = async (...command: string[]) => {
      expect(await bluesim(['run', '--record', json, ...command])).toMatchObject({ code: 0 });
      return JSON.parse(readFileSync(json, 'utf8').split('\n')[0]!).arguments;
    };
    const hello = firmware('hello');
    expect(await words(hello)).toEqual([]);
    expect(await words(hello, '--', '--stats', 'b')).toEqual(['--stats', 'b']);
    expect(await words(hello, 'a', '--json', 'b')).toEqual(['a', '--json', 'b']);
    expect(await words('--', hello, 'a', '-x')).toEqual(['a', '-x']);
    expect(await words('--', hello, '--', '-x')).toEqual(['--', '-x']);
    expect(await words('--', hello)).toEqual([]);
  });

  test('an option behind the image is noted, unless dashes say that it is meant', async () => {
    const hello = firmware('hello');
    const { code, stderr } = await run(hello, '--stats');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^bluesim: --stats stands behind the image, so the guest gets it\n {2}Options of/);
    for (const words of [
      ['--', hello, '--stats'],
      [hello, '--', '--stats'],
      [hello, '--unknown', '--stats'],
    ]) {
      expect(await run(...words)).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('UARTs and files', () => {
  test('--uart-in is the input, and stdin is not read', async () => {
    writeFileSync(path('in.txt'), 'from a file\nquit\n');
    for (const option of [path('in.txt'), `uart0=${path('in.txt')}`]) {
      const { code, stdout } = await bluesim(['run', '--uart-in', option, firmware('uart-echo')], {
        input: 'from stdin\nquit\n',
      });
      expect(code).toBe(0);
      expect(stdout).toContain('FROM A FILE\n');
      expect(stdout).not.toContain('STDIN');
    }
  });

  test('--uart-out takes the console away from stdout', async () => {
    const { code, stdout } = await run('--uart-out', `uart0=${path('out.txt')}`, firmware('hello'));
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(path('out.txt'), 'utf8')).toMatch(
      /^Hello from RV32IMAC on virt!\n(.*\n)*primes below \d+: \d+\n$/,
    );
  });

  test('--paced-uart takes the time that sending takes', async () => {
    const cycles = async (...options: string[]) => {
      await run(...options, '--json', path('paced.json'), firmware('hello'));
      return JSON.parse(readFileSync(path('paced.json'), 'utf8')).statistics.cycles;
    };
    const [immediate, paced] = [await cycles(), await cycles('--paced-uart')];
    // 70 characters at 115200 baud and 100 MHz are 600,000 cycles.
    expect(immediate).toBeLessThan(200_000);
    expect(paced).toBeGreaterThan(500_000);
  });
});

describe('facts', () => {
  test('--stats goes to stderr', async () => {
    const { stdout, stderr } = await run('--stats', firmware('timer-interrupts'));
    expect(stdout).not.toMatch(/instructions/);
    expect(stderr).toMatch(/^bluesim: statistics\n {2}instructions {3}[\d,]+\n {2}cycles/);
    expect(stderr).toMatch(
      /interrupts\n {4}machine software interrupt +\d+\n {4}machine timer interrupt +\d+\n/,
    );
    expect(stderr).toMatch(/million instructions per second\n$/);
  });

  test('--json has everything', async () => {
    const file = path('facts.json');
    await run('--json', file, writeProgram(folder, 'exit-256.elf', finish(256)));
    const facts = JSON.parse(readFileSync(file, 'utf8'));
    expect(facts).toMatchObject({
      bluesim: expect.stringMatching(/^\d+\.\d+\.\d+/),
      schema: 1,
      exitCode: 1,
      end: { kind: 'exit', code: 256, reason: 'test finisher', message: expect.stringContaining('code 256') },
      image: {
        name: 'exit-256.elf',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        sizeBytes: expect.any(Number),
      },
      board: 'virt',
      ramBytes: 128 << 20,
      extensions: [],
      model: { name: 'unit', version: 1 },
      statistics: {
        instructions: 11,
        cycles: 11,
        sleepCycles: 0,
        exceptions: {},
        interrupts: {},
        guestErrors: {},
        resets: 0,
      },
      virtualSeconds: 11e-8,
      host: { seconds: expect.any(Number), cpuSeconds: expect.any(Number) },
    });
  });

  test('--json is the same in every run but for the host', async () => {
    const facts = async () => {
      await run('--json', path('again.json'), firmware('timer-interrupts'));
      const { host: _, ...rest } = JSON.parse(readFileSync(path('again.json'), 'utf8'));
      return rest;
    };
    expect(await facts()).toEqual(await facts());
  });

  test('--trace: a line an instruction, trap and device access, the same in every run', async () => {
    const [one, two] = [path('one.trace'), path('two.trace')];
    for (const file of [one, two]) await run('--trace', file, firmware('exit-code'));
    const lines = readFileSync(one, 'utf8').trimEnd().split('\n');
    expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
    expect(lines[0]).toBe('# bluesim trace 1: exit-code-riscv32.elf on virt');
    expect(lines[1]).toBe('0           00001000  -                        csrr a0,mhartid');
    expect(lines[7]).toMatch(/^6 +80000000 {2}_start +auipc gp,0x\w+ +gp=8000\w+$/);
    expect(lines.at(-1)).toMatch(/^\d+ +write {5}test\+0x0 size 4 value 002a3333$/);
    const jump = lines.find((line) => line.includes('<main>'));
    expect(jump).toMatch(/jal [0-9a-f]{8} <main> +ra=80000\w+$/);
  });

  test('--trace-kinds and --trace-range', async () => {
    const file = path('some.trace');
    await run('--trace', file, '--trace-kinds', 'traps', firmware('traps'));
    const traps = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
    expect(traps.length).toBeGreaterThan(10);
    for (const line of traps) expect(line).toMatch(/^\d+ +trap +[a-z/ AMUO-]+ at [0-9a-f]{8}/i);
    await run(
      '--trace',
      file,
      '--trace-kinds',
      'instructions',
      '--trace-range',
      'main',
      '--trace-range',
      'finish+8',
      firmware('hello'),
    );
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
    for (const line of lines) expect(line).toMatch(/^\d+ +[0-9a-f]{8} {2}(main|finish)/);
    expect(lines.some((line) => line.includes('finish'))).toBe(true);
    await run('--trace', file, '--trace-kinds', 'mmio', firmware('hello'));
    expect(readFileSync(file, 'utf8').split('\n')[1]).toMatch(
      /^\d+ +(write|read ) {5}uart0\+0x1 size 1 value 00$/,
    );
  });
});

describe('numbers', () => {
  test.each(['1e3', '1k', '1_000', '1000', '0x3e8'])('--max-cycles %s', async (text) => {
    const file = path('cycles.json');
    await run('--max-cycles', text, '--json', file, firmware('hello'));
    expect(JSON.parse(readFileSync(file, 'utf8')).statistics.cycles).toBe(1000);
  });

  test.each(['', 'x', '-5', '1.5', '1e400', '10MB', '0x', '1__0', '5 5', 'Infinity', '1e-3'])(
    '--max-cycles "%s" is refused',
    async (text) => {
      const { code, stderr } = await run(`--max-cycles=${text}`, firmware('hello'));
      expect(code).toBe(2);
      expect(stderr).toMatch(/--max-cycles/);
    },
  );
});

test('--no-pace and --pace: virtual time as fast as it can, or as real time', async () => {
  const image = writeProgram(folder, 'for-ever.elf', [
    'again:',
    ['addi', { rd: 5, rs1: 5, imm: 1 }],
    ['jal', { rd: 0 }, 'again'],
  ]);
  const seconds = async (...options: string[]) => {
    await run(...options, '--max-cycles', '30M', '--json', path('pace.json'), image);
    const facts = JSON.parse(readFileSync(path('pace.json'), 'utf8'));
    expect(facts.statistics.cycles).toBe(30_000_000);
    return facts.host.seconds as number;
  };
  expect(await seconds('--pace')).toBeGreaterThan(0.29);
  await seconds('--no-pace');
});

describe('--trace-retired', () => {
  const lines = (text: string) => text.trimEnd().split('\n');

  test('has each instruction with its last cycle, on any board, plain and compressed', async () => {
    const [plain, compressed] = [path('retired.csv'), path('retired.csv.gz')];
    const json = path('retired.json');
    for (const file of [plain, compressed]) {
      const words = ['--model', 'hazard3', '--trace-retired', file, '--json', json];
      expect(await run(...words, firmware('timer-interrupts'))).toMatchObject({ code: 0, stderr: '' });
    }
    const text = readFileSync(plain, 'utf8');
    expect(gunzipSync(readFileSync(compressed)).toString()).toBe(text);
    const [heading, ...rows] = lines(text);
    expect(heading).toBe('kind,pc,cycle,trap_target,irq_asserted_cycle');
    const cycles = rows.map((row) => Number(row.split(',')[2]));
    expect(cycles.every((cycle, index) => index === 0 || cycle >= cycles[index - 1]!)).toBe(true);
    const { statistics } = JSON.parse(readFileSync(json, 'utf8'));
    const interrupts = rows.filter((row) => /^t,[0-9a-f]+,\d+,[0-9a-f]+,\d+$/.test(row));
    const counted = Object.values(statistics.interrupts as Record<string, number>);
    expect(interrupts).toHaveLength(counted.reduce((sum, count) => sum + count, 0));
    // A trap comes some cycles behind the rise of its line, never before.
    expect(interrupts.every((row) => Number(row.split(',')[4]) < Number(row.split(',')[2]))).toBe(true);
  });

  test('goes with --trace', async () => {
    const [retired, trace] = [path('both.csv'), path('both.txt')];
    const image = firmware('hello');
    expect(
      await run('--trace-retired', retired, '--trace', trace, '--trace-kinds', 'instructions', image),
    ).toMatchObject({ code: 0 });
    const instructions = lines(readFileSync(retired, 'utf8')).filter((line) => line.startsWith('r,'));
    expect(lines(readFileSync(trace, 'utf8')).length - 1).toBe(instructions.length);
  });

  test('a folder that does not exist is found before the run', async () => {
    const { code, stdout, stderr } = await run('--trace-retired', path('no/retired.csv'), firmware('hello'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('cannot be written: its folder does not exist');
  });
});
