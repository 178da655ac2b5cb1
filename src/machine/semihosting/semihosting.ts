/**
 * Semihosting: a guest's calls to its host, by a trap that the core recognises (RISC-V: slli x0,x0,0x1f;
 * ebreak; srai x0,x0,7. ARM M profile: BKPT 0xAB). The core passes operation, parameter and its view of
 * memory, and writes the result into the register; nothing here knows the instruction set.
 *
 * Time is virtual time, input is what was queued at stated cycles, and files need a directory that the user
 * granted: so that a run with the same input is the same run.
 *
 * Arm, Semihosting for AArch32 and AArch64, release 2023Q3; RISC-V Semihosting, version 1.0.
 */
import type { State, Stateful, StateValue } from '../../bus/state.ts';
import { hex32 } from '../../errors.ts';
import type { HostFiles } from './files.ts';
import { BAD_POINTER, type GuestAccess, readBytes, readPath, readWords, writeBytes } from './guest-access.ts';
import { type ConsoleStream, type Handle, Handles } from './handles.ts';
import { InputQueue } from './input-queue.ts';
import { APPLICATION_EXIT, Errno, Operation, reasonName } from './operations.ts';

export type { GuestAccess } from './guest-access.ts';

export type SemihostingOutcome =
  /** The result for the guest's return register, as a signed 32-bit integer. */
  | { kind: 'continue'; result: number }
  /** The guest ends. `code` is a signed 32-bit integer, 0 for success; `reason` is the standard's name or a number in hexadecimal. */
  | { kind: 'exit'; code: number; reason: string }
  /** There is no input yet and more may come: repeat the instruction later. Nothing has happened. */
  | { kind: 'wait-input' };

/** Virtual time since power-on. SYS_ELAPSED counts cycles of the core clock, as long as they last at the time. */
export interface SemihostingClock {
  readonly cycles: number;
  readonly frequencyHz: number;
  readonly nanoseconds: number;
}

export interface SemihostingOptions {
  clock: SemihostingClock;
  console: { write(bytes: Uint8Array, stream: ConsoleStream): void };
  files: HostFiles;
  /** What SYS_GET_CMDLINE gives: the program's name and its arguments, separated by spaces. */
  commandLine: string;
  /** Virtual seconds since 1970 at cycle 0; below 2^31. */
  epochSeconds: number;
  /** What SYS_HEAPINFO gives; 0 leaves a bound to the guest's C library. */
  heapInfo: { heapBase: number; heapLimit: number; stackBase: number; stackLimit: number };
  guestError(category: string, message: string): void;
}

/** Guest memory is read and written in pieces of this size, whatever length the guest states. */
const PIECE = 4096;

const WAIT: SemihostingOutcome = { kind: 'wait-input' };

export class Semihosting implements Stateful {
  readonly #options: SemihostingOptions;
  readonly #handles: Handles;
  #errno = 0;
  readonly #input = new InputQueue();
  #inputOpen = false;

  constructor(options: SemihostingOptions) {
    this.#options = options;
    this.#handles = new Handles(options.files);
  }

  /** Queues console input, at the current cycle. */
  input(bytes: Uint8Array): void {
    this.#input.append(bytes);
  }

  /** While input is open, a read without input waits; otherwise it is the end of the file. Starts closed. */
  setInputOpen(open: boolean): void {
    this.#inputOpen = open;
  }

  get inputOpen(): boolean {
    return this.#inputOpen;
  }

  /** Bytes queued that the guest has not yet read. */
  get inputPending(): number {
    return this.#input.length;
  }

  /** Power-on reset: files are closed; input that was queued stays. */
  reset(): void {
    this.#handles.closeAll();
    this.#errno = 0;
  }

  /** Closes the guest's files. */
  dispose(): void {
    this.#handles.closeAll();
  }

