/**
 * Recorded input: JSON lines, first what the run must be like, then every input with its cycle, then how it
 * ended. Replayed at exactly those cycles, the run is the recorded one to the last cycle.
 *
 *   {"bluesimRecording":1,"image":{"name":"shell.elf","sha256":"…"},"board":"virt",…}
 *   {"cycle":0,"port":"uart0","open":true}
 *   {"cycle":1840221,"port":"uart0","text":"ls\r"}
 *   {"cycle":3000000,"port":"uart0","base64":"/wA="}
 *   {"cycle":9120034,"end":"quit"}
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { MachineOptions } from '../machine/machine.ts';
import { type FileOutput, readReason } from './file-output.ts';
import type { InputFeed, InputListener } from './input-feed.ts';

const VERSION = 1;

/** What decides a run besides the input. */
export interface RunIdentity {
  image: { name: string; sha256: string };
  board: string;
  model: string;
  /** Null on a board whose memory is fixed. */
  ramBytes: number | null;
  /** By memory; undefined: the board's. */
  waitStates?: Readonly<Record<string, number>>;
  extensions: readonly string[];
  /** Processor of an ARM board, when it is not the board's own. */
  cpu?: string | undefined;
  pacedUart: boolean;
  semihosting: boolean;
  semihostingRoot: boolean;
  arguments: readonly string[];
}

type InputEvent = { cycle: number; port: string } & ({ bytes: Uint8Array } | { open: boolean });

/** Ends that came from outside, which a replay has to make itself. */
const IMPOSED = new Set(['quit', 'signal', 'output-failure', 'cycle-limit', 'instruction-limit']);

export class RecordingWriter implements InputListener {
  readonly #file: FileOutput;
  readonly #now: () => number;

  constructor(file: FileOutput, identity: RunIdentity, now: () => number) {
    this.#file = file;
    this.#now = now;
    this.#line({ bluesimRecording: VERSION, ...identity });
  }

  input(port: string, bytes: Uint8Array): void {
    const text = asText(bytes);
    const data = text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
    this.#line({ cycle: this.#now(), port, ...data });
  }

  open(port: string, open: boolean): void {
    this.#line({ cycle: this.#now(), port, open });
  }

  end(kind: string): void {
    this.#line({ cycle: this.#now(), end: kind });
  }

  /** At once, so that a run that is killed leaves what there was. */
  #line(record: object): void {
    this.#file.text(`${JSON.stringify(record)}\n`);
    this.#file.flush();
  }
}

