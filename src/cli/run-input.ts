/** Where a run's input comes from: files, stdin, a terminal, a recording. */
import {
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { Readable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { UserError } from '../errors.ts';
import { readReason } from './file-output.ts';
import { type InputFeed, LiveInput } from './input-feed.ts';
import type { PortFile } from './run-options.ts';
import { Terminal } from './terminal.ts';
import type { Wakeup } from './wakeup.ts';

export interface RunInput {
  readonly live: readonly LiveInput[];
  readonly terminal: Terminal | undefined;
}

/** Whether a descriptor is a terminal. node:tty is loaded only where it can be one. */
export function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

/**
 * Queues what is in files, at cycle 0 and so the same every time, and opens what is alive.
 * @param quit what Ctrl-A x does.
 * @throws UserError for a file that cannot be read or a UART that the board has not.
 */
export function openInput(
  feed: InputFeed,
  files: readonly PortFile[],
  wakeup: Wakeup,
  quit: () => void,
): RunInput {
  const { machine } = feed;
  const live: LiveInput[] = [];
  for (const { port, path } of files) {
    const name = machine.port(port ?? machine.board.console).name;
    let stats: Stats;
    try {
      stats = statSync(path);
      if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (stats.isFile()) {
        feed.input(name, readFileSync(path));
        continue;
      }
    } catch (error) {
      throw new UserError(`--uart-in: \`${path}\` cannot be read: ${readReason(error)}`);
    }
    live.push(new LiveInput(name, openStream(path, stats), wakeup));
  }
  const { console } = machine.board;
  const isGiven = files.some(({ port }) => (port ?? console) === console);
  const terminal = isGiven ? undefined : openStandardInput(feed, live, wakeup, quit);
  return { live, terminal };
}

/**
 * A pipe or a device. A named pipe is opened without waiting for its writer: a wait in one of Node's threads would
 * hold up the end of the process.
 */
function openStream(path: string, stats: Stats): Readable {
  if (!stats.isFIFO()) return createReadStream(path);
  const { Socket } = process.getBuiltinModule('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

function openStandardInput(
  feed: InputFeed,
  live: LiveInput[],
  wakeup: Wakeup,
  quit: () => void,
): Terminal | undefined {
  const { console } = feed.machine.board;
  let stats: Stats;
  try {
    stats = fstatSync(0);
  } catch {
    return undefined;
  }
  if (stats.isFile()) {
    feed.input(console, readFileSync(0));
    return undefined;
  }
  if (stats.isDirectory()) throw new UserError('stdin is a directory', 'Give a file: `< FILE`.');
  if (isNull(stats)) return undefined;
  const stream: Readable = process.stdin;
  if (isTerminal(0) && isTerminal(1)) {
    const terminal = new Terminal(stream as ReadStream, quit);
    live.push(new LiveInput(console, stream, wakeup, (bytes) => terminal.keys(bytes)));
    return terminal;
  }
  live.push(new LiveInput(console, stream, wakeup));
  return undefined;
}

/** /dev/null says by itself that nothing comes: no need to find out by reading. */
function isNull(stats: Stats): boolean {
  if (!stats.isCharacterDevice()) return false;
  try {
    return statSync('/dev/null').rdev === stats.rdev;
  } catch {
    return false;
  }
}
