/** What a guest has printed, and the search for what a caller waits for in it. */

/** Text kept for `text`, in characters; older text goes first. */
const KEPT_CHARACTERS = 4 << 20;
/** A pattern that spans lines is looked for in this much text before the present position. */
const WINDOW_CHARACTERS = 4096;

/** A pattern to look for; `seen` is called with the match, at the byte that completes it. */
export interface Watch {
  readonly pattern: RegExp;
  seen(match: string): void;
}

export class ConsoleLog {
  #text = '';
  #line = '';
  #watches: readonly Watch[] = [];
  #matched = false;
  /** Bytes written since the start. */
  length = 0;

  /** What was printed, each byte one character (Latin-1), as far as it is kept. */
  get text(): string {
    return this.#text;
  }

  /**
   * Looks for these from now on. What has been seen of the line stays, when these are the patterns of before and
   * none has matched: so it does not matter into how many pieces a run is cut.
   */
  watch(watches: readonly Watch[]): void {
    const goesOn =
      !this.#matched &&
      watches.length === this.#watches.length &&
      watches.every(({ pattern }, index) => String(pattern) === String(this.#watches[index]!.pattern));
    if (!goesOn) this.#line = '';
    this.#matched = false;
    this.#watches = watches;
  }

  append(byte: number): void {
    this.length++;
    this.#text += String.fromCharCode(byte);
    if (this.#text.length > 2 * KEPT_CHARACTERS) this.#text = this.#text.slice(-KEPT_CHARACTERS);
    if (this.#watches.length > 0) this.#look(byte);
  }

  /** A pattern is tried on the current line at each byte, and on the last lines together when one ends. */
  #look(byte: number): void {
    this.#line = (this.#line + String.fromCharCode(byte)).slice(-WINDOW_CHARACTERS);
    const current = this.#line.slice(this.#line.lastIndexOf('\n', this.#line.length - 2) + 1);
    const text = byte === 0x0a ? this.#line : current;
    for (const { pattern, seen } of this.#watches) {
      pattern.lastIndex = 0;
      const match = pattern.exec(text);
      if (match === null) continue;
      this.#matched = true;
      seen(match[0]);
    }
  }
}
