// code-cache.mjs DIST: writes the code cache of the command in DIST, which is what V8 has compiled after hello has
// run on every board that there is a hello for. build.mjs calls it; src/cli/main.ts loads what it writes;
// docs/adr/0003 says why.
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const images = fileURLToPath(new URL('../firmware/images', import.meta.url));
/** So that an image that does not end ends nevertheless. */
const LIMIT = ['--max-cycles', '100M'];

const { loadProgram } = createRequire(import.meta.url)(resolve(process.argv[2], 'cli.cjs'));
const { program, script, cacheFile } = loadProgram();
const hellos = existsSync(images) ? readdirSync(images).filter((name) => /^hello-.*\.elf$/.test(name)) : [];
for (const hello of hellos) await program.runProgram(['run', ...LIMIT, join(images, hello)]);
// Never half a file: V8 does not look at more than its length.
const draft = `${cacheFile}.${process.pid}`;
writeFileSync(draft, script.createCachedData());
renameSync(draft, cacheFile);
// A run takes signals as its own, which would keep the process from ending.
process.exit(0);
