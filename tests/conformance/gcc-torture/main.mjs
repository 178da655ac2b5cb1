// GCC's own execution tests, built with picolibc for one instruction set and run on bluesim and on QEMU. The rule: a
// program that QEMU passes passes here, with the same exit code and the same output. Needs the Debian packages that
// toolchain.mjs names; nothing of GCC's is in this repository.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Compiler } from './compile.mjs';
import { Bluesim, runOnQemu } from './execute.mjs';
import { LEVELS, listPrograms, planProgram, sample } from './suite.mjs';
import { ISAS, missingPackages, qemuVersion, unpackTests } from './toolchain.mjs';

const USAGE = `Runs GCC's execution tests on bluesim and on QEMU and compares.

usage: npm run torture [-- OPTIONS]

  --isa ISA         ${Object.keys(ISAS).join(' or ')} (default riscv32)
  --sample N        only N of the programs
  --seed S          which ones (default 1)
  --optimise LEVEL  only this level: ${LEVELS.join(', ')}; may be repeated
  --only TEXT       only programs whose name contains this
  --jobs N          programs at a time (default: as many as there are processors)
  --json FILE       write every outcome there
  --help            this

Exit code: 0 when all agree, 1 when a program differs, 2 when something is missing.`;

const OPTIONS = {
  isa: { type: 'string', default: 'riscv32' },
  sample: { type: 'string' },
  seed: { type: 'string', default: '1' },
  optimise: { type: 'string', multiple: true, default: LEVELS },
  only: { type: 'string', default: '' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
};

function fail(message) {
  console.error(message);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const levels = values.optimise.map((level) => level.replace(/^-/, ''));
    if (!Object.hasOwn(ISAS, values.isa)) throw new Error(`no instruction set ${values.isa}`);
    for (const level of levels) if (!LEVELS.includes(level)) throw new Error(`no level ${level}`);
    for (const name of ['sample', 'jobs'])
      if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name]))
        throw new Error(`--${name} wants a number`);
    return { ...values, levels };
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

/** Builds and runs one program. @returns the outcome: what the table and --json are made of. */
async function tryProgram({ program, level }, toolchain, compiler, bluesim) {
  const outcome = { name: program.name, level };
  const { flags, skip } = planProgram(program, level, toolchain.target);
  if (skip !== undefined) return { ...outcome, skip };
  const { image, error } = await compiler.build(program, flags);
  if (error !== undefined) return { ...outcome, error };
  const here = bluesim.run(image);
  const there = await runOnQemu(toolchain, image, typeof here.end === 'number');
  const agree = typeof there.end === 'number' ? here.end === there.end : typeof here.end !== 'number';
  const sameOutput = typeof there.end !== 'number' || here.output === there.output;
  return {
    ...outcome,
    bluesim: here.end,
    qemu: there.end,
    cycles: here.cycles,
    ...(agree && sameOutput
      ? {}
      : { differs: agree ? 'output' : 'end', output: [here.output, there.output] }),
  };
}

/** Does `work` on all items, `jobs` at a time; the results are in the order of the items. */
async function inParallel(items, jobs, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}

const COLUMNS = [
  ['programs', () => true],
  ['skipped', ({ skip }) => skip !== undefined],
  ['not built', ({ error }) => error !== undefined],
  ['run', ({ bluesim }) => bluesim !== undefined],
  ['passed on bluesim', ({ bluesim }) => bluesim === 0],
  ['passed on QEMU', ({ qemu }) => qemu === 0],
  ['differing', ({ differs }) => differs !== undefined],
];

function table(outcomes, levels) {
  const rows = [['level', ...COLUMNS.map(([name]) => name)]];
  for (const level of [...levels, 'all']) {
    const chosen = outcomes.filter((outcome) => level === 'all' || outcome.level === level);
    rows.push([
      level === 'all' ? level : `-${level}`,
      ...COLUMNS.map(([, test]) => String(chosen.filter(test).length)),
    ]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column])).join('  ')).join('\n');
}

/** A list of the programs with a property, those with the same text in one line with their levels. */
function list(title, outcomes, text) {
  const levels = new Map();
  for (const outcome of outcomes) {
    const line = `${outcome.name}: ${text(outcome)}`;
    levels.set(line, [...(levels.get(line) ?? []), `-${outcome.level}`]);
  }
  if (levels.size === 0) return;
  console.log(`\n${title}:`);
  for (const [line, names] of [...levels].sort()) console.log(`  ${line} (${names.join(' ')})`);
}

function report(outcomes, levels) {
  list(
    'Skipped',
    outcomes.filter(({ skip }) => skip),
    ({ skip }) => skip,
  );
  list(
    'Not built',
    outcomes.filter(({ error }) => error),
    ({ error }) => error,
  );
  list(
    'Failing on both alike',
    outcomes.filter(({ bluesim, qemu, differs }) => bluesim !== undefined && qemu !== 0 && !differs),
    ({ bluesim, qemu }) => `bluesim ${bluesim}, QEMU ${qemu}`,
  );
  list(
    'DIFFERING',
    outcomes.filter(({ differs }) => differs),
    ({ bluesim, qemu, differs, output }) =>
      differs === 'end'
        ? `bluesim ${bluesim}, QEMU ${qemu}`
        : `output: bluesim ${JSON.stringify(output[0])}, QEMU ${JSON.stringify(output[1])}`,
  );
  console.log(`\n${table(outcomes, levels)}`);
}

const { help, isa, levels, sample: count, seed, only, jobs, json } = options();
if (help) {
  console.log(USAGE);
  process.exit(0);
}
const missing = missingPackages(isa);
if (missing.length > 0)
  fail(`Missing: ${missing.join(' ')}\nOn Debian: apt-get install ${missing.join(' ')}`);

const toolchain = ISAS[isa];
const started = performance.now();
const all = listPrograms(unpackTests()).filter(({ name }) => name.includes(only));
const programs = count === undefined ? all : sample(all, Number(count), seed);
const work = levels.flatMap((level) => programs.map((program) => ({ program, level })));
console.log(
  `${programs.length} programs for ${toolchain.title} at ${levels.join(', ')}, compared with ${qemuVersion(toolchain)}`,
);
const compiler = new Compiler(toolchain);
const bluesim = new Bluesim(toolchain);
const outcomes = await inParallel(work, Number(jobs), (item) =>
  tryProgram(item, toolchain, compiler, bluesim),
);
bluesim.close();
report(outcomes, levels);
console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify(outcomes, null, 1)}\n`);
if (outcomes.some(({ differs }) => differs)) process.exitCode = 1;
