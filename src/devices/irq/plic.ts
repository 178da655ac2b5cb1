/**
 * Platform-level interrupt controller with level gateways.
 *
 * A gateway forwards one request when its line is high and then waits until that request is completed; a line
 * that falls meanwhile takes nothing back, a line that is still high at completion asks again.
 *
 * Source: RISC-V Platform-Level Interrupt Controller Specification 1.0.0; register map of the SiFive FU540-C000
 * manual v1p4, chapter 10. Where QEMU differs (a falling line withdraws its request, completion does not look
 * at the line again, the threshold hides interrupts from a claim), the specification is followed.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';
import { clearBit, hasBit, setBit } from './bit-set.ts';
import { InputLines } from './input-lines.ts';

const EVENT_SAMPLE = 0;

export interface PlicOptions {
  name: string;
  /** Number of source ids including id 0, which is no source. At most 1024. */
  sourceCount: number;
  /** Lines of the sources by id; ids without one stay silent. */
  sources: readonly (Line | undefined)[];
  /** Outputs by context (on `virt` with one hart: M mode, S mode). */
  contexts: readonly Line[];
  /** Width of priorities and thresholds; 3 when absent. */
  priorityBits?: number;
}

function describeLayout(sources: number, words: number, contexts: number, priorityBits: number) {
  const level = { level: bits(priorityBits - 1, 0) };
  return new RegisterLayout(
    { sizeBytes: 0x60_0000, readWidths: 4, writeWidths: 4 },
    {
      priority: register(0x4, { spec: 'PLIC 4', count: sources - 1, fields: level, onWrite: 'changed' }),
      pending: register(0x1000, {
        spec: 'PLIC 5',
        reset: 0,
        access: 'ro',
        count: words,
        value: 'pendingWord',
      }),
      enable: register(0x2000, {
        spec: 'PLIC 6',
        count: [contexts, words],
        stride: [0x80, 4],
        onWrite: 'enableChanged',
      }),
      threshold: register(0x20_0000, {
        spec: 'PLIC 7',
        count: contexts,
        stride: 0x1000,
        fields: level,
        onWrite: 'changed',
      }),
      claim: register(0x20_0004, {
        spec: 'PLIC 8, 9',
        reset: 0,
        count: contexts,
        stride: 0x1000,
        value: 'bestSource',
        onRead: 'claimed',
        onWrite: 'complete',
      }),
    },
  );
}

export class Plic extends RegisterDevice {
  readonly #sourceCount: number;
  readonly #words: number;
  readonly #sources: readonly (Line | undefined)[];
  readonly #inputs: InputLines;
  readonly #contexts: readonly Line[];
  readonly #priority: number;
  readonly #enable: number;
  readonly #threshold: number;
  /** Bit sets by source id. In service: claimed and not yet completed. */
  readonly #pending: Int32Array;
  readonly #inService: Int32Array;

  constructor(context: DeviceContext, options: PlicOptions) {
    const words = Math.ceil(options.sourceCount / 32);
    const layout = describeLayout(
      options.sourceCount,
      words,
      options.contexts.length,
      options.priorityBits ?? 3,
    );
    super(context, options.name, layout);
    this.#sourceCount = options.sourceCount;
    this.#words = words;
    this.#sources = [undefined, ...options.sources.slice(1)];
    this.#contexts = options.contexts;
    this.#priority = layout.position.priority - 1;
    this.#enable = layout.position.enable;
    this.#threshold = layout.position.threshold;
    this.#pending = new Int32Array(words);
    this.#inService = new Int32Array(words);
    this.#inputs = new InputLines(context, EVENT_SAMPLE, this.#sources, (source) =>
      this.#gatewayOpened(source),
    );
    options.contexts.forEach((line, index) => {
      line.drivenBy(() => this.#mayRise(index));
    });
    this.reset();
  }

  protected override resetInternal(): void {
    this.#pending.fill(0);
    this.#inService.fill(0);
    this.#inputs.reset();
  }

  override onEvent(_kind: number): void {
    this.#inputs.sample();
  }

  protected override snapshotInternal(): State {
    return { pending: this.#pending.slice(), inService: this.#inService.slice() };
  }

  protected override restoreInternal(state: State): void {
    this.#pending.set(state.pending as Int32Array);
    this.#inService.set(state.inService as Int32Array);
  }

  protected override updateInterrupts(): void {
    for (let index = 0; index < this.#contexts.length; index++) {
      this.#contexts[index]!.set(this.#best(index, this.values[this.#threshold + index]!) !== 0);
    }
  }

  changed(): void {
    this.updateInterrupts();
  }

  enableChanged(_value: number, index: number): void {
    // FU540 10.5: source 0 is none, its bit is hardwired to 0; so are those above the last source.
    const word = index % this.#words;
    if (word === 0) this.values[this.#enable + index]! &= ~1;
    const beyond = this.#sourceCount - 32 * word;
    if (beyond < 32) this.values[this.#enable + index]! &= (1 << beyond) - 1;
    this.updateInterrupts();
  }

  pendingWord(index: number): number {
    return this.#pending[index]!;
  }

  /** PLIC 8: the threshold does not affect a claim. */
  bestSource(index: number): number {
    return this.#best(index, 0);
  }

  claimed(index: number): void {
    const source = this.#best(index, 0);
    if (source === 0) return;
    clearBit(this.#pending, source);
    setBit(this.#inService, source);
    this.updateInterrupts();
  }

  /** PLIC 9: a completion for a source that is not enabled for the context is silently ignored. */
  complete(source: number, index: number): void {
    if (source >= this.#sourceCount || !this.#enabled(index, source)) return;
    clearBit(this.#inService, source);
    if (this.#sources[source]?.level) setBit(this.#pending, source);
    this.updateInterrupts();
  }

  #gatewayOpened(source: number): void {
    if (hasBit(this.#inService, source)) return;
    setBit(this.#pending, source);
    this.updateInterrupts();
  }

  #enabled(index: number, source: number): boolean {
    return (this.values[this.#enable + index * this.#words + (source >>> 5)]! & (1 << (source & 31))) !== 0;
  }

  /** Pending and enabled source of the highest priority above `threshold`; ties go to the lowest id. 0: none. */
  #best(index: number, threshold: number): number {
    let best = 0;
    let bestPriority = threshold;
    for (let word = 0; word < this.#words; word++) {
      let candidates = this.#pending[word]! & this.values[this.#enable + index * this.#words + word]!;
      while (candidates !== 0) {
        const lowest = candidates & -candidates;
        candidates ^= lowest;
        const source = word * 32 + (31 - Math.clz32(lowest));
        const priority = this.values[this.#priority + source]!;
        if (priority > bestPriority) {
          best = source;
          bestPriority = priority;
        }
      }
    }
    return best;
  }

  /** A source in service cannot raise the output again: its gateway waits for the core. */
  #mayRise(index: number): boolean {
    const threshold = this.values[this.#threshold + index]!;
    for (let source = 1; source < this.#sourceCount; source++) {
      if (!this.#enabled(index, source) || this.values[this.#priority + source]! <= threshold) continue;
      if (!hasBit(this.#inService, source) && this.#sources[source]?.mayRise()) return true;
    }
    return false;
  }
}
