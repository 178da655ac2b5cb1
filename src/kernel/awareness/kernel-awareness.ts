/** What is known of the kernel in a guest: its threads, and which one runs. Looking has no effect on the guest. */

/** What of a guest is looked at. A debugger's target has it all. */
export interface KernelView {
  /** An aligned word of memory, unsigned; undefined where nothing is. */
  readWord(address: number): number | undefined;
  readByte(address: number): number | undefined;
  readonly symbols: { readonly symbols: readonly KernelSymbol[] };
}

export interface KernelSymbol {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
}

/** `running`: it has the core, or would if no handler ran. `ready`: it would run if no other one did. */
export type ThreadState = 'dormant' | 'ready' | 'running' | 'blocked' | 'ended';

/** The memory of a stack. It grows down from `address + sizeBytes`. */
export interface StackBounds {
  /** Lowest address. */
  readonly address: number;
  readonly sizeBytes: number;
}

export interface KernelThread {
  /** Address of its control block: what tells threads apart. */
  readonly address: number;
  /** As the program named it; control characters are replaced. */
  readonly name: string;
  readonly state: ThreadState;
  /** 0 is the most urgent. The one at which it runs, inherited or its own. */
  readonly priority: number;
  readonly basePriority: number;
  /** Undefined as long as it has none. */
  readonly stack: StackBounds | undefined;
  /** Its stack pointer when it last ceased to run; of no meaning while it runs. */
  readonly savedStackPointer: number;
  /** Address of the list in which it waits: part of a semaphore, a queue, … Undefined where it waits in none. */
  readonly waitsIn: number | undefined;
}

export interface KernelAwareness {
  /** Name of the kernel. */
  readonly kernel: string;
  /** All that have been started and not been joined, in the order in which they were started. */
  threads(): KernelThread[];
  /** The one that runs, or that a handler has interrupted; undefined before the first. */
  running(): KernelThread | undefined;
  /** The one whose control block is at an address; undefined where none is. */
  thread(address: number): KernelThread | undefined;
  /** The stack of handlers, on which the program begins, too; undefined where nothing tells. */
  readonly interruptStack: StackBounds | undefined;
}
