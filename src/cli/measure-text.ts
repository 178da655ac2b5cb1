/** What `bluesim measure` prints for people. */
import type { MeasuredRun } from '../kernel/metrics/measurement.ts';
import type { SpanFigures } from '../kernel/metrics/span.ts';
import { PLAIN, type Style } from './style.ts';
import { table } from './table.ts';

const grouped = (value: number) => value.toLocaleString('en-US');

const SPAN_COLUMNS = [
  { title: 'span' },
  { title: 'count', align: 'right' },
  { title: 'min', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'total', align: 'right' },
  { title: 'instructions', align: 'right' },
  { title: 'the longest ends at' },
] as const;

/** Symbols of a footprint that are shown. */
const LARGEST = 10;

function spanRow({ name, count, cycles, instructions, worst }: SpanFigures): string[] {
  if (count === 0) return [name, '0', '', '', '', '', '', '', 'never'];
  const figures = [cycles.min, cycles.median, cycles.p99, cycles.max, cycles.total].map(grouped);
  const { end, symbol, thread } = worst!;
  const place = `cycle ${grouped(end.cycle)}, ${symbol}${thread === undefined ? '' : `, thread ${thread}`}`;
  return [name, grouped(count), ...figures, rangeOf(instructions), place];
}

function rangeOf({ min, max }: { min: number; max: number }): string {
  return min === max ? grouped(min) : `${grouped(min)}–${grouped(max)}`;
}

/** The text, with a line feed at the end of every line. */
export function measureText(run: MeasuredRun, title: string, style: Style = PLAIN): string {
  const { cycles, instructions, sleepCycles, frequencyHz, footprint, spans } = run;
  const share = cycles === 0 ? 0 : (100 * sleepCycles) / cycles;
  const { text, data, bss, flash, ram } = footprint;
  return [
    style.heading(`${title} on ${run.board}, timing ${run.model}`),
    `  ${grouped(cycles)} cycles at ${frequencyHz / 1e6} MHz, ${grouped(instructions)} instructions, asleep ${share.toFixed(1)} %`,
    '',
    style.heading('Cycles from one event to another'),
    ...(spans.length === 0 ? ['  none'] : table(SPAN_COLUMNS, spans.map(spanRow))),
    '',
    style.heading('Bytes'),
    `  flash ${grouped(flash)} (text ${grouped(text)}, data ${grouped(data)}), RAM ${grouped(ram)} (data ${grouped(data)}, bss ${grouped(bss)})`,
    ...table(
      [{ title: 'section' }, { title: 'class' }, { title: 'bytes', align: 'right' }],
      footprint.sections.map((section) => [section.name, section.class, grouped(section.sizeBytes)]),
    ),
    '',
    ...table(
      [{ title: 'largest symbols' }, { title: 'section' }, { title: 'bytes', align: 'right' }],
      footprint.symbols
        .slice(0, LARGEST)
        .map((symbol) => [symbol.name, symbol.section, grouped(symbol.sizeBytes)]),
    ),
    '',
  ].join('\n');
}
