/** From jobs to cases: every image on every board with every model, each with a name that stays the same. */
import { UserError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { fixedFolder, isPattern } from './glob.ts';
import type { Case, Job } from './job.ts';

/**
 * @param find gives the files that match a pattern, as paths with `/`, sorted.
 * @param file the configuration, as it is called in messages.
 * @throws UserError for a pattern without a file, and for two cases of one name.
 */
export function casesOf(jobs: readonly Job[], find: (pattern: string) => string[], file: string): Case[] {
  const cases = jobs.flatMap((job) => casesOfJob(job, find, file));
  const seen = new Map<string, Case>();
  for (const subject of cases) {
    const other = seen.get(subject.name);
    if (other !== undefined) {
      throw new UserError(
        `${file}:${subject.line}: ${other.image} and ${subject.image} make two cases of the name ${subject.name}`,
        'Give one of them a job of its own.',
      );
    }
    seen.set(subject.name, subject);
  }
  return cases;
}

function casesOfJob(job: Job, find: (pattern: string) => string[], file: string): Case[] {
  const images = job.images.flatMap((image) => imagesOf(job, image, find, file));
  const { listed, settings, budgets, line } = job;
  return images.flatMap(({ path, label }) =>
    job.boards.flatMap((board) =>
      job.models.map((model) => {
        const parts = [job.name];
        if (listed.images) parts.push(label);
        if (listed.boards && board !== undefined) parts.push(board);
        if (listed.models && model !== undefined) parts.push(model);
        return { name: parts.join('/'), image: path, board, model, settings, budgets, line };
      }),
    ),
  );
}

const withoutExtension = (path: string) => path.replace(/(?<=[^/])\.[^./]*$/, '');

function imagesOf(
  job: Job,
  image: string,
  find: (pattern: string) => string[],
  file: string,
): { path: string; label: string }[] {
  if (!isPattern(image)) return [{ path: image, label: withoutExtension(image.replace(/^.*\//s, '')) }];
  const paths = find(image);
  if (paths.length === 0) {
    throw new UserError(
      `${file}:${job.line}: job.${job.name}.image: nothing matches ${JSON.stringify(image)}`,
      `Build the images first, or mend the pattern; it begins at the folder of ${file}.`,
    );
  }
  const folder = fixedFolder(image);
  const start = folder === '' ? 0 : folder.length + 1;
  return paths.map((path) => ({ path, label: withoutExtension(path.slice(start)) }));
}

/**
 * The cases that one of the filters means: a part of their names, or a pattern with `*` for all of it.
 * @throws UserError when there is none.
 */
export function filterCases(cases: readonly Case[], filters: readonly string[]): Case[] {
  if (filters.length === 0) return [...cases];
  const found = cases.filter(({ name }) => filters.some((filter) => matches(name, filter)));
  if (found.length > 0) return found;
  const names = cases.map(({ name }) => name);
  const [near] = nearest(filters[0]!, names);
  throw new UserError(
    `--filter ${filters.join(' --filter ')} matches no case`,
    near === undefined
      ? '`bluesim ci --list` lists them.'
      : `Did you mean \`${near}\`? \`--list\` lists all.`,
  );
}

function matches(name: string, filter: string): boolean {
  if (!filter.includes('*')) return name.includes(filter);
  const source = filter
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`).test(name);
}
