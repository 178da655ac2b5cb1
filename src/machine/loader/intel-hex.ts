/**
 * Intel HEX: what vendors' tools and `objcopy -O ihex` write. Lines are read straight from the bytes, since a
 * file of hundreds of megabytes does not fit into one string.
 *
 * Intel, Hexadecimal Object File Format Specification, revision A, 1988.
 */
import { hex32, UserError } from '../../errors.ts';

export interface HexFile {
  /** Ascending, not overlapping, each as long as the data is contiguous. */
  segments: { address: number; bytes: Uint8Array }[];
  /** From record type 05 (start linear address) or 03 (start segment address). */
  entry: number | undefined;
}

const RecordType = {
  Data: 0,
  EndOfFile: 1,
  ExtendedSegmentAddress: 2,
  StartSegmentAddress: 3,
  ExtendedLinearAddress: 4,
  StartLinearAddress: 5,
} as const;

const PAYLOAD_SIZES: Record<number, number> = { 1: 0, 2: 2, 3: 4, 4: 2, 5: 4 };
const HINT = 'Make the file again, for example with `objcopy -O ihex image.elf image.hex`.';

interface Run {
  address: number;
  /** Where its data begins in the collected data. */
  start: number;
  sizeBytes: number;
  line: number;
}

/** Value of a hexadecimal digit's character code, or -1. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Whether the file begins as an Intel HEX file does: a colon and at least eight hexadecimal digits. */
export function looksLikeIntelHex(bytes: Uint8Array): boolean {
  let position = 0;
  while (position < bytes.length && position < 256 && isSpace(bytes[position]!)) position++;
  if (bytes[position] !== 0x3a) return false;
  for (let index = 1; index <= 8; index++) if (digit(bytes[position + index] ?? 0) < 0) return false;
  return true;
}

