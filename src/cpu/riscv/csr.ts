/**
 * Control and status registers of a hart with machine and user mode. Privileged ISA 20240411, chapters 2 and
 * 3; Zicntr: Unprivileged ISA 20240411, chapter 8. One table says what exists; what is not in it raises an
 * illegal-instruction exception.
 */
import type { State, Stateful } from '../../bus/state.ts';
import { PMP_ENTRIES, type Pmp } from './pmp.ts';
import { INTERRUPT_MASK, MSTATUS_MPP, MSTATUS_MPP_SHIFT, MSTATUS_WRITABLE, Privilege } from './trap.ts';

/** The platform's real-time counter: what the `time` CSR shows. */
export interface TimeSource {
  /** Ticks, a 64-bit unsigned value. */
  ticks(): bigint;
}

/** What the register file asks of its hart. */
export interface CsrHost {
  readonly pmp: Pmp;
  readonly timeSource: TimeSource | undefined;
  /** Cycle at which the current instruction starts. */
  now(): number;
  /** Instructions retired before the current one. */
  retired(): number;
  /**
   * Carries out a change of a counter so that the next instruction sees it: with the cycle at which that one
   * starts and the instructions retired before it.
   */
  whenDone(change: (cycle: number, retired: number) => void): void;
  /** mstatus, PMP, or mie and mip changed: what is derived from them must be looked at again. */
  accessRulesChanged(): void;
  protectionChanged(): void;
  interruptsChanged(): void;
}

interface Csr {
  read: () => number;
  /** Absent for a register that ignores writes. */
  write?: (value: number) => void;
}

/** Registers that a core has beyond the architecture's, by number. */
export type CustomRegisters = ReadonlyMap<number, Csr>;

const MASK64 = (1n << 64n) - 1n;
/** mcountinhibit: CY and IR; the other counters are constant zero. */
const INHIBIT_CYCLE = 1;
const INHIBIT_INSTRET = 4;
const MISA = 0x40101105;

/** A 64-bit counter that runs with an external count and can be written and stopped. */
class Counter {
  /** Value minus external count while it runs; value while it is stopped. */
  #base = 0n;
  #stopped = false;

  read(count: number): bigint {
    return this.#stopped ? this.#base : (BigInt(count) + this.#base) & MASK64;
  }

  /** @param count the external count that will show the value. */
  write(value: bigint, count: number): void {
    this.#base = this.#stopped ? value & MASK64 : (value - BigInt(count)) & MASK64;
  }

