/** `bluesim run`: an image on a board, its console here, its exit code ours. */
import { loadImageFile } from '../machine/loader/image.ts';
import { Machine, type MachineOptions } from '../machine/machine.ts';
import { foreignTouchText } from '../machine/report.ts';
import { ConsoleOutput } from './console-output.ts';
import { FileOutput, hostReason } from './file-output.ts';
import { InputFeed } from './input-feed.ts';
import { ExitCode, say, tell } from './messages.ts';
import { Recording, RecordingWriter, type RunIdentity } from './recording.ts';
import { RetiredTrace } from './retired-trace.ts';
import { conclude } from './run-ending.ts';
import { isTerminal, openInput, type RunInput } from './run-input.ts';
import { type Ending, RunLoop } from './run-loop.ts';
import { parseRunOptions, type RawRunOptions, type RunRequest } from './run-options.ts';
import { ramBytesOf, statisticsJson, statisticsText } from './statistics.ts';
import { Trace } from './trace.ts';
import { bluesimVersion } from './version.ts';
import { milliseconds, Wakeup } from './wakeup.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long output that nobody reads may hold up the end after a signal. */
const PATIENCE_MS = 1000;

/** What looks at a run. The guest's console then is what is said beside it, and a limit ends it well. */
export interface Instruments {
  /** The machine has its image and is about to start. @throws UserError when it cannot be looked at like this. */
  begin(machine: Machine): void;
  /** The run is over. @returns what goes into `--json`. */
  end(machine: Machine): Record<string, unknown>;
}

/**
 * @param words for the guest.
 * @returns the exit code.
 * @throws UserError before the run, when it cannot be what was asked for.
 */
export async function run(
  image: string,
  words: readonly string[],
  raw: RawRunOptions,
  instruments?: Instruments,
): Promise<number> {
  const request = parseRunOptions(image, words, raw);
  const session = new RunSession(request, instruments);
  try {
    return await session.run();
  } finally {
    session.input.terminal?.restore();
  }
}

/** `main+0x4`. */
function placeOf({ isa, registers, symbols }: Machine): string {
  return symbols.format(isa.place(registers));
}

class RunSession {
  readonly input: RunInput;
  readonly #request: RunRequest;
  readonly #machine: Machine;
  readonly #loop: RunLoop;
  readonly #feed: InputFeed;
  readonly #instruments: Instruments | undefined;
  readonly #stdout: ConsoleOutput;
  /** Files being written, by the option that asked for them. */
  readonly #files: { option: string; file: FileOutput }[] = [];
  readonly #json: FileOutput | undefined;
  readonly #recorder: RecordingWriter | undefined;
  readonly #replay: Recording | undefined;
  readonly #trace: Trace | undefined;
  readonly #retired: RetiredTrace | undefined;

