/**
 * The ownership-tracking allocator of guest memory. A board plans its regions; the allocator lays them out in
 * one fixed-size WebAssembly.Memory and hands each out as typed-array views with name, bounds, permissions and
 * owner. Regions whose guest addresses overlap are refused by name.
 *
 * Why one WebAssembly.Memory: a translator to WebAssembly can then share CPU state, RAM and the attribute and
 * shadow planes with the interpreter (DESIGN.md, "Memory"). Fixed size, because a growable buffer makes every
 * typed-array access slower.
 *
 * Each region has one attribute byte per 64-byte granule. `Touched` alone means that a store needs no further
 * thought; anything else sends the store down the slow path. That is how self-modifying code, reservations and
 * snapshots cost the plain run nothing. A mirror is a second view of the same bytes and the same attributes, so that
 * these hold whichever address is used. Fresh memory is all zeros, attributes included: nothing has to be filled.
 */
import { hex32, InternalError, UserError } from '../../errors.ts';

/** Bits of a granule's attribute byte. A plain enum so that the bundle has literals. */
export enum Attribute {
  /** The page may hold something other than zeros. */
  Touched = 1,
  /** The granule holds bytes of predecoded instructions. */
  Code = 2,
  /** The granule holds the reserved word of an LR. */
  Reserved = 4,
}

export const GRANULE_SHIFT = 6;
export const GRANULE_BYTES = 1 << GRANULE_SHIFT;
export const PAGE_SHIFT = 12;
export const PAGE_BYTES = 1 << PAGE_SHIFT;
const WASM_PAGE_BYTES = 65536;
/** Room for CPU state at the start of the memory. */
const CPU_STATE_BYTES = PAGE_BYTES;

export interface Permissions {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

/** What a board asks for. */
export interface RegionPlan {
  /** Unique on the board: 'ram', 'flash0', 'boot-rom'. */
  readonly name: string;
  /** Guest physical address, a multiple of 4096. */
  readonly address: number;
  /** A positive multiple of 4096. */
  readonly sizeBytes: number;
  readonly permissions: Permissions;
  /** Who owns the bytes when the machine starts: 'board', 'guest', a device. */
  readonly owner: string;
  /** Cycles that each access to a word waits, 0 to 15, for timing models with rules. Default: 0. */
  readonly waitStates?: number;
  /** Name of a region of the same size whose bytes appear here once more, because the board decodes fewer address lines. */
  readonly mirrorOf?: string;
}

/** One region of guest memory. */
export class Region {
  readonly name: string;
  /** First guest address, unsigned. */
  readonly address: number;
  readonly sizeBytes: number;
  readonly permissions: Permissions;
  readonly owner: string;
  /** The region whose bytes and attributes these are; undefined where they are its own. */
  readonly mirrorOf: Region | undefined;
  /** Cycles that each access to a word waits. */
  readonly waitStates: number;
  readonly bytes: Uint8Array;
  readonly signedBytes: Int8Array;
  readonly halfwords: Uint16Array;
  readonly signedHalfwords: Int16Array;
  readonly words: Int32Array;
  /** One byte per granule; bits of `Attribute`, the same `Touched` for all of a page. */
  readonly attributes: Uint8Array;
  /** Whether loads and fetches see the bytes themselves; flash that was given a command answers for itself. */
  direct = true;

  constructor(
    plan: RegionPlan,
    buffer: ArrayBufferLike,
    offset: number,
    attributeOffset: number,
    mirrorOf?: Region,
  ) {
    this.name = plan.name;
    this.address = plan.address;
    this.sizeBytes = plan.sizeBytes;
    this.permissions = plan.permissions;
    this.owner = plan.owner;
    this.mirrorOf = mirrorOf;
    this.waitStates = plan.waitStates ?? 0;
    this.bytes = new Uint8Array(buffer, offset, plan.sizeBytes);
    this.signedBytes = new Int8Array(buffer, offset, plan.sizeBytes);
    this.halfwords = new Uint16Array(buffer, offset, plan.sizeBytes >>> 1);
    this.signedHalfwords = new Int16Array(buffer, offset, plan.sizeBytes >>> 1);
    this.words = new Int32Array(buffer, offset, plan.sizeBytes >>> 2);
    this.attributes = new Uint8Array(buffer, attributeOffset, plan.sizeBytes >>> GRANULE_SHIFT);
  }

  /** First address after the region; may be 2^32. */
  get end(): number {
    return this.address + this.sizeBytes;
  }

  contains(address: number, sizeBytes = 1): boolean {
    return address >= this.address && address + sizeBytes <= this.end;
  }

  /** Notes that a page is about to be written: from here on its stores take the fast path. */
  touchPage(offset: number): void {
    const first = (offset >>> PAGE_SHIFT) << (PAGE_SHIFT - GRANULE_SHIFT);
    const last = first + (PAGE_BYTES >>> GRANULE_SHIFT);
    for (let granule = first; granule < last; granule++) this.attributes[granule]! |= Attribute.Touched;
  }

  /** Copies bytes in, as the loader or the board's designer would: permissions do not count. */
  load(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    for (let page = offset >>> PAGE_SHIFT; page <= (offset + bytes.length - 1) >>> PAGE_SHIFT; page++) {
      this.touchPage(page << PAGE_SHIFT);
    }
    this.bytes.set(bytes, offset);
  }

