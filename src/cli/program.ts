/** The command line: what there is, what it means, and what is said about mistakes. */
import { Command, CommanderError } from 'commander';
import { addCi } from './ci-program.ts';
import { addGuestOptions, repeated } from './guest-options.ts';
import { addMeasure } from './measure-program.ts';
import { ExitCode, explain, say, tell } from './messages.ts';
import type { RawRunOptions } from './run-options.ts';
import { bluesimVersion } from './version.ts';

const EXAMPLES = `
Examples:
  bluesim run firmware.elf            runs it; its UART is this terminal (Ctrl-A x ends)
  bluesim run --until 'all tests passed' --max-cycles 1e9 firmware.elf
  bluesim run --uart-in script.txt --stats firmware.elf
  bluesim info firmware.elf           segments, footprint, ISA, suggested board
  bluesim disasm firmware.elf main
  bluesim boards                      the boards with their memory maps
  bluesim init firmware.elf           a bluesim.toml, for:
  bluesim ci                          cycles and bytes against a committed baseline
`;

const RUN_EXAMPLES = `
Everything after IMAGE goes to the guest (through semihosting), so that \`bluesim run --\` is a runner for
cargo. stdout has the bytes of the console and nothing else; what bluesim says goes to stderr.

On a terminal every key goes to the guest, Ctrl-C too. Ctrl-A x ends (exit code 0), Ctrl-A h helps, Ctrl-A
Ctrl-A sends Ctrl-A. Otherwise stdin is the input: a file is delivered at the baud rate of the UART and the run
is the same every time; a pipe comes in when it comes (--record makes it repeatable).

Exit codes:
  the guest's   low byte; a failure whose low byte is 0 exits 1
  0             --until matched; Ctrl-A x
  1             --fail-on matched; the guest ended before --until matched; a guest error under --strict
  2             wrong usage, or an image that cannot be loaded or is for another board
  70, 74        a fault of bluesim's own; output that could not be written
  124           --max-cycles or --max-instructions
  125           the guest can never get any further: a report says where it is and how it came there
  130, 143      ended by SIGINT, SIGTERM

Examples:
  bluesim run firmware.elf
  bluesim run --until 'passed' --fail-on 'FAILED|panic' --max-cycles 1e9 firmware.elf
  bluesim run --trace trace.txt --trace-range main --trace-kinds instructions,mmio firmware.elf
  bluesim run --record session.jsonl shell.elf; bluesim run --replay session.jsonl shell.elf
  runner = "bluesim run --"           in .cargo/config.toml, under [target.riscv32imac-unknown-none-elf]
`;

/** Writes to stdout. @returns the exit code. */
async function print(pieces: Iterable<string>): Promise<number> {
  const { ConsoleOutput } = await import('./console-output.ts');
  const output = new ConsoleOutput(1);
  for (const piece of pieces) {
    for (const byte of Buffer.from(piece)) output.byte(byte);
    if (output.pending > 1 << 16) await output.flush();
    if (output.failure !== undefined) break;
  }
  await output.flush();
  if (output.failure === undefined) return 0;
  if (output.failure.code === 'EPIPE') return ExitCode.ClosedPipe;
  const { hostReason } = await import('./file-output.ts');
  say(`stdout is not complete: ${hostReason(output.failure)}`);
  return ExitCode.Output;
}

async function loadFor(path: string, options: { loadAddress?: string }) {
  const { loadImageFile } = await import('../machine/loader/image.ts');
  if (options.loadAddress === undefined) return loadImageFile(path);
  const { parseAddress } = await import('./numbers.ts');
  return loadImageFile(path, { loadAddress: parseAddress('--load-address', options.loadAddress) });
}

async function architectureOfBoard(name: string) {
  const { boardByName } = await import('../machine/choices.ts');
  const { architectureOf } = await import('../machine/board.ts');
  return architectureOf(boardByName(name));
}

function styleForStdout() {
  return import('./style.ts').then(({ styleFor }) => styleFor(process.stdout, process.env));
}

/**
 * The tree of commands; for `run`, of which there are thousands in a test suite, without the others.
 * @param done takes the exit code of the command that ran.
 */
function makeProgram(words: readonly string[], done: (exitCode: number) => void): Command {
  const program = new Command('bluesim')
    .description(
      'Full-system emulator for RISC-V and ARM firmware: exact, deterministic, no hardware needed.',
    )
    .version('', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'help, also for one command: bluesim run --help')
    .helpCommand('help [command]', 'help for one command')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', EXAMPLES);

  addRun(program, done);
  if (words[0] !== 'run') {
    addLooking(program, done);
    addMeasure(program, { print, style: styleForStdout, guestWords, done });
    addCi(program, print, done);
  }
  return program;
}

