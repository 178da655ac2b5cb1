/**
 * Loads, stores and exclusives of an ARMv7-M processor, as far as the run loop does not do them itself: with the
 * MPU, on devices and the private peripheral bus, unaligned. Faults are a status. ARMv7-M ARM DDI 0403E, A3.2,
 * A3.4, B2.3 and B3.1.
 */
import type { Bus } from '../../bus/bus.ts';
import type { AccessWidth } from '../../bus/device.ts';
import { Attribute, GRANULE_SHIFT, type Region } from '../../kernel/memory/guest-memory.ts';
import { Fault } from './faults.ts';
import { Access, type Mpu } from './mpu.ts';
import type { ProcessorState } from './state.ts';
import {
  CCR_BFHFNMIGN,
  CCR_UNALIGN_TRP,
  CCR_USERSETMPEND,
  type SystemRegisters,
} from './system-registers.ts';

/** Software Trigger Interrupt Register: the one word of system space that unprivileged code may be let at. */
const STIR = 0xe000_ef00;

/** A device on the private peripheral bus that judges unprivileged accesses itself: the ITM. */
export interface UnprivilegedWindow {
  readonly address: number;
  readonly sizeBytes: number;
  readonly device: { unprivileged: boolean };
}

export interface DataAccessOptions {
  readonly bus: Bus;
  readonly state: ProcessorState;
  readonly mpu: Mpu;
  readonly registers: SystemRegisters;
  readonly unprivilegedWindow?: UnprivilegedWindow | undefined;
}

export class DataAccess {
  /** What the last access raised; Fault.None when it was carried out. */
  fault: Fault = Fault.None;
  /** Where it faulted, for MMFAR or BFAR: signed 32 bits. */
  faultAddress = 0;
  /**
   * The local monitor (A3.4.1): whether the last LDREX is still open. It holds no address, as in the Cortex-M3
   * (TRM DDI 0337I 3.6): any STREX matches, and no store ends it.
   */
  exclusive = false;
  readonly #bus: Bus;
  readonly #state: ProcessorState;
  readonly #mpu: Mpu;
  readonly #registers: SystemRegisters;
  readonly #window: UnprivilegedWindow | undefined;
  /** Where the last frame was. */
  #stack: Region | undefined = undefined;

  constructor(options: DataAccessOptions) {
    this.#bus = options.bus;
    this.#state = options.state;
    this.#mpu = options.mpu;
    this.#registers = options.registers;
    this.#window = options.unprivilegedWindow;
  }

  // --- Instructions -------------------------------------------------------------------------------------------

  /** LDR, LDRH, LDRB. @returns the value, zero-extended but signed 32 bits for a word; 0 when it faults. */
  load(address: number, width: AccessWidth): number {
    return this.#load(address, width, this.#state.privileged);
  }

  /** STR, STRH, STRB. */
  store(address: number, width: AccessWidth, value: number): void {
    this.#store(address, width, value, this.#state.privileged);
  }

  /** LDRT and its like (A7.7.70): with unprivileged rights whatever the mode. */
  loadUnprivileged(address: number, width: AccessWidth): number {
    return this.#load(address, width, false);
  }

  storeUnprivileged(address: number, width: AccessWidth, value: number): void {
    this.#store(address, width, value, false);
  }

