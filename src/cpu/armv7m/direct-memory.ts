/**
 * The memory that the run loop reaches by itself: page maps for loads and stores at each privilege, and the
 * instructions that move several registers at once. A page is opened when a slow access to it has gone well and
 * the MPU allows all of it.
 */
import type { Bus } from '../../bus/bus.ts';
import { Attribute, PAGE_BYTES } from '../../kernel/memory/guest-memory.ts';
import { type HostViews, hostViews } from '../../kernel/memory/host-views.ts';
import { PageMap } from '../../kernel/memory/page-map.ts';
import { Access, type Mpu } from './mpu.ts';
import type { ProcessorState } from './state.ts';
import { COUNT_SHIFT, DOWNWARDS, WRITE_BACK } from './translate.ts';

/** The pages that loads and stores reach directly, for one privilege. */
class DirectPages {
  readonly loads = new PageMap();
  readonly stores = new PageMap();

  clear(): void {
    this.loads.clear();
    this.stores.clear();
  }
}

export class DirectMemory {
  readonly host: HostViews;
  /** Of the privilege that was chosen last: page-map.ts. */
  loads: Int32Array;
  stores: Int32Array;
  readonly #bus: Bus;
  readonly #mpu: Mpu;
  readonly #state: ProcessorState;
  readonly #privileged = new DirectPages();
  /** Made when the first unprivileged code runs. */
  #unprivileged: DirectPages | undefined = undefined;

  constructor(bus: Bus, state: ProcessorState, mpu: Mpu) {
    this.#bus = bus;
    this.#state = state;
    this.#mpu = mpu;
    this.host = hostViews(bus.memory);
    this.loads = this.#privileged.loads.entries;
    this.stores = this.#privileged.stores.entries;
  }

  /** Takes the maps of the processor's present privilege. */
  choose(): void {
    const pages = this.#pages();
    this.loads = pages.loads.entries;
    this.stores = pages.stores.entries;
  }

  /** What the MPU allows has changed. */
  clear(): void {
    this.#privileged.clear();
    this.#unprivileged?.clear();
  }

  /** Lets the run loop reach the page around an address, if all of it may be accessed. */
  open(address: number, isStore: boolean): void {
    const unsigned = address >>> 0;
    const region = this.#bus.memory.find(unsigned);
    if (
      region === undefined ||
      !region.direct ||
      region.waitStates > 0 ||
      (isStore && !region.permissions.write)
    )
      return;
    const access = isStore ? Access.Write : Access.Read;
    if (!this.#mpu.uniform(unsigned - (unsigned % PAGE_BYTES), access, this.#state.privileged)) return;
    const pages = this.#pages();
    (isStore ? pages.stores : pages.loads).open(unsigned, region);
  }

  /**
   * LDM and POP, when all words lie in one page that loads reach.
   * @param word first word of the record: n; @param list its immediate.
   * @returns false when nothing was done.
   */
  loadMultiple(word: number, list: number): boolean {
    const { x } = this.#state;
    const n = (word >>> 13) & 31;
    const sizeBytes = (list >>> COUNT_SHIFT) << 2;
    const base = x[n]!;
    const start = (list & DOWNWARDS ? base - sizeBytes : base) | 0;
    const page = this.loads[start >>> 12]!;
    if ((page & 1) <= (start & 3) || (start & (PAGE_BYTES - 1)) + sizeBytes > PAGE_BYTES) return false;
    const { words } = this.host;
    let index = ((start + page) | 0) >> 2;
    for (let rest = list & 0xffff; rest !== 0; rest &= rest - 1) {
      x[31 - Math.clz32(rest & -rest)] = words[index]!;
      index++;
    }
    if (list & WRITE_BACK && ((list >>> n) & 1) === 0) x[n] = list & DOWNWARDS ? start : start + sizeBytes;
    return true;
  }

  /** STM and PUSH, likewise. At most 64 bytes lie in at most two granules. */
  storeMultiple(word: number, list: number): boolean {
    const { x } = this.#state;
    const n = (word >>> 13) & 31;
    const sizeBytes = (list >>> COUNT_SHIFT) << 2;
    const base = x[n]!;
    const start = (list & DOWNWARDS ? base - sizeBytes : base) | 0;
    const page = this.stores[start >>> 12]!;
    if ((page & 1) <= (start & 3) || (start & (PAGE_BYTES - 1)) + sizeBytes > PAGE_BYTES) return false;
    const { words, attributes } = this.host;
    const host = (start + page - 1) | 0;
    if (attributes[host >>> 6] !== Attribute.Touched) return false;
    if (attributes[(host + sizeBytes - 4) >>> 6] !== Attribute.Touched) return false;
    let index = host >> 2;
    for (let rest = list & 0xffff; rest !== 0; rest &= rest - 1) {
      words[index] = x[31 - Math.clz32(rest & -rest)]!;
      index++;
    }
    if (list & WRITE_BACK) x[n] = list & DOWNWARDS ? start : start + sizeBytes;
    return true;
  }

  #pages(): DirectPages {
    if (this.#state.privileged) return this.#privileged;
    this.#unprivileged ??= new DirectPages();
    return this.#unprivileged;
  }
}
