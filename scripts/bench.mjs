// Measures the bundled bluesim against QEMU: the same images, interleaved in one run, CPU time (user and system)
// of whole processes, medians. docs/performance.md says what the figures mean; --update-docs writes them there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ISAS, programs, QEMU, statedMillions } from '../firmware/programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const BLUESIM = [process.execPath, join(root, 'bin/bluesim')];
const DOCUMENT = join(root, 'docs/performance.md');
const HELLO = join(root, 'firmware/images/hello-riscv32.elf');
const BAR = { ratio: { riscv32: 0.1, armv7m: 0.09 }, versionSeconds: 0.02, runSeconds: 0.045 };

const USAGE = `Measures bluesim against QEMU on the benchmark images.

usage: npm run bench [-- OPTIONS]

  --rounds N     measure each N times and take the median (default 5)
  --starts N     the same for start-up (default 20; 0 leaves it out)
  --only NAME    only benchmarks whose names contain NAME; may be repeated
  --bar          exit with 1 when a bar is missed
  --update-docs  write the tables into docs/performance.md
  --help         this`;

function fail(message) {
  console.error(message);
  process.exit(2);
}

function readOptions() {
  const number = (name, text, least) => {
    if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
    throw new Error(`--${name} wants a number, at least ${least}`);
  };
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '5' },
        starts: { type: 'string', default: '20' },
        only: { type: 'string', multiple: true, default: [''] },
        bar: { type: 'boolean', default: false },
        'update-docs': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const rounds = number('rounds', values.rounds, 1);
    return { ...values, rounds, starts: number('starts', values.starts, 0) };
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

// --- Measuring --------------------------------------------------------------------------------------------------

/**
 * Runs a command to its end. Bash's `time` reads the CPU time of a child from the kernel, to the millisecond;
 * Node cannot.
 * @returns {{ seconds: number, output: string }} user and system time; standard output.
 */
function measure(command) {
  const script = 'TIMEFORMAT=\'%3U %3S\'; time "$@" 2>&3';
  const run = spawnSync('bash', ['-c', script, 'bench', ...command], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  if (run.error) return fail(`bash cannot be started, and its \`time\` is needed: ${run.error.message}`);
  if (run.status !== 0)
    fail(`\`${command.join(' ')}\` ended with ${run.status}:\n${run.stdout}${run.output[3]}`);
  const [user, system] = run.stderr.trim().split(' ').map(Number);
  return { seconds: user + system, output: run.stdout };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs all commands in turn, `rounds` times over. @returns {Map<string, number[]>} seconds by name. */
function interleave(commands, rounds, check) {
  const seconds = new Map(commands.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Every other round goes backwards: what a command leaves behind (heat, caches) does not always hit the same.
    for (const item of round % 2 === 0 ? commands : commands.toReversed()) {
      const { seconds: used, output } = measure(item.command);
      check(item, output);
      seconds.get(item.name).push(used);
    }
  }
  return seconds;
}

const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);

// --- Programs ---------------------------------------------------------------------------------------------------

const qemuCommand = ({ board, image }) => [
  ...QEMU[board],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-kernel', image],
];

function version(program) {
  const run = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.split('\n')[0] : undefined;
}

/** @returns {{ isa, name, million, bluesim, qemu }[]} median seconds of each benchmark; qemu is undefined without it. */
function runBenchmarks(benchmarks, rounds, withQemu) {
  const commands = benchmarks.flatMap((program) => {
    const { name, image } = program;
    const ours = { name: `${name} bluesim`, command: [...BLUESIM, 'run', image], program };
    return withQemu ? [ours, { name: `${name} qemu`, command: qemuCommand(program), program }] : [ours];
  });
  const seconds = interleave(commands, rounds, ({ name, program }, output) => {
    if (output.replaceAll('\r', '') !== program.output)
      fail(`${name}: wrong checksum\n--- expected\n${program.output}--- got\n${output}---`);
  });
  return benchmarks.map((program) => ({
    isa: program.isa,
    name: program.name.replace(/^bench-/, '').replace(`-${program.isa}.elf`, ''),
    million: statedMillions(program),
    bluesim: median(seconds.get(`${program.name} bluesim`)),
    qemu: withQemu ? median(seconds.get(`${program.name} qemu`)) : undefined,
    spread: seconds.get(`${program.name} bluesim`),
    qemuSpread: seconds.get(`${program.name} qemu`),
  }));
}

/** @returns {{ node, version, run }} median seconds of bare Node, and what bluesim takes over that. */
function measureStart(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-bench-'));
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, '');
  const commands = [
    { name: 'node', command: [process.execPath, empty] },
    { name: 'version', command: [...BLUESIM, '--version'] },
    { name: 'run', command: [...BLUESIM, 'run', HELLO] },
  ];
  const seconds = interleave(commands, rounds, () => {});
  rmSync(folder, { recursive: true });
  const node = median(seconds.get('node'));
  return { node, version: median(seconds.get('version')) - node, run: median(seconds.get('run')) - node };
}

// --- Reporting --------------------------------------------------------------------------------------------------

/** A Markdown table; the first column is text, the others are numbers. */
function markdownTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const [head, ...body] = rows.map((row) =>
    line(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))),
  );
  const rule = line(
    widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)),
  );
  return [head, rule, ...body].join('\n');
}