  stop(stopped: boolean, count: number): void {
    if (stopped === this.#stopped) return;
    const value = this.read(count);
    this.#stopped = stopped;
    this.write(value, count);
  }

  reset(): void {
    this.#base = 0n;
    this.#stopped = false;
  }

  snapshot(): State {
    return { base: this.#base.toString(), stopped: this.#stopped };
  }

  restore(state: State): void {
    this.#base = BigInt(state.base as string);
    this.#stopped = state.stopped as boolean;
  }
}

export class CsrFile implements Stateful {
  mstatus = 0;
  mie = 0;
  /** Pending interrupts; driven by the hart's lines alone. */
  mip = 0;
  mtvec = 0;
  mepc = 0;
  mcause = 0;
  mtval = 0;
  mscratch = 0;
  mcounteren = 0;
  mcountinhibit = 0;
  menvcfg = 0;
  readonly #cycle = new Counter();
  readonly #instret = new Counter();
  readonly #host: CsrHost;
  readonly #table = new Map<number, Csr>();

  constructor(host: CsrHost, custom: CustomRegisters = new Map()) {
    this.#host = host;
    this.#define();
    for (const [number, register] of custom) this.#table.set(number, register);
  }

  reset(): void {
    // 3.4: MIE and MPRV are 0 after reset; the rest is ours to choose.
    this.mstatus = 0;
    this.mie = 0;
    this.mtvec = 0;
    this.mepc = 0;
    this.mcause = 0;
    this.mtval = 0;
    this.mscratch = 0;
    this.mcounteren = 0;
    this.mcountinhibit = 0;
    this.menvcfg = 0;
    this.#cycle.reset();
    this.#instret.reset();
  }

  /** Whether an access is legal: the register exists, the privilege suffices, it is not a write to a read-only number (2.1). */
  accessible(number: number, isWrite: boolean, privilege: Privilege): boolean {
    if (!this.#table.has(number)) return false;
    if (((number >>> 8) & 3) > privilege) return false;
    if (isWrite && number >>> 10 === 3) return false;
    // 3.1.11: user mode sees the counters that mcounteren opens.
    if (privilege === Privilege.User && (number & 0xf60) === 0xc00)
      return ((this.mcounteren >>> (number & 31)) & 1) !== 0;
    return true;
  }

  /** @returns the value, signed 32 bits; 0 for a number that does not exist. */
  read(number: number): number {
    return (this.#table.get(number)?.read() ?? 0) | 0;
  }

  write(number: number, value: number): void {
    this.#table.get(number)?.write?.(value | 0);
  }

  has(number: number): boolean {
    return this.#table.has(number);
  }

  snapshot(): State {
    return {
      registers: [
        this.mstatus,
        this.mie,
        this.mip,
        this.mtvec,
        this.mepc,
        this.mcause,
        this.mtval,
        this.mscratch,
        this.mcounteren,
        this.mcountinhibit,
        this.menvcfg,
      ],
      cycle: this.#cycle.snapshot(),
      instret: this.#instret.snapshot(),
    };
  }

  restore(state: State): void {
    [
      this.mstatus,
      this.mie,
      this.mip,
      this.mtvec,
      this.mepc,
      this.mcause,
      this.mtval,
      this.mscratch,
      this.mcounteren,
      this.mcountinhibit,
      this.menvcfg,
    ] = state.registers as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    this.#cycle.restore(state.cycle as State);
    this.#instret.restore(state.instret as State);
  }

  #define(): void {
    const host = this.#host;
    const define = (number: number, read: () => number, write?: (value: number) => void) =>
      this.#table.set(number, write === undefined ? { read } : { read, write });
    const zero = () => 0;

    // Machine information (3.1.1 to 3.1.5): zero means "not implemented" or "hart 0".
    for (const number of [0xf11, 0xf12, 0xf13, 0xf14, 0xf15]) define(number, zero);

    define(
      0x300,
      () => this.mstatus,
      (v) => this.#writeStatus(v),
    );
    define(
      0x301,
      () => MISA,
      () => {},
    );
    define(
      0x304,
      () => this.mie,
      (v) => {
        this.mie = v & INTERRUPT_MASK;
        host.interruptsChanged();
      },
    );
    // 3.1.7: a mode of 2 or 3 is reserved; WARL: such a write leaves the register as it was.
    define(
      0x305,
      () => this.mtvec,
      (v) => {
        if ((v & 2) === 0) this.mtvec = v;
      },
    );
    define(
      0x306,
      () => this.mcounteren,
      (v) => {
        this.mcounteren = v;
      },
    );
    // mstatush: little-endian only, so MBE is read-only zero (3.1.6.4).
    define(0x310, zero, () => {});
    define(
      0x320,
      () => this.mcountinhibit,
      (v) => {
        this.mcountinhibit = v & (INHIBIT_CYCLE | INHIBIT_INSTRET);
        host.whenDone((cycle, retired) => {
          this.#cycle.stop((v & INHIBIT_CYCLE) !== 0, cycle);
          this.#instret.stop((v & INHIBIT_INSTRET) !== 0, retired);
        });
      },
    );
    define(
      0x340,
      () => this.mscratch,
      (v) => {
        this.mscratch = v;
      },
    );
    // 3.1.14: with IALIGN = 16 only bit 0 is always zero.
    define(
      0x341,
      () => this.mepc,
      (v) => {
        this.mepc = v & ~1;
      },
    );
    define(
      0x342,
      () => this.mcause,
      (v) => {
        this.mcause = v;
      },
    );
    define(
      0x343,
      () => this.mtval,
      (v) => {
        this.mtval = v;
      },
    );
    // 3.1.9: MSIP, MTIP and MEIP are read-only in mip.
    define(
      0x344,
      () => this.mip,
      () => {},
    );
    // menvcfg: FIOM alone (3.1.18).
    define(
      0x30a,
      () => this.menvcfg,
      (v) => {
        this.menvcfg = v & 1;
      },
    );
    define(0x31a, zero, () => {});

    for (let i = 0; i < PMP_ENTRIES / 4; i++) {
      define(
        0x3a0 + i,
        () => host.pmp.readConfiguration(i),
        (v) => {
          if (host.pmp.writeConfiguration(i, v)) host.protectionChanged();
        },
      );
    }
    for (let i = 0; i < PMP_ENTRIES; i++) {
      define(
        0x3b0 + i,
        () => host.pmp.address[i]!,
        (v) => {
          if (host.pmp.writeAddress(i, v)) host.protectionChanged();
        },
      );
    }

    const low = (value: bigint) => Number(value & 0xffffffffn);
    const high = (value: bigint) => Number(value >> 32n);
    const cycle = () => this.#cycle.read(host.now());
    const instret = () => this.#instret.read(host.retired());
    const time = () => host.timeSource?.ticks() ?? 0n;
    // An explicit write replaces the count of the writing instruction (Zicsr, 7.1), so the next one reads what was written.
    const writeCycle = (value: bigint) => host.whenDone((count) => this.#cycle.write(value, count));
    const writeInstret = (value: bigint) => host.whenDone((_, count) => this.#instret.write(value, count));
    define(
      0xb00,
      () => low(cycle()),
      (v) => writeCycle(withLow(cycle(), v)),
    );
    define(
      0xb80,
      () => high(cycle()),
      (v) => writeCycle(withHigh(cycle(), v)),
    );
    define(
      0xb02,
      () => low(instret()),
      (v) => writeInstret(withLow(instret(), v)),
    );
    define(
      0xb82,
      () => high(instret()),
      (v) => writeInstret(withHigh(instret(), v)),
    );
    define(0xc00, () => low(cycle()));
    define(0xc80, () => high(cycle()));
    define(0xc01, () => low(time()));
    define(0xc81, () => high(time()));
    define(0xc02, () => low(instret()));
    define(0xc82, () => high(instret()));
    // 3.1.10: the other counters and their selectors exist and are constant zero.
    for (let i = 3; i < 32; i++) {
      for (const number of [0xb00 + i, 0xb80 + i, 0x320 + i]) define(number, zero, () => {});
      define(0xc00 + i, zero);
      define(0xc80 + i, zero);
    }
  }

  #writeStatus(value: number): void {
    let next = value & MSTATUS_WRITABLE;
    const mode = (next & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT;
    // 3.1.6.1: MPP is WARL; modes that this hart has not become user mode.
    if (mode !== Privilege.Machine) next &= ~MSTATUS_MPP;
    this.mstatus = next;
    this.#host.interruptsChanged();
    this.#host.accessRulesChanged();
  }
}

function withLow(value: bigint, low: number): bigint {
  return (value & ~0xffffffffn) | BigInt(low >>> 0);
}

function withHigh(value: bigint, high: number): bigint {
  return (value & 0xffffffffn) | (BigInt(high >>> 0) << 32n);
}
