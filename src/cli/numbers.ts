/** Numbers as people write them on a command line: 1e9, 10M, 0x8000_0000, 1_000_000, 64MiB. */
import { UserError } from '../errors.ts';

const FORM = /^(?:(0x[0-9a-f]+)|(\d+(?:\.\d+)?(?:e\+?\d+)?))(k|m|g)?(i?b)?$/i;
const POWERS = { k: 1, m: 2, g: 3 } as const;

/** @returns the number, or undefined when the text is none or is not whole. */
function parse(text: string, base: 1000 | 1024, mayHaveBytes: boolean): number | undefined {
  if (/^_|_$|__/.test(text)) return undefined;
  const match = FORM.exec(text.replaceAll('_', ''));
  if (match === null || (match[4] !== undefined && !mayHaveBytes)) return undefined;
  const suffix = match[3]?.toLowerCase() as keyof typeof POWERS | undefined;
  const value = Number(match[1] ?? match[2]) * base ** (suffix === undefined ? 0 : POWERS[suffix]);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * A count of cycles or instructions; k, M and G are powers of 1000.
 * @throws UserError when it is none.
 */
export function parseCount(option: string, text: string): number {
  const value = parse(text, 1000, false);
  if (value !== undefined) return value;
  throw new UserError(
    `${option} wants a whole number, and \`${text}\` is none`,
    'Write it as 1000000, 1_000_000, 1e6, 1M or 0xf4240; the largest is 2^53 - 1.',
  );
}

/** A size in bytes; K, M and G (also KiB, MiB, GiB) are powers of 1024. @throws UserError when it is none. */
export function parseSize(option: string, text: string): number {
  const value = parse(text, 1024, true);
  if (value !== undefined) return value;
  throw new UserError(
    `${option} wants a size in bytes, and \`${text}\` is none`,
    'Write it as 64M, 64MiB, 67108864 or 0x4000000.',
  );
}

/** A 32-bit address. @throws UserError when it is none. */
export function parseAddress(option: string, text: string): number {
  const value = parse(text, 1024, false);
  if (value !== undefined && value <= 0xffffffff) return value;
  throw new UserError(`${option} wants a 32-bit address, and \`${text}\` is none`, 'Write it as 0x80000000.');
}
