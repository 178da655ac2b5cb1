/**
 * Data watchpoint and trace unit: the cycle counter and the profiling counters. The comparators are registers without
 * effect: there is no debugger on this side, and no trace port.
 *
 * CYCCNT is computed from the core clock when somebody reads it. The profiling counters count what the core knows
 * about itself (CoreActivity). Everything stands still, and ignores writes, while DEMCR.TRCENA is clear.
 *
 * Source: ARMv7-M ARM DDI 0403E, C1.8; reset value of DWT_CTRL, Cortex-M3 TRM DDI 0337I, chapter 8.
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import type { CoreActivity } from '../../bus/trace.ts';
import { bit, bits, type RegisterDeclaration, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

const CYCCNTENA = 1;
/** By counter, CPICNT first: the bit of DWT_CTRL that lets it count. */
const COUNTER_ENABLES = [1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21] as const;
const COMPARATORS = 4;

export interface DwtOptions {
  name: string;
  /** DEMCR.TRCENA. */
  traceEnable: Line;
  /** The core's own counts; without it the profiling counters stay 0. */
  activity?: CoreActivity | undefined;
}

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7 },
  {
    CTRL: register(0x00, {
      spec: 'C1.8.7',
      reset: 0x4000_0000,
      fields: {
        CYCCNTENA: bit(0),
        POSTPRESET: bits(4, 1),
        POSTINIT: bits(8, 5),
        CYCTAP: bit(9),
        SYNCTAP: bits(11, 10),
        PCSAMPLENA: bit(12),
        EXCTRCENA: bit(16),
        CPIEVTENA: bit(17),
        EXCEVTENA: bit(18),
        SLEEPEVTENA: bit(19),
        LSUEVTENA: bit(20),
        FOLDEVTENA: bit(21),
        CYCEVTENA: bit(22),
        NOPRFCNT: bit(24, 'ro'),
        NOCYCCNT: bit(25, 'ro'),
        NOEXTTRIG: bit(26, 'ro'),
        NOTRCPKT: bit(27, 'ro'),
        NUMCOMP: bits(31, 28, 'ro'),
      },
      onWrite: 'controlWritten',
    }),
    CYCCNT: register(0x04, { spec: 'C1.8.8', reset: 0, value: 'cycles', onWrite: 'setCycles' }),
    COUNTERS: register(0x08, {
      spec: 'C1.8.9 to C1.8.13',
      reset: 0,
      count: 5,
      value: 'counter',
      onWrite: 'setCounter',
    }),
    PCSR: register(0x1c, { spec: 'C1.8.14', access: 'const', reset: 0 }),
    ...comparators(),
    ...identification([0x04, 0, 0, 0, 0x02, 0xb0, 0x3b, 0, 0x0d, 0xe0, 0x05, 0xb1]),
  },
);
const CTRL = layout.position.CTRL!;

/** Comparator 1 alone can be linked to another, and says so in LNK1ENA. */
function comparators() {
  const functionFields = {
    FUNCTION: bits(3, 0),
    EMITRANGE: bit(5),
    CYCMATCH: bit(7),
    DATAVMATCH: bit(8),
    LNK1ENA: bit(9, 'ro'),
    DATAVSIZE: bits(11, 10),
    DATAVADDR0: bits(15, 12),
    DATAVADDR1: bits(19, 16),
    MATCHED: bit(24, 'ro'),
  };
  return Object.fromEntries(
    Array.from({ length: COMPARATORS }, (_, i) => [
      [`COMP${i}`, register(0x20 + 0x10 * i, { spec: 'C1.8.15' })],
      [`MASK${i}`, register(0x24 + 0x10 * i, { spec: 'C1.8.16', fields: { MASK: bits(4, 0) } })],
      [
        `FUNCTION${i}`,
        register(0x28 + 0x10 * i, {
          spec: 'C1.8.17',
          reset: i === 1 ? 0x200 : 0,
          fields: functionFields,
        }),
      ],
    ]).flat() as [string, RegisterDeclaration][],
  );
}