/** The commands that look and do not run. */
function addLooking(program: Command, done: (exitCode: number) => void): void {
  program
    .command('info')
    .summary('what an image is: segments, sections, footprint, symbols, suggested board')
    .description('Says what an image is, where it goes and what it occupies.')
    .argument('<image>', 'ELF, Intel HEX or raw binary')
    .option('--json', 'the same as JSON')
    .option('--symbols <count>', 'how many of the largest symbols to list', '15')
    .option('--load-address <address>', 'where a raw binary goes')
    .action(async (path: string, options: { json?: boolean; symbols: string; loadAddress?: string }) => {
      const { infoJson, infoText } = await import('./info.ts');
      const { suggestBoard } = await import('../machine/choices.ts');
      const { parseCount } = await import('./numbers.ts');
      const symbolCount = parseCount('--symbols', options.symbols);
      const image = await loadFor(path, options);
      const settings = {
        symbolCount,
        suggestBoard: (subject: typeof image) => {
          try {
            return suggestBoard(subject);
          } catch {
            return undefined;
          }
        },
      };
      const text = options.json
        ? `${JSON.stringify(infoJson(image, settings), null, 2)}\n`
        : infoText(image, { ...settings, style: await styleForStdout() });
      done(await print([text]));
    });

  program
    .command('disasm')
    .summary('the code of an image')
    .description('Disassembles an image: all of its code, or what is named.')
    .argument('<image>', 'ELF, Intel HEX or raw binary')
    .argument('[target]', 'a symbol, an address, START..END or START+LENGTH')
    .option('--no-aliases', 'real instructions only, no pseudo-instructions')
    .option('--board <name>', 'whose architecture it is, for formats that do not tell')
    .option('--load-address <address>', 'where a raw binary goes')
    .action(
      async (
        path: string,
        target: string | undefined,
        options: { aliases: boolean; board?: string; loadAddress?: string },
      ) => {
        const { disasmText } = await import('./disasm.ts');
        const image = await loadFor(path, options);
        const architecture =
          options.board === undefined ? undefined : await architectureOfBoard(options.board);
        const lines = disasmText(image, { target, aliases: options.aliases, architecture });
        done(await print(withLineFeeds(lines)));
      },
    );

  program
    .command('boards')
    .summary('the boards with their memory maps')
    .description('Lists the boards: memories, devices, interrupts.')
    .option('--json', 'the same as JSON')
    .action(async (options: { json?: boolean }) => {
      const { boardsJson, boardsText } = await import('./boards.ts');
      const text = options.json
        ? `${JSON.stringify(boardsJson(), null, 2)}\n`
        : boardsText(await styleForStdout());
      done(await print([text]));
    });
}

function* withLineFeeds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

function addRun(program: Command, done: (exitCode: number) => void): void {
  const command = program.command('run');
  command
    .summary('run an image')
    .description('Runs an image until it ends.')
    .usage('[options] IMAGE [-- ARGS]')
    .argument('<image>', 'ELF, Intel HEX, or raw binary with --load-address')
    .argument('[words...]', 'arguments for the guest')
    .passThroughOptions();
  addGuestOptions(command)
    .optionsGroup('Facts:')
    .option('--stats', 'print instructions, cycles, traps and speed at the end')
    .option('--json <file>', 'the same and the way it ended, as JSON')
    .option('--trace <file>', 'write what happens, as text')
    .option(
      '--trace-retired <file>',
      'write each retired instruction and trap with its cycle, as CSV (compressed if the name ends in .gz)',
    )
    .option('--trace-kinds <list>', 'of instructions,traps,mmio; default: all')
    .option(
      '--trace-range <range>',
      'only this code: SYMBOL, START..END or START+LENGTH (repeatable)',
      repeated,
    )
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (image: string, words: string[], raw: RawRunOptions) => {
      const { run } = await import('./run.ts');
      done(await run(image, guestWords(program, command, words), raw));
    });
}

/**
 * What behind IMAGE is for the guest. Dashes behind IMAGE are ours, unless others stood before it. An option of
 * ours without any dashes is the guest's as well, which its writer may not have meant: that is said.
 */
function guestWords(program: Command & { rawArgs?: string[] }, command: Command, words: string[]): string[] {
  const raw = program.rawArgs ?? [];
  const isRunner = raw[raw.length - words.length - 2] === '--';
  if (words[0] === '--' && !isRunner) return words.slice(1);
  const option = command.options.find(({ long }) => long === words[0]?.replace(/=.*/s, ''));
  if (option !== undefined && !isRunner) {
    say(
      `${option.long} stands behind the image, so the guest gets it`,
      'Options of bluesim stand before the image. If the guest is meant: IMAGE -- ARGS.',
    );
  }
  return words;
}

/** What commander says, said as bluesim does. */
async function explainUsage(error: CommanderError, help: string): Promise<number> {
  if (error.code === 'commander.version') return print([`bluesim ${bluesimVersion()}\n`]);
  if (error.exitCode === 0) return print([help]);
  if (error.code === 'commander.help') {
    tell(help);
    return ExitCode.Usage;
  }
  const [message, ...hints] = error.message.replace(/^error: /, '').split('\n');
  const hint = hints.join(' ').replace(/^\((.*)\)$/, '$1');
  say(message!, hint === '' ? '`bluesim --help` and `bluesim run --help` say what there is.' : hint);
  return ExitCode.Usage;
}

/** @returns the exit code. */
export async function runProgram(words: readonly string[]): Promise<number> {
  let exitCode = 0;
  let help = '';
  const program = makeProgram(words, (code) => {
    exitCode = code;
  });
  const collect = (text: string) => {
    help += text;
  };
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeOut: collect, writeErr: collect });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return explainUsage(error, help);
    return explain(error);
  }
}

/** A worker thread of `bluesim ci`. */
export async function serveCases(): Promise<void> {
  const { serveCases: serve } = await import('./ci-workers.ts');
  serve();
}
