/** A guest without a core: memory to put parameters into, and calls made by hand. For tests. */

import type { ConsoleStream } from './handles.ts';
import { MemoryFiles } from './memory-files.ts';
import type { GuestAccess, SemihostingOptions, SemihostingOutcome } from './semihosting.ts';
import { Semihosting } from './semihosting.ts';

/** Where the test guest's memory begins. */
export const BASE = 0x80000000;

export class TestGuest implements GuestAccess {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly errors: string[] = [];
  readonly written: Record<ConsoleStream, string> = { stdout: '', stderr: '' };
  readonly semihosting: Semihosting;
  cycles = 0;
  readonly frequencyHz = 100_000_000;

  get nanoseconds(): number {
    return this.cycles * 10;
  }

  constructor(options: Partial<SemihostingOptions> = {}, sizeBytes = 0x4000) {
    this.bytes = new Uint8Array(sizeBytes);
    this.view = new DataView(this.bytes.buffer);
    this.semihosting = new Semihosting({
      clock: this,
      console: {
        write: (bytes, stream) => {
          this.written[stream] += new TextDecoder('latin1').decode(bytes);
        },
      },
      files: new MemoryFiles(),
      commandLine: 'program one two',
      epochSeconds: 1_000_000_000,
      heapInfo: {
        heapBase: 0x80001000,
        heapLimit: 0x80002000,
        stackBase: 0x80004000,
        stackLimit: 0x80003000,
      },
      guestError: (category) => this.errors.push(category),
      ...options,
    });
  }

  #has(address: number, width: number): boolean {
    return address >= BASE && address + width <= BASE + this.bytes.length;
  }

  readByte(address: number): number | undefined {
    return this.#has(address, 1) ? this.bytes[address - BASE] : undefined;
  }

  readWord(address: number): number | undefined {
    return this.#has(address, 4) ? this.view.getInt32(address - BASE, true) : undefined;
  }

  writeByte(address: number, value: number): boolean {
    if (this.#has(address, 1)) this.bytes[address - BASE] = value;
    return this.#has(address, 1);
  }

  writeWord(address: number, value: number): boolean {
    if (this.#has(address, 4)) this.view.setInt32(address - BASE, value, true);
    return this.#has(address, 4);
  }

  /** Puts a zero-terminated string at an offset. @returns its address. */
  text(offset: number, text: string): number {
    this.bytes.set(new TextEncoder().encode(`${text}\0`), offset);
    return BASE + offset;
  }

  /** A call with a block of words as parameter, which goes to offset 0. */
  outcome(operation: number, ...block: number[]): SemihostingOutcome {
    for (const [index, word] of block.entries()) this.view.setUint32(4 * index, word, true);
    return this.semihosting.call(operation, BASE, this);
  }

  /** The result of such a call that goes on. */
  call(operation: number, ...block: number[]): number {
    const outcome = this.outcome(operation, ...block);
    if (outcome.kind !== 'continue') throw new Error(`the call ended with ${outcome.kind}`);
    return outcome.result;
  }

  open(path: string, mode: number): number {
    const length = new TextEncoder().encode(path).length;
    return this.call(0x01, this.text(0x100, path), mode, length);
  }

  write(handle: number, text: string): number {
    return this.call(0x05, handle, this.text(0x800, text), text.length);
  }

  /** @returns what was read as text, and the result of the call. */
  read(handle: number, length: number): [string, number] {
    const result = this.call(0x06, handle, BASE + 0x800, length);
    return [new TextDecoder('latin1').decode(this.bytes.subarray(0x800, 0x800 + length - result)), result];
  }

  get errno(): number {
    return this.call(0x13);
  }
}
