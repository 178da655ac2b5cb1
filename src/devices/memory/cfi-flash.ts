/**
 * Parallel NOR flash with the Intel command set: a bank of two 16-bit chips side by side, as on QEMU's `virt`.
 *
 * Reads and fetches go to the array itself until a command is written; then the device answers, until the next
 * "read array". Operations take no time: the chip is always ready.
 *
 * As on QEMU, because drivers for `virt` rely on it: programming replaces what was there (a real array can only
 * clear bits, and would need an erase first; this one starts out as zeros); a command to any address or lane is
 * for both chips; a reply narrower than a word is its low bytes. Unlike there, an erase waits for its
 * confirmation, and "ready" outlives "clear status".
 *
 * Source: JEDEC JESD68.01 (Common Flash Interface), JEP137B; Intel StrataFlash J3 datasheet, 308551-05.
 */
import type { AccessWidth, Device, DeviceContext } from '../../bus/device.ts';
import type { FlashArray } from '../../bus/flash-array.ts';
import type { State } from '../../bus/state.ts';
import { assert } from '../../errors.ts';

export interface CfiFlashOptions {
  name: string;
  array: FlashArray;
  /** Erase block of the whole bank in bytes; 256 KiB when absent. */
  blockBytes?: number;
}

/** What a read yields. */
type Mode = 'array' | 'status' | 'identification' | 'query';
/** What the next write means. */
type Step = 'command' | 'program' | 'erase' | 'lock' | 'count' | 'buffer' | 'confirm';

const CLEAR_STATUS = 0x50;
const COMMANDS: Readonly<Record<number, readonly [Mode, Step]>> = {
  0: ['array', 'command'],
  16: ['status', 'program'],
  32: ['status', 'erase'],
  64: ['status', 'program'],
  [CLEAR_STATUS]: ['array', 'command'],
  96: ['status', 'lock'],
  112: ['status', 'command'],
  144: ['identification', 'command'],
  152: ['query', 'command'],
  232: ['status', 'count'],
  240: ['array', 'command'],
  255: ['array', 'command'],
};

const READY = 0x80;
const ERASE_ERROR = 0x20;
const PROGRAM_ERROR = 0x10;
const CONFIRM = 0xd0;
const LOCK_BLOCK = 0x01;
const LOCK_DOWN = 0x2f;

const MANUFACTURER = 0x89;
const DEVICE_CODE = 0x18;
const CHIPS = 2;

export class CfiFlash implements Device {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readWidths = 1 | 2 | 4;
  readonly writeWidths = 1 | 2 | 4;
  readonly unaligned = false;
  readonly #context: DeviceContext;
  readonly #array: FlashArray;
  readonly #blockBytes: number;
  readonly #query: Uint8Array;
  #mode: Mode = 'array';
  #step: Step = 'command';
  #status = READY;
  /** Words of a buffered program still to come. */
  #expected = 0;
  /** Words of a buffered program: offset, width, value each. */
  #buffer: number[] = [];

