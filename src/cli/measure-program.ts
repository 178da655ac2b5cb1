/** `bluesim measure` on the command line. */
import type { Command } from 'commander';
import { addGuestOptions, repeated } from './guest-options.ts';
import type { RawMeasureOptions } from './measure.ts';
import type { Style } from './style.ts';

const HELP = `
Prints cycles from one event to another, of probes and presets, and the bytes that the image occupies. What the guest
prints goes to stderr. A limit (--max-cycles) ends what is measured, and is no error.

A probe is NAME: FROM -> TO. Events:
  reset; end                        power-on and each reset; the end of the run
  SYMBOL; 0xADDRESS; exit of SYMBOL before the instruction there; behind a call
  exception [NAME] entry|return     the handler's first instruction; behind its return
  interrupt [NAME] request|entry|return
  line NAME raised|lowered          an edge of an interrupt line
  stack switch                      another stack than before
  read|write DEVICE[+0xOFFSET]      an access to a register
  point MEANING                     a trace point of the kernel
  "TEXT"                            printed on the console

Examples:
  bluesim measure firmware.elf
  bluesim measure --probe 'irq: line uart0 raised -> on_uart' --probe 'work: work -> exit of work' firmware.elf
  bluesim measure --preset none --probe 'boot: reset -> "ready"' --json figures.json firmware.elf
`;

interface Surroundings {
  readonly print: (pieces: Iterable<string>) => Promise<number>;
  readonly style: () => Promise<Style>;
  readonly guestWords: (program: Command, command: Command, words: string[]) => string[];
  /** Takes the exit code. */
  readonly done: (exitCode: number) => void;
}

export function addMeasure(program: Command, { print, style, guestWords, done }: Surroundings): void {
  const command = program.command('measure');
  command
    .summary('run an image and measure its critical paths')
    .description('Runs an image until it ends and tells what its critical paths took.')
    .usage('[options] IMAGE [-- ARGS]')
    .argument('<image>', 'ELF, Intel HEX, or raw binary with --load-address')
    .argument('[words...]', 'arguments for the guest')
    .passThroughOptions();
  addGuestOptions(command)
    .optionsGroup('Figures:')
    .option('--probe <probe>', "cycles between two events: 'NAME: FROM -> TO' (repeatable)", repeated)
    .option('--preset <list>', 'any, kernel or none; default: all that tell something about the image')
    .option('--json <file>', 'all figures, and how the run ended, as JSON')
    .addHelpText('after', HELP)
    .action(async (image: string, words: string[], raw: RawMeasureOptions) => {
      const { measure } = await import('./measure.ts');
      done(await measure(image, guestWords(program, command, words), raw, { print, style: await style() }));
    });
}
