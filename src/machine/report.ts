/**
 * What there is to say about a guest that cannot go on, or that made a mistake under `strict`: where it is, the
 * registers, the last trap, how it came there. Pure text from what it is given; lines fit 100 columns.
 */

import type { Backtrace } from '../debug/backtrace.ts';
import type { GuestFacts, TrapFacts } from '../debug/guest-view.ts';
import { hex32 } from '../errors.ts';
import type { ForeignTouch } from './factories/factory.ts';
import type { LastBranches } from './flight-recorder.ts';
import { printable } from './loader/printable.ts';
import type { SymbolTable } from './loader/symbols.ts';
import type { RunResult } from './machine.ts';

export interface ReportFacts {
  readonly symbols: SymbolTable;
  readonly cycles: number;
  readonly seconds: number;
  /** Where it is, with the instruction there. */
  readonly place: string;
  /** What its instruction set has to say. */
  readonly guest: GuestFacts;
  /** `trap`. */
  readonly trapNoun: string;
  /** In the order in which they are shown. */
  readonly registers: readonly { name: string; value: number; pointsTo: number }[];
  /** Undefined when nobody recorded. */
  readonly branches: LastBranches | undefined;
}

const COLUMNS = 3;

/** How a run ended, in a sentence without its full stop. */
export function resultText(result: RunResult): string {
  switch (result.kind) {
    case 'exit':
      return `the guest ended with code ${result.code} (${result.reason})`;
    case 'stuck':
      return `the guest is stuck: ${result.reason}`;
    case 'guest-error':
      return `guest error (${result.error.category}): ${result.error.source}: ${result.error.message}`;
    case 'wrong-board':
      return foreignTouchText(result.touch, result.board);
    case 'console-match':
    case 'console-failure':
      return `the console matched: ${printable(result.text)}`;
    case 'breakpoint':
      return `stopped at ${hex32(result.address)}`;
    case 'waiting-for-input':
      return 'the guest waits for input';
    default:
      return `stopped at the ${result.kind.replace('-', ' ')}`;
  }
}

/** What an access shows that belongs to another board's device. @param here the board that the guest is on. */
export function foreignTouchText({ address, board, what }: ForeignTouch, here: string): string {
  return `the guest uses ${hex32(address)}, where ${board} has ${what} and ${here} has nothing`;
}

/** @returns the report, each line ended. */
export function reportText(facts: ReportFacts): string {
  const { guest } = facts;
  const lines = [
    `  at      ${facts.place}`,
    `  cycle   ${facts.cycles.toLocaleString('en-US')} (${facts.seconds.toFixed(6)} s), ${guest.mode}`,
    ...guest.interrupts.map((line, index) => `  ${index === 0 ? 'IRQs' : '    '}    ${line}`),
    '',
    'Registers',
    ...registerLines(facts),
    ...trapLines(guest.trap),
    '',
    'Backtrace, the innermost call first',
    ...backtraceLines(guest.backtrace),
    ...branchLines(facts),
  ];
  return `${lines.join('\n')}\n`;
}

/** The address first, for columns. */
function located(symbols: SymbolTable, address: number): string {
  const name = symbols.format(address);
  return name === hex32(address) ? name : `${hex32(address)} ${name}`;
}

function registerLines({ symbols, registers }: ReportFacts): string[] {
  const nameWidth = Math.max(8, ...registers.map(({ name }) => name.length));
  const cells = registers.map(({ name, value, pointsTo }) => {
    const located = value < 0x100 ? undefined : symbols.at(pointsTo);
    const hint = located === undefined ? '' : ` ${shortened(symbols.format(pointsTo))}`;
    return `${name.padEnd(nameWidth)} ${hex32(value)}${hint}`;
  });
  const rows = Math.ceil(cells.length / COLUMNS);
  const widths = Array.from({ length: COLUMNS }, (_, column) =>
    Math.max(0, ...cells.slice(column * rows, (column + 1) * rows).map((cell) => cell.length)),
  );
  return Array.from({ length: rows }, (_, row) =>
    `  ${widths.map((width, column) => (cells[column * rows + row] ?? '').padEnd(width)).join('  ')}`.trimEnd(),
  );
}

/** A hint must not push the columns off the screen. */
function shortened(name: string): string {
  return name.length <= 20 ? name : `${name.slice(0, 19)}…`;
}

function trapLines(trap: TrapFacts | undefined): string[] {
  if (trap === undefined) return [];
  return ['', trap.title, ...trap.lines.map(([name, meaning]) => `  ${name.padEnd(7)} ${meaning}`)];
}

function backtraceLines({ frames, end }: Backtrace): string[] {
  const lines = frames.map(({ pc, text, note }, index) => {
    const suffix = note === undefined ? '' : `   [${note}]`;
    return `  #${String(index).padEnd(2)} ${text === hex32(pc) ? text : `${hex32(pc)} ${text}`}${suffix}`;
  });
  return [...lines, `  (${end})`];
}

function branchLines({ symbols, branches: last, trapNoun }: ReportFacts): string[] {
  if (last === undefined) return [];
  if (last.kind === 'unknown') return ['', 'Last branches', `  not known: ${last.reason}`];
  const texts = last.branches.map(({ from, to, times, trap }) => ({
    from: located(symbols, from),
    to: located(symbols, to),
    suffix:
      (trap === undefined ? '' : `   [${trapNoun}: ${trap}]`) + (times > 1 ? `   [${times} times]` : ''),
  }));
  const width = Math.max(0, ...texts.map(({ from }) => from.length));
  return [
    '',
    'Last branches, the latest last',
    ...texts.map(({ from, to, suffix }) => `  ${from.padEnd(width)} → ${to}${suffix}`),
  ];
}
