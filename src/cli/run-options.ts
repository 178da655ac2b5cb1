/** `bluesim run`'s options: from what commander has read to what is to be done, with everything checked. */
import { UserError } from '../errors.ts';
import type { CpuName } from '../machine/cpus.ts';
import { allIsas, type IsaExtension } from '../machine/isa.ts';
import type { LoadOptions } from '../machine/loader/image.ts';
import type { MachineOptions } from '../machine/machine.ts';
import { parseAddress, parseCount, parseSize } from './numbers.ts';

/** As commander gives them. */
export interface RawRunOptions {
  board?: string;
  ram?: string;
  loadAddress?: string;
  extensions?: string;
  cpu?: string;
  model?: string;
  waitStates?: string;
  uartIn?: string[];
  uartOut?: string[];
  itm?: string[];
  pacedUart?: boolean;
  maxCycles?: string;
  maxInstructions?: string;
  until?: string;
  failOn?: string;
  stats?: boolean;
  json?: string;
  trace?: string;
  traceRetired?: string;
  traceKinds?: string;
  traceRange?: string[];
  strict?: boolean;
  semihosting: boolean;
  semihostingRoot?: string;
  record?: string;
  replay?: string;
  pace?: boolean;
}

export const TRACE_KINDS = ['instructions', 'traps', 'mmio'] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

/** A UART's file. Without a port it is the console's. */
export interface PortFile {
  readonly port: string | undefined;
  readonly path: string;
}

export interface RunRequest {
  readonly image: string;
  /** For the guest. */
  readonly arguments: readonly string[];
  /** How to build and load the machine. */
  readonly machine: MachineOptions & LoadOptions;
  readonly inputs: readonly PortFile[];
  readonly outputs: readonly PortFile[];
  /** Files of the ITM's stimulus ports. */
  readonly stimulus: readonly { readonly port: number; readonly path: string }[];
  readonly maxCycles: number;
  readonly maxInstructions: number;
  readonly until: RegExp | undefined;
  readonly failOn: RegExp | undefined;
  readonly stats: boolean;
  readonly json: string | undefined;
  readonly trace: { path: string; kinds: ReadonlySet<TraceKind>; ranges: readonly string[] } | undefined;
  readonly traceRetired: string | undefined;
  readonly record: string | undefined;
  readonly replay: string | undefined;
  /** Undefined: as the terminal wants it. */
  readonly pace: boolean | undefined;
}

/** @throws UserError for what cannot be meant. */
export function parseRunOptions(image: string, words: readonly string[], raw: RawRunOptions): RunRequest {
  if (raw.trace === undefined && (raw.traceKinds !== undefined || raw.traceRange !== undefined)) {
    throw new UserError(
      '--trace-kinds and --trace-range choose what goes into a trace, and there is none',
      'Add --trace FILE.',
    );
  }
  if (raw.replay !== undefined && raw.uartIn !== undefined) {
    throw new UserError(
      '--replay brings the input with it, so --uart-in cannot be given as well',
      'Leave out one of the two.',
    );
  }
  if (!raw.semihosting && raw.semihostingRoot !== undefined) {
    throw new UserError('--semihosting-root is of no use with --no-semihosting', 'Leave out one of the two.');
  }
  const itm = stimulusOutputs(raw.itm ?? []);
  const consolePorts = itm.filter(({ path }) => path === 'console').map(({ port }) => port);
  return {
    image,
    arguments: words,
    machine: { ...machineOptions(words, raw), ...(consolePorts.length > 0 && { itmConsole: consolePorts }) },
    inputs: portFiles('--uart-in', raw.uartIn ?? []),
    outputs: portFiles('--uart-out', raw.uartOut ?? []),
    stimulus: itm.filter(({ path }) => path !== 'console'),
    maxCycles: limit('--max-cycles', raw.maxCycles),
    maxInstructions: limit('--max-instructions', raw.maxInstructions),
    until: pattern('--until', raw.until),
    failOn: pattern('--fail-on', raw.failOn),
    stats: raw.stats ?? false,
    json: raw.json,
    trace:
      raw.trace === undefined
        ? undefined
        : { path: raw.trace, kinds: traceKinds(raw.traceKinds), ranges: raw.traceRange ?? [] },
    traceRetired: raw.traceRetired,
    record: raw.record,
    replay: raw.replay,
    pace: raw.pace,
  };
}

