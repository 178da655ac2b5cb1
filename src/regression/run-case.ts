/** Runs a case: from what the configuration says to a result that can be compared, written and sent between threads. */
import { UserError } from '../errors.ts';
import type { CpuName } from '../machine/cpus.ts';
import type { IsaExtension } from '../machine/isa.ts';
import type { Image } from '../machine/loader/image.ts';
import type { Machine, MachineOptions, RunOptions, RunResult } from '../machine/machine.ts';
import { resultText } from '../machine/report.ts';
import type { Case, ExpectedEnd, JobSettings } from './job.ts';
import { measureJob } from './measure-job.ts';
import { sorted } from './ordering.ts';
import type { MeasureReport } from './report.ts';

/** What a case's figures depend on besides the image, by name: the board, the input, … Compared as texts. */
export type Conditions = Readonly<Record<string, string>>;

/** How a run went against what was expected of it. */
export interface Outcome {
  /** `limit`: it was stopped where it should have ended by itself. */
  readonly kind: 'expected' | 'fault' | 'limit';
  /** A sentence without its full stop. */
  readonly message: string;
  /** Where the guest is and how it came there, of several lines; empty where that helps nobody. */
  readonly details: string;
}

/** A case that was run. */
export interface MeasuredCase {
  readonly kind: 'measured';
  readonly name: string;
  readonly image: { readonly path: string; readonly sha256: string };
  readonly conditions: Conditions;
  readonly outcome: Outcome;
  readonly report: MeasureReport;
}

/** A case that cannot be run as it is configured. */
export interface RefusedCase {
  readonly kind: 'refused';
  readonly name: string;
  readonly message: string;
  readonly hint: string | undefined;
}

export type CaseResult = MeasuredCase | RefusedCase;

export interface InputBytes {
  readonly port: string | undefined;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What a case needs of the outside world. */
export interface CaseFiles {
  /** @throws UserError */
  image(path: string, loadAddress: number | undefined): { image: Image; sha256: string };
  /** @throws UserError */
  inputs(settings: JobSettings): readonly InputBytes[];
}

/** Never throws because of what a user wrote: that is a result, too, and the other cases go on. */
export function runCase(subject: Case, files: CaseFiles): CaseResult {
  try {
    return measured(subject, files);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'refused', name: subject.name, message: error.message, hint: error.hint };
  }
}

function measured(subject: Case, files: CaseFiles): MeasuredCase {
  const { name, settings } = subject;
  const { image, sha256 } = files.image(subject.image, settings.loadAddress);
  const inputs = files.inputs(settings);
  const { report, ending, machine } = measureJob({
    image,
    machine: machineOptions(subject),
    run: runOptions(settings),
    inputs,
    probes: settings.probes,
  });
  if (ending.kind === 'wrong-board') {
    throw new UserError(resultText(ending), `Name the board: board = "${ending.touch.board}".`);
  }
  return {
    kind: 'measured',
    name,
    image: { path: subject.image, sha256 },
    conditions: conditionsOf(machine, settings, inputs),
    outcome: outcomeOf(ending, settings, machine),
    report,
  };
}

function machineOptions({ board, model, settings }: Case): MachineOptions {
  const { cpu, ramBytes, extensions, semihosting, strict, pacedUart } = settings;
  return {
    ...(board !== undefined && { board }),
    ...(model !== undefined && { model }),
    // Whether there are such is found out when the machine is built.
    ...(cpu !== undefined && { cpu: cpu as CpuName }),
    ...(ramBytes !== undefined && { ramBytes }),
    extensions: extensions as readonly IsaExtension[],
    semihosting: semihosting && { arguments: settings.arguments },
    strict,
    pacedTransmit: pacedUart,
  };
}

function runOptions({ maxCycles, maxInstructions, until, failOn }: JobSettings): RunOptions {
  return {
    maxCycles,
    ...(maxInstructions !== undefined && { maxInstructions }),
    ...(until !== undefined && { untilConsole: until }),
    ...(failOn !== undefined && { failOn }),
  };
}

