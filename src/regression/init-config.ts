/** The bluesim.toml that `bluesim init` writes: what a first run of the image shows, and what else there is to say. */
import { footprintOf } from '../machine/footprint.ts';
import type { Image } from '../machine/loader/image.ts';
import { Machine, type RunResult } from '../machine/machine.ts';
import { resultText } from '../machine/report.ts';

/** A first run of an image. */
export interface TriedRun {
  readonly image: Image;
  readonly board: string;
  readonly cycles: number;
  readonly result: RunResult;
  /** How it ended, in words. */
  readonly ending: string;
}

/** A first run goes on for so many cycles and instructions. */
const FIRST_CYCLES = 1_000_000_000;
const FIRST_INSTRUCTIONS = 200_000_000;
/** Of a guest that does not end so many cycles are measured. */
const ENDLESS_CYCLES = 10_000_000;
/** The limit is this many times what the run took. */
const ROOM = 4;
const LEAST_LIMIT = 100_000;

/**
 * Runs an image without input, on the board that it asks for or proves to be built for.
 * @throws UserError when it cannot be run.
 */
export function tryRun(image: Image, board: string | undefined): TriedRun {
  const machine = Machine.fromImage(image, board === undefined ? {} : { board });
  const result = machine.run({
    maxCycles: FIRST_CYCLES,
    maxInstructions: FIRST_INSTRUCTIONS,
    stopWhenWaiting: true,
  });
  if (result.kind === 'wrong-board') return tryRun(image, result.touch.board);
  const { cycles } = machine;
  return {
    image,
    board: machine.board.name,
    cycles,
    result,
    ending: `${resultText(result)} (${cycles} cycles)`,
  };
}

/** Rounded up to one digit and zeros. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit) * unit;
}

/** `1_000_000`. */
function grouped(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', '_');
}

/** TOML's basic string, which has the escapes of JSON. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('\x7f', '\\u007f');

/** @param path of the image, as the configuration is to have it. */
export function configText(tried: TriedRun, path: string): string {
  const { image, board } = tried;
  const name = image.name
    .replace(/\.[^.]*$/, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  const key = /^[\w-]+$/.test(name) ? name : quoted(name || 'firmware');
  const { flash, ram } = footprintOf(image);
  const hasMain = image.symbols.lookup('main') !== undefined;
  return `# What \`bluesim ci\` measures and compares with bluesim.baseline.json; docs/ci.md of bluesim has all keys.
# First \`bluesim ci --update\`, then commit this file and the two that it writes.

[defaults]
# Keys here are for all jobs; a job's own go before them.
# strict = true                  # a guest error (a write to a read-only register, …) is a fault

[job.${key}]
# A path, a list of paths, or a pattern ("build/*.elf"); it begins at the folder of this file.
image = ${quoted(path)}
# One board or a list; \`bluesim boards\` has them. Without it: what the image asks for.
board = ${quoted(board)}
# model = ["unit"]               # timing models; without it: the board's
${endLines(tried)}
# until = 'all tests passed'     # or: it is done when the console matches
# fail-on = 'FAILED|panic'       # a fault when the console matches
# uart-in-text = "help\\r"        # what is typed at the console; uart-in = "FILE" takes it from a file
# arguments = ["--fast"]         # for a guest that asks by semihosting

# Cycles from one place to another, each time: symbols, addresses, \`reset\`, \`end\`.
[job.${key}.probes]
${hasMain ? 'boot = "reset -> main"' : '# boot = "reset -> main"'}

# The most that a figure may be, which \`--update\` cannot raise.
[job.${key}.budgets]
# "footprint/flash" = ${grouped(flash)}   # bytes; now ${flash}
# "footprint/ram" = ${grouped(ram)}   # bytes; now ${ram}
`;
}

function endLines({ result, cycles }: TriedRun): string {
  const limit = Math.max(LEAST_LIMIT, roundUp(ROOM * cycles));
  switch (result.kind) {
    case 'exit':
      return `# A guest that runs longer is stopped, which is a failure. In a first run it took ${grouped(cycles)} cycles.
max-cycles = ${grouped(limit)}
# How it ends: "exit" with exit-code, "match" of \`until\`, "limit", "stuck".
end = "exit"
exit-code = ${result.code}`;
    case 'stuck':
      return `# In a first run it got stuck after ${grouped(cycles)} cycles: ${resultText(result)}.
# Perhaps it waits for input: then give it some, below. As it stands, getting stuck is what is expected.
max-cycles = ${grouped(limit)}
end = "stuck"`;
    default:
      return `# In a first run it did not end: so many cycles of it are measured.
max-cycles = ${grouped(ENDLESS_CYCLES)}
end = "limit"`;
  }
}
