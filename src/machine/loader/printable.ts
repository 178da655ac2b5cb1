/** Text that comes out of an image and goes to a terminal or into an error message: an image must not be able to drive a terminal. */

const LONGEST = 120;

/** @returns the text with control characters replaced by `?`, cut off at 120 characters. */
export function printable(text: string): string {
  let result = '';
  for (const character of text) {
    if (result.length >= LONGEST) return `${result}…`;
    const code = character.codePointAt(0)!;
    result +=
      code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029 ? '?' : character;
  }
  return result;
}

/** A byte count as a person reads it: `17 bytes`, `3.2 KiB`, `512.0 MiB`. */
export function readableSize(sizeBytes: number): string {
  if (sizeBytes < 1024) return sizeBytes === 1 ? '1 byte' : `${sizeBytes} bytes`;
  if (sizeBytes < 1024 * 1024) return `${(sizeBytes / 1024).toFixed(1)} KiB`;
  if (sizeBytes < 1024 * 1024 * 1024) return `${(sizeBytes / (1024 * 1024)).toFixed(1)} MiB`;
  return `${(sizeBytes / (1024 * 1024 * 1024)).toFixed(1)} GiB`;
}
