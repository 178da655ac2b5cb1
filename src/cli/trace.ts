/**
 * `--trace`: what the guest does, a line each, the same in every run, so that two traces can be compared with
 * diff. docs/command.md describes the format; these are its lines:
 *
 *   CYCLE  PC        SYMBOL          INSTRUCTION            REGISTERS CHANGED
 *   12     80000010  main+0x4        addi sp,sp,-16         sp=800043a0
 *   15     trap      machine timer interrupt at 80000018 to 80000040 <trap_entry> mtval=00000000
 *   17     write     uart0+0x0 size 1 value 00000048
 */
import type { CoreObserver } from '../cpu/core.ts';
import type { TraceRegisters } from '../machine/isa.ts';
import { printable } from '../machine/loader/printable.ts';
import type { Machine } from '../machine/machine.ts';
import { type AddressRange, parseTarget } from './disasm-target.ts';
import type { FileOutput } from './file-output.ts';
import type { TraceKind } from './run-options.ts';

export const TRACE_VERSION = 1;

const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

export interface TraceOptions {
  readonly kinds: ReadonlySet<TraceKind>;
  /** As for `bluesim disasm`. None: everything. */
  readonly ranges: readonly string[];
}

interface InstructionText {
  readonly word: number;
  /** What the instructions before it left to it. */
  readonly context: number;
  readonly text: string;
  readonly writesSpecial: boolean;
}

export class Trace implements CoreObserver {
  readonly #machine: Machine;
  readonly #file: FileOutput;
  readonly #kinds: ReadonlySet<TraceKind>;
  readonly #ranges: readonly AddressRange[];
  /** Which registers there are to show. */
  readonly #shown: TraceRegisters;
  /** The general registers, where the core has them, and what they held before the pending instruction. */
  readonly #general: Int32Array;
  readonly #generalBefore: Int32Array;
  /** The same of the others, by name. */
  readonly #othersBefore = new Map<string, number>();
  /** What a line says before the registers, by address, as long as the instruction there is the same. */
  readonly #texts = new Map<number, InstructionText>();
  readonly #symbol = (address: number) =>
    this.#machine.symbols.at(address) ? this.#machine.symbols.format(address) : undefined;
  /** The instruction that is being executed: its line is written when its effects are known. */
  #pending: string | undefined = undefined;
  /** Lines of its device accesses. */
  #accesses: string[] = [];
  #wanted = false;
  #writesSpecial = false;
  /** What was noted of the registers is what they held before the pending instruction. */
  #isCurrent = false;

  /** @throws UserError for a range that names nothing. */
  constructor(machine: Machine, file: FileOutput, options: TraceOptions) {
    this.#machine = machine;
    this.#file = file;
    this.#kinds = options.kinds;
    this.#ranges = options.ranges.map((text) => parseTarget(machine.image!, text));
    this.#shown = machine.isa.trace;
    this.#general = machine.memory.cpuState.subarray(0, this.#shown.general.length);
    this.#generalBefore = new Int32Array(this.#general.length);
    file.text(
      `# bluesim trace ${TRACE_VERSION}: ${printable(machine.image!.name)} on ${machine.board.name}\n`,
    );
    machine.observe(this);
    machine.events.onDeviceAccess((...access) => this.#accessed(...access));
  }

  instruction(pc: number): void {
    this.#finish(false);
    this.#wanted = this.#inRange(pc);
    if (!this.#wanted || !this.#kinds.has('instructions')) {
      this.#isCurrent = false;
      return;
    }
    const { text, writesSpecial } = this.#textOf(pc);
    this.#pending = `${String(this.#machine.cycles).padEnd(11)} ${text}`;
    this.#writesSpecial = writesSpecial;
    if (!this.#isCurrent) this.#remember();
    this.#isCurrent = true;
  }

  trap(cause: number, isInterrupt: boolean, pc: number, value: number, target: number): void {
    this.#finish(true);
    this.#isCurrent = false;
    if (!this.#kinds.has('traps') || !(this.#inRange(pc) || this.#inRange(target))) return;
    const at = this.#symbol(pc);
    const to = this.#symbol(target);
    const { trapValue } = this.#shown;
    this.#line(
      `${String(this.#machine.cycles).padEnd(11)} trap      ${this.#machine.trapName(cause, isInterrupt)} at ${hex(pc)}${at === undefined ? '' : ` <${at}>`} to ${hex(target)}${to === undefined ? '' : ` <${to}>`}${trapValue === undefined ? '' : ` ${trapValue}=${hex(value)}`}`,
    );
  }

  #accessed(device: string, offset: number, width: number, value: number, isWrite: boolean): void {
    if (!this.#wanted || !this.#kinds.has('mmio')) return;
    const digits = value.toString(16).padStart(2 * width, '0');
    this.#accesses.push(
      `${String(this.#machine.cycles).padEnd(11)} ${isWrite ? 'write' : 'read '}     ${device}+0x${offset.toString(16)} size ${width} value ${digits}`,
    );
  }

  /** Writes what is still to be written. */
  end(): void {
    this.#finish(false);
    this.#file.flush();
  }

  #inRange(address: number): boolean {
    if (this.#ranges.length === 0) return true;
    return this.#ranges.some(({ start, end }) => address >= start && address < end);
  }

  /** The instruction before is done, or a trap has ended it. */
  #finish(byTrap: boolean): void {
    if (this.#pending !== undefined) {
      this.#line(`${this.#pending}${this.#changes(byTrap)}`.trimEnd());
      this.#pending = undefined;
    }
    if (this.#accesses.length === 0) return;
    for (const line of this.#accesses) this.#line(line);
    this.#accesses = [];
  }

  #textOf(pc: number): InstructionText {
    const { bus } = this.#machine;
    const word = (bus.peek(pc, 2) ?? 0) | ((bus.peek((pc + 2) >>> 0, 2) ?? 0) << 16);
    const context = this.#machine.isa.context(this.#machine.registers);
    const known = this.#texts.get(pc);
    if (known?.word === word && known.context === context) return known;
    const { text, writesSpecial } = this.#machine.disassembler.disassemble(word, pc, {
      symbol: this.#symbol,
      context,
    });
    const where = this.#symbol(pc) ?? '-';
    const made = { word, context, text: `${hex(pc)}  ${where.padEnd(24)} ${text.padEnd(32)}`, writesSpecial };
    this.#texts.set(pc, made);
    return made;
  }

  #remember(): void {
    const { registers } = this.#machine;
    this.#generalBefore.set(this.#general);
    const { status, special } = this.#shown;
    for (const name of [...status, ...special]) this.#othersBefore.set(name, registers.read(name)!);
  }

  #changes(byTrap: boolean): string {
    const { general, status, special } = this.#shown;
    const [now, before] = [this.#general, this.#generalBefore];
    let text = '';
    for (let index = 0; index < general.length; index++) {
      const value = now[index]!;
      if (value === before[index]) continue;
      before[index] = value;
      if (general[index] !== undefined) text += ` ${general[index]}=${hex(value)}`;
    }
    text += this.#changesOf(status, byTrap);
    return this.#writesSpecial ? text + this.#changesOf(special, byTrap) : text;
  }

  #changesOf(names: readonly string[], byTrap: boolean): string {
    let text = '';
    for (const name of names) {
      const value = this.#machine.registers.read(name)!;
      if (value === this.#othersBefore.get(name)) continue;
      this.#othersBefore.set(name, value);
      if (!byTrap || !this.#shown.toldByTraps.has(name)) text += ` ${name}=${hex(value)}`;
    }
    return text;
  }

  #line(text: string): void {
    this.#file.text(`${text}\n`);
  }
}
