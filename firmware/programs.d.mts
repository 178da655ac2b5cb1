/** Types of programs.mjs for tests; there are its comments, too. */

export interface Expectation {
  /** Exit code, or 'stuck' when the run never ends on its own. */
  end: number | 'stuck';
  /** What is typed on the console. */
  input: string;
  /** The whole console output, a character a byte. */
  output: string;
}

export interface Program extends Expectation {
  /** File name of the image. */
  name: string;
  /** Path of the source in firmware/. */
  source: string;
  /** Absolute path of the image. */
  image: string;
  isa: string;
  semihosting: boolean;
}

export const QEMU: Record<string, readonly string[]>;
export function parseExpectation(source: string): Expectation;
export function programs(): Program[];
export function runOnQemu(
  program: Program,
  options?: readonly string[],
): Promise<{ end: number | 'stuck' | string; output: string }>;
