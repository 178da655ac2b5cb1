/**
 * The package as others get it: what is in it, and that it works where only it is installed. Uses the dist/ that
 * the scripts `check` and `test` build first.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importsOf } from '../architecture/rules.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  test('lists the native bindings of all platforms, not only of the one it was written on', () => {
    const missing = installed.flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
    for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'])
      expect(packages).toHaveProperty([`node_modules/@esbuild/${platform}`]);
  });

  test('names no server, and the hash of every package', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(installed.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  });
});

describe('the package', () => {
  let folder = '';
  let files: string[] = [];

  function run(program: string, ...parameters: string[]): string {
    const { status, stdout, stderr } = spawnSync(program, parameters, { cwd: folder, encoding: 'utf8' });
    expect(status, `${program} ${parameters.join(' ')}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  }

  function write(name: string, text: string): void {
    writeFileSync(join(folder, name), text);
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bluesim-package-'));
    const pack = ['pack', '--ignore-scripts', '--json', '--silent', '--pack-destination', folder];
    const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' })) as [
      { filename: string; files: { path: string }[] },
    ];
    files = packed.files.map(({ path }) => path);
    write('package.json', '{ "name": "reader", "private": true, "type": "module" }\n');
    run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--silent', `./${packed.filename}`);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('has what belongs into it and nothing else', () => {
    const expected =
      /^(dist\/[\w-]+\.c?js|dist\/types\/.*\.d\.ts|docs\/.*\.md|bin\/bluesim|bin\/package\.json|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/;
    expect(files.filter((path) => !expected.test(path))).toEqual([]);
    for (const path of [
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'bin/bluesim',
      'bin/package.json',
      'dist/cli.cjs',
      'dist/index.js',
    ])
      expect(files).toContain(path);
  });

  test('has all types that its types need', () => {
    const declarations = files.filter((path) => path.endsWith('.d.ts'));
    expect(declarations).toContain('dist/types/index.d.ts');
    const missing = declarations.flatMap((path) =>
      importsOf({ path, text: readFileSync(join(root, path), 'utf8') })
        .map(({ target }) => target.replace(/\.ts$/, '.d.ts'))
        .filter((target) => !declarations.includes(posix.normalize(target))),
    );
    expect(missing).toEqual([]);
  });

  test('has a command, without the tools that it was built with', () => {
    const image = join(root, 'firmware/images/hello-riscv32.elf');
    expect(run('npx', '--no-install', 'bluesim', '--version')).toMatch(/^bluesim \d+\.\d+\.\d+\n$/);
    expect(run('npx', '--no-install', 'bluesim', 'run', image)).toMatch(/^Hello from RV32IMAC/);
  });

  describe('in a project of a reader', () => {
    beforeAll(() => {
      symlinkSync(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
      symlinkSync(join(root, 'firmware'), join(folder, 'firmware'));
      const [, example] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8'))!;
      write('example.test.ts', example!);
      write(
        'use.ts',
        "import { Machine } from 'bluesim';\nexport const { cycles } = Machine.fromFile('image');\n",
      );
    });

    test.each([
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ])('has types for module %s, resolution %s', (module, moduleResolution) => {
      // Every declaration is checked with nothing but the language's library. Of vitest's own that is not expected.
      const options = { strict: true, noEmit: true, target: 'es2022', lib: ['es2023'], types: [] };
      for (const [file, skipLibCheck] of [
        ['use.ts', false],
        ['example.test.ts', true],
      ] as const) {
        const compilerOptions = { ...options, module, moduleResolution, skipLibCheck };
        write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }));
        expect(run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'))).toBe('');
      }
    });

    test("works in vitest, as README.md's example shows", () => {
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const report = run(process.execPath, vitest, 'run', '--root', folder, '--reporter=json');
      expect(JSON.parse(report)).toMatchObject({ numPassedTests: 1, numTotalTests: 1 });
    });
  });
});
