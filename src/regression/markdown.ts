/** A summary in GitHub's Markdown, for the page of a CI run: what differs in a table, why in a block that opens. */
import { isGood, type Judgement } from './compare.ts';
import { changeText, findings, summaryText, verdictText } from './text.ts';

/** Text in a cell or a line: nothing in it is markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\r?\n/g, ' ');
}

/** So many figures of a case are in the table; the rest is in its block. */
const MOST_ROWS = 8;

export function markdownText(judgements: readonly Judgement[]): string {
  const bad = judgements.filter((judgement) => !isGood(judgement));
  const sign = bad.length === 0 ? '✅' : '❌';
  const lines = ['## bluesim ci', '', `${sign} ${summaryText(judgements)}`, ''];
  if (bad.length === 0) return lines.join('\n');
  lines.push('| case | verdict | figure | change |', '| --- | --- | --- | --- |');
  for (const judgement of bad) lines.push(...rows(judgement));
  lines.push('');
  for (const judgement of bad) lines.push(...block(judgement));
  return lines.join('\n');
}

function rows(judgement: Judgement): string[] {
  const first = `| ${escaped(judgement.name)} | ${verdictText(judgement)} |`;
  const { changes, excesses, reasons } = judgement;
  const cells = [
    ...changes.slice(0, MOST_ROWS).map((change) => [change.name, changeText(change)]),
    ...(changes.length > MOST_ROWS ? [['', `and ${changes.length - MOST_ROWS} more`]] : []),
    ...excesses.map(({ name, budget, now }) => [
      name,
      `${now}, ${now - budget} over its budget of ${budget}`,
    ]),
  ];
  if (cells.length === 0) cells.push(['', reasons[0] ?? '']);
  return cells.map(
    ([name, text], index) => `${index === 0 ? first : '| | |'} ${escaped(name!)} | ${escaped(text!)} |`,
  );
}

function block(judgement: Judgement): string[] {
  // A fence that is longer than any run of backticks inside.
  const text = findings(judgement).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const title = `${judgement.name}: ${verdictText(judgement)}`.replace(
    /[&<>]/g,
    (c) => `&#${c.charCodeAt(0)};`,
  );
  return [`<details><summary>${title}</summary>`, '', `${fence}text`, text, fence, '', '</details>', ''];
}
