/**
 * Address routing: memory regions first, then devices. The run loop reaches RAM by itself; the bus serves
 * everything else, and every access that its fast path refuses. An access that nothing answers, or of a width
 * that a device does not take, is a bus fault: a status, never an exception of JavaScript.
 */
import { hex32, UserError } from '../errors.ts';
import {
  Attribute,
  GRANULE_BYTES,
  GRANULE_SHIFT,
  type GuestMemory,
  PAGE_BYTES,
  type Region,
} from '../kernel/memory/guest-memory.ts';
import type { AccessWidth, Device } from './device.ts';
import type { FlashArray } from './flash-array.ts';

interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly device: Device;
}

/** Hears of device accesses: traces and the debugger. */
export interface BusObserver {
  /** @param start of the device's window; @param value unsigned. */
  deviceAccess(
    device: Device,
    start: number,
    address: number,
    width: AccessWidth,
    value: number,
    isWrite: boolean,
  ): void;
}

/** Hears of stores to granules that hold code or a reservation, before they happen: the core. */
export interface StoreListener {
  storing(region: Region, offset: number, width: number): void;
  /** A region has begun or ceased to answer fetches. */
  remapped(): void;
}

function overlap(device: Device, address: number, other: { name: string }, start: number): UserError {
  return new UserError(`${device.name} at ${hex32(address)} overlaps ${other.name} at ${hex32(start)}`);
}

export class Bus {
  readonly memory: GuestMemory;
  /** Set by an access that nothing took; the caller clears it. */
  fault = false;
  observer: BusObserver | undefined = undefined;
  /** Cycles that memories have made the core wait since it took account of them last. */
  waited = 0;
  storeListener: StoreListener | undefined = undefined;
  /** Asked for what nothing else takes, by address; without it such an access faults. */
  background: Device | undefined = undefined;
  #mappings: Mapping[] = [];
  #last: Mapping | undefined = undefined;
  /** Devices that take the stores to a read-only region, and its loads while it is not direct. */
  readonly #backing = new Map<Region, Device>();

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  /**
   * Puts a device's window at an address.
   * @throws UserError when it overlaps memory or another device, with both names.
   */
  map(device: Device, address: number): void {
    const end = address + device.sizeBytes;
    for (const other of this.#mappings) {
      if (other.start < end && address < other.end) throw overlap(device, address, other.device, other.start);
    }
    for (const other of this.memory.regions) {
      if (other.address < end && address < other.end) throw overlap(device, address, other, other.address);
    }
    this.#mappings.push({ start: address, end, device });
    this.#mappings.sort((a, b) => a.start - b.start);
  }

  /** Gives a read-only region a device that hears of stores to it: flash. */
  back(region: Region, device: Device): void {
    this.#backing.set(region, device);
  }

  /** A region as the array of a flash chip. */
  flashArray(region: Region): FlashArray {
    return {
      bytes: region.bytes,
      changed: (offset, sizeBytes) => {
        for (let at = offset; at < offset + sizeBytes; at += PAGE_BYTES) region.touchPage(at);
        region.touchPage(offset + sizeBytes - 1);
        this.#announce(region, offset, sizeBytes);
      },
      setDirect: (direct) => {
        if (direct === region.direct) return;
        region.direct = direct;
        this.storeListener?.remapped();
      },
    };
  }

  /** All device windows in rising order of address. */
  get mappings(): readonly { start: number; end: number; device: Device }[] {
    return this.#mappings;
  }

  /** @returns the value zero-extended, as an unsigned number; sets `fault` when nothing answers. */
  read(address: number, width: AccessWidth): number {
    const region = this.memory.find(address);
    if (region?.contains(address, width)) {
      this.waited += region.waitStates;
      if (region.direct) return readLittleEndian(region.bytes, address - region.address, width);
      return this.#backing.get(region)!.read(address - region.address, width) >>> 0;
    }
    const mapping = this.#find(address);
    if (mapping === undefined || !accepts(mapping, address, width, mapping.device.readWidths)) {
      if (this.background !== undefined) return this.background.read(address, width);
      this.fault = true;
      return 0;
    }
    const value = mapping.device.read(address - mapping.start, width) & widthMask(width);
    this.observer?.deviceAccess(mapping.device, mapping.start, address, width, value >>> 0, false);
    return value >>> 0;
  }

