/**
 * Registers as declarations. What a manual prints as a table (offset, access, reset value, fields) is data
 * here; it compiles once into tables indexed by offset, and from these follow decoding, reset, snapshot,
 * side-effect-free peek, the listing for people and the report of guest errors by category. What only code can
 * say is a named method of the device (register-device.ts).
 *
 * Three rules make the rest simple. A value is computed without effects (`value`) and effects come after it
 * (`onRead`), so a peek is a read by construction. An access wider than its register reaches that register
 * only. A narrower one reads its byte lanes, and writes them without touching the others, unless the window says
 * that registers are taken whole.
 */
import type { AccessWidth } from '../bus/device.ts';
import { assert } from '../errors.ts';

/**
 * rw; ro (changes by itself); wo (reads as 0); w1c: writing 1 clears; rc: reading clears; const: never changes
 * and is no state.
 */
export type Access = 'rw' | 'ro' | 'wo' | 'w1c' | 'rc' | 'const';

export interface Field {
  readonly high: number;
  readonly low: number;
  /** Where it differs from its register's. */
  readonly access: Access | undefined;
}

/** One bit. A field whose name starts with `reserved` must be written as 0, and so must bits outside all fields. */
export function bit(position: number, access?: Access): Field {
  return { high: position, low: position, access };
}

/** The bits `high` down to `low`, both included. */
export function bits(high: number, low: number, access?: Access): Field {
  return { high, low, access };
}

export interface RegisterOptions {
  /** Where the manual describes it. */
  readonly spec: string;
  /** Value after reset; 0 when absent. Of a computed register: what `value` then yields, unknown when absent. */
  readonly reset?: number;
  /** `rw` when absent. */
  readonly access?: Access;
  /** Size in bytes, 4 when absent. */
  readonly size?: AccessWidth;
  /** An array of registers: elements, or rows and columns (numbered row by row). */
  readonly count?: number | readonly [rows: number, columns: number];
  /** Distance of elements in bytes; the size when absent. */
  readonly stride?: number | readonly [row: number, column: number];
  /** In a window that takes registers whole: an access at any of its bytes reaches it, as one at its own address. */
  readonly anyByte?: boolean;
  /** Seen only while the device's `bank()` yields this. */
  readonly bank?: number;
  /** All bits are writable when absent. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Method `(index) => number` without effects: the value is computed, not stored. */
  readonly value?: string;
  /** Method `(index)` called after the guest read the value. */
  readonly onRead?: string;
  /** Method `(value, index, previous)` called after a write; `value` is the new stored value or, if computed, what was written. */
  readonly onWrite?: string;
}

export interface RegisterDeclaration extends RegisterOptions {
  readonly offset: number;
}

export function register(offset: number, options: RegisterOptions): RegisterDeclaration {
  return { offset, ...options };
}

/** What a window accepts; masks of access widths as in `Device`. */
export interface WindowOptions {
  readonly sizeBytes: number;
  readonly readWidths: number;
  readonly writeWidths: number;
  /**
   * What an access narrower than its register does. `lanes` (when absent): it reaches the bytes at its address.
   * `whole`: at the register's own address it reaches the register, a written value being zero-extended; at
   * the bytes behind there is nothing, except where a register says `anyByte`.
   */
  readonly narrow?: 'lanes' | 'whole';
}

export interface CompiledRegister {
  readonly name: string;
  /** Its place among the registers. */
  readonly number: number;
  readonly declaration: RegisterDeclaration;
  readonly access: Access;
  readonly sizeBytes: AccessWidth;
  /** Index of its first element in the device's values. */
  readonly position: number;
  readonly count: number;
  readonly reset: number;
  readonly stored: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly writableMask: number;
  readonly onesClearMask: number;
  readonly readClearMask: number;
  readonly reservedMask: number;
}

/** One element of a register at its place. */
export interface Slot {
  readonly register: CompiledRegister;
  readonly index: number;
  readonly position: number;
  readonly offset: number;
  readonly name: string;
}

export function fieldMask(field: Field): number {
  const width = field.high - field.low + 1;
  return ((width === 32 ? 0xffff_ffff : (1 << width) - 1) << field.low) >>> 0;
}

export function sizeMask(sizeBytes: number): number {
  return sizeBytes >= 4 ? 0xffff_ffff : (1 << (sizeBytes * 8)) - 1;
}

function pair(value: number | readonly [number, number], row: number): readonly [number, number] {
  return typeof value === 'number' ? [row, value] : value;
}

/** How many elements a register has. */
function elements({ count }: RegisterDeclaration): number {
  const [rows, columns] = pair(count ?? 1, 1);
  return rows * columns;
}

