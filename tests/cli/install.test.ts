/** The command as it is installed: without dist/, through links, on a Node that is too old. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { tool } from '../tools.ts';
import { BLUESIM, bluesim, execute, firmware, ROOT, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const copy = join(folder, 'copy');
const bin = join(copy, 'bin/bluesim');
const hello = firmware('hello');

const COPIED = [
  ...['package.json', 'bin', 'scripts', 'src', 'tsconfig.json', 'tsconfig.build.json'],
  relative(ROOT, hello),
];

/** A checkout of its own, whose dist/ may be damaged. */
beforeEach(() => {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir');
});

const node = (...words: string[]) => execute(process.execPath, words);

describe('a checkout without dist/', () => {
  test('builds it, once, and runs', async () => {
    const first = await node(bin, 'run', hello);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Hello/) });
    expect(first.stderr).toBe('bluesim: dist is missing or incomplete; building it (once)\n');
    expect(await node(bin, 'run', hello)).toMatchObject({ code: 0, stderr: '' });
  });

  test('builds it again when a part is missing', async () => {
    await node(bin, '--version');
    const dist = join(copy, 'dist');
    for (const part of [/^cli\.cjs$/, /^program-.*\.cjs$/]) {
      rmSync(join(dist, readdirSync(dist).find((name) => part.test(name))!));
      const { code, stdout, stderr } = await node(bin, 'run', hello);
      expect(stderr).toBe('bluesim: dist is missing or incomplete; building it (once)\n');
      expect({ code, stdout: stdout.slice(0, 5) }).toEqual({ code: 0, stdout: 'Hello' });
    }
  });

  test.skipIf(tool('npx') === undefined)('works through npx', async () => {
    const options = { cwd: join(copy, 'src'), env: { npm_config_cache: join(folder, 'npm') } };
    for (const _ of ['not built', 'built']) {
      const { code, stdout } = await execute('npx', ['bluesim', 'run', hello], options);
      expect({ code, stdout: stdout.slice(0, 5) }).toEqual({ code: 0, stdout: 'Hello' });
    }
    rmSync(join(copy, 'dist'), { recursive: true });
    const { code, stderr } = await execute('npx', ['bluesim', 'run', hello], options);
    expect(code).toBe(0);
    expect(stderr).toMatch(/bluesim: dist is missing or incomplete; building it \(once\)/);
  });

  test('says what to run where nothing can be built', async () => {
    rmSync(join(copy, 'node_modules'));
    const { code, stdout, stderr } = await node(bin, 'run', hello);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^bluesim: it is not built: .*dist is missing or incomplete\n {2}Run `npm ci` in .*\n$/,
    );
  });

  test('says that the installation is damaged where there are no sources', async () => {
    rmSync(join(copy, 'scripts'), { recursive: true });
    const { code, stderr } = await node(bin, '--version');
    expect(code).toBe(2);
    expect(stderr).toMatch(/damaged: install it again/);
  });

  test('ends with a message when building fails', async () => {
    writeFileSync(join(copy, 'src/cli/main.ts'), 'this is no TypeScript');
    const { code, stderr } = await node(bin, '--version');
    expect(code).toBe(2);
    expect(stderr).toMatch(/bluesim: building failed\n {2}Run `npm ci`/);
  });
});

describe('the code cache', () => {
  const isCache = (name: string) => name.endsWith('.cache');
  const distOf = (folder: string) => readdirSync(join(folder, 'dist'));

  /** Whether V8 takes it; undefined without one. */
  async function taken(dist: string, ...options: string[]): Promise<unknown> {
    const script = `const { loadProgram } = require(${JSON.stringify(join(dist, 'cli.cjs'))});
      const { cachedDataRejected } = loadProgram(['run', ${JSON.stringify(hello)}]).script;
      console.log(JSON.stringify(cachedDataRejected === undefined ? {} : { taken: !cachedDataRejected }));`;
    const { stdout } = await node(...options, '-e', script);
    return (JSON.parse(stdout) as { taken?: boolean }).taken;
  }

  test('comes with the build, and V8 takes it', async () => {
    expect(distOf(ROOT).filter(isCache)).toHaveLength(2);
    expect(await taken(join(ROOT, 'dist'))).toBe(true);
  });

  test('may be missing, cut off or of another V8', async () => {
    await node(bin, '--version');
    const cache = join(copy, 'dist', distOf(copy).find(isCache)!);
    const runs = async () => {
      const { code, stdout, stderr } = await node(bin, 'run', hello);
      expect({ code, stdout: stdout.slice(0, 5), stderr }).toEqual({ code: 0, stdout: 'Hello', stderr: '' });
    };
    const whole = readFileSync(cache);
    expect(await taken(join(copy, 'dist'), '--stack-size=900')).toBe(false);
    for (const length of [0, 16, whole.length >> 1, whole.length - 1]) {
      writeFileSync(cache, whole.subarray(0, length));
      expect(await taken(join(copy, 'dist')), `${length} bytes`).toBe(false);
      await runs();
    }
    rmSync(cache);
    expect(await taken(join(copy, 'dist'))).toBeUndefined();
    await runs();
  });

  test('of another build is never looked at', async () => {
    await node(bin, '--version');
    const before = distOf(copy).find(isCache)!;
    const cache = readFileSync(join(copy, 'dist', before));
    // The same length: for V8 it would be the same code.
    const messages = join(copy, 'src/cli/messages.ts');
    const text = readFileSync(messages, 'utf8');
    writeFileSync(messages, text.replace("a fault of bluesim's own", "a fault of bluesim's OWN"));
    rmSync(join(copy, 'dist'), { recursive: true });
    await node(bin, '--version');
    rmSync(join(copy, 'dist', distOf(copy).find(isCache)!));
    writeFileSync(join(copy, 'dist', before), cache);
    expect(await taken(join(copy, 'dist'))).toBeUndefined();
  });
});

test('through a link, from anywhere', async () => {
  const link = join(folder, 'linked');
  symlinkSync(BLUESIM, link);
  for (const words of [
    [link, '--version'],
    [link, 'run', hello],
  ]) {
    expect(await execute(process.execPath, words, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  }
});

test('a Node that is too old is told so', async () => {
  const fake = join(folder, 'old-node.cjs');
  writeFileSync(
    fake,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } });",
  );
  const { code, stdout, stderr } = await node('--require', fake, BLUESIM, '--version');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^bluesim: it needs Node 20\.19 or newer; this is 18\.19\.0\n/);
});

test('the bundle can be started without bin/bluesim', async () => {
  for (const words of [
    [join(ROOT, 'dist/cli.js'), '--version'],
    [join(ROOT, 'dist/cli.js'), 'run', hello],
  ]) {
    expect(await node(...words)).toMatchObject({ code: 0, stderr: '' });
  }
});

test('--version', async () => {
  for (const option of ['--version', '-V']) {
    expect(await bluesim([option])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^bluesim \d+\.\d+\.\d+\n$/),
    });
  }
});
