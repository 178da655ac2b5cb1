// Builds dist/: the bundled command and library, and the library's type declarations.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lateImports } from './late.mjs';
import { esbuildVariants } from './variants.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

rmSync(join(root, 'dist'), { recursive: true, force: true });

// Few files: each module that Node loads costs a start about a millisecond, and V8 runs the loop faster when
// everything around it is in the same file. `cli.cjs` alone answers `--version`; it loads the program.
const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  logLevel: 'warning',
};

/** Scripts instead of modules: Node starts them faster, and V8 has a code cache for them (docs/adr/0003). */
const asScript = {
  ...common,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.dirname': '__dirname' },
};

/** commander loads node:child_process for a kind of subcommand that bluesim has not: 5 ms of each start. */
const childProcessLater = {
  name: 'child-process-later',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('commander') ? { path, namespace: 'later' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => ({
      contents: `module.exports = { get spawn() { return process.getBuiltinModule('${path}').spawn; } };`,
    }));
  },
};

/** Node makes all exports of a builtin when it is imported, also those that load much more: node:fs its streams. */
const builtins = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) => ({
      path,
      namespace: kind === 'import-statement' ? 'builtin' : 'builtin-required',
    }));
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^[A-Za-z]\w*$/.test(name));
      const lines = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`);
      return {
        contents: `const builtin = process.getBuiltinModule('${path}');\nexport default builtin;\n${lines.join('\n')}`,
      };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin-required' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

const plugins = [esbuildVariants, childProcessLater, builtins];

// The program's file is named after its content, so that the command never loads another build's, nor a code
// cache that was made from one.
const { metafile } = await build({
  ...asScript,
  entryPoints: { program: 'src/cli/program.ts' },
  entryNames: '[name]-[hash]',
  banner: { js: '(function (module, __dirname) {' },
  footer: { js: '})' },
  plugins: [lateImports, ...plugins],
  metafile: true,
});
const program = Object.keys(metafile.outputs)[0];
await build({
  ...asScript,
  entryPoints: { cli: 'src/cli/main.ts' },
  define: { ...asScript.define, PROGRAM: JSON.stringify(basename(program)) },
  plugins,
});
writeFileSync(
  join(root, 'dist/cli.js'),
  "import { main } from './cli.cjs';\n\nawait main(process.argv.slice(2));\n",
);
await build({ ...common, format: 'esm', entryPoints: { index: 'src/index.ts' }, plugins });

if (/[^\0-\x7f]/.test(readFileSync(join(root, program), 'latin1')))
  throw new Error(`${program} is not ASCII`);
makeCodeCaches();

if (!process.argv.includes('--no-types')) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
}

/**
 * Runs hello in other processes, after which V8's cache has what such a run needs. Without the caches starting only
 * takes longer.
 */
function makeCodeCaches() {
  // With options of its own, V8 would make a cache that it takes with the same options only.
  const env = { ...process.env, NODE_OPTIONS: '' };
  for (const isa of ['riscv32', 'armv7m']) {
    const words = [join(root, 'scripts/code-cache.mjs'), join(root, 'dist'), isa];
    const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
    if (status !== 0) console.error(`The code cache could not be made; bluesim works without.\n${stderr}`);
  }
}
