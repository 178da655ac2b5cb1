/**
 * The language of probes: `FROM -> TO`, each side an event.
 *
 *   reset                             power-on and each reset
 *   end                               the end of the run, behind the arrow
 *   SYMBOL, 0xADDRESS, SYMBOL+0x4     before the instruction there
 *   exit of SYMBOL                    behind a call of it, in the caller
 *   point MEANING                     a trace point of the kernel: `point critical begin`
 *   exception [NAME] entry            before the first instruction of its handler; any, without a name
 *   exception [NAME] return           behind the instruction that returns from it
 *   interrupt [NAME] entry|return     the same of interrupts alone
 *   interrupt [NAME] request          the request that was then taken rose
 *   line NAME raised|lowered          an edge of an interrupt line: `line uart0.rx raised`
 *   stack switch                      before the first instruction with another stack
 *   read|write DEVICE[+0xOFFSET]      an access to a device's register
 *   "TEXT"                            the console has printed it
 *
 * Names of exceptions and interrupts are those of `--stats`, or a part of one: `SysTick`, `machine timer`.
 */
import type { Target } from '../../debug/target.ts';
import { UserError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';

export type ProbeEvent =
  | { readonly kind: 'reset' }
  | { readonly kind: 'end' }
  | { readonly kind: 'place'; readonly addresses: readonly number[] }
  | { readonly kind: 'exit'; readonly address: number }
  | {
      readonly kind: 'trap';
      readonly edge: 'entry' | 'return' | 'request';
      readonly onlyInterrupts: boolean;
      /** In lower case; any, when empty. */
      readonly name: string;
    }
  | { readonly kind: 'line'; readonly line: string; readonly level: boolean }
  | { readonly kind: 'stack' }
  | {
      readonly kind: 'access';
      readonly device: string;
      readonly offset: number | undefined;
      readonly isWrite: boolean;
    }
  | { readonly kind: 'console'; readonly text: string };

export interface Probe {
  readonly name: string;
  /** `FROM -> TO` */
  readonly text: string;
  readonly from: ProbeEvent;
  readonly to: ProbeEvent;
}

/** What a probe may name in an image on a board. */
export interface ProbeNames {
  readonly target: Pick<Target, 'symbols' | 'lines' | 'devices'>;
  readonly tracePoints: ReadonlyMap<string, readonly number[]>;
}

const EXAMPLES =
  'For example `reset -> main`, `PendSV_Handler -> exception return`, `line uart0 raised -> on_uart`.';

/**
 * @param text `FROM -> TO`
 * @throws UserError that says which word names nothing, and what there is.
 */
export function parseProbe(name: string, text: string, names: ProbeNames): Probe {
  const sides = splitAtArrow(text);
  const failure = (message: string, hint = EXAMPLES) =>
    new UserError(`the probe ${name}, \`${text}\`: ${message}`, hint);
  if (sides === undefined) throw failure('it is not of the form FROM -> TO');
  const event = (side: string) => {
    try {
      return parseEvent(side, names);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw failure(error.message, error.hint);
    }
  };
  const [from, to] = sides.map(event) as [ProbeEvent, ProbeEvent];
  if (from.kind === 'end') throw failure('nothing begins at the end');
  if (to.kind === 'reset') throw failure('a reset ends nothing; it begins');
  return { name, text: sides.join(' -> '), from, to };
}

/** @param text `NAME: FROM -> TO`, as an option of the command. @throws UserError */
export function parseNamedProbe(text: string, names: ProbeNames): Probe {
  const [, name, probe] = /^\s*([\w.-][\w .-]*?)\s*:(?!:)\s*(.*)$/s.exec(text) ?? [];
  if (name !== undefined && probe !== undefined) return parseProbe(name, probe, names);
  throw new UserError(`the probe \`${text}\` has no name`, `Write \`NAME: FROM -> TO\`. ${EXAMPLES}`);
}

/** An arrow within quotation marks is text. */
function splitAtArrow(text: string): [string, string] | undefined {
  const match = /^\s*("(?:[^"\\]|\\.)*"|[^"]*?\S)\s*->\s*("(?:[^"\\]|\\.)*"|[^"]*?\S)\s*$/s.exec(text);
  return match === null ? undefined : [match[1]!, match[2]!];
}

function parseEvent(text: string, names: ProbeNames): ProbeEvent {
  if (text.startsWith('"')) return { kind: 'console', text: consoleText(text) };
  if (text === 'reset' || text === 'end') return { kind: text };
  if (text === 'stack switch') return { kind: 'stack' };
  const [, verb, rest = ''] = /^(\S+)\s*(.*)$/s.exec(text)!;
  switch (verb) {
    case 'exit': {
      const symbol = /^of\s+(\S+)$/.exec(rest)?.[1];
      if (symbol !== undefined) return { kind: 'exit', address: addressOf(symbol, names) };
      break;
    }
    case 'point':
      if (rest !== '') return { kind: 'place', addresses: pointsOf(rest, names) };
      break;
    case 'exception':
    case 'interrupt': {
      const [, name, edge] = /^(.*?)\s*\b(entry|return|request)$/.exec(rest) ?? [];
      if (edge === undefined) break;
      return {
        kind: 'trap',
        edge: edge as 'entry' | 'return' | 'request',
        onlyInterrupts: verb === 'interrupt' || edge === 'request',
        name: name!.toLowerCase(),
      };
    }
    case 'line': {
      const [, line, edge] = /^(\S+)\s+(raised|lowered)$/.exec(rest) ?? [];
      if (line === undefined) break;
      return { kind: 'line', line: oneOf('line', line, names.target.lines), level: edge === 'raised' };
    }
    case 'read':
    case 'write':
      if (rest !== '') return { ...registerOf(rest, names), isWrite: verb === 'write' };
      break;
  }
  if (/\s/.test(text)) throw new UserError(`\`${text}\` is no event`, EXAMPLES);
  return { kind: 'place', addresses: [addressOf(text, names)] };
}

function consoleText(quoted: string): string {
  try {
    const text: unknown = JSON.parse(quoted);
    if (typeof text === 'string' && text !== '') return text;
  } catch {
    // Said below.
  }
  throw new UserError(`${quoted} is no text`, 'Write it as in C: "ready\\n".');
}

function addressOf(text: string, { target }: ProbeNames): number {
  const [, symbol, offset = '0'] = /^(.+?)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(text)!;
  const base = /^0x[0-9a-f]{1,8}$/i.test(symbol!) ? Number(symbol) : target.symbols.require(symbol!).address;
  return (base + Number(offset)) >>> 0;
}

function pointsOf(meaning: string, { tracePoints }: ProbeNames): readonly number[] {
  const points = tracePoints.get(oneOf('trace point', meaning, [...tracePoints.keys()]));
  return points!;
}

function registerOf(text: string, { target }: ProbeNames) {
  const [, device, offset] = /^([^+\s]+)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(text) ?? [];
  if (device === undefined) throw new UserError(`\`${text}\` is no register`, 'Write it as `uart0+0x4`.');
  return {
    kind: 'access' as const,
    device: oneOf('device', device, target.devices),
    offset: offset === undefined ? undefined : Number(offset),
  };
}

function oneOf(what: string, name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const [near] = nearest(name, known);
  throw new UserError(
    `there is no ${what} \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    known.length === 0 ? `The image has no ${what}s.` : `There are: ${[...known].sort().join(', ')}.`,
  );
}
