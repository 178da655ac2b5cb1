/** Types of programs.mjs for tests; there are its comments, too. */

export interface Expectation {
  /** Exit code, 'stuck' when the run never ends on its own, 'lockup' when the core locks up. */
  end: number | 'stuck' | 'lockup';
  /** What is typed on the console. */
  input: string;
  /** The whole console output, a character a byte. */
  output: string;
  /** Why QEMU cannot run it as it should be. */
  notOnQemu?: string;
}

export interface Program extends Expectation {
  /** File name of the image. */
  name: string;
  /** Path of the source in firmware/. */
  source: string;
  /** Absolute path of the image. */
  image: string;
  isa: string;
  board: string;
  semihosting: boolean;
}

/** Their names in text, and the board of programs that name none. */
export const ISAS: Record<string, { title: string; board: string }>;
/** Command lines by board. */
export const QEMU: Record<string, readonly string[]>;
export function parseExpectation(source: string): Expectation;
export function programs(): Program[];
export function statedMillions(program: Program): number;
export function runOnQemu(
  program: Program,
  options?: readonly string[],
): Promise<{ end: number | string; output: string }>;