  /** A word of LDM, POP or LDRD: unaligned it always faults (A3.2.1). */
  loadAligned(address: number): number {
    if (!this.#aligned(address, 4)) return 0;
    return this.#read(address >>> 0, 4, this.#state.privileged);
  }

  /** A word of STM, PUSH or STRD. */
  storeAligned(address: number, value: number): void {
    if (this.#aligned(address, 4)) this.#write(address >>> 0, 4, value, this.#state.privileged);
  }

  /** LDREX, LDREXB, LDREXH. */
  loadExclusive(address: number, width: AccessWidth): number {
    if (!this.#aligned(address, width)) return 0;
    const value = this.#read(address >>> 0, width, this.#state.privileged);
    if (this.fault === Fault.None) this.exclusive = true;
    return value;
  }

  /** STREX, STREXB, STREXH. @returns 0 when it stored, 1 when the monitor was clear. */
  storeExclusive(address: number, width: AccessWidth, value: number): number {
    if (!this.#aligned(address, width)) return 0;
    // A7.7.167: alignment and the MPU are checked whether or not the monitor lets the store pass.
    if (!this.#permitted(address >>> 0, Access.Write, this.#state.privileged)) return 0;
    if (!this.exclusive) return 1;
    this.exclusive = false;
    this.#write(address >>> 0, width, value, this.#state.privileged);
    return 0;
  }

  /**
   * What fetching the halfword at an address raises, before anything is read there.
   * @param address signed or unsigned.
   */
  fetchFault(address: number): Fault {
    const unsigned = address >>> 0;
    if (!this.#mpu.allows(unsigned, Access.Execute, this.#state.privileged)) return Fault.InstructionAccess;
    // Nothing can be fetched from a device's window: there is no instruction bus to it.
    const region = this.#bus.memory.find(unsigned);
    return region?.permissions.execute ? Fault.None : Fault.InstructionBus;
  }

  // --- Exception entry and return -------------------------------------------------------------------------------

  /**
   * Writes the words of an exception frame, up to the first that faults.
   * @param address a multiple of 4, signed. @param privileged of the code that is interrupted.
   */
  stackFrame(address: number, words: Int32Array, privileged: boolean): void {
    const unsigned = this.#begin(address);
    const region = this.#frameMemory(unsigned, words.length);
    if (region?.permissions.write) {
      const offset = unsigned - region.address;
      const last = offset + 4 * words.length - 1;
      const first = region.attributes[offset >>> GRANULE_SHIFT]!;
      if (first === Attribute.Touched && region.attributes[last >>> GRANULE_SHIFT] === Attribute.Touched) {
        for (let i = 0; i < words.length; i++) region.words[(offset >>> 2) + i] = words[i]!;
        return;
      }
    }
    for (let i = 0; i < words.length && this.fault === Fault.None; i++) {
      this.#store(address + 4 * i, 4, words[i]!, privileged);
    }
    if (this.fault === Fault.PreciseBus) this.fault = Fault.StackingBus;
    else if (this.fault !== Fault.None) this.fault = Fault.StackingAccess;
  }

  /** Reads the words of an exception frame. @param privileged of the code that is returned to. */
  unstackFrame(address: number, words: Int32Array, privileged: boolean): void {
    const unsigned = this.#begin(address);
    const region = this.#frameMemory(unsigned, words.length);
    if (region !== undefined) {
      const offset = (unsigned - region.address) >>> 2;
      for (let i = 0; i < words.length; i++) words[i] = region.words[offset + i]!;
      return;
    }
    for (let i = 0; i < words.length && this.fault === Fault.None; i++) {
      words[i] = this.#load(address + 4 * i, 4, privileged);
    }
    if (this.fault === Fault.PreciseBus) this.fault = Fault.UnstackingBus;
    else if (this.fault !== Fault.None) this.fault = Fault.UnstackingAccess;
  }

  /** A word of the vector table: never checked by the MPU (B3.5.1). Sets `fault` when nothing answers. */
  vector(address: number): number {
    this.#begin(address);
    const value = this.#bus.read(address >>> 0, 4) | 0;
    if (this.#bus.fault) this.#fail(Fault.PreciseBus);
    return value;
  }

  // --- Private ------------------------------------------------------------------------------------------------

  /** The memory that holds a frame as a whole, when nothing has to be asked about it. */
  #frameMemory(address: number, words: number): Region | undefined {
    if (this.#mpu.active) return undefined;
    let region = this.#stack;
    if (!region?.contains(address, 4 * words)) {
      region = this.#bus.memory.find(address);
      if (!region?.contains(address, 4 * words)) return undefined;
      this.#stack = region;
    }
    return region.direct && region.waitStates === 0 ? region : undefined;
  }

  #load(address: number, width: AccessWidth, privileged: boolean): number {
    const unsigned = this.#begin(address);
    if (unsigned % width === 0) return this.#read(unsigned, width, privileged);
    if (this.#registers.ccr & CCR_UNALIGN_TRP) return this.#fail(Fault.Unaligned);
    return this.#loadUnaligned(unsigned, width, privileged);
  }

  #store(address: number, width: AccessWidth, value: number, privileged: boolean): void {
    const unsigned = this.#begin(address);
    if (unsigned % width === 0) this.#write(unsigned, width, value, privileged);
    else if (this.#registers.ccr & CCR_UNALIGN_TRP) this.#fail(Fault.Unaligned);
    else this.#storeUnaligned(unsigned, width, value, privileged);
  }

  /** One aligned access, or one within a memory region whose bytes are all permitted. */
  #read(address: number, width: AccessWidth, privileged: boolean): number {
    if (!this.#permitted(address, Access.Read, privileged)) return 0;
    const window = this.#unprivilegedDevice(address, privileged);
    if (window !== undefined) window.unprivileged = true;
    const value = this.#bus.read(address, width) | 0;
    if (window !== undefined) window.unprivileged = false;
    if (!this.#bus.fault) return value;
    this.faultAddress = address | 0;
    return this.#busFault();
  }

  #write(address: number, width: AccessWidth, value: number, privileged: boolean): void {
    if (!this.#permitted(address, Access.Write, privileged)) return;
    const window = this.#unprivilegedDevice(address, privileged);
    if (window !== undefined) window.unprivileged = true;
    this.#bus.write(address, width, value);
    if (window !== undefined) window.unprivileged = false;
    if (!this.#bus.fault) return;
    this.faultAddress = address | 0;
    this.#busFault();
  }

  /**
   * An unaligned access is carried out as the aligned ones that it consists of, the lowest address first, as the
   * processor's bus unit does (TRM DDI 0337I 3.4.2); each is checked by itself, and the first that faults is reported.
   */
  #loadUnaligned(address: number, width: AccessWidth, privileged: boolean): number {
    let value = 0;
    for (let done = 0; done < width; ) {
      const at = (address + done) >>> 0;
      const part = partWidth(at, width - done);
      value |= this.#read(at, part, privileged) << (8 * done);
      if (this.fault !== Fault.None) return 0;
      done += part;
    }
    return value;
  }

  #storeUnaligned(address: number, width: AccessWidth, value: number, privileged: boolean): void {
    for (let done = 0; done < width && this.fault === Fault.None; ) {
      const at = (address + done) >>> 0;
      const part = partWidth(at, width - done);
      this.#write(at, part, value >>> (8 * done), privileged);
      done += part;
    }
  }

  #permitted(address: number, access: Access, privileged: boolean): boolean {
    if (!this.#mpu.allows(address, access, privileged)) {
      this.faultAddress = address | 0;
      this.#fail(Fault.DataAccess);
      return false;
    }
    if (privileged || address >>> 20 !== 0xe00) return true;
    // B3.1.1: unprivileged accesses to the private peripheral bus are bus errors, with two exceptions.
    if (address === STIR && this.#registers.ccr & CCR_USERSETMPEND) return true;
    if (this.#unprivilegedDevice(address, privileged) !== undefined) return true;
    this.faultAddress = address | 0;
    this.#busFault();
    return false;
  }

  #unprivilegedDevice(address: number, privileged: boolean): { unprivileged: boolean } | undefined {
    const window = this.#window;
    if (privileged || window === undefined) return undefined;
    const inside = address >= window.address && address < window.address + window.sizeBytes;
    return inside ? window.device : undefined;
  }

  #aligned(address: number, width: AccessWidth): boolean {
    if (this.#begin(address) % width === 0) return true;
    this.#fail(Fault.Unaligned);
    return false;
  }

  #begin(address: number): number {
    this.fault = Fault.None;
    this.faultAddress = address | 0;
    return address >>> 0;
  }

  #fail(fault: Fault): number {
    this.#bus.fault = false;
    this.fault = fault;
    return 0;
  }

  #busFault(): number {
    if (this.#mpu.negativePriority && this.#registers.ccr & CCR_BFHFNMIGN) {
      // B3.2.8: a handler at priority -1 or -2 may choose to go on, and find in BFSR what happened. A load reads 0.
      this.#bus.fault = false;
      this.#registers.note(Fault.PreciseBus, this.faultAddress);
      return 0;
    }
    return this.#fail(Fault.PreciseBus);
  }
}

/** The widest aligned access at an address within what is left. */
function partWidth(address: number, left: number): AccessWidth {
  if (address % 4 === 0 && left >= 4) return 4;
  return address % 2 === 0 && left >= 2 ? 2 : 1;
}
