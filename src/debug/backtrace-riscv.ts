/** Backtraces of RISC-V code. RISC-V ABIs Specification 1.0, chapters 1 and 2.1; Privileged ISA 20240411, 3.1. */

import type { ImageSymbol } from '../machine/loader/symbols.ts';
import { type Backtrace, type FrameRecord, type FrameRegisters, type Step, Tracer } from './backtrace.ts';
import type { GuestView } from './guest-view.ts';
import type { FunctionRange } from './unwind.ts';
import { followsCall, frameLayout, type RiscvFrameLayout } from './unwind-riscv.ts';

/** The trap that was taken last. */
export interface TakenTrap {
  readonly mcause: number;
  readonly mepc: number;
  readonly mtvec: number;
  readonly fromUser: boolean;
}

/** @param trap undefined when none has been taken. */
export function riscvBacktrace(
  view: GuestView,
  start: Omit<FrameRegisters, 'isReturn'>,
  trap: TakenTrap | undefined,
): Backtrace {
  return new RiscvTracer(view, trap).trace({ ...start, isReturn: false });
}

class RiscvTracer extends Tracer<RiscvFrameLayout> {
  protected readonly linkName = 'ra';
  #trap: TakenTrap | undefined;

  constructor(view: GuestView, trap: TakenTrap | undefined) {
    super(view);
    this.#trap = trap;
  }

  protected layout(ranges: readonly FunctionRange[], pc: number): RiscvFrameLayout | undefined {
    return frameLayout(this.view, ranges, pc);
  }

  protected returnTarget(address: number): number | undefined {
    return address % 2 === 0 && followsCall(this.view, address) ? address : undefined;
  }

  /** Where GCC and LLVM put ra and s0 below a frame pointer is in no specification, but both do it. */
  protected frameRecord(fp: number): FrameRecord {
    return {
      ra: this.view.readWord((fp - 4) >>> 0),
      fp: this.view.readWord((fp - 8) >>> 0),
      sp: fp,
    };
  }

  protected fromHandler(
    registers: FrameRegisters,
    symbol: ImageSymbol | undefined,
    layout: RiscvFrameLayout | undefined,
  ): Step | undefined {
    const trap = this.#trap;
    if (trap === undefined) return undefined;
    const { pc } = registers;
    const base = (trap.mtvec & ~3) >>> 0;
    if (this.view.readCode(pc) === undefined) {
      return base === pc && trap.mepc !== pc ? this.#interrupted(registers, undefined, trap) : undefined;
    }
    const start = symbol?.address ?? pc;
    const isVector = (trap.mtvec & 1) === 1 && start > base && start < base + 64;
    const isHandler = start === base || isVector || layout?.returnsFromTrap;
    return isHandler ? this.#interrupted(registers, layout, trap) : undefined;
  }

  #interrupted({ sp, ra, fp }: FrameRegisters, layout: RiscvFrameLayout | undefined, trap: TakenTrap): Step {
    // mepc tells of one trap only; of an outer one, at most what its handler has saved.
    this.#trap = undefined;
    const note = `trap: ${this.view.trapName(trap.mcause & 0x7fffffff, (trap.mcause & 0x80000000) !== 0)}`;
    const moved = layout?.sp;
    if (trap.fromUser || (layout !== undefined && moved === undefined)) {
      return { registers: { pc: trap.mepc, sp: 0, ra: undefined, fp: 0, isReturn: false }, note };
    }
    const entrySp = (sp - (moved ?? 0)) >>> 0;
    const offset = layout?.mepc;
    const saved = offset === undefined ? undefined : this.view.readWord((entrySp + offset) >>> 0);
    return {
      registers: {
        pc: saved !== undefined && this.view.readCode(saved) !== undefined ? saved : trap.mepc,
        sp: entrySp,
        ra: layout === undefined ? ra : this.value(layout.ra, ra, entrySp),
        fp: (layout === undefined ? fp : this.value(layout.fp, fp, entrySp)) ?? 0,
        isReturn: false,
      },
      note,
    };
  }
}
