// code-cache.mjs DIST ISA: writes the code cache of the command in DIST for images of an instruction set, which is
// what V8 has compiled after hello has run on each board that has it. build.mjs calls it; src/cli/main.ts loads what
// it writes; docs/adr/0003 says why.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const image = (name) => fileURLToPath(new URL(`../firmware/images/${name}.elf`, import.meta.url));
const STARTS = {
  riscv32: [[image('hello-riscv32')]],
  armv7m: [[image('hello-armv7m')], ['--board', 'lm3s6965evb', image('hello-lm3s6965evb-armv7m')]],
};
/** So that an image that does not end ends nevertheless. */
const LIMIT = ['--max-cycles', '100M'];

const [dist, isa] = process.argv.slice(2);
const starts = STARTS[isa].filter((words) => existsSync(words.at(-1)));
if (starts.length > 0) {
  const { loadProgram } = createRequire(import.meta.url)(resolve(dist, 'cli.cjs'));
  const { program, script, cacheFile } = loadProgram(starts[0]);
  for (const words of starts) await program.runProgram(['run', ...LIMIT, ...words]);
  // Never half a file: V8 does not look at more than its length.
  const draft = `${cacheFile}.${process.pid}`;
  writeFileSync(draft, script.createCachedData());
  renameSync(draft, cacheFile);
}
// A run takes signals as its own, which would keep the process from ending.
process.exit(0);
