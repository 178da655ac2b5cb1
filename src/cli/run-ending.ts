/** From why a run ended to an exit code and a sentence. */
import { hex32 } from '../errors.ts';
import { printable } from '../machine/loader/printable.ts';
import { foreignTouchText } from '../machine/report.ts';
import { ExitCode } from './messages.ts';
import type { Ending } from './run-loop.ts';
import type { RunRequest } from './run-options.ts';

export interface Conclusion {
  readonly exitCode: number;
  /** What happened, without the `bluesim:`. */
  readonly message: string;
  readonly hint?: string;
  /** Whether a person has to be told although nobody asked. */
  readonly isWorthSaying: boolean;
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The process can only give eight bits; a failure must not become a success by that. */
function guestExitCode(code: number): number {
  return code !== 0 && (code & 0xff) === 0 ? 1 : code & 0xff;
}

/**
 * @param where what the guest is about to execute: `main+0x4`.
 * @param inputHasEnded whether there was input, and no more can come.
 */
export function conclude(
  ending: Ending,
  request: RunRequest,
  where: string,
  inputHasEnded: boolean,
): Conclusion {
  const conclusion = plainConclusion(ending, request, where, inputHasEnded);
  const { until } = request;
  if (until === undefined || ending.kind === 'console-match' || ending.kind === 'console-failure') {
    return conclusion;
  }
  // `--until` was the aim of the run: without it there is no success.
  return {
    ...conclusion,
    exitCode: conclusion.exitCode || ExitCode.Failure,
    message: `${conclusion.message}; the console never matched /${until.source}/`,
    isWorthSaying: true,
  };
}

function plainConclusion(
  ending: Ending,
  request: RunRequest,
  where: string,
  inputHasEnded: boolean,
): Conclusion {
  const quiet = (exitCode: number, message: string) => ({ exitCode, message, isWorthSaying: false });
  const loud = (exitCode: number, message: string, hint?: string) => ({
    exitCode,
    message,
    isWorthSaying: true,
    ...(hint === undefined ? {} : { hint }),
  });
  switch (ending.kind) {
    case 'exit': {
      const exitCode = guestExitCode(ending.code);
      const message = `the guest ended with code ${ending.code} (${ending.reason})`;
      return exitCode === (ending.code | 0)
        ? quiet(exitCode, message)
        : loud(exitCode, `${message}, which becomes exit code ${exitCode}`);
    }
    case 'console-match':
      return quiet(0, `the console matched /${request.until?.source}/: ${printable(ending.text)}`);
    case 'console-failure':
      return loud(
        ExitCode.Failure,
        `the console matched /${request.failOn?.source}/ of --fail-on: ${printable(ending.text)}`,
      );
    case 'cycle-limit':
      return loud(ExitCode.Limit, `stopped at --max-cycles ${request.maxCycles}, at ${where}`);
    case 'instruction-limit':
      return loud(ExitCode.Limit, `stopped at --max-instructions ${request.maxInstructions}, at ${where}`);
    case 'stuck':
      return loud(
        ExitCode.Stuck,
        `the guest is stuck at ${where}: ${ending.reason}`,
        inputHasEnded
          ? 'Its input has ended: let the input end the guest, or run it on a terminal.'
          : undefined,
      );
    case 'guest-error':
      return loud(
        ExitCode.Failure,
        `guest error (${ending.error.category}) at ${where}: ${ending.error.source}: ${ending.error.message}`,
      );
    case 'wrong-board':
      return loud(
        ExitCode.Usage,
        `${foreignTouchText(ending.touch, ending.board)} (at ${where})`,
        `Run it with --board ${ending.touch.board}. If it does belong on this board, say so with --board.`,
      );
    case 'breakpoint':
      return loud(ExitCode.Failure, `stopped at ${hex32(ending.address)}`);
    case 'waiting-for-input':
    case 'recording-ends':
      return loud(0, `the recording ends here, at ${where}`);
    case 'quit':
      return quiet(0, 'ended with Ctrl-A x');
    case 'signal':
      return quiet(128 + SIGNALS[ending.name], `ended by ${ending.name}, at ${where}`);
    case 'output-failure':
      return quiet(ExitCode.Output, 'output could not be written');
  }
}
