/**
 * PL061 general-purpose pins as in Stellaris parts: eight pins with direction, edge and level interrupts, pads, and
 * a lock on the pins that the debugger needs.
 *
 * Nothing is connected but what the board wires. An input that nothing drives reads 1 with its pull-up on, else 0.
 * An interrupt by edge is latched and sees inputs only; one by level follows the pins, outputs included.
 *
 * Source: Arm PrimeCell GPIO (PL061) TRM, DDI 0190B, 3.3; LM3S6965 datasheet, chapter General-Purpose
 * Input/Outputs.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { primeCellIdentification } from '../primecell.ts';
import { bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface Pl061Options {
  name: string;
  interrupt: Line;
  /** Pins that the debugger has after reset, and that GPIOAFSEL keeps for it until they are committed; 0 when absent. */
  debugPins?: number;
  /** What drives each pin from outside. */
  inputs?: readonly (Line | undefined)[];
  /** What each pin drives. Outside is a pull-up: a pin that is no output is high. */
  outputs?: readonly (Line | undefined)[];
}

const spec = 'General-Purpose Input/Outputs';

const PINS = { PIN: bits(7, 0) };
const DATA_REGISTERS = 256;

function describeLayout(debugPins: number) {
  const pins = (offset: number, onWrite?: string, reset = 0) =>
    register(offset, { spec, fields: PINS, reset, ...(onWrite === undefined ? {} : { onWrite }) });
  return new RegisterLayout(
    { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
    {
      GPIODATA: register(0x000, {
        spec,
        fields: PINS,
        count: DATA_REGISTERS,
        value: 'data',
        onWrite: 'setData',
      }),
      GPIODIR: pins(0x400, 'pinsChanged'),
      GPIOIS: pins(0x404, 'updateInterrupts'),
      GPIOIBE: pins(0x408),
      GPIOIEV: pins(0x40c, 'updateInterrupts'),
      GPIOIM: pins(0x410, 'updateInterrupts'),
      GPIORIS: register(0x414, {
        spec,
        access: 'ro',
        fields: PINS,
        reset: 0,
        value: 'rawInterrupts',
      }),
      GPIOMIS: register(0x418, {
        spec,
        access: 'ro',
        fields: PINS,
        reset: 0,
        value: 'maskedInterrupts',
      }),
      GPIOICR: register(0x41c, {
        spec,
        access: 'wo',
        fields: PINS,
        onWrite: 'clearInterrupts',
      }),
      GPIOAFSEL: pins(0x420, 'selectFunction', debugPins),
      GPIODR2R: pins(0x500, 'drive2', 0xff),
      GPIODR4R: pins(0x504, 'drive4'),
      GPIODR8R: pins(0x508, 'drive8'),
      GPIOODR: pins(0x50c),
      GPIOPUR: pins(0x510, 'pullUp', debugPins),
      GPIOPDR: pins(0x514, 'pullDown'),
      GPIOSLR: pins(0x518),
      GPIODEN: pins(0x51c, undefined, debugPins),
      GPIOLOCK: register(0x520, { spec, reset: 1, value: 'locked', onWrite: 'lock' }),
      GPIOCR: pins(0x524, 'commit', 0xff & ~debugPins),
      ...primeCellIdentification(spec, [0x61, 0x00, 0x18, 0x01]),
    },
  );
}

type Layout = ReturnType<typeof describeLayout>;

/** By the pins for debugging: a part has seven ports, and only two of them have any. */
const layouts = new Map<number, Layout>();

function layoutFor(debugPins: number): Layout {
  let layout = layouts.get(debugPins);
  if (layout === undefined) layouts.set(debugPins, (layout = describeLayout(debugPins)));
  return layout;
}

/** Opens GPIOLOCK. */
const UNLOCK_KEY = 0x1acc_e551;

export class Pl061 extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #inputs: readonly (Line | undefined)[];
  readonly #outputs: readonly (Line | undefined)[];
  readonly #debugPins: number;
  readonly #at: Layout['position'];
  /** What the guest last wrote to each pin. */
  #written = 0;
  /** The pins when they were last looked at. */
  #pins = 0;
  /** Edges that were seen. */
  #edges = 0;
  #locked = true;

  constructor(context: DeviceContext, options: Pl061Options) {
    const layout = layoutFor(options.debugPins ?? 0);
    super(context, options.name, layout);
    this.#at = layout.position;
    this.#interrupt = options.interrupt;
    this.#inputs = options.inputs ?? [];
    this.#outputs = options.outputs ?? [];
    this.#debugPins = options.debugPins ?? 0;
    for (const input of this.#inputs) input?.listen(() => this.pinsChanged());
    this.#interrupt.drivenBy(() => this.#mayInterrupt());
    this.reset();
  }

  protected override resetInternal(): void {
    this.#written = 0;
    this.#edges = 0;
    this.#locked = true;
    this.#pins = this.#levels();
    this.#driveOutputs();
  }

  protected override snapshotInternal(): State {
    return { written: this.#written, pins: this.#pins, edges: this.#edges, locked: this.#locked };
  }

  protected override restoreInternal(state: State): void {
    this.#written = state.written as number;
    this.#pins = state.pins as number;
    this.#edges = state.edges as number;
    this.#locked = state.locked as boolean;
    this.#driveOutputs();
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.maskedInterrupts() !== 0);
  }

  /** Address bits 9 to 2 choose the pins that an access reaches. */
  data(mask: number): number {
    return this.#levels() & mask;
  }

  setData(value: number, mask: number): void {
    // GPIODATA: a write reaches outputs only.
    const reached = mask & this.values[this.#at.GPIODIR]!;
    this.#written = (this.#written & ~reached) | (value & reached);
    this.pinsChanged();
  }

  /** Looks at the pins again. */
  pinsChanged(): void {
    const before = this.#pins;
    this.#pins = this.#levels();
    const either = this.values[this.#at.GPIOIBE]!;
    const rising = this.values[this.#at.GPIOIEV]!;
    const wanted = either | ~(this.#pins ^ rising);
    const direction = this.values[this.#at.GPIODIR]!;
    this.#edges |= (before ^ this.#pins) & wanted & ~direction & ~this.values[this.#at.GPIOIS]! & 0xff;
    this.#driveOutputs();
    this.updateInterrupts();
  }

  rawInterrupts(): number {
    const isLevel = this.values[this.#at.GPIOIS]!;
    const active = ~(this.#pins ^ this.values[this.#at.GPIOIEV]!) & 0xff;
    return (this.#edges & ~isLevel) | (active & isLevel);
  }

  maskedInterrupts(): number {
    return this.rawInterrupts() & this.#masked();
  }

  clearInterrupts(value: number): void {
    this.#edges &= ~value;
    this.updateInterrupts();
  }

  selectFunction(value: number, _index: number, previous: number): void {
    // GPIOAFSEL: only committed pins take a new function.
    const committed = this.values[this.#at.GPIOCR]!;
    this.values[this.#at.GPIOAFSEL] = (previous & ~committed) | (value & committed);
  }

  /** GPIODRnR: a pin has one drive strength, the one chosen last. */
  drive2(value: number): void {
    this.#clear(value, this.#at.GPIODR4R, this.#at.GPIODR8R);
  }

  drive4(value: number): void {
    this.#clear(value, this.#at.GPIODR2R, this.#at.GPIODR8R);
  }

  drive8(value: number): void {
    this.#clear(value, this.#at.GPIODR2R, this.#at.GPIODR4R);
  }

  /** GPIOPUR, GPIOPDR: a pin is pulled one way, the one chosen last. */
  pullUp(value: number): void {
    this.#clear(value, this.#at.GPIOPDR);
    this.pinsChanged();
  }

  pullDown(value: number): void {
    this.#clear(value, this.#at.GPIOPUR);
    this.pinsChanged();
  }

  locked(): number {
    return this.#locked ? 1 : 0;
  }

  lock(value: number): void {
    this.#locked = value !== UNLOCK_KEY;
  }

  commit(value: number, _index: number, previous: number): void {
    // GPIOCR: only the debugger's pins can be changed, and only while the lock is open.
    const writable = this.#locked ? 0 : this.#debugPins;
    this.values[this.#at.GPIOCR] = (previous & ~writable) | (value & writable);
  }

  #clear(pins: number, ...positions: number[]): void {
    for (const position of positions) this.values[position]! &= ~pins;
  }

  #masked(): number {
    return this.values[this.#at.GPIOIM]!;
  }

  /** As far as can be known: an enabled input may change. */
  #mayInterrupt(): boolean {
    const enabled = this.#masked() & ~this.values[this.#at.GPIODIR]!;
    return this.#inputs.some((input, pin) => ((enabled >>> pin) & 1) === 1 && input?.mayRise() === true);
  }

  #levels(): number {
    const direction = this.values[this.#at.GPIODIR]!;
    let outside = this.values[this.#at.GPIOPUR]!;
    this.#inputs.forEach((input, pin) => {
      if (input !== undefined) outside = (outside & ~(1 << pin)) | (input.level ? 1 << pin : 0);
    });
    return (this.#written & direction) | (outside & ~direction & 0xff);
  }

  #driveOutputs(): void {
    const levels = this.#written | ~this.values[this.#at.GPIODIR]!;
    this.#outputs.forEach((output, pin) => {
      output?.set(((levels >>> pin) & 1) === 1);
    });
  }
}
