/** What bluesim itself says: always to stderr, always `bluesim: …`, with what to do next on a line of its own. */
import { writeSync } from 'node:fs';
import { UserError } from '../errors.ts';

/** Exit codes of the command that are not the guest's. */
export const ExitCode = {
  /** `--fail-on` matched, the guest ended before `--until` matched, or a guest error under `--strict`. */
  Failure: 1,
  /** Wrong usage, or an image that cannot be loaded. */
  Usage: 2,
  /** A fault of bluesim's own (EX_SOFTWARE of sysexits). */
  Internal: 70,
  /** A file or a stream could not be written (EX_IOERR of sysexits). */
  Output: 74,
  /** `--max-cycles` or `--max-instructions`. */
  Limit: 124,
  /** The guest can never get any further. */
  Stuck: 125,
  /** Nobody reads stdout any more: as a program that SIGPIPE ended. */
  ClosedPipe: 141,
} as const;

/** Writes to stderr at once, so that nothing is lost when the process ends; a closed stderr is nobody's fault. */
export function tell(text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(2, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** One message, and under it what to do about it. */
export function say(message: string, hint?: string): void {
  // Some messages are sentences, some are not; here they are headings.
  tell(`bluesim: ${message.replace(/\.$/, '')}\n${hint === undefined ? '' : `  ${hint}\n`}`);
}

/**
 * Explains an error.
 * @returns the exit code.
 */
export function explain(error: unknown): number {
  if (error instanceof UserError) {
    say(error.message, error.hint);
    return ExitCode.Usage;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(
    `this is a fault of bluesim's own, not of the image\n${trace.replace(/^/gm, '  ')}`,
    'Please report it with these lines, the command line, the image and what `bluesim --version` says.',
  );
  return ExitCode.Internal;
}
