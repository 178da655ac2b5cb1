// The list of GCC's execution tests: the programs of gcc.c-torture/execute and of its folders `builtins` and
// `ieee`, each with the sources and flags that GCC's own drivers (execute.exp, builtins.exp, ieee.exp) give it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDirectives, readDriver } from './directives.mjs';

export const LEVELS = ['O0', 'O1', 'O2', 'Os'];

const GROUPS = [
  { folder: '', flags: [], sources: (name) => [`${name}.c`] },
  {
    folder: 'builtins',
    flags:
      '-fno-tree-dse -fno-tree-loop-distribute-patterns -fno-tracer -fno-ipa-ra -fno-inline-functions -Wl,--allow-multiple-definition'.split(
        ' ',
      ),
    sources: (name) => [`${name}.c`, `${name}-lib.c`, 'lib/main.c'],
  },
  { folder: 'ieee', flags: ['-fno-inline'], sources: (name) => [`${name}.c`] },
];

/**
 * @typedef {object} Program
 * @property {string} name such as 'builtins/memcpy-chk'
 * @property {string[]} sources absolute paths
 * @property {string} text of the first source
 * @property {string[]} flags of the group and of the driver
 */

/** @param {string} folder of the tests. @returns {Program[]} in the order of their names. */
export function listPrograms(folder) {
  return GROUPS.flatMap((group) => {
    const inside = join(folder, group.folder);
    const names = readdirSync(inside)
      .filter((file) => file.endsWith('.c') && !file.endsWith('-lib.c'))
      .map((file) => file.slice(0, -2));
    return names.sort().map((name) => {
      const sources = group.sources(name).map((file) => join(inside, file));
      const driver = join(inside, `${name}.x`);
      const driverFlags = existsSync(driver) ? readDriver(readFileSync(driver, 'latin1')) : [];
      return {
        name: join(group.folder, name),
        sources,
        text: readFileSync(sources[0], 'latin1'),
        flags: [...group.flags, ...driverFlags],
      };
    });
  });
}

/** @returns {{ flags: string[], skip?: string }} a program's flags at a level, or why it does not apply here. */
export function planProgram(program, level, target) {
  const flags = [`-${level}`, ...program.flags];
  const own = readDirectives(program.text, flags, target);
  return { ...own, flags: [...flags, ...own.flags] };
}

/** @returns {Program[]} `count` of the programs, always the same ones for a seed. */
export function sample(programs, count, seed) {
  const rank = ({ name }) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  const ranked = programs.map((program) => ({ program, rank: rank(program) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const chosen = new Set(ranked.slice(0, count).map(({ program }) => program));
  return programs.filter((program) => chosen.has(program));
}
