/**
 * Loads, stores and atomics of a hart, as far as the run loop does not do them itself: with physical memory
 * protection, on devices, misaligned, on code or on the reserved word. Faults are a status, `cause`.
 * Unprivileged ISA 20240411, 2.6 and chapter 14; Privileged ISA 20240411, 3.6, 3.7 and 3.1.16.
 */
import type { Bus } from '../../bus/bus.ts';
import type { AccessWidth } from '../../bus/device.ts';
import { Attribute, GRANULE_SHIFT } from '../../kernel/memory/guest-memory.ts';
import { Op } from './operation.ts';
import { Access, type Pmp } from './pmp.ts';
import { Cause } from './trap.ts';

/** What the manual leaves to the implementation. */
export interface AccessChoices {
  /** Misaligned loads and stores raise an exception (Priv 3.6.3.3); otherwise they are carried out. */
  readonly trapsMisaligned: boolean;
  /**
   * What a reservation is (Unpriv 14.2): of a word, which any store to it ends, with an SC to it alone succeeding; or
   * one bit without an address, which LR sets and SC, AMO and traps clear, as in a core whose bus has no monitor.
   */
  readonly reservation: 'word' | 'bit';
}

export class DataAccess {
  /** Whether accesses are made with the rights of machine mode. */
  machine = true;
  /** The exception that the last access raised; 0 when it was carried out. */
  cause: Cause | 0 = 0;
  /** Where it faulted, for mtval: signed 32 bits. */
  faultAddress = 0;
  /** Address of the reserved word, unsigned, or -1. */
  #reservation = -1;
  readonly #bus: Bus;
  readonly #pmp: Pmp;
  readonly #choices: AccessChoices;

  constructor(bus: Bus, pmp: Pmp, choices: AccessChoices) {
    this.#bus = bus;
    this.#pmp = pmp;
    this.#choices = choices;
  }