  constructor(context: DeviceContext, options: CfiFlashOptions) {
    this.name = options.name;
    this.sizeBytes = options.array.bytes.length;
    this.#context = context;
    this.#array = options.array;
    this.#blockBytes = options.blockBytes ?? 0x4_0000;
    assert(this.sizeBytes % this.#blockBytes === 0, `${this.name}: size is not a multiple of its blocks`);
    this.#query = queryTable(this.sizeBytes, this.#blockBytes);
    this.reset();
  }

  reset(): void {
    this.#status = READY;
    this.#expected = 0;
    this.#buffer = [];
    this.#enter('array');
  }

  read(offset: number, width: AccessWidth): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: AccessWidth): number {
    if (this.#mode === 'array') return load(this.#array.bytes, offset, width);
    const reply = this.#reply(offset >>> 2);
    return load(Uint8Array.of(reply, 0, reply, 0), 0, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    const low = value & 0xff;
    switch (this.#step) {
      case 'command':
        this.#command(low);
        break;
      case 'program':
        this.#program(offset, width, value);
        this.#enter('status');
        break;
      case 'erase':
        if (low === CONFIRM) this.#erase(offset);
        else this.#sequenceError(`block erase confirmed with ${hexByte(low)}`);
        this.#enter('status');
        break;
      case 'lock':
        // Blocks of this bank are never locked: QEMU's are not either.
        if (low !== CONFIRM && low !== LOCK_BLOCK && low !== LOCK_DOWN) {
          this.#sequenceError(`lock set-up followed by ${hexByte(low)}`);
        }
        this.#enter('status');
        break;
      case 'count':
        this.#expected = (value & 0xffff) + 1;
        this.#enter('status', 'buffer');
        break;
      case 'buffer':
        this.#buffer.push(offset, width, value);
        this.#expected--;
        if (this.#expected === 0) this.#enter('status', 'confirm');
        break;
      case 'confirm':
        if (low === CONFIRM) this.#programBuffer();
        else this.#sequenceError(`buffered program confirmed with ${hexByte(low)}`);
        this.#enter('status');
        break;
    }
  }

  onEvent(_kind: number): void {}

  snapshot(): State {
    return {
      mode: this.#mode,
      step: this.#step,
      status: this.#status,
      expected: this.#expected,
      buffer: [...this.#buffer],
    };
  }

  restore(state: State): void {
    this.#status = state.status as number;
    this.#expected = state.expected as number;
    this.#buffer = [...(state.buffer as number[])];
    this.#enter(state.mode as Mode, state.step as Step);
  }

  #enter(mode: Mode, step: Step = 'command'): void {
    this.#mode = mode;
    this.#step = step;
    this.#array.setDirect(mode === 'array');
  }

  #command(command: number): void {
    const [mode, step] = COMMANDS[command] ?? ['array', 'command'];
    if (command === CLEAR_STATUS) this.#status = READY;
    if (!(command in COMMANDS)) {
      this.#context.guestError('unimplemented', `unknown flash command ${hexByte(command)}`);
    }
    this.#buffer = [];
    this.#enter(mode, step);
  }

  /** Low byte of what each chip puts on the bus. */
  #reply(index: number): number {
    if (this.#mode === 'status') return this.#status;
    if (this.#mode === 'query') return this.#query[index & 0xff] ?? 0;
    if ((index & 0xff) === 0) return MANUFACTURER;
    return (index & 0xff) === 1 ? DEVICE_CODE : 0;
  }

  #program(offset: number, width: number, value: number): void {
    for (let i = 0; i < width; i++) this.#array.bytes[offset + i] = value >>> (8 * i);
    this.#array.changed(offset, width);
  }

  #programBuffer(): void {
    for (let i = 0; i < this.#buffer.length; i += 3) {
      this.#program(this.#buffer[i]!, this.#buffer[i + 1]!, this.#buffer[i + 2]!);
    }
    this.#buffer = [];
  }

  #erase(offset: number): void {
    const start = offset - (offset % this.#blockBytes);
    this.#array.bytes.fill(0xff, start, start + this.#blockBytes);
    this.#array.changed(start, this.#blockBytes);
  }

  /** Both error bits together: the commands came in a wrong order. */
  #sequenceError(message: string): void {
    this.#status |= ERASE_ERROR | PROGRAM_ERROR;
    this.#context.guestError('sequence', message);
  }
}

/** CFI query data of one chip of the bank, by index. */
function queryTable(sizeBytes: number, blockBytes: number): Uint8Array {
  const table = new Uint8Array(0x40);
  const blocks = sizeBytes / blockBytes - 1;
  const chipBlockUnits = blockBytes / CHIPS / 256;
  const text = (index: number, characters: string) => {
    for (let i = 0; i < characters.length; i++) table[index + i] = characters.charCodeAt(i);
  };
  text(0x10, 'QRY');
  // Primary command set 1 (Intel), extended table at 0x31.
  table.set([0x01, 0x00, 0x31, 0x00], 0x13);
  // Supply 4.5 V to 5.5 V. Typical times 2^n: program 128 µs, buffer 128 µs, block erase 1 s. Maximum: 16 times that.
  table.set([0x45, 0x55, 0x00, 0x00, 0x07, 0x07, 0x0a, 0x00, 0x04, 0x04, 0x04, 0x00], 0x1b);
  // Size of a chip 2^n; 16 bits wide; write buffer 2^11 bytes; one region of equal blocks.
  table.set([Math.log2(sizeBytes / CHIPS), 0x02, 0x00, 0x0b, 0x00, 0x01], 0x27);
  table.set([blocks & 0xff, blocks >>> 8, chipBlockUnits & 0xff, chipBlockUnits >>> 8], 0x2d);
  text(0x31, 'PRI10');
  // One protection field.
  table[0x3f] = 0x01;
  return table;
}

function load(bytes: Uint8Array, offset: number, width: AccessWidth): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = (value << 8) | bytes[offset + i]!;
  return value >>> 0;
}

function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
