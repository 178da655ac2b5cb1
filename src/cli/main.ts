/**
 * The command's entry. It loads nothing that the request does not need, and what it loads it need not compile
 * (docs/performance.md has the budget for start-up, docs/adr/0003 the reasons).
 */
import { readFileSync, writeSync } from 'node:fs';
import { Script } from 'node:vm';
import { bluesimVersion } from './version.ts';

/** The file that the rest of the command is bundled into (scripts/build.mjs). Its name has a hash of its content. */
declare const PROGRAM: string;

/** @param words the command line without node and script. Ends the process with the exit code. */
export async function main(words: string[]): Promise<void> {
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
    writeSync(1, `bluesim ${bluesimVersion()}\n`);
    return;
  }
  process.exit(await loadProgram().program.runProgram(words));
}

export interface LoadedProgram {
  program: typeof import('./program.ts');
  script: Script;
  /** Where the code cache for this file and this V8 belongs. */
  cacheFile: string;
}

/**
 * Loads the rest of the command: one script, with what V8 compiled of it when bluesim was built. Without a cache
 * of its own, V8 compiles what it needs. The name says what V8 would not notice: that the cache belongs to other
 * code of the same length, or to another processor.
 */
export function loadProgram(): LoadedProgram {
  const folder = import.meta.dirname;
  const filename = `${folder}/${PROGRAM}`;
  const { arch, platform, versions } = process;
  const cacheFile = filename.replace(/\.cjs$/, `-${platform}-${arch}-${versions.v8}.cache`);
  let cachedData: Buffer | undefined;
  try {
    cachedData = readFileSync(cacheFile);
  } catch {
    // Built by another Node, or cleared away: it works without.
  }
  // The bundle is ASCII, which is read fastest as Latin-1.
  const options = cachedData === undefined ? { filename } : { filename, cachedData };
  const script = new Script(readFileSync(filename, 'latin1'), options);
  const module: { exports: unknown } = { exports: undefined };
  script.runInThisContext()(module, folder);
  return { program: module.exports as LoadedProgram['program'], script, cacheFile };
}