  /** @returns the value, zero-extended but signed 32 bits for a word; 0 when it faults. */
  load(address: number, width: AccessWidth): number {
    const unsigned = this.#begin(address);
    const aligned = unsigned % width === 0;
    if (!aligned && this.#choices.trapsMisaligned) return this.#fail(Cause.LoadMisaligned);
    if (!this.#pmp.allowed(unsigned, width, Access.Read, this.machine))
      return this.#fail(Cause.LoadAccessFault);
    const value = aligned ? this.#bus.read(unsigned, width) : this.#loadMisaligned(unsigned, width);
    return this.#bus.fault ? this.#fail(Cause.LoadAccessFault) : value | 0;
  }

  store(address: number, width: AccessWidth, value: number): void {
    const unsigned = this.#begin(address);
    const aligned = unsigned % width === 0;
    if (!aligned && this.#choices.trapsMisaligned) {
      this.#fail(Cause.StoreMisaligned);
      return;
    }
    if (!this.#pmp.allowed(unsigned, width, Access.Write, this.machine)) {
      this.#fail(Cause.StoreAccessFault);
      return;
    }
    if (aligned) this.#bus.write(unsigned, width, value);
    else this.#storeMisaligned(unsigned, width, value);
    if (this.#bus.fault) this.#fail(Cause.StoreAccessFault);
  }

  /** LR.W. @returns the word. */
  loadReserved(address: number): number {
    const unsigned = this.#begin(address);
    if (unsigned & 3) return this.#fail(Cause.LoadMisaligned);
    // Device windows cannot be reserved (PMA "RsrvNone", Priv 3.6.3.2).
    if (this.#bus.memory.find(unsigned) === undefined) return this.#fail(Cause.LoadAccessFault);
    const value = this.load(address, 4);
    if (this.cause === 0) {
      this.dropReservation();
      this.reserve(unsigned);
    }
    return value;
  }

  /** SC.W. @returns 0 when it stored, 1 when it did not. */
  storeConditional(address: number, value: number): number {
    const unsigned = this.#begin(address);
    if (unsigned & 3) return this.#fail(Cause.StoreMisaligned);
    const reserved =
      this.#choices.reservation === 'bit' ? this.#reservation >= 0 : this.#reservation === unsigned;
    // 14.2: an SC, successful or not, ends any reservation of the hart. Whether one that fails checks the access
    // as well is left open; here it does not, as on QEMU.
    this.dropReservation();
    if (reserved) this.store(address, 4, value);
    return reserved ? 0 : 1;
  }

  /** An AMO. @returns the old value. Its faults are store/AMO faults and it needs both permissions (Priv 3.7.1). */
  atomic(op: Op, address: number, operand: number): number {
    const unsigned = this.#begin(address);
    if (this.#choices.reservation === 'bit') this.dropReservation();
    if (unsigned & 3) return this.#fail(Cause.StoreMisaligned);
    const allowed =
      // Device windows take no atomics (PMA "AMONone", Priv 3.6.3.1).
      this.#bus.memory.find(unsigned) !== undefined &&
      this.#pmp.allowed(unsigned, 4, Access.Read, this.machine) &&
      this.#pmp.allowed(unsigned, 4, Access.Write, this.machine);
    if (!allowed) return this.#fail(Cause.StoreAccessFault);
    const old = this.load(address, 4);
    this.store(address, 4, combine(op, old, operand));
    return old;
  }

  /** The address of the reserved word, or -1. */
  get reservation(): number {
    return this.#reservation;
  }

  reserve(address: number): void {
    const region = this.#bus.memory.find(address);
    if (region === undefined) return;
    this.#reservation = address;
    region.attributes[(address - region.address) >>> GRANULE_SHIFT]! |= Attribute.Reserved;
  }

  dropReservation(): void {
    if (this.#reservation < 0) return;
    const region = this.#bus.memory.find(this.#reservation);
    if (region !== undefined) {
      region.attributes[(this.#reservation - region.address) >>> GRANULE_SHIFT]! &= ~Attribute.Reserved;
    }
    this.#reservation = -1;
  }

  /** A store to these bytes is about to happen, by whomever. */
  storing(address: number, sizeBytes: number): void {
    if (this.#reservation < 0 || this.#choices.reservation === 'bit') return;
    if (address < this.#reservation + 4 && address + sizeBytes > this.#reservation) this.dropReservation();
  }

  #begin(address: number): number {
    this.cause = 0;
    this.faultAddress = address;
    return address >>> 0;
  }

  #fail(cause: Cause): number {
    this.#bus.fault = false;
    this.cause = cause;
    return 0;
  }

  /**
   * A misaligned load is two aligned ones, as on QEMU's virt: so it works at the edge between two memories and
   * on devices. `faultAddress` becomes the address of the part that faults (Priv 3.1.16).
   */
  #loadMisaligned(address: number, width: AccessWidth): number {
    const first = address - (address % width);
    const second = (first + width) >>> 0;
    const shift = 8 * (address % width);
    const low = this.#bus.read(first, width);
    if (this.#bus.fault) return 0;
    this.faultAddress = second | 0;
    const high = this.#bus.read(second, width);
    const mask = width === 4 ? -1 : 0xffff;
    return ((low >>> shift) | (high << (8 * width - shift))) & mask;
  }

  /** A misaligned store within one memory is one access; elsewhere it goes byte by byte, as on QEMU's virt. */
  #storeMisaligned(address: number, width: AccessWidth, value: number): void {
    if (this.#bus.memory.find(address)?.contains(address, width)) {
      this.#bus.write(address, width, value);
      return;
    }
    for (let i = 0; i < width && !this.#bus.fault; i++) {
      this.faultAddress = (address + i) | 0;
      this.#bus.write((address + i) >>> 0, 1, value >>> (8 * i));
    }
  }
}

/** What an AMO stores. Unpriv 14.4. */
function combine(op: Op, old: number, operand: number): number {
  switch (op) {
    case Op.AmoswapW:
      return operand;
    case Op.AmoaddW:
      return (old + operand) | 0;
    case Op.AmoxorW:
      return old ^ operand;
    case Op.AmoandW:
      return old & operand;
    case Op.AmoorW:
      return old | operand;
    case Op.AmominW:
      return Math.min(old, operand);
    case Op.AmomaxW:
      return Math.max(old, operand);
    case Op.AmominuW:
      return old >>> 0 < operand >>> 0 ? old : operand;
    default:
      return old >>> 0 > operand >>> 0 ? old : operand;
  }
}
