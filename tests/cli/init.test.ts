/** `bluesim init`: what it writes is what `bluesim ci` takes. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HELLO, hello } from './ci-project.ts';
import { firmware } from './command.ts';

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
