/**
 * Physical memory protection: 16 entries, granularity 4 bytes. Privileged ISA 20240411, 3.7.
 *
 * A scan of the entries per access would be ruinous, so the core asks once whether all of RAM is allowed and
 * otherwise goes through `allowed`, which remembers granules that one entry allows as a whole.
 */

export const PMP_ENTRIES = 16;

export enum Access {
  Read = 1,
  Write = 2,
  Execute = 4,
}

const LOCKED = 0x80;
/** Bits that exist in a configuration byte: 5 and 6 are WARL zero (3.7.1). */
const CONFIGURATION_BITS = 0x9f;

enum Mode {
  Off = 0,
  Tor = 1,
  Na4 = 2,
  Napot = 3,
}

const CACHE_ENTRIES = 256;
const CACHE_GRANULE_BYTES = 64;

export class Pmp {
  readonly configuration = new Uint8Array(PMP_ENTRIES);
  /** pmpaddr registers: bits 33 to 2 of a physical address. */
  readonly address = new Uint32Array(PMP_ENTRIES);
  /** Byte ranges [start, end) of the entries; end can be above 2^32. */
  readonly #start = new Float64Array(PMP_ENTRIES);
  readonly #end = new Float64Array(PMP_ENTRIES);
  #active = 0;
  /** Direct-mapped: tag of a granule, privilege and access that is allowed as a whole. */
  readonly #allowed = new Float64Array(CACHE_ENTRIES);

  reset(): void {
    this.configuration.fill(0);
    this.address.fill(0);
    this.update();
  }

  /** @returns pmpcfg`index`: four configuration bytes. */
  readConfiguration(index: number): number {
    const c = this.configuration;
    const at = 4 * index;
    return c[at]! | (c[at + 1]! << 8) | (c[at + 2]! << 16) | (c[at + 3]! << 24);
  }

  /** Writes pmpcfg`index`; locked entries keep theirs. @returns whether anything changed. */
  writeConfiguration(index: number, value: number): boolean {
    let changed = false;
    for (let i = 0; i < 4; i++) {
      const entry = 4 * index + i;
      const old = this.configuration[entry]!;
      let byte = (value >>> (8 * i)) & CONFIGURATION_BITS;
      // 3.7.1: R = 0 with W = 1 is reserved. WARL: W is dropped, because that grants nothing that was not asked for.
      if ((byte & (Access.Read | Access.Write)) === Access.Write) byte &= ~Access.Write;
      if (old & LOCKED || old === byte) continue;
      this.configuration[entry] = byte;
      changed = true;
    }
    if (changed) this.update();
    return changed;
  }

  /** Writes pmpaddr`entry`; ignored while the entry, or a TOR entry above it, is locked (3.7.1). @returns whether anything changed. */
  writeAddress(entry: number, value: number): boolean {
    const above = entry + 1 < PMP_ENTRIES ? this.configuration[entry + 1]! : 0;
    if (this.configuration[entry]! & LOCKED || (above & LOCKED && modeOf(above) === Mode.Tor)) return false;
    if (this.address[entry] === value >>> 0) return false;
    this.address[entry] = value;
    this.update();
    return true;
  }

  /**
   * Whether an access is allowed: the lowest-numbered entry that matches any byte must match all of them and
   * permit it (3.7.1.3). Without a match machine mode may, user mode may not.
   */
  check(address: number, sizeBytes: number, access: Access, machine: boolean): boolean {
    const end = address + sizeBytes;
    for (let i = 0; i < this.#active; i++) {
      if (address >= this.#end[i]! || end <= this.#start[i]!) continue;
      if (address < this.#start[i]! || end > this.#end[i]!) return false;
      const configuration = this.configuration[i]!;
      return (machine && (configuration & LOCKED) === 0) || (configuration & access) !== 0;
    }
    return machine;
  }

  /** As `check` for accesses of up to 4 bytes, with a memory of whole granules that are allowed. */
  allowed(address: number, sizeBytes: number, access: Access, machine: boolean): boolean {
    const granule = Math.floor(address / CACHE_GRANULE_BYTES);
    if (Math.floor((address + sizeBytes - 1) / CACHE_GRANULE_BYTES) === granule) {
      const tag = granule * 16 + access * 2 + (machine ? 1 : 0);
      const slot = (granule ^ (access << 5)) & (CACHE_ENTRIES - 1);
      if (this.#allowed[slot] === tag) return true;
      if (this.check(granule * CACHE_GRANULE_BYTES, CACHE_GRANULE_BYTES, access, machine)) {
        this.#allowed[slot] = tag;
        return true;
      }
    }
    return this.check(address, sizeBytes, access, machine);
  }

  /** Recomputes what is derived from the registers; also after a restore. */
  update(): void {
    this.#allowed.fill(-1);
    this.#active = 0;
    for (let i = 0; i < PMP_ENTRIES; i++) {
      const address = this.address[i]!;
      let start = 0;
      let end = 0;
      switch (modeOf(this.configuration[i]!)) {
        case Mode.Tor:
          start = i === 0 ? 0 : this.address[i - 1]! * 4;
          end = address * 4;
          break;
        case Mode.Na4:
          start = address * 4;
          end = start + 4;
          break;
        case Mode.Napot: {
          // Trailing ones give the size: 2^(ones + 3) bytes (table 3.11).
          const ones = address === 0xffffffff ? 32 : 31 - Math.clz32(~address & (address + 1));
          const size = 2 ** (ones + 3);
          start = Math.floor((address * 4) / size) * size;
          end = start + size;
          break;
        }
        default:
          break;
      }
      // An empty range lies nowhere, lest an access that reaches across its place count as a partial match.
      const isEmpty = end <= start;
      this.#start[i] = isEmpty ? 0 : start;
      this.#end[i] = isEmpty ? 0 : end;
      if (!isEmpty) this.#active = i + 1;
    }
  }
}

function modeOf(configuration: number): Mode {
  return (configuration >>> 3) & 3;
}
