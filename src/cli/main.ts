/**
 * The command's entry. It loads nothing that the request does not need, and what it loads it need not compile
 * (docs/performance.md has the budget for start-up, docs/adr/0003 the reasons).
 */
import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
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
  process.exit(await loadProgram(words).program.runProgram(words));
}

export interface LoadedProgram {
  program: typeof import('./program.ts');
  script: Script;
  /** Where the code cache for this file, this V8 and such an image belongs. */
  cacheFile: string;
}

/**
 * Loads the rest of the command: one script, with what V8 compiled of it when bluesim was built. Without a cache
 * of its own, V8 compiles what it needs. The name says what V8 would not notice: that the cache belongs to other
 * code of the same length, or to another processor.
 */
export function loadProgram(words: readonly string[]): LoadedProgram {
  const folder = import.meta.dirname;
  const filename = `${folder}/${PROGRAM}`;
  const { arch, platform, versions } = process;
  const host = `${platform}-${arch}-${versions.v8}`;
  const cacheFile = filename.replace(/\.cjs$/, `-${host}-${instructionSet(words)}.cache`);
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

/** Values of e_machine (System V ABI, chapter 4). */
const MACHINES: Readonly<Record<number, string>> = { 40: 'armv7m', 243: 'riscv32' };

/**
 * Which cache has what is needed, by the head of the first ELF file on the command line. A guess that is wrong
 * costs the time to compile, nothing else.
 */
function instructionSet(words: readonly string[]): string {
  for (const word of words) {
    const machine = word.startsWith('-') ? undefined : machineOf(word);
    if (machine !== undefined) return machine;
  }
  return 'riscv32';
}

function machineOf(path: string): string | undefined {
  try {
    // Anything but a file might never let itself be opened.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
    const head = Buffer.alloc(20);
    const file = openSync(path, 'r');
    const length = readSync(file, head);
    closeSync(file);
    const isElf = length === head.length && head.toString('latin1', 0, 4) === '\x7fELF';
    return isElf ? MACHINES[head.readUInt16LE(18)] : undefined;
  } catch {
    return undefined;
  }
}
