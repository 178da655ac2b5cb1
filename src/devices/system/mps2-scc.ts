/**
 * The serial configuration controller of Arm's MPS2 boards: identity of the FPGA image, and a small interface through
 * which the guest reads and sets the board's oscillators. What is set there is only kept: clocks do not change.
 *
 * Source: Application Note AN385, "Serial Communication Controller (SCC)"; masks and the answers to requests that
 * fail as on QEMU.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface Mps2SccOptions {
  name: string;
  /** Board revision in CFG4. */
  boardRevision: number;
  applicationId: number;
  /** What ID reads: implementer, application note and revisions. */
  id: number;
  /** Frequencies at power-on. */
  oscillatorsHz: readonly number[];
}

const SPEC = 'AN385, SCC';
const WINDOW = {
  sizeBytes: 0x1000,
  readWidths: 1 | 2 | 4,
  writeWidths: 1 | 2 | 4,
  narrow: 'whole',
} as const;

function describeLayout({ boardRevision, applicationId, id }: Mps2SccOptions) {
  return new RegisterLayout(WINDOW, {
    CFG0: register(0x000, { spec: SPEC }),
    CFG1: register(0x004, { spec: SPEC }),
    CFG3: register(0x00c, { spec: SPEC, access: 'const' }),
    CFG4: register(0x010, { spec: SPEC, access: 'const', reset: boardRevision }),
    CFGDATA_RTN: register(0x0a0, { spec: SPEC, access: 'ro' }),
    CFGDATA_OUT: register(0x0a4, { spec: SPEC }),
    CFGCTRL: register(0x0a8, {
      spec: SPEC,
      reset: 0x0010_0000,
      fields: {
        device: bits(11, 0),
        function: bits(25, 20),
        write: bit(30),
        start: bit(31),
      },
      onWrite: 'request',
    }),
    CFGSTAT: register(0x0ac, { spec: SPEC, access: 'ro', fields: { complete: bit(0), error: bit(1) } }),
    DLL: register(0x100, {
      spec: SPEC,
      reset: 0xffff_0001,
      fields: { locked: bit(0, 'ro'), unlocks: bits(23, 16, 'ro'), mask: bits(31, 24) },
    }),
    AID: register(0xff8, { spec: SPEC, access: 'const', reset: applicationId }),
    ID: register(0xffc, { spec: SPEC, access: 'const', reset: id }),
  });
}

const START = 0x8000_0000;
const WRITE = 0x4000_0000;
const FUNCTION_OSCILLATOR = 1;

const COMPLETE = 1 << 0;
const ERROR = 1 << 1;

export class Mps2Scc extends RegisterDevice {
  readonly #powerOnHz: readonly number[];
  readonly #position: ReturnType<typeof describeLayout>['position'];
  #oscillatorsHz: number[] = [];

  constructor(context: DeviceContext, options: Mps2SccOptions) {
    const layout = describeLayout(options);
    super(context, options.name, layout);
    this.#position = layout.position;
    this.#powerOnHz = options.oscillatorsHz;
    this.reset();
  }

  protected override resetInternal(): void {
    this.#oscillatorsHz = [...this.#powerOnHz];
  }

  protected override snapshotInternal(): State {
    return { oscillatorsHz: [...this.#oscillatorsHz] };
  }

  protected override restoreInternal(state: State): void {
    this.#oscillatorsHz = [...(state.oscillatorsHz as number[])];
  }

  request(control: number): void {
    const { CFGCTRL, CFGSTAT } = this.#position;
    this.values[CFGCTRL] = (control & ~START) >>> 0;
    this.values[CFGSTAT] = 0;
    if ((control & START) === 0) return;
    this.values[CFGSTAT] = this.#carryOut(control) ? COMPLETE : COMPLETE | ERROR;
  }

  #carryOut(control: number): boolean {
    const { CFGDATA_RTN, CFGDATA_OUT } = this.#position;
    const device = control & 0xfff;
    if (((control >>> 20) & 0x3f) !== FUNCTION_OSCILLATOR || device >= this.#oscillatorsHz.length)
      return false;
    if ((control & WRITE) !== 0) this.#oscillatorsHz[device] = this.values[CFGDATA_OUT]!;
    else this.values[CFGDATA_RTN] = this.#oscillatorsHz[device]!;
    return true;
  }
}