/** The text that has these bytes as UTF-8, if there is one. */
function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export class Recording {
  readonly identity: RunIdentity;
  readonly #events: readonly InputEvent[];
  readonly #endCycle: number;
  #next = 0;

  private constructor(identity: RunIdentity, events: readonly InputEvent[], endCycle: number) {
    this.identity = identity;
    this.#events = events;
    this.#endCycle = endCycle;
  }

  /** @throws UserError when there is no recording, or a damaged one. */
  static read(path: string): Recording {
    let lines: string[];
    try {
      lines = readFileSync(path, 'utf8').split('\n');
    } catch (error) {
      throw new UserError(`--replay: \`${path}\` cannot be read: ${readReason(error)}`);
    }
    // A run that was killed may have left half a line.
    if (lines.length > 1) lines.pop();
    const records = lines.flatMap((line, index) =>
      line.trim() === '' ? [] : [parseLine(path, line, index)],
    );
    const identity = records.shift();
    if (identity?.bluesimRecording === undefined) {
      throw new UserError(`--replay: \`${path}\` is not a recording`, 'Make one with --record FILE.');
    }
    if (identity.bluesimRecording !== VERSION) {
      throw new UserError(
        `--replay: \`${path}\` is a recording of version ${identity.bluesimRecording}, and this bluesim reads version ${VERSION}`,
        'Record the run again.',
      );
    }
    checkIdentity(path, identity);
    const events: InputEvent[] = [];
    let endCycle = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const record of records) {
      const event = asEvent(record);
      if (event === undefined || event.cycle < last) {
        throw new UserError(
          `--replay: \`${path}\` is damaged: ${JSON.stringify(record).slice(0, 80)} cannot be where it is`,
        );
      }
      last = event.cycle;
      if ('end' in event) endCycle = IMPOSED.has(event.end) ? event.cycle : Number.POSITIVE_INFINITY;
      else events.push(event);
    }
    return new Recording(identity as unknown as RunIdentity, events, endCycle);
  }

  /** @throws UserError when the run that is to be is not the one that was recorded. */
  check(identity: RunIdentity): void {
    const recorded = this.identity;
    if (recorded.image.sha256 !== identity.image.sha256) {
      throw new UserError(
        `--replay: the recording is of another image: ${recorded.image.name}, SHA-256 ${recorded.image.sha256.slice(0, 12)}…, and this is ${identity.image.sha256.slice(0, 12)}…`,
        'Replay it with the image that was recorded, or record again.',
      );
    }
    for (const [key, words] of Object.entries(COMPARED) as [keyof RunIdentity, string][]) {
      const [then, now] = [JSON.stringify(recorded[key]), JSON.stringify(identity[key])];
      if (then === now) continue;
      throw new UserError(
        `--replay: the recorded run had ${words} ${then}, and this one has ${now}`,
        'Give the options that the recorded run had.',
      );
    }
  }

  /** How the machine was built, as far as a recording tells. */
  machineOptions(): MachineOptions {
    const {
      board,
      model,
      waitStates,
      ramBytes,
      extensions,
      cpu,
      pacedUart,
      semihosting,
      arguments: words,
    } = this.identity;
    return {
      board,
      model: model.replace(/\/\d+$/, ''),
      ...(waitStates === undefined ? {} : { waitStates }),
      ...(ramBytes === null ? {} : { ramBytes }),
      extensions: extensions as NonNullable<MachineOptions['extensions']>,
      ...(cpu === undefined ? {} : { cpu: cpu as NonNullable<MachineOptions['cpu']> }),
      pacedTransmit: pacedUart,
      semihosting: semihosting && { arguments: words },
    };
  }

  /** Cycle of the next input, or of the end. */
  get nextCycle(): number {
    return this.#events[this.#next]?.cycle ?? this.#endCycle;
  }

  endsAt(cycle: number): boolean {
    return this.#next === this.#events.length && cycle >= this.#endCycle;
  }

  /** Gives the machine what is due. */
  deliver(feed: InputFeed): void {
    for (; ; this.#next++) {
      const event = this.#events[this.#next];
      if (event === undefined || event.cycle > feed.machine.cycles) return;
      if ('open' in event) feed.setOpen(event.port, event.open);
      else feed.input(event.port, event.bytes);
    }
  }
}

const COMPARED: Partial<Record<keyof RunIdentity, string>> = {
  board: 'the board',
  model: 'the timing model',
  waitStates: 'wait states',
  ramBytes: 'RAM of (bytes)',
  extensions: 'the extensions',
  cpu: 'the processor',
  pacedUart: '--paced-uart',
  semihosting: 'semihosting',
  semihostingRoot: 'a --semihosting-root',
  arguments: 'the guest arguments',
};

function parseLine(path: string, line: string, index: number): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record === 'object' && record !== null) return record as Record<string, unknown>;
  } catch {
    // The same message as for a line that is JSON but no record.
  }
  throw new UserError(
    index === 0
      ? `--replay: \`${path}\` is not a recording`
      : `--replay: \`${path}\` is damaged: line ${index + 1} is no record`,
    'Make one with --record FILE.',
  );
}

function checkIdentity(path: string, record: Record<string, unknown>): void {
  const image = record.image as { name?: unknown; sha256?: unknown } | undefined;
  if (typeof image?.name === 'string' && typeof image.sha256 === 'string') return;
  throw new UserError(`--replay: \`${path}\` is damaged: its first line does not tell the image`);
}

function asEvent(record: Record<string, unknown>): InputEvent | { cycle: number; end: string } | undefined {
  const { cycle, port, text, base64, open, end } = record;
  if (typeof cycle !== 'number' || !Number.isSafeInteger(cycle) || cycle < 0) return undefined;
  if (typeof end === 'string') return { cycle, end };
  if (typeof port !== 'string') return undefined;
  if (typeof open === 'boolean') return { cycle, port, open };
  if (typeof text === 'string') return { cycle, port, bytes: Buffer.from(text) };
  if (typeof base64 === 'string') return { cycle, port, bytes: Buffer.from(base64, 'base64') };
  return undefined;
}