function machineOptions(words: readonly string[], raw: RawRunOptions): MachineOptions & LoadOptions {
  // Only what was said: a replay fills in the rest from its recording.
  const options: MachineOptions & LoadOptions = {};
  if (raw.pacedUart) options.pacedTransmit = true;
  if (raw.strict) options.strict = true;
  if (!raw.semihosting) options.semihosting = false;
  else if (words.length > 0 || raw.semihostingRoot !== undefined) {
    options.semihosting = {
      ...(words.length === 0 ? {} : { arguments: words }),
      ...(raw.semihostingRoot === undefined ? {} : { root: raw.semihostingRoot }),
    };
  }
  if (raw.board !== undefined) options.board = raw.board;
  if (raw.ram !== undefined) options.ramBytes = parseSize('--ram', raw.ram);
  if (raw.loadAddress !== undefined) options.loadAddress = parseAddress('--load-address', raw.loadAddress);
  if (raw.model !== undefined) options.model = raw.model;
  if (raw.waitStates !== undefined) options.waitStates = parseWaitStates(raw.waitStates);
  // Whether there is such a processor is found out when the machine is built.
  if (raw.cpu !== undefined) options.cpu = raw.cpu as CpuName;
  if (raw.extensions !== undefined) options.extensions = raw.extensions.split(',').map(extension);
  return options;
}

/** Whether the board's instruction set has it is found out when the machine is built. */
function extension(text: string): IsaExtension {
  const wanted = text.trim().toLowerCase();
  const known = allIsas().flatMap(({ optionalExtensions }) => optionalExtensions);
  const found = known.find((name) => name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new UserError(
    `--extensions: there is no optional extension \`${text}\``,
    `Choose from ${known.join(',')}; RV32IMAC is always there.`,
  );
}

/** `flash=2,ram=1`. Whether the board has such memories is found out when the machine is built. */
function parseWaitStates(text: string): Record<string, number> {
  const entries = text.split(',').map((part) => {
    const [, name, cycles] = /^([\w-]+)=(\d{1,2})$/.exec(part.trim()) ?? [];
    if (name !== undefined) return [name, Number(cycles)] as const;
    throw new UserError(
      `--wait-states: \`${part}\` is no memory with its cycles`,
      'Write --wait-states flash=2,sram=1; `bluesim boards` names the memories.',
    );
  });
  return Object.fromEntries(entries);
}

function limit(option: string, text: string | undefined): number {
  return text === undefined ? Number.POSITIVE_INFINITY : parseCount(option, text);
}

function pattern(option: string, text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UserError(
      `${option}: \`${text}\` is not a regular expression: ${(error as Error).message.replace(/^.*: /, '')}`,
      'It is one of JavaScript; write a special character as itself with a backslash before it.',
    );
  }
}

/** `uart1=FILE` or `FILE`; a file whose name has an equals sign is given as `./a=b`. */
function portFiles(option: string, texts: readonly string[]): PortFile[] {
  const files = texts.map((text) => {
    const named = /^([A-Za-z][A-Za-z0-9-]*)=(.+)$/s.exec(text);
    return named === null ? { port: undefined, path: text } : { port: named[1]!, path: named[2]! };
  });
  const ports = files.map(({ port }) => port);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (files.length > 1 && new Set(ports).size < ports.length) {
    throw new UserError(
      `${option} is given twice for ${twice ?? 'the console'}`,
      `Name the other UART: ${option} uart1=FILE.`,
    );
  }
  return files;
}

/** `FILE`, `console`, `3=FILE` or `3=console`: a stimulus port, 0 where none is named, and where it goes. */
function stimulusOutputs(texts: readonly string[]): { port: number; path: string }[] {
  const outputs = texts.map((text) => {
    const [, port = '0', path = text] = /^(\d+)=(.+)$/s.exec(text) ?? [];
    if (Number(port) < 32) return { port: Number(port), path };
    throw new UserError(`--itm: there is no stimulus port ${port}`, 'The ITM has the ports 0 to 31.');
  });
  const ports = outputs.map(({ port }) => port);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice === undefined) return outputs;
  throw new UserError(
    `--itm is given twice for stimulus port ${twice}`,
    'Name the other port: --itm 1=FILE.',
  );
}

function traceKinds(text: string | undefined): ReadonlySet<TraceKind> {
  if (text === undefined) return new Set(TRACE_KINDS);
  const kinds = text.split(',').map((word) => {
    const kind = TRACE_KINDS.find((candidate) => candidate === word.trim());
    if (kind !== undefined) return kind;
    throw new UserError(
      `--trace-kinds: there is no kind \`${word}\``,
      `Choose from ${TRACE_KINDS.join(',')}.`,
    );
  });
  return new Set(kinds);
}