/**
 * Only what was chosen is named: a choice more, with its default, does not make old figures incomparable. Nor does
 * another limit or `fail-on`, unless it is what ends the run.
 */
function conditionsOf(machine: Machine, settings: JobSettings, inputs: readonly InputBytes[]): Conditions {
  const { board, model, options, memory } = machine;
  const { maxCycles, maxInstructions, until, loadAddress, end } = settings;
  const conditions: Record<string, string> = {
    board: board.name,
    model: `${model.name}/${model.version}`,
  };
  if (end.kind === 'limit') {
    conditions['max-cycles'] = String(maxCycles);
    if (maxInstructions !== undefined) conditions['max-instructions'] = String(maxInstructions);
  }
  if (board.ram !== undefined) conditions.ram = String(memory.region('ram').sizeBytes);
  if (options.cpu !== undefined) conditions.cpu = options.cpu;
  if (settings.extensions.length > 0) conditions.extensions = [...settings.extensions].sort().join(',');
  if (loadAddress !== undefined) conditions['load-address'] = `0x${loadAddress.toString(16)}`;
  if (!settings.semihosting) conditions.semihosting = 'off';
  if (settings.strict) conditions.strict = 'on';
  if (settings.pacedUart) conditions['paced-uart'] = 'on';
  if (settings.arguments.length > 0) conditions.arguments = JSON.stringify(settings.arguments);
  if (until !== undefined) conditions.until = until;
  for (const { port, sha256 } of inputs) {
    conditions[`uart-in/${port ?? board.console}`] = `sha256:${sha256}`;
  }
  for (const [name, probe] of Object.entries(settings.probes)) conditions[`probe/${name}`] = probe;
  return sorted(conditions);
}

function outcomeOf(ending: RunResult, settings: JobSettings, machine: Machine): Outcome {
  const text = resultText(ending);
  const { end } = settings;
  const isLimit = ending.kind === 'cycle-limit' || ending.kind === 'instruction-limit';
  if (meets(ending, end)) return { kind: 'expected', message: text, details: '' };
  const message = `${text}; ${wanted(end, settings)}`;
  if (isLimit) return { kind: 'limit', message: `${message} (in ${placeOf(machine)})`, details: '' };
  const needsReport = ending.kind === 'stuck' || ending.kind === 'guest-error';
  return { kind: 'fault', message, details: needsReport ? machine.report() : lastLines(machine.console) };
}

function meets(ending: RunResult, end: ExpectedEnd): boolean {
  switch (end.kind) {
    case 'exit':
      return ending.kind === 'exit' && ending.code === end.code;
    case 'match':
      return ending.kind === 'console-match';
    case 'limit':
      return ending.kind === 'cycle-limit' || ending.kind === 'instruction-limit';
    case 'stuck':
      return ending.kind === 'stuck';
  }
}

function wanted(end: ExpectedEnd, { until, maxCycles }: JobSettings): string {
  switch (end.kind) {
    case 'exit':
      return `it should have ended with code ${end.code}`;
    case 'match':
      return `the console should have matched /${until}/`;
    case 'limit':
      return `it should have gone on to its limit (max-cycles = ${maxCycles})`;
    case 'stuck':
      return 'it should have got stuck';
  }
}

function placeOf({ isa, registers, symbols }: Machine): string {
  return symbols.format(isa.place(registers));
}

const LAST_LINES = 10;

/** The end of what the guest printed, control characters replaced. */
function lastLines(console: string): string {
  const lines = console.replace(/\r/g, '').replace(/\n$/, '').split('\n').slice(-LAST_LINES);
  const text = lines.map((line) => `  ${line.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}\n`).join('');
  return console === '' ? '' : `The console ended with\n${text}`;
}
