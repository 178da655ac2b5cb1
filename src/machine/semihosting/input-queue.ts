/** Console input that the guest has not read yet: appended in bulk, read a byte at a time, at constant cost for each. */
export class InputQueue {
  #buffer = new Uint8Array(64);
  #start = 0;
  #end = 0;

  /** Bytes waiting. */
  get length(): number {
    return this.#end - this.#start;
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(64, 2 * (this.length + bytes.length)));
      grown.set(this.contents());
      this.#end = this.length;
      this.#start = 0;
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Copies what waits, as far as it fits, without taking it. @returns how many bytes. */
  peek(into: Uint8Array): number {
    const count = Math.min(into.length, this.length);
    into.set(this.#buffer.subarray(this.#start, this.#start + count));
    return count;
  }

  /** @param count at most `length`. */
  drop(count: number): void {
    this.#start += count;
  }

  /** Takes one byte; only while `length` is not 0. */
  take(): number {
    return this.#buffer[this.#start++]!;
  }

  /** A copy of what waits. */
  contents(): Uint8Array {
    return this.#buffer.slice(this.#start, this.#end);
  }

  replace(bytes: Uint8Array): void {
    this.#start = this.#end = 0;
    this.append(bytes);
  }
}
