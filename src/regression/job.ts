/** What is measured: a job as the configuration has it, and the cases that its images, boards and models make. */

/** How a run has to end. */
export type ExpectedEnd =
  /** The guest ends with this exit code. */
  | { readonly kind: 'exit'; readonly code: number }
  /** The console matches the job's `until`. */
  | { readonly kind: 'match' }
  /** The limit of cycles or instructions. */
  | { readonly kind: 'limit' }
  /** The guest can never get any further. */
  | { readonly kind: 'stuck' };

/** Input of a UART, there from the first cycle. */
export interface JobInput {
  /** Name of the UART; undefined for the board's console. */
  readonly port: string | undefined;
  /** A file's path, relative to the configuration's folder, or the text itself. */
  readonly from: { readonly file: string } | { readonly text: string };
}

/** What all cases of a job have in common. Plain data: it goes to worker threads as it is. */
export interface JobSettings {
  readonly cpu: string | undefined;
  /** Size of RAM in bytes; undefined: the board's. */
  readonly ramBytes: number | undefined;
  readonly extensions: readonly string[];
  /** Where a raw binary goes. */
  readonly loadAddress: number | undefined;
  readonly semihosting: boolean;
  readonly strict: boolean;
  readonly pacedUart: boolean;
  readonly inputs: readonly JobInput[];
  readonly arguments: readonly string[];
  readonly maxCycles: number;
  readonly maxInstructions: number | undefined;
  /** Sources of regular expressions. */
  readonly until: string | undefined;
  readonly failOn: string | undefined;
  readonly end: ExpectedEnd;
  /** Name → `FROM -> TO`. */
  readonly probes: Readonly<Record<string, string>>;
}

export interface Job {
  readonly name: string;
  /** Line of the configuration in which it begins, from 1. */
  readonly line: number;
  /** Paths and patterns, relative to the configuration's folder. */
  readonly images: readonly string[];
  /** Undefined: the board that the image asks for. */
  readonly boards: readonly (string | undefined)[];
  /** Undefined: the board's timing model. */
  readonly models: readonly (string | undefined)[];
  readonly settings: JobSettings;
  /** Figure → the most that it may be. */
  readonly budgets: Readonly<Record<string, number>>;
  /** Which of these are lists, and so part of a case's name. */
  readonly listed: { readonly images: boolean; readonly boards: boolean; readonly models: boolean };
}

/** One image on one board with one timing model. Plain data, as above. */
export interface Case {
  /** `JOB`, and behind it, each after a slash, what of the job is a list: image, board, model. */
  readonly name: string;
  /** Path relative to the configuration's folder. */
  readonly image: string;
  readonly board: string | undefined;
  readonly model: string | undefined;
  readonly settings: JobSettings;
  readonly budgets: Readonly<Record<string, number>>;
  /** Line of the job in the configuration. */
  readonly line: number;
}
