// Reads the results that a test runner wrote: `node results.mjs KIND FILE` prints "PASSED FAILED" for .ci/run.
// What matters besides goes to stderr, and so into the log.
import { readFileSync } from 'node:fs';

/** A file that cannot be loaded has no tests; it counts as one failure. */
function brokenFiles(report) {
  return report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
}

function vitestTests(report) {
  return report.testResults.flatMap((file) => file.assertionResults);
}

function isSkipped({ status }) {
  return status !== 'passed' && status !== 'failed';
}

function count(report, badSkips) {
  const tests = vitestTests(report);
  const broken = brokenFiles(report);
  for (const { fullName } of badSkips) console.error(`skipped: ${fullName}`);
  for (const { name } of broken) console.error(`not loaded: ${name}`);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length;
  return [passed, failed + broken.length + badSkips.length];
}

const KINDS = {
  /** Vitest's JSON with all tools there: a skipped test counts as failed. */
  vitest: (report) => count(report, vitestTests(report).filter(isSkipped)),

  /** Vitest's JSON without the tools: a test may be skipped when its name says what it needs, and some must be. */
  'vitest-without-tools': (report) => {
    const skipped = vitestTests(report).filter(isSkipped);
    const named = skipped.filter(({ title }) => title.startsWith('needs '));
    for (const { fullName } of named) console.error(`skipped by name: ${fullName}`);
    if (named.length === 0) console.error('no test was skipped: were the tools hidden?');
    const [passed, failed] = count(
      report,
      skipped.filter((test) => !named.includes(test)),
    );
    return [passed, failed + (named.length === 0 ? 1 : 0)];
  },

  /** GCC's execution tests: those that pass on QEMU and here, and those that differ. The rest is told by name above. */
  torture: (outcomes) => {
    const passed = outcomes.filter(({ bluesim, qemu, differs }) => bluesim === 0 && qemu === 0 && !differs);
    return [passed.length, outcomes.filter(({ differs }) => differs !== undefined).length];
  },
};

const [kind, file] = process.argv.slice(2);
console.log(KINDS[kind](JSON.parse(readFileSync(file, 'utf8'))).join(' '));
