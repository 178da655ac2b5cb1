/** What a start does not do: initialise what only other instruction sets and other boards need. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const command = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

/** In the bundle the function that initialises a module has its path as its name. V8 counts what is called. */
function initialisedModules(image: string, board: string): string[] {
  const path = fileURLToPath(new URL(`../../firmware/images/${image}`, import.meta.url));
  const script = `
    const session = new (require('node:inspector').Session)();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true });
    const words = ${JSON.stringify(['run', '--board', board, path])};
    require(${JSON.stringify(command)}).loadProgram(words).program.runProgram(words).then((code) => {
      session.post('Profiler.takePreciseCoverage', (_, { result }) => {
        const called = result.flatMap(({ functions }) => functions).filter(({ ranges }) => ranges[0].count > 0);
        console.error(JSON.stringify(called.map(({ functionName }) => functionName)));
      });
      process.exit(code);
    });`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return (JSON.parse(stderr) as string[]).filter((name) => name.startsWith('src/'));
}

const devicesOf = {
  virt: /^src\/devices\/.*(plic|clint|ns16550a|goldfish|sifive|fw-cfg|pcie|virtio)/,
  mps2: /^src\/devices\/.*(cmsdk-uart|cmsdk-timer|mps2|sbcon)/,
  stellaris: /^src\/devices\/.*(stellaris|pl011|pl061)/,
};
const riscv = /^src\/(cpu\/riscv\/|machine\/.*riscv|debug\/.*riscv)/;
const armv7m = /^src\/(cpu\/armv7m\/|machine\/.*armv7m|debug\/.*armv7m|devices\/.*(nvic|systick|dwt|itm))/;

describe('a run initialises what it needs and nothing of other machines', () => {
  test.each([
    ['virt', 'hello-riscv32.elf', [riscv, devicesOf.virt], [armv7m, devicesOf.mps2, devicesOf.stellaris]],
    [
      'mps2-an385',
      'hello-armv7m.elf',
      [armv7m, devicesOf.mps2],
      [riscv, devicesOf.virt, devicesOf.stellaris],
    ],
    [
      'lm3s6965evb',
      'hello-lm3s6965evb-armv7m.elf',
      [armv7m, devicesOf.stellaris],
      [riscv, devicesOf.virt, devicesOf.mps2],
    ],
  ])('%s', (board, image, needed, others) => {
    const modules = initialisedModules(image, board);
    for (const pattern of needed) expect(modules).toContainEqual(expect.stringMatching(pattern));
    for (const pattern of others) expect(modules.filter((name) => pattern.test(name))).toEqual([]);
  });
});
