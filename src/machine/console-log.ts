/** What a guest has printed, and the search for what a caller waits for in it. */

/** Text kept for `text`, in bytes; older text goes first. */
const KEPT_BYTES = 4 << 20;
/** A pattern that spans lines is looked for in this much text before the present position. */
const WINDOW_CHARACTERS = 4096;
const FIRST_BYTES = 4096;
/** String.fromCharCode takes so many arguments anywhere. */
const PIECE_BYTES = 8192;
const LINE_FEED = 0x0a;

/** A pattern to look for; `seen` is called with the match, at the byte that completes it. */
export interface Watch {
  readonly pattern: RegExp;
  seen(match: string): void;
}

export class ConsoleLog {
  /** Bytes written since the start. */
  length = 0;
  /** Bytes, not a string: one that grows by a character at a time takes 32 bytes for each. */
  #bytes = new Uint8Array(FIRST_BYTES);
  #kept = 0;
  /** The present line, and the ones before it with their line feeds: what patterns are tried on. */
  #line = '';
  #lines = '';
  #watches: readonly Watch[] = [];
  #matched = false;

  /** What was printed, each byte one character (Latin-1), as far as it is kept. */
  get text(): string {
    let text = '';
    for (let at = 0; at < this.#kept; at += PIECE_BYTES) {
      text += String.fromCharCode(...this.#bytes.subarray(at, Math.min(this.#kept, at + PIECE_BYTES)));
    }
    return text;
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
    if (!goesOn) {
      this.#line = '';
      this.#lines = '';
    }
    this.#matched = false;
    this.#watches = watches;
  }

  append(byte: number): void {
    this.length++;
    if (this.#kept === this.#bytes.length) this.#makeRoom();
    this.#bytes[this.#kept++] = byte;
    if (this.#watches.length > 0) this.#look(byte);
  }

  #makeRoom(): void {
    if (this.#bytes.length < 2 * KEPT_BYTES) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    } else {
      this.#bytes.copyWithin(0, this.#kept - KEPT_BYTES);
      this.#kept = KEPT_BYTES;
    }
  }

  /** A pattern is tried on the present line at each byte, and on the last lines together when one ends. */
  #look(byte: number): void {
    this.#line = (this.#line + String.fromCharCode(byte)).slice(-WINDOW_CHARACTERS);
    let text = this.#line;
    if (byte === LINE_FEED) {
      this.#lines = (this.#lines + this.#line).slice(-WINDOW_CHARACTERS);
      this.#line = '';
      text = this.#lines;
    }
    for (const { pattern, seen } of this.#watches) {
      pattern.lastIndex = 0;
      const match = pattern.exec(text);
      if (match === null) continue;
      this.#matched = true;
      seen(match[0]);
    }
  }
}
