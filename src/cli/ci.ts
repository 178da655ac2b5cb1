/** `bluesim ci`: measures what `bluesim.toml` says and compares with the committed baseline. */
import { relative, resolve } from 'node:path';
import { annotationsText } from '../regression/annotations.ts';
import { baselineText, explanationsText } from '../regression/baseline.ts';
import { casesOf, filterCases } from '../regression/cases.ts';
import { type Comparison, exitCodeOf, type Judgement, judge } from '../regression/compare.ts';
import { parseConfig } from '../regression/config.ts';
import type { Case } from '../regression/job.ts';
import { junitText } from '../regression/junit.ts';
import { markdownText } from '../regression/markdown.ts';
import { mergeParts, type Part, parsePart, partText, shardOf } from '../regression/parts.ts';
import type { CaseResult } from '../regression/run-case.ts';
import { reportText } from '../regression/text.ts';
import { updated } from '../regression/update.ts';
import {
  type CiPaths,
  ciPaths,
  findFiles,
  readBaseline,
  readConfigText,
  readResultsText,
  writeAtomically,
} from './ci-files.ts';
import { type CiRequest, parseCiOptions, type RawCiOptions } from './ci-options.ts';
import { Progress } from './ci-progress.ts';
import { hostParallelism, runCases } from './ci-workers.ts';
import { FileOutput } from './file-output.ts';
import { ExitCode, say } from './messages.ts';
import { parseAddress, parseCount, parseSize } from './numbers.ts';
import { styleFor } from './style.ts';
import { bluesimVersion } from './version.ts';

/** Writes to stdout. @returns the exit code. */
export type Print = (pieces: Iterable<string>) => Promise<number>;

/**
 * @returns the exit code.
 * @throws UserError before anything is run, when it cannot be what was asked for.
 */
export async function ci(raw: RawCiOptions, print: Print): Promise<number> {
  const request = parseCiOptions(raw, process.env);
  const paths = ciPaths(request.config);
  const all = request.merge.length > 0 ? [] : selectCases(request, paths);
  if (request.list) return print(listLines(shardOf(all, request.shard)));
  // Read first: who has to mend the baseline need not wait for the runs.
  const { baseline, explanations } = readBaseline(paths);
  const merged = request.merge.length > 0 ? readParts(request.merge) : undefined;
  const outputs = new Outputs(request);
  const part = merged ?? (await runPart(all, request, paths));
  const isWhole = part.isWhole && part.shard.count === 1;
  const comparison = { baseline, explanations, bluesim: part.bluesim, isWhole };
  let judgements = judge(part.cases, part.results, comparison);
  if (request.update) judgements = update(paths, part, judgements, comparison);
  const exitCode = exitCodeOf(judgements);
  const printed = await print(pieces(request, judgements, await styleFor(process.stdout, process.env)));
  const written = outputs.write(part, judgements, exitCode);
  return exitCode || printed || written;
}

function* pieces(
  request: CiRequest,
  judgements: readonly Judgement[],
  style: Awaited<ReturnType<typeof styleFor>>,
): Generator<string> {
  yield reportText(judgements, style);
  if (request.annotations) yield annotationsText(judgements, annotationPlaces(request.config));
}

/** The cases of this run, before they are divided into shards. */
function selectCases(request: CiRequest, { config, folder }: CiPaths): Case[] {
  const numbers = { count: parseCount, size: parseSize, address: parseAddress };
  const jobs = parseConfig({ text: readConfigText(config), file: config, numbers });
  const cases = casesOf(jobs, (pattern) => findFiles(folder, pattern), config);
  return filterCases(cases, request.filters);
}

function* listLines(cases: readonly Case[]): Generator<string> {
  const width = Math.max(0, ...cases.map(({ name }) => name.length));
  for (const { name, image, board, model } of cases) {
    const choices = [image, ...(board === undefined ? [] : [`on ${board}`]), ...(model ? [model] : [])];
    yield `${name.padEnd(width)}  ${choices.join(', ')}\n`;
  }
}

