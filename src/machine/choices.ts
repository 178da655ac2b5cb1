/** What a user can choose when a machine is built, with the words for a choice that is not possible. */
import { cortexM3Model } from '../cpu/armv7m/timing/cortex-m3.ts';
import { hazard3Model } from '../cpu/riscv/timing/hazard3.ts';
import type { TimingModel } from '../cpu/timing/model.ts';
import { UNIT_MODEL } from '../cpu/timing/unit.ts';
import { UserError } from '../errors.ts';
import { architectureOf, type BoardDescription } from './board.ts';
import { BOARDS } from './boards/index.ts';
import type { Isa, IsaExtension } from './isa.ts';
import { fitsMemories } from './loader/fit.ts';
import type { Architecture, Image } from './loader/image.ts';

/** @throws UserError when there is none of this name. */
export function boardByName(name: string): BoardDescription {
  const board = BOARDS.find((candidate) => candidate.name === name);
  if (board !== undefined) return board;
  throw new UserError(`there is no board ${name}`, `Boards: ${BOARDS.map((b) => b.name).join(', ')}.`);
}

/**
 * The board on which an image most likely runs: the first with its architecture, if it tells one, and with memory for
 * it; or else simply the first.
 * @throws UserError when none has its architecture.
 */
export function suggestBoard(image: Image): BoardDescription {
  const { architecture } = image;
  const candidates = BOARDS.filter(
    (board) => architecture === undefined || architectureOf(board) === architecture,
  );
  const board = candidates.find((candidate) => fitsMemories(image, memoriesOf(candidate))) ?? candidates[0];
  if (board !== undefined) return board;
  throw new UserError(
    `${image.name} is for ${image.architecture}, and there is no board with that architecture yet`,
    `Boards: ${BOARDS.map((b) => `${b.name} (${architectureOf(b)})`).join(', ')}.`,
  );
}

/** All memories of a board, with as much RAM as it can have. */
function memoriesOf({ regions, ram }: BoardDescription): { address: number; sizeBytes: number }[] {
  return ram === undefined
    ? [...regions]
    : [...regions, { address: ram.address, sizeBytes: ram.largestBytes }];
}

/**
 * @returns the size of RAM in bytes; undefined on a board whose memory is fixed.
 * @throws UserError when the board cannot have that much, or that little.
 */
export function checkRam({ name, ram }: BoardDescription, chosen: number | undefined): number | undefined {
  if (ram === undefined) {
    if (chosen === undefined) return undefined;
    throw new UserError(
      `the memory of ${name} has a fixed size`,
      'Leave out --ram; `bluesim boards` shows the memory map.',
    );
  }
  const bytes = chosen ?? ram.defaultBytes;
  if (Number.isSafeInteger(bytes) && bytes > 0 && bytes <= ram.largestBytes && bytes % 4096 === 0)
    return bytes;
  throw new UserError(
    `RAM of ${bytes} bytes is not possible on ${name}`,
    `Give whole pages of 4 KiB, at most ${ram.largestBytes / 2 ** 20} MiB.`,
  );
}

/** The most that a memory can be told to wait. */
const MOST_WAIT_STATES = 15;

/** @throws UserError for a memory that the board has not, a number that is none, or a model that counts none. */
export function checkWaitStates(
  { name, regions, ram }: BoardDescription,
  model: TimingModel,
  chosen: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const own = regions.filter(({ mirrorOf }) => mirrorOf === undefined);
  const memories = [...own.map((region) => region.name), ...(ram === undefined ? [] : ['ram'])];
  for (const [memory, waitStates] of Object.entries(chosen)) {
    if (!memories.includes(memory))
      throw new UserError(`there is no memory ${memory} on ${name}`, `Memories: ${memories.join(', ')}.`);
    if (!Number.isInteger(waitStates) || waitStates < 0 || waitStates > MOST_WAIT_STATES)
      throw new UserError(
        `${memory} cannot have ${waitStates} wait states`,
        `Give a number of cycles from 0 to ${MOST_WAIT_STATES}.`,
      );
    if (model.uniformCost !== undefined)
      throw new UserError(
        `the timing model ${model.name} counts no wait states`,
        'Choose another one with --model.',
      );
  }
  return chosen;
}

/** @throws UserError for one that does not exist or is always there. */
export function checkExtensions(isa: Isa, extensions: readonly IsaExtension[]): readonly IsaExtension[] {
  const { base, optionalExtensions } = isa;
  for (const extension of extensions) {
    if (optionalExtensions.includes(extension)) continue;
    throw new UserError(
      `there is no optional extension ${extension} of ${base}`,
      optionalExtensions.length === 0
        ? 'Leave out --extensions.'
        : `Choose from ${optionalExtensions.join(', ')}; ${base} is always there.`,
    );
  }
  return extensions;
}

/** The timing models of each architecture, the plainest first. Functions, as of instruction sets (see isa.ts). */
const MODELS: Record<Architecture, Readonly<Record<string, () => TimingModel>>> = {
  riscv32: { unit: () => UNIT_MODEL, hazard3: hazard3Model },
  armv7m: { unit: () => UNIT_MODEL, 'cortex-m3': cortexM3Model },
};

/** Names of all timing models. */
export function modelNames(): string[] {
  return [...new Set(Object.values(MODELS).flatMap((models) => Object.keys(models)))];
}

/** @throws UserError when the board's core has no timing model of this name. */
export function modelByName(board: BoardDescription, name: string): TimingModel {
  const models = MODELS[architectureOf(board)];
  if (Object.hasOwn(models, name)) return models[name]!();
  throw new UserError(
    `there is no timing model ${name} for ${board.name}`,
    `Models: ${Object.keys(models).join(', ')}.`,
  );
}
