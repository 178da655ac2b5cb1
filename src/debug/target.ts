/**
 * The one face of a running machine towards the debugger, the metrics and what knows of kernels (src/kernel/metrics,
 * src/kernel/awareness): what they may ask, and what they hear. They know nothing else of it.
 */
import type { CoreObserver } from '../cpu/core.ts';
import type { DeviceAccessListener, LineListener, Unsubscribe } from '../machine/events.ts';
import { type Footprint, footprintOf } from '../machine/footprint.ts';
import { printable } from '../machine/loader/printable.ts';
import type { SymbolTable } from '../machine/loader/symbols.ts';
import type { Machine } from '../machine/machine.ts';

export type { CoreObserver, DeviceAccessListener, Footprint, LineListener, Unsubscribe };

export interface Target {
  readonly architecture: 'riscv32' | 'armv7m';
  readonly board: string;
  /** 'hazard3/1' */
  readonly model: string;
  /** Of the core clock, now. */
  readonly frequencyHz: number;
  readonly symbols: SymbolTable;
  readonly footprint: Footprint;
  /** Names of the interrupt lines and other wires. */
  readonly lines: readonly string[];
  /** Names of the devices. */
  readonly devices: readonly string[];
  /** Since power-on, over all resets. */
  readonly cycles: number;
  /** Retired since power-on. */
  readonly instructions: number;
  /** Of the cycles. */
  sleepCycles(): number;
  /** Address of the next instruction, unsigned. */
  readonly pc: number;
  /** Of the stack in use, unsigned. */
  readonly stackPointer: number;
  /** @returns an unsigned value, or undefined when there is no such register. */
  register(name: string): number | undefined;
  /** Reads without any effect. @returns undefined where nothing is. */
  readWord(address: number): number | undefined;
  readByte(address: number): number | undefined;
  /** Bytes of a section of the image, also of one that is not loaded; undefined when there is none of this name. */
  section(name: string): Uint8Array | undefined;
  /** What a trap is called: `machine timer interrupt`, `IRQ 8 (timer0)`. */
  trapName(cause: number, isInterrupt: boolean): string;
  /** The function that holds an address, printable; undefined where no symbol tells. */
  functionAt(address: number): string | undefined;
  /** `main+0x12`, or the address. */
  format(address: number): string;
  observe(observer: CoreObserver): Unsubscribe;
  onConsole(listener: (byte: number) => void): Unsubscribe;
  onDeviceAccess(listener: DeviceAccessListener): Unsubscribe;
  onLine(listener: LineListener): Unsubscribe;
  onReset(listener: () => void): Unsubscribe;
}

export function targetOf(machine: Machine): Target {
  const { core, board, bus, events } = machine;
  const image = machine.image!;
  return {
    architecture: core.architecture,
    board: board.name,
    model: `${machine.model.name}/${machine.model.version}`,
    get frequencyHz() {
      return machine.frequencyHz;
    },
    symbols: machine.symbols,
    get footprint() {
      return footprintOf(image);
    },
    lines: events.lines,
    devices: machine.devices.map(({ name }) => name),
    get cycles() {
      return machine.cycles;
    },
    get instructions() {
      return machine.instructions;
    },
    sleepCycles: () => machine.statistics().sleepCycles,
    get pc() {
      return core.pc;
    },
    get stackPointer() {
      return core.stackPointer;
    },
    register: (name) => core.registers.read(name),
    readWord: (address) => bus.peek(address >>> 0, 4),
    readByte: (address) => bus.peek(address >>> 0, 1),
    section: (name) => image.sections.find((candidate) => candidate.name === name)?.bytes,
    trapName: (cause, isInterrupt) => machine.trapName(cause, isInterrupt),
    functionAt(address) {
      const located = machine.symbols.at(address);
      return located && printable(located.symbol.name);
    },
    format: (address) => machine.symbols.format(address),
    observe: (observer) => machine.observe(observer),
    onConsole: (listener) => machine.onConsole((byte) => listener(byte)),
    onDeviceAccess: (listener) => events.onDeviceAccess(listener),
    onLine: (listener) => events.onLine(listener),
    onReset: (listener) => events.resets.add(listener),
  };
}
