/**
 * The part that devices made of declared registers share: see register.ts for what a declaration means.
 */
import type { AccessWidth, Device, DeviceContext } from '../bus/device.ts';
import type { State } from '../bus/state.ts';
import { assert, hex32 } from '../errors.ts';
import {
  type Access,
  type CompiledLayout,
  fieldMask,
  type RegisterLayout,
  type Slot,
  sizeMask,
} from './register.ts';

/** One line of `info`. */
export interface RegisterDescription {
  name: string;
  offset: number;
  sizeBytes: AccessWidth;
  access: Access;
  spec: string;
  value: number;
  /** Value after reset, where one is stated. */
  reset: number | undefined;
  fields: { name: string; value: number }[];
}

type Effect = (this: RegisterDevice, ...values: number[]) => number | undefined;

/** The methods that a register names, looked up once. */
interface Effects {
  readonly value: Effect | undefined;
  readonly onRead: Effect | undefined;
  readonly onWrite: Effect | undefined;
}

/**
 * A device made of declared registers. A subclass adds effects as public methods (named in its declarations),
 * its own state through the three `…Internal` methods, and calls `reset()` at the end of its constructor.
 */
export abstract class RegisterDevice implements Device {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readWidths: number;
  readonly writeWidths: number;
  readonly unaligned = false;
  readonly layout: RegisterLayout;
  protected readonly context: DeviceContext;
  /** Every register element's stored value, by `layout.position`. */
  protected readonly values: Uint32Array;
  readonly #compiled: CompiledLayout;
  /** By the registers' numbers. */
  readonly #effects: readonly Effects[];

