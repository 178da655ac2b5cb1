/** `bluesim ci`'s options: from what commander has read to what is to be done, with everything checked. */
import { UserError } from '../errors.ts';
import { type Shard, WHOLE } from '../regression/parts.ts';
import { DEFAULT_CONFIG } from './ci-files.ts';
import { parseCount } from './numbers.ts';

/** As commander gives them. */
export interface RawCiOptions {
  config?: string;
  update?: boolean;
  list?: boolean;
  filter?: string[];
  jobs?: string;
  shard?: string;
  merge?: string[];
  json?: string;
  junit?: string;
  markdown?: string;
  annotations?: boolean;
}

export interface CiRequest {
  readonly config: string;
  readonly update: boolean;
  readonly list: boolean;
  readonly filters: readonly string[];
  /** Cases at a time; undefined: as many as the host has processors. */
  readonly workers: number | undefined;
  readonly shard: Shard;
  /** Files of the shards; empty: the cases are run. */
  readonly merge: readonly string[];
  readonly json: string | undefined;
  readonly junit: string | undefined;
  readonly markdown: string | undefined;
  readonly annotations: boolean;
}

const MOST_WORKERS = 256;

/** @throws UserError for what cannot be meant. */
export function parseCiOptions(
  raw: RawCiOptions,
  environment: Readonly<Record<string, string | undefined>>,
): CiRequest {
  if (raw.merge !== undefined) {
    const useless = (['list', 'filter', 'jobs', 'shard'] as const).find((name) => raw[name] !== undefined);
    if (useless !== undefined) {
      throw new UserError(
        `--${useless} is of no use with --merge, which runs nothing`,
        'Leave out one of the two.',
      );
    }
  }
  if (raw.update && raw.shard !== undefined) {
    throw new UserError(
      '--update with --shard would write a part of the baseline',
      'Run it without --shard, or have the shards write --json and join them: `--merge FILES --update`.',
    );
  }
  return {
    config: raw.config ?? DEFAULT_CONFIG,
    update: raw.update ?? false,
    list: raw.list ?? false,
    filters: raw.filter ?? [],
    workers: raw.jobs === undefined ? undefined : workers(raw.jobs),
    shard: raw.shard === undefined ? WHOLE : shard(raw.shard),
    merge: raw.merge ?? [],
    json: raw.json,
    junit: raw.junit,
    markdown: raw.markdown,
    annotations: raw.annotations ?? environment.GITHUB_ACTIONS === 'true',
  };
}

function workers(text: string): number {
  const count = parseCount('--jobs', text);
  if (count >= 1 && count <= MOST_WORKERS) return count;
  throw new UserError(`--jobs ${text} is not possible`, `Give a number from 1 to ${MOST_WORKERS}.`);
}

function shard(text: string): Shard {
  const [, first, second] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const [index, count] = [Number(first), Number(second)];
  if (index >= 1 && index <= count) return { index, count };
  throw new UserError(
    `--shard wants I/N, and \`${text}\` is none`,
    'Write the number of the shard, from 1, and how many there are: --shard 1/3.',
  );
}