  /** Zeroes a range. Pages that were never written are zero already and stay untouched. */
  zero(offset: number, sizeBytes: number): void {
    const end = offset + sizeBytes;
    for (let at = offset; at < end; at = (at | (PAGE_BYTES - 1)) + 1) {
      if ((this.attributes[at >>> GRANULE_SHIFT]! & Attribute.Touched) === 0) continue;
      this.bytes.fill(0, at, Math.min(end, (at | (PAGE_BYTES - 1)) + 1));
    }
  }

  /** The pages that were ever written, as byte offsets in rising order. */
  *touchedPages(): Generator<number> {
    for (let offset = 0; offset < this.sizeBytes; offset += PAGE_BYTES) {
      if (this.attributes[offset >>> GRANULE_SHIFT]! & Attribute.Touched) yield offset;
    }
  }

  /** All bytes zero, nothing touched, as after power-on. */
  clear(): void {
    for (const offset of this.touchedPages()) {
      const end = offset + PAGE_BYTES;
      this.bytes.fill(0, offset, end);
      this.attributes.fill(0, offset >>> GRANULE_SHIFT, end >>> GRANULE_SHIFT);
    }
  }
}

/** All memory of one machine. */
export class GuestMemory {
  /** A WebAssembly.Memory. Named by what is used of it, as TypeScript knows WebAssembly only with the DOM's library. */
  readonly memory: { readonly buffer: SharedArrayBuffer };
  /** Room for the registers of the core, shared with whatever executes it. */
  readonly cpuState: Int32Array;
  /** All that a guest can address, in rising order of address. */
  readonly regions: readonly Region[];
  /** The regions that have bytes of their own: all but the mirrors. */
  readonly memories: readonly Region[];

  /**
   * @throws UserError when two regions overlap, a region is misplaced, or the host has too little memory.
   */
  constructor(plans: readonly RegionPlan[]) {
    const sorted = [...plans].sort((a, b) => a.address - b.address);
    checkPlans(sorted);
    const memories = sorted.filter(({ mirrorOf }) => mirrorOf === undefined);
    let total = CPU_STATE_BYTES;
    const offsets = memories.map((plan) => {
      const offset = total;
      total += plan.sizeBytes;
      return offset;
    });
    const attributeOffsets = memories.map((plan) => {
      const offset = total;
      total += plan.sizeBytes >>> GRANULE_SHIFT;
      return offset;
    });
    const pages = Math.ceil(total / WASM_PAGE_BYTES);
    try {
      // Shared, although one thread uses it: memory of this kind does not count as pressure on V8's heap, whose
      // answer to 200 MiB at once is a full collection (25 ms of a start-up of 45).
      this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    } catch {
      throw new UserError(
        `the host cannot give ${Math.ceil(total / 2 ** 20)} MiB for the board's memory`,
        'Choose a smaller RAM with --ram, or close other machines.',
      );
    }
    const buffer = this.memory.buffer;
    this.cpuState = new Int32Array(buffer, 0, CPU_STATE_BYTES >>> 2);
    this.memories = memories.map((plan, i) => new Region(plan, buffer, offsets[i]!, attributeOffsets[i]!));
    this.regions = sorted.map((plan) => {
      const i = memories.findIndex(({ name }) => name === (plan.mirrorOf ?? plan.name));
      const memory = this.memories[i]!;
      if (plan.mirrorOf === undefined) return memory;
      return new Region(plan, buffer, offsets[i]!, attributeOffsets[i]!, memory);
    });
  }

  /** The region that holds an address, or undefined. */
  find(address: number): Region | undefined {
    for (const region of this.regions) if (region.contains(address)) return region;
    return undefined;
  }

  /** @throws InternalError when the board has no region of this name. */
  region(name: string): Region {
    const region = this.regions.find((candidate) => candidate.name === name);
    if (region === undefined) throw new InternalError(`the board has no memory region ${name}`);
    return region;
  }
}

function checkPlans(sorted: readonly RegionPlan[]): void {
  const names = new Set<string>();
  let previous: RegionPlan | undefined;
  for (const plan of sorted) {
    const range = `${hex32(plan.address)}, ${plan.sizeBytes} bytes`;
    if (names.has(plan.name)) throw new UserError(`two memory regions have the name ${plan.name}`);
    names.add(plan.name);
    if (plan.sizeBytes <= 0 || plan.sizeBytes % PAGE_BYTES !== 0 || plan.address % PAGE_BYTES !== 0) {
      throw new UserError(
        `memory region ${plan.name} (${range}) is not whole pages`,
        `Addresses and sizes are multiples of ${PAGE_BYTES} bytes.`,
      );
    }
    if (plan.address < 0 || plan.address + plan.sizeBytes > 2 ** 32) {
      throw new UserError(`memory region ${plan.name} (${range}) leaves the 32-bit address space`);
    }
    if (previous !== undefined && previous.address + previous.sizeBytes > plan.address) {
      throw new UserError(
        `memory regions ${previous.name} and ${plan.name} overlap at ${hex32(plan.address)}`,
        'Move one of them, or make the first one smaller.',
      );
    }
    checkMirror(plan, sorted);
    previous = plan;
  }
}

function checkMirror(plan: RegionPlan, plans: readonly RegionPlan[]): void {
  if (plan.mirrorOf === undefined) return;
  const original = plans.find(({ name }) => name === plan.mirrorOf);
  if (original?.mirrorOf !== undefined || original?.sizeBytes !== plan.sizeBytes) {
    throw new UserError(
      `memory region ${plan.name} cannot mirror ${plan.mirrorOf}`,
      `A mirror names a region of its own size (${plan.sizeBytes} bytes) that is not a mirror itself.`,
    );
  }
}
