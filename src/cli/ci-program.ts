/** `bluesim ci` and `bluesim init` on the command line. */
import type { Command } from 'commander';
import type { Print } from './ci.ts';
import type { RawCiOptions } from './ci-options.ts';
import type { RawInitOptions } from './init.ts';

const CI_HELP = `
Runs the jobs of bluesim.toml, and compares what they come to with bluesim.baseline.json, exactly. Less is better,
and an improvement differs, too: --update takes it into the baseline. Without --update no such file is written.

Exit codes; of several the first in this order:
  2   wrong usage, a mistake in bluesim.toml, an image that cannot be loaded
  3   a guest did not end as it should
  4   a guest ran into max-cycles or max-instructions
  5   the baseline is missing, or was made under other conditions
  1   figures differ, or are over a budget
  0   all is the same

Examples:
  bluesim init firmware.elf                       writes bluesim.toml
  bluesim ci --update                             writes the baseline: commit it
  bluesim ci --junit report.xml                   in CI
  bluesim ci --shard 2/4 --json part2.json        on one of four machines
  bluesim ci --merge part*.json                   joins what they measured
`;

const repeated = (value: string, before: string[] | undefined) => [...(before ?? []), value];

/** @param done takes the exit code of the command that ran. */
export function addCi(program: Command, print: Print, done: (exitCode: number) => void): void {
  program
    .command('ci')
    .summary('cycles and bytes against a committed baseline')
    .description('Compares cycles and bytes of images with a committed baseline.')
    .option('--config <file>', 'the jobs; the baseline is beside it', 'bluesim.toml')
    .option('--update', 'write the baseline')
    .option('--list', 'list the cases and run nothing')
    .option('--filter <text>', 'only cases whose name has it; with * the whole name (repeatable)', repeated)
    .option('--jobs <n>', 'cases at a time; default: as many as there are processors')
    .option('--shard <i/n>', 'only part I of N')
    .option('--merge <files...>', 'run nothing: join what shards wrote with --json')
    .option('--json <file>', 'all figures and findings as JSON')
    .option('--junit <file>', 'the findings as JUnit XML')
    .option('--markdown <file>', 'a summary in Markdown')
    .option('--annotations', '::error lines for GitHub; default under GITHUB_ACTIONS=true')
    .option('--no-annotations', 'none, also there')
    .addHelpText('after', CI_HELP)
    .action(async (options: RawCiOptions) => {
      const { ci } = await import('./ci.ts');
      done(await ci(options, print));
    });

  program
    .command('init')
    .summary('write a bluesim.toml for an image')
    .description('Runs an image once, and writes a bluesim.toml with a job for it.')
    .argument('[image]', 'ELF, Intel HEX; default: the only one in this folder')
    .option('--config <file>', 'the file to write', 'bluesim.toml')
    .option('--board <name>', 'the board; default: what the image asks for')
    .option('--force', 'replace a file that is there')
    .action(async (image: string | undefined, options: RawInitOptions) => {
      const { init } = await import('./init.ts');
      done(await init(image, options, print));
    });
}
