/**
 * Where pages of guest memory lie in the host's memory, for a run loop that reaches several memories directly: one
 * array access and one comparison tell page, permission and alignment. An entry is made when a page is first
 * needed, by whoever knows the rules of access, and all are dropped when these rules change.
 */
import { PAGE_BYTES, PAGE_SHIFT, type Region } from './guest-memory.ts';

export class PageMap {
  /**
   * By guest address >>> 12: 0 where an access takes the slow path; else the distance from guest address to host
   * offset (a multiple of the page size, modulo 2^32) plus 1. Sparse: the system gives memory only to what is used.
   */
  readonly entries = new Int32Array(2 ** (32 - PAGE_SHIFT));
  readonly #filled: number[] = [];

  /** Opens the page around an address. @param address guest address in `region`, unsigned. */
  open(address: number, region: Region): void {
    const page = address >>> PAGE_SHIFT;
    if (this.entries[page] !== 0) return;
    const start = page * PAGE_BYTES;
    this.entries[page] = (region.bytes.byteOffset + (start - region.address) - start + 1) | 0;
    this.#filled.push(page);
  }

  clear(): void {
    for (const page of this.#filled) this.entries[page] = 0;
    this.#filled.length = 0;
  }
}
