/** What tests of this folder share. */
import type { NumberReader } from './config-keys.ts';
import type { JobSettings } from './job.ts';
import type { MeasureReport } from './report.ts';
import type { MeasuredCase } from './run-case.ts';

const number = (_: string, text: string) => (text === '1M' ? 1 << 20 : Number(text));

export const NUMBERS: NumberReader = { count: number, size: number, address: number };

export const SETTINGS: JobSettings = {
  cpu: undefined,
  ramBytes: undefined,
  extensions: [],
  loadAddress: undefined,
  semihosting: true,
  strict: false,
  pacedUart: false,
  inputs: [],
  arguments: [],
  maxCycles: 1_000_000,
  maxInstructions: undefined,
  until: undefined,
  failOn: undefined,
  end: { kind: 'exit', code: 0 },
  probes: {},
};

/** A case that ran as it should, with these figures. */
export function measuredCase(
  name: string,
  figures: Record<string, number>,
  more: Partial<Omit<MeasuredCase, 'report'>> & { report?: Partial<MeasureReport> } = {},
): MeasuredCase {
  const report = { model: { name: 'unit', version: 1 }, figures, functions: {}, symbols: {}, events: [] };
  return {
    kind: 'measured',
    name,
    image: { path: 'a.elf', sha256: 'aa' },
    conditions: { board: 'virt', model: 'unit/1' },
    outcome: { kind: 'expected', message: '', details: '' },
    ...more,
    report: { ...report, ...more.report },
  };
}
