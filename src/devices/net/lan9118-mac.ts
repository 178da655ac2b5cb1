/**
 * The MAC of the LAN9118 with its control and status registers, and the PHY inside the chip, as far as a guest sees
 * them while nothing is sent or received: a link is up, and auto-negotiation is done.
 *
 * Source: LAN9118 datasheet, rev. 1.5, 5.4 (MAC) and 5.5 (PHY). QEMU has no other PHY either, but its own answers at
 * any address.
 */
import type { State, Stateful } from '../../bus/state.ts';

/** Addresses of the MAC's registers (datasheet 5.4). */
const MAC_CR = 1;
const ADDRH = 2;
const ADDRL = 3;
const HASHH = 4;
const HASHL = 5;
const MII_ACC = 6;
const MII_DATA = 7;
const FLOW = 8;

/** Bits that can be written; registers that are not here read as 0, as on QEMU. */
const MAC_MASKS: Readonly<Record<number, number>> = {
  [MAC_CR]: 0x80bf_bdec,
  [ADDRH]: 0xffff,
  [ADDRL]: 0xffff_ffff,
  [HASHH]: 0xffff_ffff,
  [HASHL]: 0xffff_ffff,
  [MII_ACC]: 0xffc2,
  [MII_DATA]: 0xffff,
  [FLOW]: 0xffff_0000,
};

const MAC_CR_RESET = 0x0004_0000;
const RXEN = 1 << 2;
const MII_WRITE = 1 << 1;
/** The internal PHY's address. */
const PHY = 1;
const NO_PHY = 0xffff;

/** Registers of the PHY (datasheet 5.5). */
const CONTROL = 0;
const STATUS = 1;
const ID1 = 2;
const ID2 = 3;
const ADVERTISEMENT = 4;
const PARTNER = 5;
const EXPANSION = 6;
const INTERRUPT_SOURCE = 29;
const INTERRUPT_MASK = 30;

const CONTROL_RESET = 0x8000;
/** The datasheet's reset values; status: link up, negotiated; interrupt source: energy on, negotiated. */
const PHY_RESET: Readonly<Record<number, number>> = {
  [CONTROL]: 0x3000,
  [STATUS]: 0x782d,
  [ID1]: 0x0007,
  [ID2]: 0xc0d1,
  [ADVERTISEMENT]: 0x01e1,
  [PARTNER]: 0x0f71,
  [EXPANSION]: 0x0001,
  [INTERRUPT_SOURCE]: 0x00c0,
};

export class Lan9118Mac implements Stateful {
  #registers = new Int32Array(16);
  #phy = new Int32Array(32);

  reset(): void {
    this.#registers.fill(0);
    this.#registers[MAC_CR] = MAC_CR_RESET;
    this.#registers[ADDRL] = -1;
    this.#registers[ADDRH] = 0xffff;
    this.#resetPhy();
  }

  /** @param address of the station, six bytes. */
  setAddress(address: readonly number[]): void {
    const [a, b, c, d, e, f] = address as [number, number, number, number, number, number];
    this.#registers[ADDRL] = a | (b << 8) | (c << 16) | (d << 24);
    this.#registers[ADDRH] = e | (f << 8);
  }

  /** Whether the PHY asks for an interrupt. */
  get phyInterrupt(): boolean {
    return (this.#phy[INTERRUPT_SOURCE]! & this.#phy[INTERRUPT_MASK]!) !== 0;
  }

  get receiverEnabled(): boolean {
    return (this.#registers[MAC_CR]! & RXEN) !== 0;
  }

  read(address: number): number {
    return this.#registers[address]! >>> 0;
  }

  write(address: number, value: number): void {
    this.#registers[address] = value & (MAC_MASKS[address] ?? 0);
    if (address === MII_ACC) this.#accessPhy(value);
  }

  snapshot(): State {
    return { registers: this.#registers.slice(), phy: this.#phy.slice() };
  }

  restore(state: State): void {
    this.#registers = (state.registers as Int32Array).slice();
    this.#phy = (state.phy as Int32Array).slice();
  }

  #resetPhy(): void {
    this.#phy.fill(0);
    for (const [register, value] of Object.entries(PHY_RESET)) this.#phy[Number(register)] = value;
  }

  #accessPhy(access: number): void {
    const isPresent = ((access >>> 11) & 31) === PHY;
    const register = (access >>> 6) & 31;
    if ((access & MII_WRITE) !== 0) {
      if (isPresent) this.#writePhy(register, this.#registers[MII_DATA]!);
      return;
    }
    this.#registers[MII_DATA] = isPresent ? this.#phy[register]! : NO_PHY;
    if (isPresent && register === INTERRUPT_SOURCE) this.#phy[register] = 0;
  }

  #writePhy(register: number, value: number): void {
    if (register === CONTROL) {
      if ((value & CONTROL_RESET) !== 0) this.#resetPhy();
      else this.#phy[CONTROL] = value & 0x7980;
    } else if (register === ADVERTISEMENT) {
      this.#phy[ADVERTISEMENT] = (value & 0x2d7f) | 0x80;
    } else if (register === INTERRUPT_MASK) {
      this.#phy[INTERRUPT_MASK] = value & 0xff;
    }
  }
}
