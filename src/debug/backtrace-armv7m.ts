/**
 * Backtraces of Thumb code, through exception frames to what was interrupted: LR of a handler says that it is one,
 * and on which stack the frame lies. ARMv7-M ARM DDI 0403E, B1.5.6 to B1.5.8.
 */
import type { ImageSymbol } from '../machine/loader/symbols.ts';
import { type Backtrace, type FrameRecord, type FrameRegisters, type Step, Tracer } from './backtrace.ts';
import type { GuestView } from './guest-view.ts';
import type { FrameLayout, FunctionRange } from './unwind.ts';
import { followsCall, frameLayout } from './unwind-armv7m.ts';

/** What exception entry has pushed. */
export interface ExceptionFrame {
  readonly address: number;
  /** Whether it is on the process stack. */
  readonly onProcessStack: boolean;
  /** Number of the exception that pushed it. */
  readonly exception: number;
  readonly r0: number;
  readonly r1: number;
  readonly r2: number;
  readonly r3: number;
  readonly r12: number;
  readonly lr: number;
  readonly pc: number;
  readonly xpsr: number;
}

export interface Armv7mBacktrace {
  readonly backtrace: Backtrace;
  /** The frames that were found on the way, the innermost first. */
  readonly exceptionFrames: readonly ExceptionFrame[];
}

/** What a backtrace begins with besides the registers of any: the exception that is handled, and PSP. */
export interface Armv7mStart extends Omit<FrameRegisters, 'isReturn'> {
  readonly ipsr: number;
  readonly psp: number;
  /** The processor has locked up at `pc`. */
  readonly lockedUp: boolean;
}

const FRAME_WORDS = 8;
const XPSR_THUMB = 1 << 24;
/** xPSR bit 9 of a frame: SP was moved down by 4 to align it. */
const XPSR_ALIGNED = 1 << 9;

/** Whether a value in LR or PC makes an exception return, with a basic frame (B1.5.8). */
function isExceptionReturn(value: number): boolean {
  const kind = value & 15;
  return value >>> 28 === 15 && (kind === 1 || kind === 9 || kind === 13);
}

/** Which stack an EXC_RETURN names. */
function isOnProcessStack(exceptionReturn: number): boolean {
  return (exceptionReturn & 15) === 13;
}

export function armv7mBacktrace(view: GuestView, start: Armv7mStart): Armv7mBacktrace {
  const tracer = new Armv7mTracer(view, start);
  const { pc, sp, ra, fp } = start;
  const registers = { pc, sp, ra, fp, isReturn: false };
  const backtrace = tracer.trace((start.lockedUp && tracer.beforeFailedEntry(registers)) || registers);
  return { backtrace, exceptionFrames: tracer.exceptionFrames };
}

class Armv7mTracer extends Tracer<FrameLayout> {
  readonly exceptionFrames: ExceptionFrame[] = [];
  protected readonly linkName = 'LR';
  readonly #psp: number;
  /** The exception whose handler is being left; 0 once that is Thread mode. */
  #exception: number;

  constructor(view: GuestView, { ipsr, psp }: Armv7mStart) {
    super(view);
    this.#exception = ipsr;
    this.#psp = psp;
  }

  /** When it was the entry of an exception that failed, the frame is pushed already, and LR and SP are the handler's. */
  beforeFailedEntry({ pc, sp, ra, fp }: FrameRegisters): FrameRegisters | undefined {
    if (ra === undefined || !isExceptionReturn(ra)) return undefined;
    const onProcessStack = isOnProcessStack(ra);
    const frame = this.#frameAt(onProcessStack ? this.#psp : sp, onProcessStack);
    return frame?.pc === pc ? this.#interrupted(frame, fp) : undefined;
  }

  protected layout(ranges: readonly FunctionRange[], pc: number): FrameLayout | undefined {
    return frameLayout(this.view, ranges, pc);
  }

  protected returnTarget(address: number): number | undefined {
    const target = (address & ~1) >>> 0;
    return (address & 1) === 1 && followsCall(this.view, target) ? target : undefined;
  }

  /** LLVM's frame pointer points at the caller's R7, and LR is above it; GCC's points to where it suits. */
  protected frameRecord(fp: number): FrameRecord {
    return {
      ra: this.view.readWord((fp + 4) >>> 0),
      fp: this.view.readWord(fp),
      sp: (fp + 8) >>> 0,
    };
  }

  protected fromHandler(
    registers: FrameRegisters,
    _symbol: ImageSymbol | undefined,
    layout: FrameLayout | undefined,
  ): Step | undefined {
    const { sp, ra, fp, isReturn } = registers;
    if (layout === undefined && isReturn) return undefined;
    const moved = layout === undefined ? 0 : layout.sp;
    const entrySp = moved === undefined ? undefined : (sp - moved) >>> 0;
    const place = layout?.ra ?? { kind: 'register' };
    if (place.kind === 'stack' && entrySp === undefined) return undefined;
    const link = this.value(place, ra, entrySp ?? 0);
    if (link === undefined || !isExceptionReturn(link)) return undefined;
    const onProcessStack = isOnProcessStack(link);
    const address = onProcessStack ? this.#psp : entrySp;
    if (address === undefined) return undefined;
    const frame = this.#frameAt(address, onProcessStack);
    if (frame === undefined) return undefined;
    const isInterrupt = this.#exception >= 16;
    const kind = isInterrupt ? 'interrupt' : 'exception';
    const note = `${kind}: ${this.view.trapName(this.#exception, isInterrupt)}`;
    const outerFp = (layout === undefined ? fp : this.value(layout.fp, fp, entrySp ?? 0)) ?? 0;
    return { registers: this.#interrupted(frame, outerFp), note };
  }

  /** The registers of what an exception has interrupted. */
  #interrupted(frame: ExceptionFrame, fp: number): FrameRegisters {
    this.exceptionFrames.push(frame);
    this.#exception = frame.xpsr & 0x1ff;
    return {
      pc: (frame.pc & ~1) >>> 0,
      sp: (frame.address + 4 * FRAME_WORDS + (frame.xpsr & XPSR_ALIGNED ? 4 : 0)) >>> 0,
      ra: frame.lr,
      fp,
      isReturn: false,
    };
  }

  /** @returns undefined where no memory is, or what is there cannot be a frame. */
  #frameAt(address: number, onProcessStack: boolean): ExceptionFrame | undefined {
    if (address % 4 !== 0) return undefined;
    const words = Array.from({ length: FRAME_WORDS }, (_, i) => this.view.readWord((address + 4 * i) >>> 0));
    if (words.includes(undefined)) return undefined;
    const [r0, r1, r2, r3, r12, lr, pc, xpsr] = words as [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ];
    // Of Thumb code, unless it has just jumped to an even address; then nothing else fits either.
    const isOfThumb = (xpsr & XPSR_THUMB) !== 0;
    if (!isOfThumb && this.view.readCode(pc) === undefined) return undefined;
    return { address, onProcessStack, exception: this.#exception, r0, r1, r2, r3, r12, lr, pc, xpsr };
  }
}
