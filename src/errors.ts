/**
 * The errors that bluesim throws. Architectural traps are never thrown (they are statuses), and what a guest
 * does wrong is an event; what is left is what the user did wrong and what we did wrong.
 */

/** Something that the user can put right: a bad option, an image that cannot be loaded, a board that cannot be built. */
export class UserError extends Error {
  /** What to do next, one sentence; printed under the message. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
  }
}

/** A fault of bluesim's own. */
export class InternalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InternalError';
  }
}

/**
 * States what must hold whatever the guest and the user do.
 * @throws InternalError when it does not.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Lower-case digits without a prefix, as listings print them. @param value of 32 bits; its sign does not matter. */
export function hexDigits(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}

/** `0x` and eight lower-case digits: how bluesim prints an address or a 32-bit value everywhere. */
export function hex32(value: number): string {
  return `0x${hexDigits(value, 8)}`;
}
