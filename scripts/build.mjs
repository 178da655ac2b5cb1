// Builds dist/: the bundled command and library, and the library's type declarations.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esbuildVariants } from './variants.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Chunks carry a hash in their names: old ones would stay.
rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  plugins: [esbuildVariants],
  banner: {
    js: "import { createRequire as bluesimRequire } from 'node:module'; const require = bluesimRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

if (!process.argv.includes('--no-types')) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
}
