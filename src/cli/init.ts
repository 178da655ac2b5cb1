/** `bluesim init`: a commented bluesim.toml for the image at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { type Image, loadImageFile } from '../machine/loader/image.ts';
import { configText, type TriedRun, tryRun } from '../regression/init-config.ts';
import type { Print } from './ci.ts';
import { DEFAULT_CONFIG, findFiles, writeAtomically } from './ci-files.ts';

/** As commander gives them. */
export interface RawInitOptions {
  config?: string;
  board?: string;
  force?: boolean;
}

/** What is looked for where no image is named: linkers' usual places. */
const USUAL_PLACES = '{*,build/*,build/*/*,out/*,target/*/*,target/*/*/*}';
const ELF_MAGIC = '\x7fELF';
/** Offset of e_machine (System V ABI, chapter 4), and its values for ARM and RISC-V. */
const E_MACHINE = 18;
const MACHINES = [40, 243];
const ET_EXEC = 2;

/** @returns the exit code. @throws UserError when there is nothing to write, or already something there. */
export async function init(path: string | undefined, raw: RawInitOptions, print: Print): Promise<number> {
  const config = raw.config ?? DEFAULT_CONFIG;
  if (existsSync(config) && !raw.force) {
    throw new UserError(
      `${config} is there already`,
      'Edit it, write another one with --config FILE, or replace it with --force.',
    );
  }
  const file = path ?? onlyImage();
  const image = loadImageFile(file);
  const tried = tryRun(image, raw.board);
  const shown = relative(resolve(dirname(config)), resolve(file)).replaceAll('\\', '/');
  writeAtomically(config, configText(tried, shown));
  return print([`${config}: ${summary(image, tried)}\nNext: bluesim ci --update\n`]);
}

function summary(image: Image, { board, ending }: TriedRun): string {
  return `a job for ${image.name} on ${board}; in a first run ${ending}`;
}

/** @throws UserError unless there is exactly one. */
function onlyImage(): string {
  const images = findFiles('.', USUAL_PLACES).filter(isFirmware);
  const [first, second] = images;
  if (first !== undefined && second === undefined) return first;
  const some = images.slice(0, 5).join(', ');
  throw new UserError(
    first === undefined ? 'there is no image in this folder' : `there are ${images.length} images here`,
    first === undefined
      ? 'Name it: bluesim init build/firmware.elf.'
      : `Name one: ${some}${images.length > 5 ? ', …' : ''}.`,
  );
}

/** Whether a file is an executable in ELF for an architecture that there is a board for. */
function isFirmware(path: string): boolean {
  const bytes = readFileSync(path);
  if (bytes.length < 52 || bytes.toString('latin1', 0, 4) !== ELF_MAGIC) return false;
  return MACHINES.includes(bytes.readUInt16LE(E_MACHINE)) && bytes.readUInt16LE(16) === ET_EXEC;
}
