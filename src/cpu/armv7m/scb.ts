/**
 * The registers of system space that belong to the core: system control block, MPU, debug control, identification.
 * ARMv7-M ARM DDI 0403E, B3.2, B3.5 and C1.6; identification of the Cortex-M3 by its TRM, DDI 0337I.
 *
 * They are two windows for the bus, so that accesses are routed, watched and peeked as those of any device. Who may
 * access them is decided before (data-access.ts). No read has an effect.
 */
import type { AccessWidth, Device } from '../../bus/device.ts';
import type { InterruptController } from '../../bus/interrupt-controller.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';
import { hex32 } from '../../errors.ts';
import type { ExceptionModel } from './exceptions.ts';
import { ExceptionNumber } from './faults.ts';
import type { Mpu } from './mpu.ts';
import type { ProcessorState } from './state.ts';
import {
  CCR_BFHFNMIGN,
  CCR_DIV_0_TRP,
  CCR_NONBASETHRDENA,
  CCR_STKALIGN,
  CCR_UNALIGN_TRP,
  CCR_USERSETMPEND,
  DEMCR_MON_PEND,
  SCR_SEVONPEND,
  SCR_SLEEPDEEP,
  SCR_SLEEPONEXIT,
  type SystemRegisters,
} from './system-registers.ts';

/** Where the windows belong. */
export const SYSTEM_CONTROL_ADDRESS = 0xe000_e000;
export const SYSTEM_CONTROL_BLOCK_ADDRESS = 0xe000_ed00;

const CCR_WRITABLE =
  CCR_NONBASETHRDENA | CCR_USERSETMPEND | CCR_UNALIGN_TRP | CCR_DIV_0_TRP | CCR_BFHFNMIGN | CCR_STKALIGN;
const SCR_WRITABLE = SCR_SLEEPONEXIT | SCR_SLEEPDEEP | SCR_SEVONPEND;
/** VC_*, MON_EN, MON_STEP, MON_REQ, TRCENA. MON_PEND is the exception's pending bit. */
const DEMCR_WRITABLE = 0x010d_07f1;
/** DISFOLD, DISDEFWBUF, DISMCYCINT: without effect here. */
const ACTLR_WRITABLE = 7;

const VECTKEY = 0x05fa;
const VECTKEYSTAT = 0xfa05_0000;
const AIRCR_VECTCLRACTIVE = 1 << 1;
const AIRCR_SYSRESETREQ = 1 << 2;

const ICSR_PENDSTCLR = 1 << 25;
const ICSR_PENDSTSET = 1 << 26;
const ICSR_PENDSVCLR = 1 << 27;
const ICSR_PENDSVSET = 1 << 28;
const ICSR_NMIPENDSET = 1 << 31;
const ICSR_ISRPENDING = 1 << 22;
const ICSR_RETTOBASE = 1 << 11;

/** Exceptions by their bits in SHCSR (B3.2.13). */
const SHCSR_ACTIVE = [
  [0, ExceptionNumber.MemManage],
  [1, ExceptionNumber.BusFault],
  [3, ExceptionNumber.UsageFault],
  [7, ExceptionNumber.SVCall],
  [8, ExceptionNumber.DebugMonitor],
  [10, ExceptionNumber.PendSV],
  [11, ExceptionNumber.SysTick],
] as const;
const SHCSR_PENDING = [
  [12, ExceptionNumber.UsageFault],
  [13, ExceptionNumber.MemManage],
  [14, ExceptionNumber.BusFault],
  [15, ExceptionNumber.SVCall],
] as const;
const SHCSR_ENABLED = [
  [16, ExceptionNumber.MemManage],
  [17, ExceptionNumber.BusFault],
  [18, ExceptionNumber.UsageFault],
] as const;
type Bits = readonly (readonly [bit: number, exception: ExceptionNumber])[];

/** Bytes of SHPR1 to SHPR3 that exist, by exception number. */
const HAS_PRIORITY = new Set([4, 5, 6, 11, 12, 14, 15]);

