/**
 * The memory protection unit, PMSAv7, and the default memory map that holds without it. ARMv7-M ARM DDI 0403E,
 * B3.1 and B3.5.
 *
 * A scan of the regions per access would be ruinous, so the run loop asks `uniform` once per page and keeps the
 * answers until `accessRulesChanged`; whatever lies in a page that is not uniform goes through `allows`.
 */
import type { State, Stateful } from '../../bus/state.ts';

export enum Access {
  Read = 1,
  Write = 2,
  Execute = 4,
}

export const CTRL_ENABLE = 1;
export const CTRL_HFNMIENA = 2;
export const CTRL_PRIVDEFENA = 4;

const RASR_ENABLE = 1;
const RASR_XN = 1 << 28;
/** Bits that exist: XN, AP, TEX, S, C, B; SRD, SIZE, ENABLE (B3.5.9). */
const RASR_BITS = 0x173f_ff3f;
const RBAR_VALID = 1 << 4;

const ALL = Access.Read | Access.Write | Access.Execute;
const READ_ONLY = Access.Read | Access.Execute;

/** What AP grants (table B3-15), privileged and unprivileged; XN takes Execute away. 4 is reserved: no access. */
const PRIVILEGED_RIGHTS = [0, ALL, ALL, ALL, 0, READ_ONLY, READ_ONLY, READ_ONLY] as const;
const UNPRIVILEGED_RIGHTS = [0, 0, READ_ONLY, ALL, 0, 0, READ_ONLY, READ_ONLY] as const;

const PAGE_BYTES = 4096;

export class Mpu implements Stateful {
  /** 0: there is no MPU. */
  readonly regionCount: number;
  control = 0;
  regionNumber = 0;
  /** RBAR without VALID and REGION, RASR: signed 32 bits. */
  readonly base: Int32Array;
  readonly attributes: Int32Array;
  /** The execution priority is negative: HardFault, NMI or FAULTMASK. Kept by the exception model. */
  negativePriority = false;
  /** Called after every change that `allows` or `uniform` depend on. */
  onChange: () => void = () => {};

  constructor(regionCount: number) {
    this.regionCount = regionCount;
    this.base = new Int32Array(regionCount);
    this.attributes = new Int32Array(regionCount);
  }

  reset(): void {
    this.control = 0;
    this.regionNumber = 0;
    this.base.fill(0);
    this.attributes.fill(0);
    this.onChange();
  }

  /** Whether the regions count at the present execution priority. */
  get active(): boolean {
    // B3.5.5: with HFNMIENA clear the MPU is off at negative priorities.
    return (
      (this.control & CTRL_ENABLE) !== 0 && (!this.negativePriority || (this.control & CTRL_HFNMIENA) !== 0)
    );
  }

  /** @param address unsigned. @returns whether a byte, and with it its whole word, may be accessed. */
  allows(address: number, access: Access, privileged: boolean): boolean {
    return (this.#rights(address, privileged) & access) !== 0;
  }

  /** Whether all 4096 bytes from a page address (unsigned) may be accessed. */
  uniform(page: number, access: Access, privileged: boolean): boolean {
    if (!this.active) return (defaultRights(page) & access) !== 0;
    // Within a page rights change only where a region or a subregion smaller than a page begins.
    let step = PAGE_BYTES;
    for (let region = 0; region < this.regionCount; region++) {
      const attributes = this.attributes[region]!;
      if ((attributes & RASR_ENABLE) === 0) continue;
      const sizeBits = ((attributes >>> 1) & 31) + 1;
      // Neither lies in the other.
      if (sizeBits < 32 && (page ^ this.base[region]!) >>> Math.max(sizeBits, 12) !== 0) continue;
      const granule = sizeBits < 8 || (attributes & 0xff00) === 0 ? sizeBits : sizeBits - 3;
      if (granule < 12) step = Math.min(step, Math.max(4, 2 ** granule));
    }
    for (let at = page; at < page + PAGE_BYTES; at += step) {
      if (!this.allows(at, access, privileged)) return false;
    }
    return true;
  }

  #rights(address: number, privileged: boolean): number {
    // B3.5.1: the private peripheral bus and, while the MPU is off, everything has the default map.
    if (!this.active || address >>> 20 === 0xe00) return defaultRights(address);
    for (let region = this.regionCount - 1; region >= 0; region--) {
      const attributes = this.attributes[region]!;
      if ((attributes & RASR_ENABLE) === 0 || !this.#matches(region, attributes, address)) continue;
      const permissions = (attributes >>> 24) & 7;
      const rights = privileged ? PRIVILEGED_RIGHTS[permissions]! : UNPRIVILEGED_RIGHTS[permissions]!;
      // B3.1.3: system space is never executable, whatever a region says.
      const executeNever = (attributes & RASR_XN) !== 0 || address >= 0xe000_0000;
      return executeNever ? rights & ~Access.Execute : rights;
    }
    return privileged && (this.control & CTRL_PRIVDEFENA) !== 0 ? defaultRights(address) : 0;
  }

  #matches(region: number, attributes: number, address: number): boolean {
    const size = (attributes >>> 1) & 31;
    // UNPREDICTABLE: a SIZE below 4. As on QEMU, 0 matches nothing and 1 to 3 are regions of 4 to 16 bytes.
    if (size === 0) return false;
    // Bits of RBAR below the size do not count.
    if (size < 31 && (address ^ this.base[region]!) >>> (size + 1) !== 0) return false;
    // UNPREDICTABLE: SRD with a region below 256 bytes. It is ignored, as on QEMU.
    if (size < 7) return true;
    const subregion = (address >>> (size - 2)) & 7;
    return (attributes & (0x100 << subregion)) === 0;
  }

  // --- Registers ----------------------------------------------------------------------------------------------

  writeControl(value: number): void {
    this.control = value & (CTRL_ENABLE | CTRL_HFNMIENA | CTRL_PRIVDEFENA);
    this.onChange();
  }

  /** UNPREDICTABLE: a region that does not exist. The write is ignored, as on QEMU. */
  writeRegionNumber(value: number): void {
    if ((value & 0xff) < this.regionCount) this.regionNumber = value & 0xff;
  }

  readBase(): number {
    return this.regionCount === 0 ? 0 : this.base[this.regionNumber]! | this.regionNumber;
  }

  writeBase(value: number): void {
    if (value & RBAR_VALID) {
      const region = value & 0xf;
      if (region >= this.regionCount) return;
      this.regionNumber = region;
    }
    if (this.regionCount === 0) return;
    this.base[this.regionNumber] = value & ~0x1f;
    this.onChange();
  }

  readAttributes(): number {
    return this.regionCount === 0 ? 0 : this.attributes[this.regionNumber]!;
  }

  writeAttributes(value: number): void {
    if (this.regionCount === 0) return;
    this.attributes[this.regionNumber] = value & RASR_BITS;
    this.onChange();
  }

  snapshot(): State {
    return {
      control: this.control,
      regionNumber: this.regionNumber,
      base: this.base.slice(),
      attributes: this.attributes.slice(),
    };
  }

  /** The owner sets `negativePriority` before. */
  restore(state: State): void {
    this.control = state.control as number;
    this.regionNumber = state.regionNumber as number;
    this.base.set(state.base as Int32Array);
    this.attributes.set(state.attributes as Int32Array);
    this.onChange();
  }
}

/** The default memory map (B3.1.1, table B3-1): peripherals, external devices and system space cannot be executed. */
function defaultRights(address: number): number {
  switch (address >>> 29) {
    case 2:
    case 5:
    case 6:
    case 7:
      return Access.Read | Access.Write;
    default:
      return ALL;
  }
}