/** PID4 to PID7, PID0 to PID3, CID0 to CID3. */
function identification(values: readonly number[]) {
  return Object.fromEntries(
    values.map((reset, i) => {
      const name = i < 4 ? `PID${i + 4}` : i < 8 ? `PID${i - 4}` : `CID${i - 8}`;
      return [name, register(0xfd0 + 4 * i, { spec: 'TRM 8', access: 'const', reset })];
    }),
  );
}

export class Dwt extends RegisterDevice {
  readonly #activity: CoreActivity | undefined;
  #tracing: boolean;
  /** Value of CYCCNT at a cycle, from which it is computed. */
  #cycleValue = 0;
  #cycleAnchor = 0;
  /** Likewise of the profiling counters, at a total of the core. */
  readonly #counterValues = new Float64Array(5);
  readonly #counterAnchors = new Float64Array(5);

  constructor(context: DeviceContext, options: DwtOptions) {
    super(context, options.name, layout);
    this.#activity = options.activity;
    this.#tracing = options.traceEnable.level;
    options.traceEnable.listen((level) => this.#setTracing(level));
    this.reset();
  }

  protected override resetInternal(): void {
    this.#cycleValue = 0;
    this.#counterValues.fill(0);
    this.#anchor();
  }

  protected override snapshotInternal(): State {
    return {
      tracing: this.#tracing,
      cycleValue: this.#cycleValue,
      cycleAnchor: this.#cycleAnchor,
      counterValues: this.#counterValues.slice(),
      counterAnchors: this.#counterAnchors.slice(),
    };
  }

  protected override restoreInternal(state: State): void {
    this.#tracing = state.tracing as boolean;
    this.#cycleValue = state.cycleValue as number;
    this.#cycleAnchor = state.cycleAnchor as number;
    this.#counterValues.set(state.counterValues as Float64Array);
    this.#counterAnchors.set(state.counterAnchors as Float64Array);
  }

  /** C1.6.5: without TRCENA the unit is off. */
  override write(offset: number, width: AccessWidth, value: number): void {
    if (this.#tracing) super.write(offset, width, value);
    else this.context.guestError('disabled', 'a write while DEMCR.TRCENA is clear is ignored');
  }

  controlWritten(value: number, _index: number, previous: number): void {
    // What the old value let count is settled by it; a counter that is enabled anew begins at 0 (C1.8.9).
    this.values[CTRL] = previous;
    this.#settle();
    this.values[CTRL] = value;
    COUNTER_ENABLES.forEach((enable, i) => {
      if (value & enable & ~previous) this.#counterValues[i] = 0;
    });
  }

  cycles(): number {
    const running = this.#tracing && (this.values[CTRL]! & CYCCNTENA) !== 0;
    const passed = running ? this.context.clock.now() - this.#cycleAnchor : 0;
    return (this.#cycleValue + passed) % 2 ** 32;
  }

  setCycles(value: number): void {
    this.#cycleValue = value;
    this.#cycleAnchor = this.context.clock.now();
  }

  /** Eight bits that wrap. */
  counter(index: number): number {
    const running = this.#tracing && (this.values[CTRL]! & COUNTER_ENABLES[index]!) !== 0;
    const passed = running ? this.#total(index) - this.#counterAnchors[index]! : 0;
    return (this.#counterValues[index]! + passed) % 256;
  }

  setCounter(value: number, index: number): void {
    this.#counterValues[index] = value & 0xff;
    this.#counterAnchors[index] = this.#total(index);
  }

  #setTracing(level: boolean): void {
    if (level === this.#tracing) return;
    this.#settle();
    this.#tracing = level;
  }

  /** Takes over what was counted up to now. */
  #settle(): void {
    this.#cycleValue = this.cycles();
    for (let i = 0; i < 5; i++) this.#counterValues[i] = this.counter(i);
    this.#anchor();
  }

  #anchor(): void {
    this.#cycleAnchor = this.context.clock.now();
    for (let i = 0; i < 5; i++) this.#counterAnchors[i] = this.#total(i);
  }

  #total(index: number): number {
    const activity = this.#activity;
    switch (index) {
      case 0:
        return activity?.extraCycles ?? 0;
      case 1:
        return activity?.exceptionCycles ?? 0;
      case 2:
        return activity?.sleepCycles ?? 0;
      case 3:
        return activity?.loadStoreCycles ?? 0;
      default:
        return activity?.foldedInstructions ?? 0;
    }
  }
}
