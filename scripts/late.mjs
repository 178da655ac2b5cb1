// A run needs the code of one instruction set and the devices of one board. In the sources a module imports all that
// it may need. In the bundle of the command the imports named here are late: the module behind one is initialised
// when what was imported from it is called or constructed for the first time. Nothing else differs, because such
// modules do nothing but define things when they are initialised.
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/** Who imports what late. */
const LATE = [
  { importer: /[\\/]src[\\/]machine[\\/](build|isa)\.ts$/, path: /^\.\/(core|isa)-\w+\.ts$/ },
  { importer: /[\\/]src[\\/]machine[\\/]choices\.ts$/, path: /[\\/]cpu[\\/]\w+[\\/]timing[\\/]/ },
  { importer: /[\\/]src[\\/]machine[\\/]factories[\\/]\w+\.ts$/, path: /[\\/]devices[\\/]/ },
];

/** Names that an import statement for this path brings in, without types. */
function importedNames(source, path) {
  const statements = [...source.matchAll(/^import \{([^}]*)\} from '([^']+)';$/gm)];
  return statements
    .filter(([, , from]) => from === path)
    .flatMap(([, names]) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}

/** `function` or `class`; undefined for what cannot be late, or is used in another way than by calling or `new`. */
function kindOf(source, name, user) {
  if (new RegExp(`\\b(instanceof|extends) ${name}\\b|\\b${name}\\.`).test(user)) return undefined;
  return new RegExp(`^export (?:abstract )?(function|class) ${name}\\b`, 'm').exec(source)?.[1];
}

/** esbuild initialises what is required when it is required. */
function stub(name, kind, path) {
  const real = `require(${JSON.stringify(path)}).${name}`;
  return kind === 'class'
    ? `export const ${name} = function (...parameters) { return new (${real})(...parameters); };`
    : `export const ${name} = (...parameters) => ${real}(...parameters);`;
}

export const lateImports = {
  name: 'late-imports',
  setup(build) {
    build.onResolve({ filter: /^\./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (kind !== 'import-statement' || pluginData === 'resolving') return undefined;
      if (!LATE.some((late) => late.importer.test(importer) && late.path.test(path))) return undefined;
      const { path: file } = await build.resolve(path, { kind, resolveDir, pluginData: 'resolving' });
      const source = readFileSync(file, 'utf8');
      const user = readFileSync(importer, 'utf8');
      const names = importedNames(user, path);
      const stubs = names.map((name) => [name, kindOf(source, name, user)]);
      // Of another kind, such as a number: then the module is initialised with its importer.
      if (stubs.some(([, kindOfName]) => kindOfName === undefined)) return undefined;
      const where = relative(build.initialOptions.absWorkingDir, file);
      return { path: `${where}?${names}`, namespace: 'late', pluginData: { file, stubs } };
    });
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ pluginData: { file, stubs } }) => ({
      contents: stubs.map(([name, kind]) => stub(name, kind, file)).join('\n'),
      resolveDir: dirname(file),
    }));
  },
};
