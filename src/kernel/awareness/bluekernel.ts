/**
 * Threads of bluekernel, the kernel in firmware/, by its symbols and by the layout of a thread's control block, which is
 * `#[repr(C)]` and the same on RV32 and ARMv7-M (firmware/kernel/src/thread.rs and scheduler.rs). Neither debugging
 * information nor code in the image is needed.
 *
 * What is read may be anything before the program has initialised its variables: what cannot be a thread is none.
 */
import type {
  KernelAwareness,
  KernelThread,
  KernelView,
  StackBounds,
  ThreadState,
} from './kernel-awareness.ts';

/** Offsets in a control block, in bytes. */
const Field = {
  StackPointer: 0,
  StackBottom: 4,
  Priority: 16,
  BasePriority: 17,
  State: 18,
  WaitsIn: 20,
  StackWords: 64,
  NameAddress: 72,
  NameLength: 76,
  StartedBefore: 80,
} as const;
const CONTROL_BLOCK_BYTES = 88;
const STATES: readonly ThreadState[] = ['dormant', 'ready', 'blocked', 'ended'];
const LONGEST_NAME = 64;
/** More than any program starts: a list that is longer goes round. */
const MOST_THREADS = 4096;

/** What the kernel's functions need. */
interface Anchors {
  /** Two words: the thread that runs, and the one that should. */
  readonly running: number;
  /** The thread that was started last. */
  readonly started: number;
}

/** @returns undefined for an image without this kernel, or whose symbols were stripped. */
export function bluekernelOf(view: KernelView): KernelAwareness | undefined {
  const running = schedulerVariable(view, 'RUNNING', 8);
  const started = schedulerVariable(view, 'STARTED', 4);
  const idle = schedulerVariable(view, 'IDLE', CONTROL_BLOCK_BYTES);
  if (running === undefined || started === undefined || idle === undefined) return undefined;
  return new Bluekernel(view, { running, started });
}

/**
 * A static of the module `scheduler`: Rust's mangled name has the path with the length of each part, and between them
 * what tells one build from another. The compiler puts a dot and a number behind some.
 * @param sizeBytes as this version of the kernel has it: of another one the layout is not known.
 */
function schedulerVariable(view: KernelView, name: string, sizeBytes: number): number | undefined {
  const pattern = new RegExp(`10bluekernel9scheduler${name.length}${name}(17h[0-9a-f]{16}E)?(\\.|$)`);
  return view.symbols.symbols.find((symbol) => symbol.sizeBytes === sizeBytes && pattern.test(symbol.name))
    ?.address;
}

class Bluekernel implements KernelAwareness {
  readonly kernel = 'bluekernel';
  readonly interruptStack: StackBounds | undefined;
  readonly #view: KernelView;
  readonly #anchors: Anchors;

  constructor(view: KernelView, anchors: Anchors) {
    this.#view = view;
    this.#anchors = anchors;
    const label = (name: string) => view.symbols.symbols.find((symbol) => symbol.name === name)?.address;
    const [bottom, top] = [label('__interrupt_stack_bottom'), label('__interrupt_stack_top')];
    if (bottom !== undefined && top !== undefined)
      this.interruptStack = { address: bottom, sizeBytes: top - bottom };
  }

  threads(): KernelThread[] {
    const found: KernelThread[] = [];
    const running = this.#runningAddress();
    for (let address = this.#word(this.#anchors.started); address !== 0 && found.length < MOST_THREADS; ) {
      const thread = this.#threadAt(address, running);
      if (thread === undefined || found.some((other) => other.address === address)) break;
      found.push(thread);
      address = this.#word(address + Field.StartedBefore);
    }
    return found.reverse();
  }

  running(): KernelThread | undefined {
    const address = this.#runningAddress();
    return this.#threadAt(address, address);
  }

  thread(address: number): KernelThread | undefined {
    return this.#threadAt(address, this.#runningAddress());
  }

  #nameOf(address: number): string | undefined {
    if (address === 0 || address % 4 !== 0) return undefined;
    const length = this.#word(address + Field.NameLength);
    if (length === 0 || length > LONGEST_NAME) return undefined;
    const start = this.#word(address + Field.NameAddress);
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) {
      const byte = this.#view.readByte((start + index) >>> 0);
      if (byte === undefined) return undefined;
      // A name that has a control character in it is none, or wants to drive a terminal.
      bytes[index] = byte < 0x20 || byte === 0x7f ? 0x3f : byte;
    }
    return new TextDecoder().decode(bytes);
  }

  #runningAddress(): number {
    return this.#word(this.#anchors.running);
  }

  #threadAt(address: number, running: number): KernelThread | undefined {
    const name = this.#nameOf(address);
    const state = STATES[this.#byte(address + Field.State)];
    if (name === undefined || state === undefined) return undefined;
    const words = this.#word(address + Field.StackWords);
    const waitsIn = this.#word(address + Field.WaitsIn);
    return {
      address,
      name,
      state: state === 'ready' && address === running ? 'running' : state,
      priority: this.#byte(address + Field.Priority),
      basePriority: this.#byte(address + Field.BasePriority),
      stack:
        words === 0 ? undefined : { address: this.#word(address + Field.StackBottom), sizeBytes: 4 * words },
      savedStackPointer: this.#word(address + Field.StackPointer),
      waitsIn: state === 'blocked' && waitsIn !== 0 ? waitsIn : undefined,
    };
  }

  #word(address: number): number {
    return this.#view.readWord(address >>> 0) ?? 0;
  }

  #byte(address: number): number {
    return this.#view.readByte(address >>> 0) ?? 0xff;
  }
}
