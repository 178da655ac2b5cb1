/**
 * Instrumentation trace macrocell: 32 stimulus ports through which firmware sends text and data to its developer.
 * What is written goes out at once, to whoever listens to `onStimulus`: there is no trace port to wait for, so a port
 * is always ready.
 *
 * Unprivileged code may write the ports that TPR does not reserve; the core tells of each access whether it was
 * unprivileged (`unprivileged`).
 *
 * Source: ARMv7-M ARM DDI 0403E, C1.7; lock and reset values, Cortex-M3 TRM DDI 0337E, 11.6. Time stamps and
 * synchronisation packets are not made.
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

const ITMENA = 1;
const KEY = 0xc5ac_ce55;
/** TER, TPR and TCR: locked until the key is written. The stimulus ports never are. */
const TER_OFFSET = 0xe00;
const CONTROL_OFFSETS: readonly number[] = [TER_OFFSET, 0xe40, 0xe80];

export interface ItmOptions {
  name: string;
  /** DEMCR.TRCENA. */
  traceEnable: Line;
}

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7 },
  {
    STIM: register(0x000, { spec: 'C1.7.3', count: 32, value: 'ready' }),
    TER: register(TER_OFFSET, { spec: 'C1.7.4', onWrite: 'enableWritten' }),
    TPR: register(0xe40, { spec: 'C1.7.5', fields: { PRIVMASK: bits(3, 0) } }),
    TCR: register(0xe80, {
      spec: 'C1.7.6',
      fields: {
        ITMENA: bit(0),
        TSENA: bit(1),
        SYNCENA: bit(2),
        TXENA: bit(3),
        SWOENA: bit(4),
        TSPrescale: bits(9, 8),
        GTSFREQ: bits(11, 10),
        TraceBusID: bits(22, 16),
        BUSY: bit(23, 'ro'),
      },
    }),
    LAR: register(0xfb0, { spec: 'TRM 11.6', access: 'wo', onWrite: 'unlock' }),
    LSR: register(0xfb4, { spec: 'TRM 11.6', access: 'ro', value: 'lockStatus' }),
    PID4: register(0xfd0, { spec: 'TRM 11.6', access: 'const', reset: 0x04 }),
    PID0: register(0xfe0, { spec: 'TRM 11.6', access: 'const', reset: 0x01 }),
    PID1: register(0xfe4, { spec: 'TRM 11.6', access: 'const', reset: 0xb0 }),
    PID2: register(0xfe8, { spec: 'TRM 11.6', access: 'const', reset: 0x3b }),
    PID3: register(0xfec, { spec: 'TRM 11.6', access: 'const', reset: 0x00 }),
    CID0: register(0xff0, { spec: 'TRM 11.6', access: 'const', reset: 0x0d }),
    CID1: register(0xff4, { spec: 'TRM 11.6', access: 'const', reset: 0xe0 }),
    CID2: register(0xff8, { spec: 'TRM 11.6', access: 'const', reset: 0x05 }),
    CID3: register(0xffc, { spec: 'TRM 11.6', access: 'const', reset: 0xb1 }),
  },
);
const { TER, TPR, TCR } = layout.position;

export class Itm extends RegisterDevice {
  /** Hears every write to an enabled port. */
  onStimulus: ((port: number, width: AccessWidth, value: number) => void) | undefined = undefined;
  /** Set around an access by unprivileged code. */
  unprivileged = false;
  readonly #traceEnable: Line;
  #locked = true;

  constructor(context: DeviceContext, options: ItmOptions) {
    super(context, options.name, layout);
    this.#traceEnable = options.traceEnable;
    this.reset();
  }

  protected override resetInternal(): void {
    this.#locked = true;
  }

  protected override snapshotInternal(): State {
    return { locked: this.#locked };
  }

  protected override restoreInternal(state: State): void {
    this.#locked = state.locked as boolean;
  }

  override write(offset: number, width: AccessWidth, value: number): void {
    const word = offset & ~3;
    if (word < 0x80) {
      this.#stimulus(word >>> 2, width, value);
    } else if (this.unprivileged && word !== TER_OFFSET) {
      this.context.guestError('privilege', 'an unprivileged write to a control register is ignored');
    } else if (this.#locked && CONTROL_OFFSETS.includes(word)) {
      this.context.guestError('locked', 'a write to a control register before LAR was written is ignored');
    } else {
      super.write(offset, width, value);
    }
  }

  ready(port: number): number {
    return this.#enabled(port) ? 1 : 0;
  }

  /** C1.7.4: unprivileged code can change only what TPR leaves to it. */
  enableWritten(value: number, _index: number, previous: number): void {
    if (!this.unprivileged) return;
    let open = 0;
    for (let group = 0; group < 4; group++) if (!this.#reserved(8 * group)) open |= 0xff << (8 * group);
    this.values[TER] = (previous & ~open) | (value & open);
  }

  unlock(value: number): void {
    this.#locked = value !== KEY;
  }

  lockStatus(): number {
    return this.#locked ? 3 : 1;
  }

  #stimulus(port: number, width: AccessWidth, value: number): void {
    if (!this.#enabled(port) || (this.unprivileged && this.#reserved(port))) return;
    this.onStimulus?.(port, width, value);
  }

  #enabled(port: number): boolean {
    const on = this.#traceEnable.level && (this.values[TCR]! & ITMENA) !== 0;
    return on && (this.values[TER]! & (1 << port)) !== 0;
  }

  #reserved(port: number): boolean {
    return (this.values[TPR]! & (1 << (port >>> 3))) !== 0;
  }
}