const range = (numbers) => `${Math.min(...numbers).toFixed(2)}–${Math.max(...numbers).toFixed(2)}`;
const withSpread = (value, numbers) => `${value.toFixed(2)} (${range(numbers)})`;

const meanRatio = (results) => geometricMean(results.map(({ qemu, bluesim }) => qemu / bluesim));

/** The results of one instruction set. */
function benchmarkTable(results) {
  const rows = results.map(({ name, million, bluesim, qemu, spread, qemuSpread }) => [
    name,
    million.toFixed(1),
    withSpread(bluesim, spread),
    ...(qemu === undefined ? [] : [withSpread(qemu, qemuSpread), (qemu / bluesim).toFixed(3)]),
  ]);
  const compared = results.every(({ qemu }) => qemu !== undefined);
  const head = [
    'program',
    '10⁶ instructions',
    'bluesim, s',
    ...(compared ? ['QEMU, s', 'bluesim / QEMU'] : []),
  ];
  const mean = compared ? [['geometric mean', '', '', '', meanRatio(results).toFixed(3)]] : [];
  return markdownTable([head, ...rows, ...mean]);
}

const milliseconds = (seconds) => (1000 * seconds).toFixed(0);

function startTable({ node, version: versionCost, run }) {
  return markdownTable([
    ['command', 'CPU, ms', 'bar, ms'],
    ['Node with an empty module', milliseconds(node), ''],
    ['`bluesim --version`, above that', milliseconds(versionCost), milliseconds(BAR.versionSeconds)],
    ['`bluesim run` of hello, above that', milliseconds(run), milliseconds(BAR.runSeconds)],
  ]);
}

function conditions(benchmarks, qemuVersions, rounds, starts) {
  const manifest = JSON.parse(readFileSync(join(root, 'firmware/images/manifest.json'), 'utf8'));
  const isas = [...new Set(benchmarks.map(({ isa }) => isa))];
  return [
    `Node ${process.versions.node} (V8 ${process.versions.v8}), ${process.platform} ${process.arch}, ${availableParallelism()} processors (${cpus()[0]?.model.trim() ?? 'unknown'}).`,
    ...qemuVersions.map((text) => `${text}.`),
    ...isas.map((isa) => `Images (${isa}): ${manifest.tools[isa].compiler}, \`${manifest.flags[isa]}\`.`),
    `Medians of ${rounds} rounds, in parentheses the least and the greatest; start-up: medians of ${starts}.`,
  ];
}

function updateDocument(text) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = ['<!-- bench:begin -->', '<!-- bench:end -->'];
  const at = [document.indexOf(begin), document.indexOf(end)];
  if (at[0] < 0 || at[1] < at[0]) fail(`docs/performance.md has no ${begin} … ${end}`);
  writeFileSync(
    DOCUMENT,
    `${document.slice(0, at[0] + begin.length)}\n\n${text}\n\n${document.slice(at[1])}`,
  );
  console.log('\nwritten to docs/performance.md');
}

function byIsa(results) {
  const isas = [...new Set(results.map(({ isa }) => isa))];
  return isas.map((isa) => [isa, results.filter((result) => result.isa === isa)]);
}

/** @returns {string[]} the bars that are missed. */
function missedBars(results, start) {
  const missed = [];
  for (const [isa, ofIsa] of byIsa(results)) {
    const mean = meanRatio(ofIsa);
    // Without QEMU this is not a number: the bar is not known to hold.
    if (!(mean >= BAR.ratio[isa]))
      missed.push(`${isa}: geometric mean ${mean.toFixed(3)}, the bar is ${BAR.ratio[isa]}`);
  }
  if (start !== undefined && start.version > BAR.versionSeconds)
    missed.push(`--version takes ${milliseconds(start.version)} ms above bare Node`);
  if (start !== undefined && start.run > BAR.runSeconds)
    missed.push(`run of hello takes ${milliseconds(start.run)} ms above bare Node`);
  return missed;
}

const options = readOptions();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
const benchmarks = programs().filter(
  ({ name }) => name.startsWith('bench-') && options.only.some((part) => name.includes(part)),
);
if (benchmarks.length === 0) fail('no benchmark has such a name');
const peers = [...new Set(benchmarks.map(({ board }) => QEMU[board][0]))];
const absent = peers.filter((peer) => version(peer) === undefined);
if (absent.length > 0)
  console.log(`${absent.join(', ')} is missing: bluesim is measured alone, without a ratio.\n`);
const qemuVersions = absent.length > 0 ? [] : [...new Set(peers.map(version))];

const results = runBenchmarks(benchmarks, options.rounds, absent.length === 0);
const start = options.starts > 0 ? measureStart(options.starts) : undefined;
const report = [
  conditions(benchmarks, qemuVersions, options.rounds, options.starts)
    .map((line) => `- ${line}`)
    .join('\n'),
  ...byIsa(results).flatMap(([isa, ofIsa]) => [
    `${ISAS[isa].title}, \`${ISAS[isa].board}\`:`,
    benchmarkTable(ofIsa),
  ]),
  ...(start === undefined ? [] : [startTable(start)]),
].join('\n\n');
console.log(report);

const missed = missedBars(results, start);
for (const text of missed) console.log(`\nbar missed: ${text}`);
if (options['update-docs']) {
  if (absent.length > 0 || start === undefined || options.only[0] !== '')
    fail('--update-docs wants the whole run, with QEMU');
  updateDocument(report);
}
if (options.bar && missed.length > 0) process.exitCode = 1;
