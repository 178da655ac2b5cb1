/** JUnit's XML, as far as the CI engines agree on it: a suite, a case for each case, a failure with its text. */
import { isGood, type Judgement } from './compare.ts';
import { findings, verdictText } from './text.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 2.2 has no place for most control characters, not even as references. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '?')
      .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
  );
}

/** Errors are what kept a case from being measured; failures are what measuring has shown. */
const ERRORS: readonly Judgement['verdict'][] = ['fault', 'limit', 'refused'];

/** No times: they would differ in every run. */
export function junitText(judgements: readonly Judgement[]): string {
  const bad = judgements.filter((judgement) => !isGood(judgement));
  const errors = bad.filter(({ verdict }) => ERRORS.includes(verdict)).length;
  const counts = `tests="${judgements.length}" failures="${bad.length - errors}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="bluesim ci" ${counts} skipped="0">`,
    ...judgements.map(caseText),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseText(judgement: Judgement): string {
  const slash = judgement.name.indexOf('/');
  const job = slash < 0 ? judgement.name : judgement.name.slice(0, slash);
  const attributes = `name="${escaped(judgement.name)}" classname="bluesim.${escaped(job)}"`;
  if (isGood(judgement)) return `    <testcase ${attributes}/>`;
  const element = ERRORS.includes(judgement.verdict) ? 'error' : 'failure';
  const lines = findings(judgement);
  const message = `${verdictText(judgement)}: ${lines[0] ?? ''}`;
  return [
    `    <testcase ${attributes}>`,
    `      <${element} type="${judgement.verdict}" message="${escaped(message)}">${escaped(lines.join('\n'))}</${element}>`,
    '    </testcase>',
  ].join('\n');
}