  /**
   * One call.
   * @param operation the operation's number (a0 or r0).
   * @param parameter a value or the address of a block of words (a1 or r1), unsigned.
   */
  call(operation: number, parameter: number, memory: GuestAccess): SemihostingOutcome {
    const result = this.#dispatch(operation >>> 0, parameter >>> 0, memory);
    if (typeof result === 'object') return result;
    return {
      kind: 'continue',
      result: (result === BAD_POINTER ? this.#fault(operation, parameter, -1) : result) | 0,
    };
  }

  /** Reports a pointer that leads nowhere. @returns the result for the guest. */
  #fault(operation: number, pointer: number, result: number): number {
    this.#errno = Errno.EFAULT;
    this.#options.guestError(
      'bad-pointer',
      `semihosting operation 0x${(operation >>> 0).toString(16)} was given ${hex32(pointer)}, which leads to memory that the guest may not use`,
    );
    return result;
  }

  #dispatch(
    operation: number,
    parameter: number,
    memory: GuestAccess,
  ): number | typeof BAD_POINTER | SemihostingOutcome {
    const { clock, epochSeconds } = this.#options;
    switch (operation) {
      case Operation.Open:
        return this.#open(parameter, memory);
      case Operation.Close:
        return this.#withHandle(parameter, memory, (_handle, index) =>
          this.#status(this.#handles.close(index)),
        );
      case Operation.WriteCharacter: {
        const byte = memory.readByte(parameter);
        if (byte === undefined) return BAD_POINTER;
        this.#options.console.write(Uint8Array.of(byte), 'stdout');
        return 0;
      }
      case Operation.WriteString:
        return this.#writeString(parameter, memory);
      case Operation.Write:
        return this.#write(parameter, memory);
      case Operation.Read:
        return this.#read(parameter, memory);
      case Operation.ReadCharacter:
        if (this.#input.length === 0) return this.#inputOpen ? WAIT : -1;
        return this.#input.take();
      case Operation.IsError: {
        const status = memory.readWord(parameter);
        return status === undefined ? BAD_POINTER : Number((status | 0) < 0);
      }
      case Operation.IsTty:
        return this.#withHandle(parameter, memory, ({ kind }) =>
          Number(kind !== 'file' && kind !== 'features'),
        );
      case Operation.Seek:
        return this.#seek(parameter, memory);
      case Operation.FileLength:
        return this.#withHandle(parameter, memory, (handle) => this.#status(this.#handles.length(handle)));
      case Operation.TemporaryName:
        return this.#temporaryName(parameter, memory);
      case Operation.Remove:
        return this.#withPaths(parameter, memory, 1, ([path]) => this.#options.files.remove(path!));
      case Operation.Rename:
        return this.#withPaths(parameter, memory, 2, ([from, to]) => this.#options.files.rename(from!, to!));
      case Operation.Clock:
        return Math.floor(clock.nanoseconds / 10_000_000);
      case Operation.Time:
        return epochSeconds + Math.floor(clock.nanoseconds / 1_000_000_000);
      case Operation.System:
        return this.#fail(Errno.ENOSYS);
      case Operation.Errno:
        return this.#errno;
      case Operation.GetCommandLine:
        return this.#commandLine(parameter, memory);
      case Operation.HeapInfo:
        return this.#heapInfo(parameter, memory);
      case Operation.Exit:
        // SYS_EXIT: on a 32-bit architecture the parameter is the reason itself.
        return exit(parameter, parameter === APPLICATION_EXIT ? 0 : 1);
      case Operation.ExitExtended: {
        const block = readWords(parameter, 2, memory);
        if (!block) return BAD_POINTER;
        const [reason, code] = block as [number, number];
        return exit(reason, reason === APPLICATION_EXIT ? code | 0 : 1);
      }
      case Operation.Elapsed: {
        const ticks = clock.cycles;
        const high = Math.floor(ticks / 2 ** 32);
        const done =
          memory.writeWord(parameter, ticks >>> 0) && memory.writeWord((parameter + 4) >>> 0, high);
        return done ? 0 : BAD_POINTER;
      }
      case Operation.TickFrequency:
        return clock.frequencyHz;
      default:
        this.#options.guestError(
          'unimplemented',
          `semihosting operation 0x${operation.toString(16)} does not exist`,
        );
        return this.#fail(Errno.ENOSYS);
    }
  }

  #fail(errno: number): -1 {
    this.#errno = errno;
    return -1;
  }

  /** Turns a negative errno value into -1 and remembers it. */
  #status(value: number): number {
    return value < 0 ? this.#fail(-value) : value;
  }

  #withHandle(
    parameter: number,
    memory: GuestAccess,
    act: (handle: Handle, index: number) => number,
  ): number | typeof BAD_POINTER {
    const index = memory.readWord(parameter);
    if (index === undefined) return BAD_POINTER;
    const handle = this.#handles.get(index >>> 0);
    return handle ? act(handle, index >>> 0) : this.#fail(Errno.EBADF);
  }

  #withPaths(
    parameter: number,
    memory: GuestAccess,
    count: number,
    act: (paths: string[]) => number,
  ): number | typeof BAD_POINTER {
    const block = readWords(parameter, 2 * count, memory);
    if (!block) return BAD_POINTER;
    const paths: string[] = [];
    for (let index = 0; index < count; index++) {
      const path = readPath(block[2 * index]!, block[2 * index + 1]!, memory);
      if (path === BAD_POINTER) return BAD_POINTER;
      if (typeof path === 'number') return this.#fail(-path);
      paths.push(path);
    }
    return this.#status(act(paths));
  }

  #open(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const block = readWords(parameter, 3, memory);
    if (!block) return BAD_POINTER;
    const [pointer, mode, length] = block as [number, number, number];
    if (mode > 11) return this.#fail(Errno.EINVAL);
    const path = readPath(pointer, length, memory);
    if (path === BAD_POINTER) return BAD_POINTER;
    return this.#status(typeof path === 'number' ? path : this.#handles.open(path, mode));
  }

  #writeString(pointer: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const piece = new Uint8Array(PIECE);
    for (let address = pointer; ; ) {
      let count = 0;
      let byte: number | undefined;
      while (count < PIECE && (byte = address > 0xffffffff ? undefined : memory.readByte(address++)))
        piece[count++] = byte;
      if (count > 0) this.#options.console.write(piece.slice(0, count), 'stdout');
      if (byte === undefined) return BAD_POINTER;
      if (byte === 0) return 0;
    }
  }

  /** The result is the number of bytes that were not written. */
  #write(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const block = readWords(parameter, 3, memory);
    if (!block) return BAD_POINTER;
    const [index, pointer, length] = block as [number, number, number];
    const handle = this.#handles.get(index);
    if (!handle || handle.kind === 'stdin') {
      this.#errno = Errno.EBADF;
      return length;
    }
    // A length that cannot be right is found before the first byte goes out.
    const end = pointer + length;
    if (length > 0 && (end > 2 ** 32 || memory.readByte(end - 1) === undefined)) {
      return this.#fault(Operation.Write, pointer, length);
    }
    for (let done = 0; done < length; ) {
      const piece = readBytes(pointer + done, Math.min(PIECE, length - done), memory);
      if (!piece) return this.#fault(Operation.Write, pointer, length - done);
      let count = piece.length;
      if (handle.kind === 'stdout' || handle.kind === 'stderr')
        this.#options.console.write(piece, handle.kind);
      else count = this.#handles.write(handle, piece);
      if (count < 0) this.#errno = -count;
      else done += count;
      if (count < piece.length) return length - done;
    }
    return 0;
  }

  /** The result is the number of bytes of the buffer that were not filled; all of them at the end of the file. */
  #read(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER | SemihostingOutcome {
    const block = readWords(parameter, 3, memory);
    if (!block) return BAD_POINTER;
    const [index, pointer, length] = block as [number, number, number];
    const handle = this.#handles.get(index);
    if (!handle || handle.kind === 'stdout' || handle.kind === 'stderr') {
      this.#errno = Errno.EBADF;
      return length;
    }
    if (handle.kind === 'stdin' && length > 0 && this.#input.length === 0)
      return this.#inputOpen ? WAIT : length;
    const piece = new Uint8Array(Math.min(PIECE, length));
    for (let done = 0; done < length; ) {
      const part = piece.subarray(0, Math.min(PIECE, length - done));
      const count = handle.kind === 'stdin' ? this.#input.peek(part) : this.#handles.read(handle, part);
      if (count < 0) this.#errno = -count;
      if (count <= 0) return length - done;
      if (!writeBytes(pointer + done, part.subarray(0, count), memory)) {
        return this.#fault(Operation.Read, pointer, length - done);
      }
      if (handle.kind === 'stdin') this.#input.drop(count);
      else handle.position += count;
      done += count;
    }
    return 0;
  }

  #seek(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const position = memory.readWord((parameter + 4) >>> 0);
    if (position === undefined) return BAD_POINTER;
    return this.#withHandle(parameter, memory, (handle) => {
      if (handle.kind !== 'file' && handle.kind !== 'features') return this.#fail(Errno.ESPIPE);
      handle.position = position >>> 0;
      return 0;
    });
  }

  #temporaryName(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const block = readWords(parameter, 3, memory);
    if (!block) return BAD_POINTER;
    const [pointer, identifier, length] = block as [number, number, number];
    const name = new TextEncoder().encode(`tmp${identifier.toString().padStart(3, '0')}\0`);
    if (identifier > 255 || length < name.length) return this.#fail(Errno.EINVAL);
    return writeBytes(pointer, name, memory) ? 0 : BAD_POINTER;
  }

  #commandLine(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const block = readWords(parameter, 2, memory);
    if (!block) return BAD_POINTER;
    const [pointer, capacity] = block as [number, number];
    const text = new TextEncoder().encode(`${this.#options.commandLine}\0`);
    if (text.length > capacity) return this.#fail(Errno.E2BIG);
    const done =
      writeBytes(pointer, text, memory) && memory.writeWord((parameter + 4) >>> 0, text.length - 1);
    return done ? 0 : BAD_POINTER;
  }

  /** The parameter is the address of a pointer to the block. */
  #heapInfo(parameter: number, memory: GuestAccess): number | typeof BAD_POINTER {
    const pointer = memory.readWord(parameter);
    if (pointer === undefined) return BAD_POINTER;
    const { heapBase, heapLimit, stackBase, stackLimit } = this.#options.heapInfo;
    for (const [index, value] of [heapBase, heapLimit, stackBase, stackLimit].entries()) {
      if (!memory.writeWord((pointer + 4 * index) >>> 0, value)) return BAD_POINTER;
    }
    return 0;
  }

  /** Which files are open, by path and position; what they hold is the host's and not part of it. */
  snapshot(): State {
    return {
      errno: this.#errno,
      input: this.#input.contents(),
      inputOpen: this.#inputOpen,
      handles: this.#handles.snapshot(),
    };
  }

  restore(state: State): void {
    this.#errno = state.errno as number;
    this.#input.replace(state.input as Uint8Array);
    this.#inputOpen = state.inputOpen as boolean;
    this.#handles.restore(state.handles as StateValue[]);
  }
}

function exit(reason: number, code: number): SemihostingOutcome {
  return { kind: 'exit', code, reason: reasonName(reason) };
}
