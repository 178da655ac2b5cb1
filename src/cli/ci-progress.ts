/** How far `bluesim ci` is, on stderr: one line that changes on a terminal, a line for each case elsewhere. */
import { tell } from './messages.ts';
import { isTerminal } from './run-input.ts';

const STDERR = 2;
const CLEAR_LINE = '\r\x1b[K';

export class Progress {
  readonly #total: number;
  readonly #isTerminal: boolean;
  readonly #running: string[] = [];
  #done = 0;

  /** @param total number of cases. */
  constructor(total: number) {
    this.#total = total;
    this.#isTerminal = isTerminal(STDERR) && process.env.TERM !== 'dumb';
  }

  started(name: string): void {
    this.#running.push(name);
    this.#show();
  }

  /** @param outcome in a word or two. */
  done(name: string, outcome: string): void {
    this.#done++;
    this.#running.splice(this.#running.indexOf(name), 1);
    if (this.#isTerminal) this.#show();
    else tell(`bluesim: ${this.#done}/${this.#total} ${name}: ${outcome}\n`);
  }

  /** Takes the line away again. */
  end(): void {
    if (this.#isTerminal) tell(CLEAR_LINE);
  }

  #show(): void {
    if (!this.#isTerminal) return;
    const columns = process.stderr.columns || 80;
    const line = `bluesim: ${this.#done}/${this.#total} ${this.#running.join(', ')}`;
    tell(CLEAR_LINE + line.slice(0, columns - 1));
  }
}
