/**
 * The command's entry. It loads nothing that the request does not need: the emulator only to run, commander
 * only to parse (docs/performance.md has the budget for start-up).
 */
import { realpathSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param words the command line without node and script. Ends the process with the exit code. */
export async function main(words: string[]): Promise<void> {
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
    const { bluesimVersion } = await import('./version.ts');
    writeSync(1, `bluesim ${bluesimVersion()}\n`);
    return;
  }
  const { runProgram } = await import('./program.ts');
  process.exit(await runProgram(words));
}

// bin/bluesim calls main itself; this is for `node dist/cli.js`. The name is looked at first, because finding out
// where links lead costs a start a millisecond.
const script = process.argv[1];
if (script?.endsWith('cli.js') && realpathSync(script) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