class HexReader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  /** Two digits make a byte, so the data is never longer than half of the file. */
  readonly #data: Uint8Array;
  #dataSize = 0;
  readonly #runs: Run[] = [];
  #line = 0;
  #base = 0;
  #wrapsAt64KiB = false;
  #entry: number | undefined;
  #ended = false;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
    this.#data = new Uint8Array(bytes.length >>> 1);
  }

  #fail(what: string): never {
    throw new UserError(`\`${this.#name}\` line ${this.#line}: ${what}.`, HINT);
  }

  read(): HexFile {
    const bytes = this.#bytes;
    for (let position = 0; position < bytes.length; ) {
      this.#line++;
      let lineEnd = bytes.indexOf(0x0a, position);
      if (lineEnd < 0) lineEnd = bytes.length;
      let from = position;
      let to = lineEnd;
      while (from < to && isSpace(bytes[from]!)) from++;
      while (to > from && isSpace(bytes[to - 1]!)) to--;
      if (to > from) this.#record(from, to);
      position = lineEnd + 1;
    }
    if (!this.#ended) {
      throw new UserError(
        `\`${this.#name}\` is truncated: it has no end-of-file record (:00000001FF).`,
        HINT,
      );
    }
    return { segments: this.#join(), entry: this.#entry };
  }

  /** One line without white space around it, `from` up to but not including `to`. */
  #record(from: number, to: number): void {
    if (this.#ended) this.#fail('there is something after the end-of-file record');
    if (this.#bytes[from] !== 0x3a) this.#fail('a record begins with a colon');
    const digits = to - from - 1;
    if (digits % 2 !== 0 || digits < 10) this.#fail('the record is cut off');
    if (digits > 2 * (255 + 5)) this.#fail('the record is too long');
    const record = new Uint8Array(digits >>> 1);
    let sum = 0;
    for (let index = 0; index < record.length; index++) {
      const high = digit(this.#bytes[from + 1 + 2 * index]!);
      const low = digit(this.#bytes[from + 2 + 2 * index]!);
      if (high < 0 || low < 0) this.#fail('there is a character that is no hexadecimal digit');
      record[index] = (high << 4) | low;
      sum += record[index]!;
    }
    const size = record[0]!;
    if (record.length !== size + 5) {
      this.#fail(`the record states ${size} data bytes and has ${record.length - 5}`);
    }
    if ((sum & 0xff) !== 0) {
      const found = record.at(-1)!;
      const expected = (found - sum) & 0xff;
      const text = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
      this.#fail(`the checksum is ${text(found)} and should be ${text(expected)}`);
    }
    const type = record[3]!;
    if (type > RecordType.StartLinearAddress) this.#fail(`record type ${type} does not exist`);
    if (type !== RecordType.Data && size !== PAYLOAD_SIZES[type]) {
      this.#fail(`a record of type ${type} has ${PAYLOAD_SIZES[type]} data bytes, not ${size}`);
    }
    this.#apply(type, (record[1]! << 8) | record[2]!, record.subarray(4, 4 + size));
  }

  #apply(type: number, offset: number, payload: Uint8Array): void {
    const half = (index: number) => (payload[index]! << 8) | payload[index + 1]!;
    switch (type) {
      case RecordType.Data:
        this.#store(offset, payload);
        break;
      case RecordType.EndOfFile:
        this.#ended = true;
        break;
      case RecordType.ExtendedSegmentAddress:
        this.#base = half(0) * 16;
        this.#wrapsAt64KiB = true;
        break;
      case RecordType.StartSegmentAddress:
        this.#entry = half(0) * 16 + half(2);
        break;
      case RecordType.ExtendedLinearAddress:
        this.#base = half(0) * 0x10000;
        this.#wrapsAt64KiB = false;
        break;
      case RecordType.StartLinearAddress:
        this.#entry = half(0) * 0x10000 + half(2);
        break;
    }
  }

  #store(offset: number, payload: Uint8Array): void {
    const fits = this.#wrapsAt64KiB ? Math.min(payload.length, 0x10000 - offset) : payload.length;
    if (this.#base + offset + fits > 2 ** 32) this.#fail('the data runs past the end of the address space');
    this.#append(this.#base + offset, payload.subarray(0, fits));
    this.#append(this.#base, payload.subarray(fits));
  }

  #append(address: number, data: Uint8Array): void {
    if (data.length === 0) return;
    this.#data.set(data, this.#dataSize);
    const last = this.#runs.at(-1);
    if (last && last.address + last.sizeBytes === address) last.sizeBytes += data.length;
    else this.#runs.push({ address, start: this.#dataSize, sizeBytes: data.length, line: this.#line });
    this.#dataSize += data.length;
  }

  /** Sorts the runs, refuses overlaps and joins runs that touch. */
  #join(): HexFile['segments'] {
    const runs = this.#runs.sort((a, b) => a.address - b.address);
    const segments: HexFile['segments'] = [];
    for (let first = 0; first < runs.length; ) {
      let after = first + 1;
      let end = runs[first]!.address + runs[first]!.sizeBytes;
      while (after < runs.length && runs[after]!.address <= end) {
        const [lower, upper] = [runs[after - 1]!, runs[after]!];
        if (upper.address < end) {
          throw new UserError(
            `\`${this.#name}\` has two values for address ${hex32(upper.address)}: in the data from line ${lower.line} and from line ${upper.line}.`,
            'Two images were probably merged; give them different addresses.',
          );
        }
        end = upper.address + upper.sizeBytes;
        after++;
      }
      const address = runs[first]!.address;
      const bytes = new Uint8Array(end - address);
      for (const run of runs.slice(first, after)) {
        bytes.set(this.#data.subarray(run.start, run.start + run.sizeBytes), run.address - address);
      }
      segments.push({ address, bytes });
      first = after;
    }
    return segments;
  }
}

/** @throws UserError that names the line, when a record is damaged, data overlaps or the end is missing. */
export function parseIntelHex(bytes: Uint8Array, name: string): HexFile {
  return new HexReader(bytes, name).read();
}