/** ID_PFR0 to ID_ISAR4, from offset 0xd40 (TRM table 4-1). */
const FEATURES = [
  0x0000_0030, 0x0000_0200, 0x0010_0000, 0x0000_0000, 0x0010_0030, 0x0000_0000, 0x0100_0000, 0x0000_0000,
  0x0110_0110, 0x0211_1000, 0x2111_2231, 0x0111_1110, 0x0131_0102,
];
/** Peripheral and component identification, from offset 0xfd0. */
const IDENTIFICATION = [0x04, 0, 0, 0, 0x00, 0xb0, 0x1b, 0x00, 0x0d, 0xe0, 0x05, 0xb1];

export interface SystemControlOptions {
  readonly state: ProcessorState;
  readonly registers: SystemRegisters;
  readonly exceptions: ExceptionModel;
  readonly mpu: Mpu;
  readonly controller: InterruptController;
  /** AIRCR.SYSRESETREQ was written: the whole system is to be reset. */
  readonly resetRequested: () => void;
  readonly guestError: (category: string, message: string) => void;
}

export class SystemControl {
  /** ICTR and ACTLR, at SYSTEM_CONTROL_ADDRESS. */
  readonly control: Device;
  /** Everything else, at SYSTEM_CONTROL_BLOCK_ADDRESS. */
  readonly block: Device;
  readonly #state: ProcessorState;
  readonly #registers: SystemRegisters;
  readonly #exceptions: ExceptionModel;
  readonly #mpu: Mpu;
  readonly #controller: InterruptController;
  readonly #resetRequested: () => void;
  readonly #guestError: (category: string, message: string) => void;

  constructor(options: SystemControlOptions) {
    this.#state = options.state;
    this.#registers = options.registers;
    this.#exceptions = options.exceptions;
    this.#mpu = options.mpu;
    this.#controller = options.controller;
    this.#resetRequested = options.resetRequested;
    this.#guestError = options.guestError;
    this.control = new Window(this, 'scs', 0x000, 0x10);
    this.block = new Window(this, 'scb', 0xd00, 0x300);
  }

  /** @param offset from 0xE000E000. */
  read(offset: number, width: AccessWidth): number {
    const word = offset & ~3;
    if (width !== 4 && !admitsNarrow(word, width)) {
      this.#guestError('width', `read of ${width} bytes at ${hex32(SYSTEM_CONTROL_ADDRESS + offset)}`);
      return 0;
    }
    return this.peek(offset, width);
  }

