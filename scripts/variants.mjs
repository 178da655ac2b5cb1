// The run loop is one source compiled twice: `execute.ts` with OBSERVED false, `execute.ts?observed=true` with
// OBSERVED true. Here is that transformation, as a plugin for esbuild (the bundle) and one for vitest.
// Transforming the file by itself with minifySyntax is what removes the dead branch: a `define` of the whole
// build could not differ between the two copies.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

const RUN_LOOP = /[\\/]execute\.ts$/;

export function compileVariant(source, observed) {
  return transform(source, {
    loader: 'ts',
    define: { OBSERVED: String(observed) },
    minifySyntax: true,
    target: 'es2022',
  });
}

export const esbuildVariants = {
  name: 'run-loop-variants',
  setup(build) {
    build.onResolve({ filter: /execute\.ts\?observed=true$/ }, async (args) => {
      const resolved = await build.resolve(args.path.replace('?observed=true', ''), {
        resolveDir: args.resolveDir,
        kind: args.kind,
      });
      return { path: resolved.path, suffix: '?observed=true' };
    });
    build.onLoad({ filter: RUN_LOOP }, async (args) => {
      const { code } = await compileVariant(await readFile(args.path, 'utf8'), args.suffix !== '');
      return { contents: code, loader: 'js' };
    });
  },
};

export const vitestVariants = {
  name: 'run-loop-variants',
  enforce: 'pre',
  async transform(code, id) {
    const [path, query] = id.split('?');
    if (!RUN_LOOP.test(path)) return undefined;
    const { code: compiled, map } = await compileVariant(code, query?.includes('observed=true') === true);
    return { code: compiled, map: map || null };
  },
};