function compile(
  name: string,
  declaration: RegisterDeclaration,
  number: number,
  position: number,
): CompiledRegister {
  const access = declaration.access ?? 'rw';
  const sizeBytes = declaration.size ?? 4;
  const whole = sizeMask(sizeBytes);
  const masks: Record<Access, number> = { rw: 0, ro: 0, wo: 0, w1c: 0, rc: 0, const: 0 };
  if (declaration.fields === undefined) {
    masks[access] = whole;
  } else {
    for (const [fieldName, field] of Object.entries(declaration.fields)) {
      if (fieldName.startsWith('reserved')) continue;
      const mask = fieldMask(field);
      assert((mask & ~whole) === 0, `field ${fieldName} exceeds register ${name}`);
      masks[field.access ?? access] |= mask;
    }
  }
  const writableMask = masks.rw | masks.wo;
  const covered = writableMask | masks.ro | masks.w1c | masks.rc | masks.const;
  return {
    name,
    number,
    declaration,
    access,
    sizeBytes,
    position,
    count: elements(declaration),
    reset: (declaration.reset ?? 0) >>> 0,
    stored: declaration.value === undefined && access !== 'const',
    readable: access !== 'wo',
    writable: access !== 'ro' && access !== 'rc' && access !== 'const',
    writableMask,
    onesClearMask: masks.w1c,
    readClearMask: masks.rc,
    reservedMask: (whole & ~covered) >>> 0,
  };
}

const PAGE_BITS = 12;
const PAGE_BYTES = 1 << PAGE_BITS;

/** Byte offset → elements there (more than one when banked), in pages, as windows are large and sparse. */
class OffsetTable {
  readonly #pages: (Int16Array | undefined)[] = [];
  readonly #choices: Slot[][] = [];

  /** @param sizeBytes how many bytes lead to the slot. */
  add(slot: Slot, sizeBytes: number): void {
    const shared = this.at(slot.offset);
    for (const other of shared ?? []) {
      const distinct = other.register.declaration.bank !== slot.register.declaration.bank;
      assert(distinct, `registers ${other.name} and ${slot.name} overlap`);
    }
    const choice = this.#choices.push([...(shared ?? []), slot]) - 1;
    for (let i = 0; i < sizeBytes; i++) {
      const offset = slot.offset + i;
      const page = (this.#pages[offset >>> PAGE_BITS] ??= new Int16Array(PAGE_BYTES).fill(-1));
      page[offset & (PAGE_BYTES - 1)] = choice;
    }
  }

  at(offset: number): readonly Slot[] | undefined {
    const page = this.#pages[offset >>> PAGE_BITS];
    return page === undefined ? undefined : this.#choices[page[offset & (PAGE_BYTES - 1)]!];
  }
}

/** What follows from a set of declarations. */
export class CompiledLayout {
  readonly registers: readonly CompiledRegister[];
  readonly slots: readonly Slot[];
  readonly readers = new OffsetTable();
  readonly writers = new OffsetTable();

  constructor(window: WindowOptions, declarations: Readonly<Record<string, RegisterDeclaration>>) {
    const registers: CompiledRegister[] = [];
    const slots: Slot[] = [];
    for (const [name, declaration] of Object.entries(declarations)) {
      const compiled = compile(name, declaration, registers.length, slots.length);
      registers.push(compiled);
      const [, columns] = pair(declaration.count ?? 1, 1);
      const [rowStride, columnStride] = pair(declaration.stride ?? compiled.sizeBytes, 0);
      for (let index = 0; index < compiled.count; index++) {
        const offset =
          declaration.offset + Math.floor(index / columns) * rowStride + (index % columns) * columnStride;
        assert(offset + compiled.sizeBytes <= window.sizeBytes, `register ${name} exceeds its window`);
        const label = declaration.count === undefined ? name : `${name}[${index}]`;
        const slot = { register: compiled, index, position: slots.length, offset, name: label };
        slots.push(slot);
        const reach = window.narrow === 'whole' && !declaration.anyByte ? 1 : compiled.sizeBytes;
        if (compiled.readable) this.readers.add(slot, reach);
        if (compiled.writable) this.writers.add(slot, reach);
      }
    }
    this.registers = registers;
    this.slots = slots;
  }
}

/**
 * A set of declarations: what all devices of a type share. It is compiled when the first of them is built, so that
 * a board need not wait for the devices of all others.
 */
export class RegisterLayout<Name extends string = string> {
  readonly window: WindowOptions;
  /** Index of each register (of its first element) in a device's values. */
  readonly position: Readonly<Record<Name, number>>;
  readonly #declarations: Readonly<Record<Name, RegisterDeclaration>>;
  #compiled: CompiledLayout | undefined = undefined;

  constructor(window: WindowOptions, declarations: Readonly<Record<Name, RegisterDeclaration>>) {
    this.window = window;
    this.#declarations = declarations;
    const position: Partial<Record<Name, number>> = {};
    let next = 0;
    for (const name of Object.keys(declarations) as Name[]) {
      position[name] = next;
      next += elements(declarations[name]);
    }
    this.position = position as Record<Name, number>;
  }

  /** @throws InternalError where declarations contradict each other. */
  get compiled(): CompiledLayout {
    this.#compiled ??= new CompiledLayout(this.window, this.#declarations);
    return this.#compiled;
  }
}