  peek(offset: number, width: AccessWidth): number {
    const word = offset & ~3;
    if (width !== 4 && !admitsNarrow(word, width)) return 0;
    const shift = 8 * (offset & 3);
    const mask = width === 4 ? -1 : (1 << (8 * width)) - 1;
    return ((this.#read(word) >>> shift) & mask) >>> 0;
  }

  write(offset: number, width: AccessWidth, value: number): void {
    const word = offset & ~3;
    if (width === 4) {
      this.#write(word, value | 0, -1);
    } else if (admitsNarrow(word, width)) {
      const shift = 8 * (offset & 3);
      this.#write(word, value << shift, ((1 << (8 * width)) - 1) << shift);
    } else {
      this.#guestError('width', `write of ${width} bytes at ${hex32(SYSTEM_CONTROL_ADDRESS + offset)}`);
    }
  }

  #read(offset: number): number {
    const registers = this.#registers;
    switch (offset) {
      case 0x004:
        return Math.max(0, Math.ceil(this.#controller.lineCount / 32) - 1);
      case 0x008:
        return registers.actlr;
      case 0xd00:
        return registers.cpuid;
      case 0xd04:
        return this.#interruptControl();
      case 0xd08:
        return registers.vtor;
      case 0xd0c:
        return VECTKEYSTAT | (registers.prigroup << 8);
      case 0xd10:
        return registers.scr;
      case 0xd14:
        return registers.ccr;
      case 0xd18:
      case 0xd1c:
      case 0xd20:
        return this.#priorities(offset - 0xd18 + 4);
      case 0xd24:
        return this.#handlerControl();
      case 0xd28:
        return registers.cfsr;
      case 0xd2c:
        return registers.hfsr;
      case 0xd30:
        return registers.dfsr;
      case 0xd34:
        return registers.mmfar;
      case 0xd38:
        return registers.bfar;
      case 0xd90:
        return this.#mpu.regionCount << 8;
      case 0xd94:
        return this.#mpu.control;
      case 0xd98:
        return this.#mpu.regionNumber;
      case 0xd9c:
      case 0xda4:
      case 0xdac:
      case 0xdb4:
        return this.#mpu.readBase();
      case 0xda0:
      case 0xda8:
      case 0xdb0:
      case 0xdb8:
        return this.#mpu.readAttributes();
      case 0xdfc: {
        const monitor = this.#exceptions.pending & (1 << ExceptionNumber.DebugMonitor);
        return registers.demcr | (monitor !== 0 ? DEMCR_MON_PEND : 0);
      }
      default:
        if (offset >= 0xfd0) return IDENTIFICATION[(offset - 0xfd0) >>> 2]!;
        // CPACR, AFSR and what halting debug has read as zero: there is no coprocessor and no debugger.
        return FEATURES[(offset - 0xd40) >>> 2] ?? 0;
    }
  }

  /** @param mask the bits that the access reaches. */
  #write(offset: number, value: number, mask: number): void {
    const registers = this.#registers;
    switch (offset) {
      case 0x008:
        registers.actlr = value & ACTLR_WRITABLE;
        break;
      case 0xd04:
        this.#writeInterruptControl(value);
        break;
      case 0xd08:
        registers.vtor = value & registers.vectorTableMask;
        break;
      case 0xd0c:
        this.#writeApplicationControl(value);
        break;
      case 0xd10:
        registers.scr = value & SCR_WRITABLE;
        break;
      case 0xd14:
        registers.ccr = value & CCR_WRITABLE;
        break;
      case 0xd18:
      case 0xd1c:
      case 0xd20:
        this.#writePriorities(offset - 0xd18 + 4, value, mask);
        break;
      case 0xd24:
        this.#writeHandlerControl(value);
        break;
      case 0xd28:
        registers.cfsr &= ~(value & mask);
        break;
      case 0xd2c:
        registers.hfsr &= ~value;
        break;
      case 0xd30:
        registers.dfsr &= ~value;
        break;
      case 0xd34:
        registers.mmfar = value;
        break;
      case 0xd38:
        registers.bfar = value;
        break;
      case 0xd94:
        this.#mpu.writeControl(value);
        break;
      case 0xd98:
        this.#mpu.writeRegionNumber(value);
        break;
      case 0xd9c:
      case 0xda4:
      case 0xdac:
      case 0xdb4:
        this.#mpu.writeBase(value);
        break;
      case 0xda0:
      case 0xda8:
      case 0xdb0:
      case 0xdb8:
        this.#mpu.writeAttributes((this.#mpu.readAttributes() & ~mask) | (value & mask));
        break;
      case 0xdfc:
        this.#writeDebugControl(value);
        break;
      case 0xf00:
        this.#controller.setPending(value & 0x1ff);
        break;
      default:
        this.#guestError(
          'read-only',
          `write of ${hex32(value)} at ${hex32(SYSTEM_CONTROL_ADDRESS + offset)}: no writable register there`,
        );
    }
  }

  /** ICSR (B3.2.4). */
  #interruptControl(): number {
    const exceptions = this.#exceptions;
    const { ipsr } = this.#state;
    // In Thread mode RETTOBASE is UNKNOWN: it is as if the one exception that may be active were the current one, as on QEMU.
    const own = ipsr === 0 || exceptions.isActive(ipsr) ? 1 : 0;
    return (
      (exceptions.pending & (1 << ExceptionNumber.Nmi) ? ICSR_NMIPENDSET : 0) |
      (exceptions.pending & (1 << ExceptionNumber.PendSV) ? ICSR_PENDSVSET : 0) |
      (exceptions.pending & (1 << ExceptionNumber.SysTick) ? ICSR_PENDSTSET : 0) |
      (this.#controller.anyPending ? ICSR_ISRPENDING : 0) |
      (exceptions.vectorPending << 12) |
      (exceptions.activeCount <= own ? ICSR_RETTOBASE : 0) |
      ipsr
    );
  }

  /** UNPREDICTABLE: setting and clearing at once. Setting wins, as on QEMU. */
  #writeInterruptControl(value: number): void {
    const exceptions = this.#exceptions;
    if (value & ICSR_NMIPENDSET) exceptions.setPending(ExceptionNumber.Nmi);
    if (value & ICSR_PENDSVSET) exceptions.setPending(ExceptionNumber.PendSV);
    else if (value & ICSR_PENDSVCLR) exceptions.clearPending(ExceptionNumber.PendSV);
    if (value & ICSR_PENDSTSET) exceptions.setPending(ExceptionNumber.SysTick);
    else if (value & ICSR_PENDSTCLR) exceptions.clearPending(ExceptionNumber.SysTick);
  }