  constructor(request: RunRequest, instruments: Instruments | undefined) {
    this.#request = request;
    this.#instruments = instruments;
    this.#stdout = new ConsoleOutput(instruments === undefined ? 1 : 2);
    this.#replay = request.replay === undefined ? undefined : Recording.read(request.replay);
    const image = loadImageFile(request.image, request.machine);
    const options: MachineOptions = {
      ...this.#replay?.machineOptions(),
      ...request.machine,
      flightRecorder: true,
    };
    this.#machine = Machine.fromImage(image, options);
    this.#replay?.check(this.#identity());
    for (const warning of this.#machine.warnings) say(`warning: ${warning}`);
    this.#connectOutput();
    this.#json = request.json === undefined ? undefined : this.#open('--json', request.json);
    this.#recorder =
      request.record === undefined
        ? undefined
        : new RecordingWriter(
            this.#open('--record', request.record),
            this.#identity(),
            () => this.#machine.cycles,
          );
    this.#trace =
      request.trace === undefined
        ? undefined
        : new Trace(this.#machine, this.#open('--trace', request.trace.path), request.trace);
    this.#retired =
      request.traceRetired === undefined
        ? undefined
        : new RetiredTrace(this.#open('--trace-retired', request.traceRetired));
    if (this.#retired !== undefined) this.#machine.observe(this.#retired);
    instruments?.begin(this.#machine);
    const feed = new InputFeed(this.#machine, this.#recorder);
    this.#feed = feed;
    const wakeup = new Wakeup();
    this.input =
      this.#replay === undefined
        ? openInput(feed, request.inputs, wakeup, () => this.#loop.stop({ kind: 'quit' }))
        : { live: [], terminal: undefined };
    this.#loop = new RunLoop({
      machine: this.#machine,
      feed,
      live: this.input.live,
      replay: this.#replay,
      wakeup,
      clock: milliseconds,
      paced: request.pace ?? this.input.terminal !== undefined,
      maxCycles: request.maxCycles,
      maxInstructions: request.maxInstructions,
      until: request.until,
      failOn: request.failOn,
      flush: () => this.#flush(),
    });
  }

  async run(): Promise<number> {
    for (const name of SIGNALS) process.on(name, () => this.#signalled(name));
    const started = milliseconds();
    const cpu = process.cpuUsage();
    const ending = await this.#loop.run();
    const spent = process.cpuUsage(cpu);
    const host = {
      seconds: (milliseconds() - started) / 1000,
      cpuSeconds: (spent.user + spent.system) / 1e6,
    };
    this.input.terminal?.restore();
    await this.#flush();
    return this.#finish(ending, host);
  }

  #finish(ending: Ending, host: { seconds: number; cpuSeconds: number }): number {
    const machine = this.#machine;
    const request = this.#request;
    const inputHasEnded = this.#feed.bytes > 0 && !machine.port(machine.board.console).inputOpen;
    const conclusion = conclude(ending, request, placeOf(machine), inputHasEnded);
    let { exitCode } = conclusion;
    const measured = this.#instruments?.end(machine);
    if (measured !== undefined && exitCode === ExitCode.Limit) exitCode = 0;
    this.#recorder?.end(ending.kind);
    this.#trace?.end();
    this.#retired?.end();
    const asides = conclusion.isWorthSaying || request.stats;
    if (asides && this.#stdout.lastByte !== 0x0a && isTerminal(1) && isTerminal(2)) tell('\n');
    if (conclusion.isWorthSaying) say(conclusion.message, conclusion.hint);
    this.#sayOfOtherBoard(ending);
    if (ending.kind === 'stuck' || ending.kind === 'guest-error') tell(machine.report());
    if (request.stats) tell(statisticsText(machine, host));
    for (const { option, file } of this.#files) {
      if (file === this.#json) continue;
      file.close();
      if (this.#complain(option, file)) exitCode ||= ExitCode.Output;
    }
    exitCode = this.#complainOfStdout(exitCode);
    if (this.#json !== undefined) {
      const facts = {
        version: bluesimVersion(),
        machine,
        sha256: this.#identity().image.sha256,
        exitCode,
        ending,
        message: conclusion.message,
        host,
      };
      this.#json.text(`${JSON.stringify({ ...statisticsJson(facts), ...measured }, null, 2)}\n`);
      this.#json.close();
      if (this.#complain('--json', this.#json)) exitCode ||= ExitCode.Output;
    }
    return exitCode;
  }

  /** On a board of the user's choice, a guest that is built for another one goes on; but it is said. */
  #sayOfOtherBoard(ending: Ending): void {
    const touch = this.#machine.foreignTouch;
    if (touch === undefined || ending.kind === 'wrong-board') return;
    say(foreignTouchText(touch, this.#machine.board.name), `Perhaps it is built for --board ${touch.board}.`);
  }

  #complain(option: string, file: FileOutput): boolean {
    if (file.failure === undefined) return false;
    say(`${option}: \`${file.path}\` is not complete: ${file.failure}`);
    return true;
  }

  #complainOfStdout(exitCode: number): number {
    const { failure } = this.#stdout;
    if (failure === undefined) return exitCode;
    // A reader that has seen enough (`| head`) is no error.
    if (failure.code === 'EPIPE') return exitCode === ExitCode.Output ? ExitCode.ClosedPipe : exitCode;
    say(`stdout is not complete: ${hostReason(failure)}`);
    return exitCode || ExitCode.Output;
  }

  #open(option: string, path: string): FileOutput {
    const file = new FileOutput(option, path);
    this.#files.push({ option, file });
    return file;
  }

  #connectOutput(): void {
    const machine = this.#machine;
    const { console } = machine.board;
    const files = new Map<string, FileOutput>();
    for (const { port, path } of this.#request.outputs) {
      const name = port === 'semihosting' ? port : machine.port(port ?? console).name;
      files.set(name, this.#open('--uart-out', path));
    }
    const stdout = this.#stdout;
    machine.onConsole((byte, port) => {
      const file = files.get(port);
      if (file !== undefined) file.byte(byte);
      else if (port === console || port === 'semihosting' || port === 'itm') stdout.byte(byte);
    });
    this.#connectStimulus();
  }

  #connectStimulus(): void {
    const { stimulus } = this.#request;
    if (stimulus.length === 0) return;
    const files = new Map<number, FileOutput>();
    // First, because it may be refused, and then no file is to be emptied.
    this.#machine.onStimulus((port, width, value) => {
      for (let shift = 0; shift < 8 * width; shift += 8) files.get(port)?.byte((value >>> shift) & 0xff);
    });
    for (const { port, path } of stimulus) files.set(port, this.#open('--itm', path));
  }

  async #flush(): Promise<boolean> {
    await this.#stdout.flush();
    let good = this.#stdout.failure === undefined;
    for (const { file } of this.#files) {
      file.flush();
      if (file.failure !== undefined) good = false;
    }
    return good;
  }

  #signalled(name: (typeof SIGNALS)[number]): void {
    const die = () => {
      this.input.terminal?.restore();
      process.removeAllListeners(name);
      process.kill(process.pid, name);
    };
    if (this.#loop.isStopping) die();
    this.#loop.stop({ kind: 'signal', name });
    setTimeout(() => {
      if (this.#stdout.busy) die();
    }, PATIENCE_MS).unref();
  }

  #identity(): RunIdentity {
    const machine = this.#machine;
    const { createHash } = process.getBuiltinModule('node:crypto');
    const { semihosting } = machine.options;
    return {
      image: {
        name: machine.image!.name,
        sha256: createHash('sha256').update(machine.image!.file).digest('hex'),
      },
      board: machine.board.name,
      model: `${machine.model.name}/${machine.model.version}`,
      ...(machine.options.waitStates && { waitStates: machine.options.waitStates }),
      ramBytes: ramBytesOf(machine),
      extensions: machine.options.extensions ?? [],
      cpu: machine.options.cpu,
      pacedUart: machine.options.pacedTransmit ?? false,
      semihosting: semihosting !== false,
      semihostingRoot: semihosting ? semihosting.root !== undefined : false,
      arguments: (semihosting ? semihosting.arguments : undefined) ?? [],
    };
  }
}
