/** The files around `bluesim ci`: configuration, images, inputs, and the two that make the baseline. */
import { type Dirent, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { UserError } from '../errors.ts';
import { loadImage, readImageFile } from '../machine/loader/image.ts';
import {
  type Baseline,
  type Explanations,
  parseBaseline,
  parseExplanations,
} from '../regression/baseline.ts';
import { expandBraces, fixedFolder, globToRegExp } from '../regression/glob.ts';
import type { JobSettings } from '../regression/job.ts';
import { byText } from '../regression/ordering.ts';
import type { CaseFiles, InputBytes } from '../regression/run-case.ts';
import { hostReason, readReason } from './file-output.ts';

export const DEFAULT_CONFIG = 'bluesim.toml';

/** The paths that belong to a configuration. */
export interface CiPaths {
  readonly config: string;
  readonly folder: string;
  readonly baseline: string;
  readonly explanations: string;
}

/** `bluesim.toml` → `bluesim.baseline.json`, `bluesim.explain.json` beside it. */
export function ciPaths(config: string = DEFAULT_CONFIG): CiPaths {
  const stem = config.replace(/\.toml$/i, '');
  return {
    config,
    folder: dirname(config),
    baseline: `${stem}.baseline.json`,
    explanations: `${stem}.explain.json`,
  };
}

/** @returns undefined when there is no such file. @throws UserError when it cannot be read. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`\`${path}\` cannot be read: ${readReason(error)}`);
  }
}

/** @throws UserError */
export function readConfigText(path: string): string {
  const text = readText(path);
  if (text !== undefined) return text;
  throw new UserError(
    `there is no ${path}`,
    '`bluesim init IMAGE` writes one; `--config FILE` names another one.',
  );
}

/** @throws UserError */
export function readResultsText(path: string): string {
  const text = readText(path);
  if (text !== undefined) return text;
  throw new UserError(`--merge: there is no ${path}`, 'Give the files that the shards wrote with --json.');
}

/** @throws UserError for files that are damaged. */
export function readBaseline(paths: CiPaths): {
  baseline: Baseline | undefined;
  explanations: Explanations;
} {
  const [text, explainText] = [readText(paths.baseline), readText(paths.explanations)];
  return {
    baseline: text === undefined ? undefined : parseBaseline(text, paths.baseline),
    explanations: explainText === undefined ? {} : parseExplanations(explainText, paths.explanations),
  };
}

/**
 * Replaces a file as a whole: whoever reads it, whenever, finds the old content or the new one.
 * @returns whether the content is another one than before.
 * @throws UserError when it cannot be written.
 */
export function writeAtomically(path: string, content: string): boolean {
  if (readText(path) === content) return false;
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, content);
    renameSync(draft, path);
    return true;
  } catch (error) {
    rmSync(draft, { force: true });
    throw new UserError(`\`${path}\` cannot be written: ${hostReason(error)}`);
  }
}

/** The files under a folder that match a pattern; paths are relative to it, with `/`, sorted. */
export function findFiles(folder: string, pattern: string): string[] {
  const found = expandBraces(pattern).flatMap((plain) => {
    const start = fixedFolder(plain);
    const names = plain.split('/');
    const depth = names.includes('**') ? Number.POSITIVE_INFINITY : names.length;
    const expression = globToRegExp(plain);
    return [...filesUnder(folder, start, depth)].filter((path) => expression.test(path));
  });
  return [...new Set(found)].sort(byText);
}

/** @param depth how many names a path may have. Links to folders are not followed, nor what npm has installed. */
function* filesUnder(folder: string, start: string, depth: number): Generator<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(join(folder, start), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = start === '' ? entry.name : `${start}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules' || path.split('/').length >= depth) continue;
      yield* filesUnder(folder, path, depth);
    } else if (entry.isFile() || (entry.isSymbolicLink() && isFile(join(folder, path)))) yield path;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function sha256(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest('hex');
}

/** Images and inputs, relative to the folder of the configuration. */
export class FolderFiles implements CaseFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  image(path: string, loadAddress: number | undefined) {
    const bytes = readImageFile(this.#path(path));
    const image = loadImage(bytes, path.replace(/^.*\//s, ''), { loadAddress });
    return { image, sha256: sha256(bytes) };
  }

  inputs({ inputs }: JobSettings): readonly InputBytes[] {
    return inputs.map(({ port, from }) => {
      const bytes = 'text' in from ? Buffer.from(from.text) : this.#input(from.file);
      return { port, bytes, sha256: sha256(bytes) };
    });
  }

  #input(path: string): Uint8Array {
    try {
      return readFileSync(this.#path(path));
    } catch (error) {
      throw new UserError(
        `uart-in: \`${this.#path(path)}\` cannot be read: ${readReason(error)}`,
        'Its path begins at the folder of the configuration.',
      );
    }
  }

  /** Absolute paths stay as they are. */
  #path(path: string): string {
    return isAbsolute(path) ? path : join(this.#folder, path);
  }
}
