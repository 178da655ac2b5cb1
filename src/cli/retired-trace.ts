/**
 * `--trace-retired`: one line an instruction, in the form of the ground truth of timing models, so that the two can be
 * compared with `cmp`:
 *
 *   kind,pc,cycle,trap_target,irq_asserted_cycle
 *   r,80000010,12,,              an instruction: its last cycle
 *   t,80000014,20,c0,18          a trap or a return from one: where from, the cycle, where to; when the interrupt rose
 *
 * Addresses are hexadecimal, cycles relative to the first line.
 */
import { gzipSync } from 'node:zlib';
import type { CoreObserver } from '../cpu/core.ts';
import type { FileOutput } from './file-output.ts';

/** Where the lines go. */
export type RetiredTraceFile = Pick<FileOutput, 'path' | 'text' | 'bytes'>;

const HEADING = 'kind,pc,cycle,trap_target,irq_asserted_cycle\n';
/** Characters that are compressed together, as one member of the file. */
const PIECE = 1 << 22;

const hex = (value: number) => (value >>> 0).toString(16);

export class RetiredTrace implements CoreObserver {
  readonly #file: RetiredTraceFile;
  readonly #compressed: boolean;
  #text = HEADING;
  /** The cycle that lines count from. */
  #first = -1;

  constructor(file: RetiredTraceFile) {
    this.#file = file;
    this.#compressed = file.path.endsWith('.gz');
  }

  instruction(): void {}

  retired(pc: number, cycle: number): void {
    this.#line(`r,${hex(pc)},${this.#relative(cycle)},,\n`);
  }

  trap(
    _cause: number,
    _isInterrupt: boolean,
    pc: number,
    _value: number,
    target: number,
    cycle: number,
    asserted?: number,
  ): void {
    const rose = asserted === undefined ? '' : this.#relative(asserted);
    this.#line(`t,${hex(pc)},${this.#relative(cycle)},${hex(target)},${rose}\n`);
  }

  trapReturned(pc: number, target: number, cycle: number): void {
    this.#line(`t,${hex(pc)},${this.#relative(cycle)},${hex(target)},\n`);
  }

  end(): void {
    this.#write();
  }

  #relative(cycle: number): number {
    if (this.#first < 0) this.#first = cycle;
    return cycle - this.#first;
  }

  #line(line: string): void {
    this.#text += line;
    if (this.#text.length >= PIECE) this.#write();
  }

  #write(): void {
    const text = this.#text;
    this.#text = '';
    if (text === '') return;
    if (this.#compressed) this.#file.bytes(gzipSync(text));
    else this.#file.text(text);
  }
}