async function runPart(all: readonly Case[], request: CiRequest, paths: CiPaths): Promise<Part> {
  const cases = shardOf(all, request.shard);
  const progress = new Progress(cases.length);
  try {
    const results = await runCases(cases, {
      folder: paths.folder,
      workers: request.workers ?? hostParallelism(),
      started: (name) => progress.started(name),
      done: (result) => progress.done(result.name, doneText(result)),
    });
    return {
      bluesim: bluesimVersion(),
      shard: request.shard,
      names: all.map(({ name }) => name),
      isWhole: request.filters.length === 0,
      cases,
      results,
    };
  } finally {
    progress.end();
  }
}

function doneText(result: CaseResult): string {
  if (result.kind === 'refused') return 'cannot be run';
  return result.outcome.kind === 'expected' ? 'measured' : result.outcome.message;
}

function readParts(files: readonly string[]): Part {
  return mergeParts(files.map((file) => ({ file, part: parsePart(readResultsText(file), file) })));
}

/** @returns what the cases are against the new baseline. */
function update(
  paths: CiPaths,
  part: Part,
  judgements: readonly Judgement[],
  comparison: Comparison,
): Judgement[] {
  const { baseline, explanations, written, dropped, refused } = updated(judgements, part.results, comparison);
  // In this order, so that a baseline never lacks what explains it.
  const hasWritten = [
    writeAtomically(paths.explanations, explanationsText(explanations)),
    writeAtomically(paths.baseline, baselineText(baseline)),
  ];
  const counts = `${written.length} written, ${dropped.length} dropped`;
  say(
    hasWritten.includes(true)
      ? `${paths.baseline} and ${paths.explanations}: ${counts}`
      : `${paths.baseline} is up to date`,
  );
  if (refused.length > 0) {
    say(
      `not taken into the baseline: ${refused.join(', ')}`,
      'What does not run as it should, or goes over a budget, never becomes the baseline.',
    );
  }
  return judge(part.cases, part.results, { ...comparison, baseline, explanations });
}

function annotationPlaces(config: string) {
  const root = process.env.GITHUB_WORKSPACE ?? process.cwd();
  const inRepository = (path: string) => relative(root, resolve(path)).replaceAll('\\', '/');
  const { existsSync } = process.getBuiltinModule('node:fs');
  return {
    config: inRepository(config),
    source: (path: string) => {
      const inside = inRepository(path);
      return inside.startsWith('..') || !existsSync(path) ? undefined : inside;
    },
  };
}

/** The files that were asked for, opened at once, so that a wrong path is found before the run. */
class Outputs {
  readonly #files: readonly { option: string; file: FileOutput; text: ContentOf }[];

  constructor({ json, junit, markdown }: CiRequest) {
    const wanted: [option: string, path: string | undefined, text: ContentOf][] = [
      ['--json', json, (part, judgements, exitCode) => partText(part, { exitCode, judgements })],
      ['--junit', junit, (_, judgements) => junitText(judgements)],
      ['--markdown', markdown, (_, judgements) => markdownText(judgements)],
    ];
    this.#files = wanted.flatMap(([option, path, text]) =>
      path === undefined ? [] : [{ option, file: new FileOutput(option, path), text }],
    );
  }

  /** @returns the exit code. */
  write(part: Part, judgements: readonly Judgement[], exitCode: number): number {
    let code = 0;
    for (const { option, file, text } of this.#files) {
      file.text(text(part, judgements, exitCode));
      file.close();
      if (file.failure === undefined) continue;
      say(`${option}: \`${file.path}\` is not complete: ${file.failure}`);
      code = ExitCode.Output;
    }
    return code;
  }
}

type ContentOf = (part: Part, judgements: readonly Judgement[], exitCode: number) => string;
