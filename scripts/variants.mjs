// The run loop is one source compiled three times: `execute.ts` plain, `execute.ts?timed=true` with TIMED true, and
// `execute.ts?observed=true` with TIMED and OBSERVED true. Here is that transformation, as a plugin for esbuild (the
// bundle) and one for vitest. Transforming the file by itself with minifySyntax is what removes the dead branches: a
// `define` of the whole build could not differ between the copies.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

const RUN_LOOP = /[\\/]execute\.ts$/;

/** @param variant 'plain', 'timed' or 'observed' */
export function compileVariant(source, variant) {
  return transform(source, {
    loader: 'ts',
    define: { OBSERVED: String(variant === 'observed'), TIMED: String(variant !== 'plain') },
    minifySyntax: true,
    target: 'es2022',
  });
}

/** @param query of an import: `observed=true`, `timed=true`, or none */
function variantOf(query = '') {
  return /(observed|timed)=true/.exec(query)?.[1] ?? 'plain';
}

export const esbuildVariants = {
  name: 'run-loop-variants',
  setup(build) {
    build.onResolve({ filter: /execute\.ts\?\w+=true$/ }, async (args) => {
      const [path, query] = args.path.split('?');
      const resolved = await build.resolve(path, { resolveDir: args.resolveDir, kind: args.kind });
      return { path: resolved.path, suffix: `?${query}` };
    });
    build.onLoad({ filter: RUN_LOOP }, async (args) => {
      const { code } = await compileVariant(await readFile(args.path, 'utf8'), variantOf(args.suffix));
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
    const { code: compiled, map } = await compileVariant(code, variantOf(query));
    return { code: compiled, map: map || null };
  },
};