  constructor(context: DeviceContext, name: string, layout: RegisterLayout) {
    this.context = context;
    this.name = name;
    this.layout = layout;
    this.#compiled = layout.compiled;
    this.sizeBytes = layout.window.sizeBytes;
    this.readWidths = layout.window.readWidths;
    this.writeWidths = layout.window.writeWidths;
    this.values = new Uint32Array(this.#compiled.slots.length);
    this.#effects = this.#compiled.registers.map(({ name: registerName, declaration }) => ({
      value: this.#method(registerName, declaration.value),
      onRead: this.#method(registerName, declaration.onRead),
      onWrite: this.#method(registerName, declaration.onWrite),
    }));
  }

  /** Selects among registers that share an offset. */
  protected bank(): number {
    return 0;
  }

  /** Recomputes the interrupt lines from the state. */
  protected updateInterrupts(): void {}

  protected resetInternal(): void {}

  /** State beside the registers. */
  protected snapshotInternal(): State {
    return {};
  }

  protected restoreInternal(_state: State): void {}

  onEvent(_kind: number): void {}

  reset(): void {
    for (const { register: compiled, position } of this.#compiled.slots)
      this.values[position] = compiled.reset;
    this.resetInternal();
    this.updateInterrupts();
  }

  read(offset: number, width: AccessWidth): number {
    const slot = this.#select(this.#compiled.readers.at(offset));
    if (slot === undefined) {
      this.#refuse(offset, 'read', this.#compiled.writers.at(offset), 'write-only');
      return 0;
    }
    const { register: compiled, index, position } = slot;
    const value = this.#valueOf(slot);
    if (compiled.readClearMask !== 0) this.values[position]! &= ~compiled.readClearMask;
    this.#effects[compiled.number]!.onRead?.call(this, index);
    return lanes(value, laneOf(slot, offset), width);
  }

  peek(offset: number, width: AccessWidth): number {
    const slot = this.#select(this.#compiled.readers.at(offset));
    return slot === undefined ? 0 : lanes(this.#valueOf(slot), laneOf(slot, offset), width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    const slot = this.#select(this.#compiled.writers.at(offset));
    if (slot === undefined) {
      this.#refuse(offset, 'write', this.#compiled.readers.at(offset), 'read-only', value);
      return;
    }
    const { register: compiled, index, position } = slot;
    const shift = laneOf(slot, offset) * 8;
    const whole = sizeMask(compiled.sizeBytes);
    const lanesMask = (sizeMask(width) << shift) & whole;
    const mask = this.layout.window.narrow === 'whole' ? whole : lanesMask;
    const written = ((value << shift) & lanesMask) >>> 0;
    if ((written & compiled.reservedMask) !== 0) {
      this.context.guestError('reserved', `${slot.name}: reserved bits written with ${hex32(written)}`);
    }
    const previous = this.values[position]!;
    if (compiled.stored) {
      const kept = previous & ~(mask & compiled.writableMask);
      this.values[position] =
        (kept | (written & compiled.writableMask)) & ~(written & compiled.onesClearMask);
    }
    const result = compiled.stored ? this.values[position]! : written;
    this.#effects[compiled.number]!.onWrite?.call(this, result, index, previous);
  }

  /** Every register by name, with its fields, whatever the bank and the direction. */
  describe(): RegisterDescription[] {
    return this.#compiled.slots.map((slot) => {
      const value = this.#valueOf(slot);
      const { declaration, sizeBytes, access, stored } = slot.register;
      const reset = declaration.reset ?? (stored ? 0 : undefined);
      const fields = Object.entries(declaration.fields ?? {}).map(([name, field]) => ({
        name,
        value: (value & fieldMask(field)) >>> field.low,
      }));
      return {
        name: slot.name,
        offset: slot.offset,
        sizeBytes,
        access,
        spec: declaration.spec,
        value,
        reset,
        fields,
      };
    });
  }

  snapshot(): State {
    const registers: State = {};
    for (const { name, stored, position, count, declaration } of this.#compiled.registers) {
      if (!stored) continue;
      registers[name] =
        declaration.count === undefined
          ? this.values[position]!
          : new Int32Array(this.values.subarray(position, position + count));
    }
    return { registers, internal: this.snapshotInternal() };
  }

  restore(state: State): void {
    const registers = state.registers as State;
    for (const { name, stored, position, declaration } of this.#compiled.registers) {
      if (!stored) continue;
      if (declaration.count === undefined) this.values[position] = registers[name] as number;
      else this.values.set(registers[name] as Int32Array, position);
    }
    this.restoreInternal(state.internal as State);
    this.updateInterrupts();
  }

  #method(registerName: string, method: string | undefined): Effect | undefined {
    if (method === undefined) return undefined;
    const found = (this as unknown as Record<string, unknown>)[method];
    const message = `${this.name}: register ${registerName} names an unknown method ${method}`;
    assert(typeof found === 'function', message);
    return found as Effect;
  }

  #select(choices: readonly Slot[] | undefined): Slot | undefined {
    if (choices === undefined) return undefined;
    for (let i = 0; i < choices.length; i++) {
      const slot = choices[i]!;
      const bank = slot.register.declaration.bank;
      if (bank === undefined || bank === this.bank()) return slot;
    }
    return undefined;
  }

  #valueOf({ register: { number }, position, index }: Slot): number {
    const compute = this.#effects[number]!.value;
    return compute === undefined ? this.values[position]! : compute.call(this, index)! >>> 0;
  }

  #refuse(
    offset: number,
    verb: string,
    opposite: readonly Slot[] | undefined,
    category: string,
    value = 0,
  ): void {
    const slot = this.#select(opposite);
    const what = verb === 'read' ? 'read' : `write of ${hex32(value)}`;
    if (slot === undefined) {
      this.context.guestError('unmapped', `${what} at offset 0x${offset.toString(16)}: no register there`);
    } else {
      this.context.guestError(category, `${what}: ${slot.name} is ${category}`);
    }
  }
}

/** Which byte of a register an offset means. */
function laneOf(slot: Slot, offset: number): number {
  return slot.register.declaration.anyByte === true ? 0 : offset - slot.offset;
}

function lanes(value: number, lane: number, width: AccessWidth): number {
  return ((value >>> (lane * 8)) & sizeMask(width)) >>> 0;
}