  /** Stores the low `width` bytes of a value; sets `fault` when nothing answers. Stores to read-only memory are ignored. */
  write(address: number, width: AccessWidth, value: number): void {
    const region = this.memory.find(address);
    if (region?.contains(address, width)) {
      this.waited += region.waitStates;
      const offset = address - region.address;
      if (region.permissions.write) this.#store(region, offset, width, value);
      else this.#backing.get(region)?.write(offset, width, (value & widthMask(width)) >>> 0);
      return;
    }
    const mapping = this.#find(address);
    if (mapping === undefined || !accepts(mapping, address, width, mapping.device.writeWidths)) {
      if (this.background === undefined) this.fault = true;
      else this.background.write(address, width, (value & widthMask(width)) >>> 0);
      return;
    }
    const masked = (value & widthMask(width)) >>> 0;
    this.observer?.deviceAccess(mapping.device, mapping.start, address, width, masked, true);
    mapping.device.write(address - mapping.start, width, masked);
  }

  /** Reads without any effect; undefined where nothing is mapped. */
  peek(address: number, width: AccessWidth): number | undefined {
    const region = this.memory.find(address);
    if (region?.contains(address, width))
      return readLittleEndian(region.bytes, address - region.address, width);
    const mapping = this.#find(address);
    if (mapping === undefined || address + width > mapping.end) return undefined;
    return (mapping.device.peek(address - mapping.start, width) & widthMask(width)) >>> 0;
  }

  /** Writes memory as a debugger or loader does: permissions do not count, predecoded code is dropped. False where no memory is. */
  poke(address: number, bytes: Uint8Array): boolean {
    const region = this.memory.find(address);
    if (!region?.contains(address, bytes.length)) return false;
    const offset = address - region.address;
    this.#announce(region, offset, bytes.length);
    region.load(offset, bytes);
    return true;
  }

  /** Tells the core of a change to a range, where it has something there. */
  #announce(region: Region, offset: number, sizeBytes: number): void {
    const end = offset + sizeBytes;
    for (let at = offset; at < end; at = (at | (GRANULE_BYTES - 1)) + 1) {
      if ((region.attributes[at >>> GRANULE_SHIFT]! & ~Attribute.Touched) === 0) continue;
      this.storeListener?.storing(region, at, Math.min(end, (at | (GRANULE_BYTES - 1)) + 1) - at);
    }
  }

  #store(region: Region, offset: number, width: AccessWidth, value: number): void {
    for (const at of [offset, offset + width - 1]) {
      const attribute = region.attributes[at >>> GRANULE_SHIFT]!;
      if (attribute === Attribute.Touched) continue;
      region.touchPage(at);
      if (attribute & ~Attribute.Touched) this.storeListener?.storing(region, offset, width);
    }
    for (let i = 0; i < width; i++) region.bytes[offset + i] = value >>> (8 * i);
  }

  #find(address: number): Mapping | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    let low = 0;
    let high = this.#mappings.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const mapping = this.#mappings[middle]!;
      if (address < mapping.start) high = middle - 1;
      else if (address >= mapping.end) low = middle + 1;
      else {
        this.#last = mapping;
        return mapping;
      }
    }
    return undefined;
  }
}

function accepts(mapping: Mapping, address: number, width: AccessWidth, widths: number): boolean {
  return (
    (widths & width) !== 0 &&
    address + width <= mapping.end &&
    (mapping.device.unaligned || address % width === 0)
  );
}

function widthMask(width: AccessWidth): number {
  return width === 4 ? -1 : (1 << (8 * width)) - 1;
}

function readLittleEndian(bytes: Uint8Array, offset: number, width: AccessWidth): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = (value << 8) | bytes[offset + i]!;
  return value >>> 0;
}