  /** AIRCR (B3.2.6). VECTRESET outside Debug state is UNPREDICTABLE: ignored, as on QEMU. */
  #writeApplicationControl(value: number): void {
    if (value >>> 16 !== VECTKEY) {
      this.#guestError('key', `AIRCR written with ${hex32(value)}: the key 0x05fa is missing`);
      return;
    }
    this.#registers.prigroup = (value >>> 8) & 7;
    if (value & AIRCR_VECTCLRACTIVE) this.#exceptions.clearActive();
    this.#exceptions.changed();
    if (value & AIRCR_SYSRESETREQ) this.#resetRequested();
  }

  #priorities(first: number): number {
    const p = this.#exceptions.priorities;
    return p[first]! | (p[first + 1]! << 8) | (p[first + 2]! << 16) | (p[first + 3]! << 24);
  }

  #writePriorities(first: number, value: number, mask: number): void {
    for (let i = 0; i < 4; i++) {
      const shift = 8 * i;
      if (((mask >>> shift) & 0xff) === 0 || !HAS_PRIORITY.has(first + i)) continue;
      this.#exceptions.priorities[first + i] = (value >>> shift) & this.#registers.priorityMask;
    }
    this.#exceptions.changed();
  }

  /** SHCSR (B3.2.13): all bits can be written, for context switches. */
  #handlerControl(): number {
    const { active, pending, enabled } = this.#exceptions;
    return gather(SHCSR_ACTIVE, active) | gather(SHCSR_PENDING, pending) | gather(SHCSR_ENABLED, enabled);
  }

  #writeHandlerControl(value: number): void {
    const exceptions = this.#exceptions;
    exceptions.active = scatter(SHCSR_ACTIVE, value, exceptions.active);
    exceptions.pending = scatter(SHCSR_PENDING, value, exceptions.pending);
    exceptions.enabled = scatter(SHCSR_ENABLED, value, exceptions.enabled);
    exceptions.changed();
  }

  #writeDebugControl(value: number): void {
    this.#registers.demcr = value & DEMCR_WRITABLE;
    // C1.6.5: MON_PEND makes the exception pending whatever MON_EN says.
    if (value & DEMCR_MON_PEND) this.#exceptions.setPending(ExceptionNumber.DebugMonitor);
    else this.#exceptions.clearPending(ExceptionNumber.DebugMonitor);
  }
}

/** A part of system space on the bus. The core resets, saves and restores what is behind it. */
class Window extends StatelessDevice {
  readonly #owner: SystemControl;
  readonly #base: number;

  constructor(owner: SystemControl, name: string, base: number, sizeBytes: number) {
    super(name, sizeBytes);
    this.#owner = owner;
    this.#base = base;
  }

  read(offset: number, width: AccessWidth): number {
    return this.#owner.read(this.#base + offset, width);
  }

  override peek(offset: number, width: AccessWidth): number {
    return this.#owner.peek(this.#base + offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.#owner.write(this.#base + offset, width, value);
  }
}

/** B3.1.1: only some registers can be accessed in parts; elsewhere it is UNPREDICTABLE: zero, and ignored, as on QEMU. */
function admitsNarrow(word: number, width: AccessWidth): boolean {
  if (word >= 0xd18 && word <= 0xd20) return true;
  if (word === 0xd28 || word >= 0xfd0) return true;
  return width === 2 && word >= 0xda0 && word <= 0xdb8 && (word & 7) === 0;
}

function gather(bits: Bits, source: number): number {
  let value = 0;
  for (const [bit, exception] of bits) if (source & (1 << exception)) value |= 1 << bit;
  return value;
}

function scatter(bits: Bits, value: number, target: number): number {
  let result = target;
  for (const [bit, exception] of bits) {
    if (value & (1 << bit)) result |= 1 << exception;
    else result &= ~(1 << exception);
  }
  return result;
}
