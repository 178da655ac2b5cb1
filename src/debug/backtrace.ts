/**
 * How the guest came to where it is: its calls, as far as the stack allows, and through a trap handler to what
 * it interrupted. It looks at memory that may hold anything: every address is checked before it is followed,
 * every step must lead up the stack, and what does not look like a return address ends the trace.
 */
import { causeName } from '../cpu/riscv/trap.ts';
import { hex32 } from '../errors.ts';
import { printable } from '../machine/loader/printable.ts';
import type { ImageSymbol, SymbolTable } from '../machine/loader/symbols.ts';
import {
  type FrameLayout,
  type FunctionRange,
  followsCall,
  frameLayout,
  type UnwindMemory,
} from './unwind-riscv.ts';

export interface BacktraceFrame {
  /** The instruction that runs here, or to which a call returns. */
  readonly pc: number;
  /** `append+0x10`, or the bare address. */
  readonly text: string;
  /** How it was found, where that is not the ordinary way; or the trap that leads from here to the frame before. */
  readonly note: string | undefined;
}

export interface Backtrace {
  /** The innermost first; at least one. */
  readonly frames: readonly BacktraceFrame[];
  /** Why there are no more, in words. */
  readonly end: string;
}

/** Where to begin, and the trap that was taken last. */
export interface BacktraceStart {
  readonly pc: number;
  readonly sp: number;
  readonly ra: number;
  readonly s0: number;
  /** Where the image begins: nothing has called that. */
  readonly entry: number | undefined;
  /** Undefined when no trap has been taken. */
  readonly trap:
    | { readonly mcause: number; readonly mepc: number; readonly mtvec: number; readonly fromUser: boolean }
    | undefined;
}

export interface BacktraceSource extends UnwindMemory {
  readonly symbols: SymbolTable;
}

interface Registers {
  pc: number;
  sp: number;
  /** Undefined where a call has overwritten it. */
  ra: number | undefined;
  s0: number;
  /** `pc` is where a call returns to: the call itself is before it. */
  isReturn: boolean;
}

type Step = { registers: Registers; note?: string } | { end: string };

const MOST_FRAMES = 64;

export function backtrace(source: BacktraceSource, start: BacktraceStart): Backtrace {
  const frames: BacktraceFrame[] = [];
  const tracer = new Tracer(source, start);
  let registers: Registers = { pc: start.pc, sp: start.sp, ra: start.ra, s0: start.s0, isReturn: false };
  let note: string | undefined;
  while (frames.length < MOST_FRAMES) {
    frames.push({ pc: registers.pc, text: frameText(source.symbols, registers), note });
    const step = tracer.caller(registers);
    if ('end' in step) return { frames, end: step.end };
    registers = step.registers;
    note = step.note;
  }
  return { frames, end: `only the innermost ${MOST_FRAMES} are listed` };
}

/** A call that is a function's last instruction returns to the function behind it, which never ran. */
function frameText(symbols: SymbolTable, { pc, isReturn }: Registers): string {
  if (!isReturn) return symbols.format(pc);
  const call = symbols.at(pc - 2);
  return call === undefined
    ? hex32(pc)
    : `${printable(call.symbol.name)}+0x${(call.offset + 2).toString(16)}`;
}

class Tracer {
  readonly #source: BacktraceSource;
  readonly #entry: number | undefined;
  #trap: BacktraceStart['trap'];

  constructor(source: BacktraceSource, { trap, entry }: BacktraceStart) {
    this.#source = source;
    this.#trap = trap;
    this.#entry = entry;
  }

  caller(registers: Registers): Step {
    const { pc, isReturn } = registers;
    // The last instruction of a function that ends in a call belongs to it, the address behind it does not.
    const symbol = this.#source.symbols.at(isReturn ? pc - 2 : pc)?.symbol;
    if (this.#source.readCode(pc) === undefined) return this.#fromNowhere(registers);
    const layout = symbol && frameLayout(this.#source, this.#rangesOf(symbol), pc);
    const handler = this.#isHandler(symbol, pc, layout);
    if (handler !== undefined) return this.#interrupted(registers, layout, handler);
    if (layout?.sp !== undefined) {
      const step = this.#byLayout(registers, layout, layout.sp);
      if (step !== undefined) return step;
    }
    return this.#byFramePointer(registers, symbol);
  }

  /** The pc is where no code is: someone called or jumped to there, and ra may still tell who. */
  #fromNowhere(registers: Registers): Step {
    const { pc, ra, sp, s0, isReturn } = registers;
    const trap = this.#trap;
    if (trap !== undefined && (trap.mtvec & ~3) >>> 0 === pc && trap.mepc !== pc) {
      return this.#interrupted(registers, undefined, trap);
    }
    if (!isReturn && ra !== undefined && this.#isReturnAddress(ra)) {
      return { registers: { pc: ra, sp, ra: undefined, s0, isReturn: true }, note: 'by ra alone' };
    }
    return { end: `there is no code at ${hex32(pc)}` };
  }

  /** The trap of which this function is the handler. */
  #isHandler(
    symbol: ImageSymbol | undefined,
    pc: number,
    layout: FrameLayout | undefined,
  ): NonNullable<BacktraceStart['trap']> | undefined {
    const trap = this.#trap;
    if (trap === undefined) return undefined;
    const base = (trap.mtvec & ~3) >>> 0;
    const start = symbol?.address ?? pc;
    const isVector = (trap.mtvec & 1) === 1 && start > base && start < base + 64;
    return start === base || isVector || layout?.returnsFromTrap ? trap : undefined;
  }

