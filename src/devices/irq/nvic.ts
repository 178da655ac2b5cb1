/**
 * Nested vectored interrupt controller: enables, pending and active bits and priorities of the interrupt lines.
 * When an interrupt is taken is decided by the core, through the interface in src/bus/interrupt-controller.ts.
 *
 * A rising edge makes a line pending; so does an input that is still high when its handler returns, or when software
 * clears its pending bit. So a level interrupt comes again until its cause is gone, and a pulse that comes during its
 * own handler is not lost.
 *
 * Source: ARMv7-M ARM DDI 0403E, B3.4; behaviour of level and pulse interrupts, Cortex-M3 TRM DDI 0337I 6.2.2.
 */
import type { DeviceContext } from '../../bus/device.ts';
import {
  type InterruptController,
  type InterruptListener,
  NO_PRIORITY,
} from '../../bus/interrupt-controller.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { assert } from '../../errors.ts';
import { RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';
import { clearBit, hasBit, setBit } from './bit-set.ts';
import { InputLines } from './input-lines.ts';

const EVENT_SAMPLE = 0;

export interface NvicOptions {
  name: string;
  /** Number of interrupt lines, 1 to 496. */
  lineCount: number;
  /** Inputs by line; lines without one can only be made pending by software. */
  lines: readonly (Line | undefined)[];
  /** Implemented bits of a priority, from the top; 3 to 8. */
  priorityBits: number;
}

/** Offsets count from 0xE000E100. */
function describeLayout(lineCount: number) {
  const count = Math.ceil(lineCount / 32);
  const pending = { spec: 'B3.4.5', reset: 0, count, value: 'pendingWord' };
  const enable = { spec: 'B3.4.3', reset: 0, count, value: 'enabledWord' };
  return new RegisterLayout(
    { sizeBytes: 0x500, readWidths: 7, writeWidths: 7 },
    {
      ISER: register(0x000, { ...enable, onWrite: 'setEnable' }),
      ICER: register(0x080, { ...enable, spec: 'B3.4.4', onWrite: 'clearEnable' }),
      ISPR: register(0x100, { ...pending, onWrite: 'setPendingWord' }),
      ICPR: register(0x180, { ...pending, spec: 'B3.4.6', onWrite: 'clearPendingWord' }),
      IABR: register(0x200, { spec: 'B3.4.7', reset: 0, access: 'ro', count, value: 'activeWord' }),
      IPR: register(0x300, { spec: 'B3.4.8', count: Math.ceil(lineCount / 4), onWrite: 'priorityWritten' }),
    },
  );
}

export class Nvic extends RegisterDevice implements InterruptController {
  readonly lineCount: number;
  listener: InterruptListener | undefined = undefined;
  pendingLine = -1;
  pendingPriority = NO_PRIORITY;
  activePriority = NO_PRIORITY;
  activeCount = 0;
  readonly #lines: readonly (Line | undefined)[];
  readonly #inputs: InputLines;
  readonly #words: number;
  readonly #priorityMask: number;
  readonly #ipr: number;
  /** Bit sets by line. */
  readonly #enabled: Int32Array;
  readonly #pending: Int32Array;
  readonly #active: Int32Array;

  constructor(context: DeviceContext, options: NvicOptions) {
    const layout = describeLayout(options.lineCount);
    super(context, options.name, layout);
    const fits =
      options.lineCount >= 1 && options.lineCount <= 496 && options.lines.length <= options.lineCount;
    assert(fits, `${options.name}: ${options.lines.length} of ${options.lineCount} lines`);
    this.lineCount = options.lineCount;
    this.#lines = options.lines;
    this.#words = Math.ceil(options.lineCount / 32);
    this.#priorityMask = (0xff00 >>> options.priorityBits) & 0xff;
    this.#ipr = layout.position.IPR;
    this.#enabled = new Int32Array(this.#words);
    this.#pending = new Int32Array(this.#words);
    this.#active = new Int32Array(this.#words);
    this.#inputs = new InputLines(context, EVENT_SAMPLE, this.#lines, (line) => this.setPending(line));
    this.reset();
  }

  protected override resetInternal(): void {
    this.#enabled.fill(0);
    this.#pending.fill(0);
    this.#active.fill(0);
    this.#inputs.reset();
  }

  override onEvent(_kind: number): void {
    this.#inputs.sample();
  }

  protected override snapshotInternal(): State {
    return {
      enabled: this.#enabled.slice(),
      pending: this.#pending.slice(),
      active: this.#active.slice(),
    };
  }

  protected override restoreInternal(state: State): void {
    this.#enabled.set(state.enabled as Int32Array);
    this.#pending.set(state.pending as Int32Array);
    this.#active.set(state.active as Int32Array);
  }

  // --- What the core asks -----------------------------------------------------------------------------------------

  get anyPending(): boolean {
    return this.#pending.some((word) => word !== 0);
  }

  isActive(line: number): boolean {
    return line < this.lineCount && hasBit(this.#active, line);
  }

  setPending(line: number): void {
    if (line >= this.lineCount || hasBit(this.#pending, line)) return;
    setBit(this.#pending, line);
    this.updateInterrupts();
    if (!hasBit(this.#active, line)) this.listener?.becamePending();
  }

  acknowledge(line: number): void {
    clearBit(this.#pending, line);
    setBit(this.#active, line);
    this.updateInterrupts();
  }

  complete(line: number): void {
    if (!this.isActive(line)) return;
    clearBit(this.#active, line);
    if (this.#lines[line]?.level) setBit(this.#pending, line);
    this.updateInterrupts();
  }

  clearActive(): void {
    for (let line = 0; line < this.lineCount; line++) this.complete(line);
  }

  mayRise(ceiling: number): boolean {
    for (let line = 0; line < this.lineCount; line++) {
      if (!hasBit(this.#enabled, line) || hasBit(this.#active, line)) continue;
      if (this.#priorityOf(line) >= ceiling) continue;
      if (hasBit(this.#pending, line) || this.#lines[line]?.mayRise()) return true;
    }
    return false;
  }

  mayPend(): boolean {
    return this.#lines.some(
      (line, number) => !hasBit(this.#active, number) && !hasBit(this.#pending, number) && line?.mayRise(),
    );
  }

  // --- Registers --------------------------------------------------------------------------------------------------

  enabledWord(index: number): number {
    return this.#enabled[index]!;
  }

  setEnable(value: number, index: number): void {
    this.#enabled[index]! |= value & this.#existing(index);
    this.updateInterrupts();
  }

  clearEnable(value: number, index: number): void {
    this.#enabled[index]! &= ~value;
    this.updateInterrupts();
  }

  pendingWord(index: number): number {
    return this.#pending[index]!;
  }

  setPendingWord(value: number, index: number): void {
    let bits = value & this.#existing(index);
    while (bits !== 0) {
      const lowest = bits & -bits;
      bits ^= lowest;
      this.setPending(32 * index + 31 - Math.clz32(lowest));
    }
  }

  /** A line whose input is still high stays pending, unless it is active: then its return will look at the input. */
  clearPendingWord(value: number, index: number): void {
    for (let bit = 0; bit < 32; bit++) {
      const line = 32 * index + bit;
      if ((value & (1 << bit)) === 0 || (this.#lines[line]?.level && !hasBit(this.#active, line))) continue;
      clearBit(this.#pending, line);
    }
    this.updateInterrupts();
  }

  activeWord(index: number): number {
    return this.#active[index]!;
  }

  priorityWritten(value: number, index: number): void {
    let mask = 0;
    for (let i = 0; i < 4; i++) if (4 * index + i < this.lineCount) mask |= this.#priorityMask << (8 * i);
    this.values[this.#ipr + index] = value & mask;
    this.updateInterrupts();
  }

  /** Decides anew which line comes first, and tells the core. */
  protected override updateInterrupts(): void {
    let best = -1;
    let bestPriority = NO_PRIORITY;
    let activePriority = NO_PRIORITY;
    let activeCount = 0;
    for (let word = 0; word < this.#words; word++) {
      let candidates = this.#pending[word]! & this.#enabled[word]!;
      while (candidates !== 0) {
        const lowest = candidates & -candidates;
        candidates ^= lowest;
        const line = 32 * word + 31 - Math.clz32(lowest);
        const priority = this.#priorityOf(line);
        if (priority >= bestPriority) continue;
        best = line;
        bestPriority = priority;
      }
      let active = this.#active[word]!;
      while (active !== 0) {
        const lowest = active & -active;
        active ^= lowest;
        activePriority = Math.min(activePriority, this.#priorityOf(32 * word + 31 - Math.clz32(lowest)));
        activeCount++;
      }
    }
    this.pendingLine = best;
    this.pendingPriority = bestPriority;
    this.activePriority = activePriority;
    this.activeCount = activeCount;
    this.listener?.interruptsChanged();
  }

  #priorityOf(line: number): number {
    return (this.values[this.#ipr + (line >>> 2)]! >>> (8 * (line & 3))) & 0xff;
  }

  /** The lines of a word that exist. */
  #existing(word: number): number {
    const left = this.lineCount - 32 * word;
    return left >= 32 ? -1 : (1 << left) - 1;
  }
}
