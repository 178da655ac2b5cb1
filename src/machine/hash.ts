/** A 64-bit fingerprint of machine state: not cryptographic, but every bit counts and the order of parts too. */
import type { StateValue } from '../bus/state.ts';

export class Fingerprint {
  #a = 0x9e3779b9 | 0;
  #b = 0x85ebca6b | 0;

  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x2c1b3c6d);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b + value, 0x297a2d39) ^ (this.#a >>> 3);
    this.#b = (this.#b << 13) | (this.#b >>> 19);
  }

  words(values: Int32Array): void {
    for (const value of values) this.word(value);
  }

  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  /** Numbers as 64-bit floats, everything else by its parts. */
  state(value: StateValue): void {
    if (typeof value === 'number') this.words(new Int32Array(Float64Array.of(value).buffer));
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'boolean') this.word(value ? 1 : 2);
    else if (value === null) this.word(3);
    else if (value instanceof Int32Array) {
      this.word(value.length);
      this.words(value);
    } else if (value instanceof Uint8Array) {
      this.word(value.length);
      for (const byte of value) this.word(byte);
    } else if (value instanceof Float64Array) {
      this.word(value.length);
      this.words(new Int32Array(value.slice().buffer));
    } else if (Array.isArray(value)) {
      this.word(value.length);
      for (const element of value) this.state(element);
    } else {
      for (const key of Object.keys(value)) {
        this.text(key);
        this.state(value[key]!);
      }
    }
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    const part = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
    return part(this.#a) + part(this.#b);
  }
}
