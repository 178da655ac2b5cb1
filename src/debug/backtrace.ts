/**
 * How the guest came to where it is: its calls, as far as the stack allows, and through a trap handler to what
 * it interrupted. It looks at memory that may hold anything: every address is checked before it is followed,
 * every step must lead up the stack, and what does not look like a return address ends the trace.
 */
import { hex32 } from '../errors.ts';
import { printable } from '../machine/loader/printable.ts';
import type { ImageSymbol, SymbolTable } from '../machine/loader/symbols.ts';
import type { GuestView } from './guest-view.ts';
import type { FrameLayout, FunctionRange, Place } from './unwind.ts';

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

/** The registers that a step up the stack needs. */
export interface FrameRegisters {
  readonly pc: number;
  readonly sp: number;
  /** The return address; undefined where a call has overwritten it. */
  readonly ra: number | undefined;
  readonly fp: number;
  /** `pc` is where a call returns to: the call itself is before it. */
  readonly isReturn: boolean;
}

export type Step = { readonly registers: FrameRegisters; readonly note?: string } | { readonly end: string };

/** Where the caller's return address, frame pointer and stack pointer are by the frame pointer. */
export interface FrameRecord {
  readonly ra: number | undefined;
  readonly fp: number | undefined;
  readonly sp: number;
}

const MOST_FRAMES = 64;

/** Goes up the stack; an instruction set adds what its code and its traps leave there. */
export abstract class Tracer<Layout extends FrameLayout> {
  protected readonly view: GuestView;
  /** What the manual calls the register with the return address. */
  protected abstract readonly linkName: string;

  constructor(view: GuestView) {
    this.view = view;
  }

  /** The frame at an instruction of a function. */
  protected abstract layout(ranges: readonly FunctionRange[], pc: number): Layout | undefined;
  /** The step from a handler to what it interrupted, if these are the registers of a handler. */
  protected abstract fromHandler(
    registers: FrameRegisters,
    symbol: ImageSymbol | undefined,
    layout: Layout | undefined,
  ): Step | undefined;
  /** Where a return goes that has this for its address; undefined when no call returns so. */
  protected abstract returnTarget(address: number): number | undefined;
  /** What a frame pointer leads to. */
  protected abstract frameRecord(fp: number): FrameRecord;

  trace(start: FrameRegisters): Backtrace {
    const frames: BacktraceFrame[] = [];
    let registers = start;
    let note: string | undefined;
    while (frames.length < MOST_FRAMES) {
      frames.push({ pc: registers.pc, text: frameText(this.view.symbols, registers), note });
      const step = this.#caller(registers);
      if ('end' in step) return { frames, end: step.end };
      registers = step.registers;
      note = step.note;
    }
    return { frames, end: `only the innermost ${MOST_FRAMES} are listed` };
  }

  /** The value that a register had at a function's entry. */
  protected value(place: Place, register: number | undefined, entrySp: number): number | undefined {
    if (place.kind === 'register') return register;
    return place.kind === 'stack' ? this.view.readWord((entrySp + place.offset) >>> 0) : undefined;
  }

  #caller(registers: FrameRegisters): Step {
    const { pc, isReturn } = registers;
    const { view } = this;
    // The last instruction of a function that ends in a call belongs to it, the address behind it does not.
    const symbol = view.symbols.at(isReturn ? pc - 2 : pc)?.symbol;
    const isCode = view.readCode(pc) !== undefined;
    const layout = symbol && isCode ? this.layout(this.#rangesOf(symbol), pc) : undefined;
    const interrupted = this.fromHandler(registers, symbol, layout);
    if (interrupted !== undefined) return interrupted;
    if (!isCode) return this.#fromNowhere(registers);
    if (layout?.sp !== undefined) {
      const step = this.#byLayout(registers, layout, layout.sp);
      if (step !== undefined) return step;
    }
    return this.#byFramePointer(registers, symbol);
  }

  /** The pc is where no code is: someone called or jumped to there, and the link register may still tell who. */
  #fromNowhere({ pc, ra, sp, fp, isReturn }: FrameRegisters): Step {
    const target = isReturn || ra === undefined ? undefined : this.returnTarget(ra);
    if (target === undefined) return { end: `there is no code at ${hex32(pc)}` };
    return {
      registers: { pc: target, sp, ra: undefined, fp, isReturn: true },
      note: `by ${this.linkName} alone`,
    };
  }

  #byLayout(registers: FrameRegisters, layout: Layout, moved: number): Step | undefined {
    const entrySp = (registers.sp - moved) >>> 0;
    const ra = this.value(layout.ra, registers.ra, entrySp);
    const target = ra === undefined || ra === 0 ? undefined : this.returnTarget(ra);
    if (target === undefined) return undefined;
    // Only a function without a frame may leave sp where it is, and only the innermost one has no frame.
    if (entrySp <= registers.sp && registers.isReturn) return undefined;
    const fp = this.value(layout.fp, registers.fp, entrySp) ?? 0;
    return { registers: { pc: target, sp: entrySp, ra: undefined, fp, isReturn: true } };
  }

  #byFramePointer({ sp, fp }: FrameRegisters, symbol: ImageSymbol | undefined): Step {
    if (symbol !== undefined && symbol.address === this.view.entry) return { end: 'the image begins there' };
    const where = symbol === undefined ? 'there' : `\`${printable(symbol.name)}\``;
    const end = { end: `no return address can be found from ${where}` };
    if (fp % 4 !== 0 || fp < sp) return end;
    const record = this.frameRecord(fp);
    const target = record.ra === undefined ? undefined : this.returnTarget(record.ra);
    if (target === undefined || record.fp === undefined || record.sp <= sp) return end;
    return {
      registers: { pc: target, sp: record.sp, ra: undefined, fp: record.fp, isReturn: true },
      note: 'by the frame pointer',
    };
  }

  /** A function's own instructions, and those that the compiler has put aside as unlikely (`name.cold`). */
  #rangesOf(symbol: ImageSymbol): FunctionRange[] {
    const { symbols } = this.view;
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
      if (this.view.symbols.at(address)?.symbol !== symbol) return address - symbol.address;
    }
    return last - symbol.address;
  }
}

function frameText(symbols: SymbolTable, { pc, isReturn }: FrameRegisters): string {
  return isReturn ? returnText(symbols, pc) : symbols.format(pc);
}

/** A return address: a call that is a function's last instruction returns to the function behind it, which never ran. */
export function returnText(symbols: SymbolTable, pc: number): string {
  const call = symbols.at(pc - 2);
  return call === undefined
    ? hex32(pc)
    : `${printable(call.symbol.name)}+0x${(call.offset + 2).toString(16)}`;
}