  #interrupted(
    { sp, ra, s0 }: Registers,
    layout: FrameLayout | undefined,
    trap: NonNullable<BacktraceStart['trap']>,
  ): Step {
    // mepc tells of one trap only; of an outer one, at most what its handler has saved.
    this.#trap = undefined;
    const cause = causeName(trap.mcause & 0x7fffffff, (trap.mcause & 0x80000000) !== 0);
    const note = `trap: ${cause}`;
    const moved = layout?.sp;
    if (trap.fromUser || (layout !== undefined && moved === undefined)) {
      const registers = { pc: trap.mepc, sp: 0, ra: undefined, s0: 0, isReturn: false };
      return { registers, note };
    }
    const entrySp = (sp - (moved ?? 0)) >>> 0;
    const at = (offset: number | undefined) =>
      offset === undefined ? undefined : this.#source.readWord((entrySp + offset) >>> 0);
    const saved = at(layout?.mepc);
    return {
      registers: {
        pc: saved !== undefined && this.#source.readCode(saved) !== undefined ? saved : trap.mepc,
        sp: entrySp,
        ra: layout === undefined ? ra : this.#value(layout.ra, ra, entrySp),
        s0: (layout === undefined ? s0 : this.#value(layout.s0, s0, entrySp)) ?? 0,
        isReturn: false,
      },
      note,
    };
  }

  #byLayout(registers: Registers, layout: FrameLayout, moved: number): Step | undefined {
    const entrySp = (registers.sp - moved) >>> 0;
    const ra = this.#value(layout.ra, registers.ra, entrySp);
    if (ra === undefined || ra === 0) return undefined;
    if (!this.#isReturnAddress(ra)) return undefined;
    // Only a function without a frame may leave sp where it is, and only the innermost one has no frame.
    if (entrySp <= registers.sp && registers.isReturn) return undefined;
    const s0 = this.#value(layout.s0, registers.s0, entrySp) ?? 0;
    return { registers: { pc: ra, sp: entrySp, ra: undefined, s0, isReturn: true } };
  }

  /** ra and the caller's s0 lie below the frame pointer. */
  #byFramePointer({ sp, s0 }: Registers, symbol: ImageSymbol | undefined): Step {
    if (symbol !== undefined && symbol.address === this.#entry) return { end: 'the image begins there' };
    const where = symbol === undefined ? 'there' : `\`${printable(symbol.name)}\``;
    const end = { end: `no return address can be found from ${where}` };
    if (s0 % 4 !== 0 || s0 <= sp) return end;
    const ra = this.#source.readWord((s0 - 4) >>> 0);
    const outer = this.#source.readWord((s0 - 8) >>> 0);
    if (ra === undefined || outer === undefined || !this.#isReturnAddress(ra)) return end;
    return {
      registers: { pc: ra, sp: s0, ra: undefined, s0: outer, isReturn: true },
      note: 'by the frame pointer',
    };
  }

  #value(place: FrameLayout['ra'], register: number | undefined, entrySp: number): number | undefined {
    if (place.kind === 'register') return register;
    return place.kind === 'stack' ? this.#source.readWord((entrySp + place.offset) >>> 0) : undefined;
  }

  #isReturnAddress(address: number): boolean {
    return address % 2 === 0 && followsCall(this.#source, address);
  }

  /** A function's own instructions, and those that the compiler has put aside as unlikely (`name.cold`). */
  #rangesOf(symbol: ImageSymbol): FunctionRange[] {
    const { symbols } = this.#source;
    const main = symbols.lookup(symbol.name.replace(/\.cold(\.\d+)?$/, '')) ?? symbol;
    const cold = symbols.lookup(`${main.name}.cold`);
    return [main, cold, symbol]
      .filter((part) => part !== undefined)
      .map((part) => ({ start: part.address, end: part.address + (part.sizeBytes || this.#sizeOf(part)) }));
  }

  /** A label of assembly code reaches up to the next one. */
  #sizeOf(symbol: ImageSymbol): number {
    const last = symbol.sectionEnd ?? symbol.address + 4096;
    for (let address = symbol.address + 2; address < last; address += 2) {
      if (this.#source.symbols.at(address)?.symbol !== symbol) return address - symbol.address;
    }
    return last - symbol.address;
  }
}
