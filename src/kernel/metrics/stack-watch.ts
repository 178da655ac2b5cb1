/**
 * Sees when execution goes on with another stack, whatever the kernel. A handler that returns with another stack pointer
 * than it interrupted has switched; and so has an instruction that loads the stack pointer as a whole. Code that only makes
 * and drops frames adds to it.
 */
import type { Target } from '../../debug/target.ts';

/** What an instruction does to the stack pointer besides adding to it. */
export enum Move {
  None,
  /** Takes another register's value, or a constant: a stack that has a fixed place, such as that of interrupts. */
  Set,
  /** Takes it from memory, as a switch of threads does. */
  Load,
}

/** An exception on ARM stacks 8 words, and up to one more for alignment (ARMv7-M B1.5.7). */
const LARGEST_FRAME_BYTES = 36;

export class StackWatch {
  readonly #target: Target;
  readonly #isArm: boolean;
  readonly #moves = new Map<number, Move>();
  /** Of the instruction before. */
  #move = Move.None;
  /** Stack pointer before it. */
  #last = 0;
  /** Of the stack pointer before the instruction that has moved it last. */
  before = 0;
  /** Of the thread, when the outermost handler was entered. */
  #interrupted = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#isArm = target.architecture === 'armv7m';
  }

  reset(): void {
    this.#move = Move.None;
  }

  /** An instruction begins. @returns how the one before has moved the stack pointer, if it did. */
  instruction(pc: number): Move {
    const move = this.#move;
    this.#move = this.#moveAt(pc);
    if (move === Move.None && this.#move === Move.None) return Move.None;
    const { stackPointer } = this.#target;
    const moved = move !== Move.None && stackPointer !== this.#last;
    if (moved) this.before = this.#last;
    this.#last = stackPointer;
    return moved ? move : Move.None;
  }

  /** The outermost handler has been entered. */
  entered(): void {
    this.#move = Move.None;
    this.#interrupted = this.#ofThread();
  }

  /** It has been returned from. @returns whether to another stack. */
  left(): boolean {
    const step = this.#ofThread() - this.#interrupted;
    // What was stacked on entry has been taken from the same stack again.
    return this.#isArm ? step < 0 || step > LARGEST_FRAME_BYTES : step !== 0;
  }

  #ofThread(): number {
    return this.#isArm ? this.#target.register('psp')! : this.#target.stackPointer;
  }

  #moveAt(pc: number): Move {
    let move = this.#moves.get(pc);
    if (move === undefined) {
      const byte = (offset: number) => this.#target.readByte(pc + offset) ?? 0;
      const [low, high] = [byte(0) | (byte(1) << 8), byte(2) | (byte(3) << 8)];
      move = this.#isArm ? armMove(low, high) : riscvMove(low, high);
      this.#moves.set(pc, move);
    }
    return move;
  }
}

/** Register and immediate fields as in the Unprivileged ISA 20240411, 2.2 and 26.3. */
function riscvMove(low: number, high: number): Move {
  const word = low | (high << 16);
  const destination = (low >>> 7) & 31;
  if (destination !== 2) return Move.None;
  if ((low & 3) !== 3) {
    // C.LWSP; C.MV; C.LUI is C.ADDI16SP with this destination.
    if ((low & 0xe003) === 0x4002) return Move.Load;
    return (low & 0xf003) === 0x8002 && (low & 0x7c) !== 0 ? Move.Set : Move.None;
  }
  const source = (word >>> 15) & 31;
  switch (word & 0x7f) {
    case 0x03:
      return (word & 0x7000) === 0x2000 ? Move.Load : Move.None;
    // LUI, AUIPC, and CSR instructions that swap.
    case 0x37:
    case 0x17:
    case 0x73:
      return Move.Set;
    case 0x13:
      // From a frame pointer a frame is dropped.
      return source === 2 || source === 8 ? Move.None : Move.Set;
    default:
      return Move.None;
  }
}

/** MSR to MSP, PSP and CONTROL; LDR SP; MOV SP from a register that is no frame pointer (R7, R11). ARMv7-M A7.7. */
function armMove(low: number, high: number): Move {
  if ((low & 0xfff0) === 0xf380 && (high & 0xff00) === 0x8800)
    return [8, 9, 20].includes(high & 0xff) ? Move.Load : Move.None;
  if ((low & 0xff70) === 0xf850) return high >>> 12 === 13 ? Move.Load : Move.None;
  if ((low & 0xff87) !== 0x4685) return Move.None;
  const source = (low >>> 3) & 15;
  return source === 7 || source === 11 ? Move.None : Move.Load;
}
