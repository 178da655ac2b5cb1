/**
 * System control of Stellaris parts: what the part is and has, its clock, interrupts, resets of its peripherals.
 *
 * A write to RCC or RCC2 sets the core clock as QEMU does: 200 MHz divided by SYSDIV + 1, whether the divisor and
 * the PLL are in use or not. The PLL is ready at once. Peripherals run with and without their clock, so the clock
 * gates keep what is written and do nothing. A bit of SRCRn that is set resets its peripheral, once.
 *
 * Source: LM3S6965 datasheet, chapter System Control. Reset values as on QEMU 7.2's lm3s6965evb.
 */
import type { ClockControl } from '../../bus/clock.ts';
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import { bit, bits, type RegisterDeclaration, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

/** A peripheral that SRCRn resets: number of the register, bit, and the wire that pulses. */
export interface PeripheralReset {
  readonly register: 0 | 1 | 2;
  readonly bit: number;
  readonly line: Line;
}

export interface StellarisSystemControlOptions {
  name: string;
  interrupt: Line;
  clockControl: ClockControl;
  resets?: readonly PeripheralReset[];
  /** What the part is and has. */
  identification: {
    readonly did0: number;
    readonly did1: number;
    /** DC0 to DC4. */
    readonly dc: readonly [number, number, number, number, number];
    /** USER_REG0 and USER_REG1, which hold the address of the Ethernet port. */
    readonly user: readonly [number, number];
  };
}

const spec = 'System Control';

const INTERRUPTS = { BOR: bit(1), PLLL: bit(6) };
const GATES = 3;

function constant(offset: number, reset: number): RegisterDeclaration {
  return register(offset, { spec, access: 'const', reset });
}

function describeLayout({ did0, did1, dc, user }: StellarisSystemControlOptions['identification']) {
  return new RegisterLayout(
    { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
    {
      DID0: constant(0x000, did0),
      DID1: constant(0x004, did1),
      DC0: constant(0x008, dc[0]),
      DC1: constant(0x010, dc[1]),
      DC2: constant(0x014, dc[2]),
      DC3: constant(0x018, dc[3]),
      DC4: constant(0x01c, dc[4]),
      PBORCTL: register(0x030, {
        spec,
        reset: 0x7ffd,
        fields: { BORWT: bit(0), BORIOR: bit(1), BORTIM: bits(15, 2) },
      }),
      LDOPCTL: register(0x034, { spec, fields: { VADJ: bits(5, 0) } }),
      SRCR: register(0x040, { spec, count: GATES, onWrite: 'resetPeripherals' }),
      RIS: register(0x050, { spec, access: 'ro', fields: INTERRUPTS }),
      IMC: register(0x054, { spec, fields: INTERRUPTS, onWrite: 'updateInterrupts' }),
      MISC: register(0x058, {
        spec,
        access: 'w1c',
        reset: 0,
        fields: INTERRUPTS,
        value: 'maskedInterrupts',
        onWrite: 'clearInterrupts',
      }),
      RESC: register(0x05c, {
        spec,
        fields: { EXT: bit(0), POR: bit(1), BOR: bit(2), WDT: bit(3), SW: bit(4), LDO: bit(5) },
      }),
      RCC: register(0x060, {
        spec,
        reset: 0x078e_3ac0,
        fields: {
          MOSCDIS: bit(0),
          IOSCDIS: bit(1),
          OSCSRC: bits(5, 4),
          XTAL: bits(9, 6),
          BYPASS: bit(11),
          OEN: bit(12),
          PWRDN: bit(13),
          PWMDIV: bits(19, 17),
          USEPWMDIV: bit(20),
          USESYSDIV: bit(22),
          SYSDIV: bits(26, 23),
          ACG: bit(27),
        },
        onWrite: 'clockChanged',
      }),
      PLLCFG: register(0x064, {
        spec,
        access: 'ro',
        reset: 0x1902,
        fields: { R: bits(4, 0), F: bits(13, 5), OD: bits(15, 14) },
        value: 'pllConfiguration',
      }),
      RCC2: register(0x070, {
        spec,
        reset: 0x0780_2810,
        fields: {
          OSCSRC2: bits(6, 4),
          BYPASS2: bit(11),
          PWRDN2: bit(13),
          SYSDIV2: bits(28, 23),
          USERCC2: bit(31),
        },
        onWrite: 'clockChanged',
      }),
      RCGC0: register(0x100, { spec, reset: 1 }),
      RCGC1: register(0x104, { spec }),
      RCGC2: register(0x108, { spec }),
      SCGC0: register(0x110, { spec, reset: 1 }),
      SCGC1: register(0x114, { spec }),
      SCGC2: register(0x118, { spec }),
      DCGC0: register(0x120, { spec, reset: 1 }),
      DCGC1: register(0x124, { spec }),
      DCGC2: register(0x128, { spec }),
      DSLPCLKCFG: register(0x144, {
        spec,
        reset: 0x0780_0000,
        fields: { DSOSCSRC: bits(6, 4), DSDIVORIDE: bits(28, 23) },
      }),
      CLKVCLR: register(0x150, { spec, fields: { VERCLR: bit(0) } }),
      LDOARST: register(0x160, { spec, fields: { LDOARST: bit(0) } }),
      USER_REG: register(0x1e0, { spec, access: 'ro', count: user.length, value: 'userRegister' }),
    },
  );
}

const PLL_OUTPUT_HZ = 200_000_000;
const PWRDN = 1 << 13;
const PLLL = 1 << 6;

/** What PLLCFG reads for each value of XTAL, by which the PLL makes 400 MHz of the crystal's frequency. */
const PLL_CONFIGURATIONS = [
  0x3200, 0x1b20, 0x1900, 0xf42b, 0x37e3, 0x1b21, 0x0c80, 0x98ee, 0xd5b4, 0x0a00, 0x4e27, 0x1902, 0xec1c,
  0x1b23, 0x0640, 0xb11c,
];

export class StellarisSystemControl extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #clockControl: ClockControl;
  readonly #resets: readonly PeripheralReset[];
  readonly #user: readonly [number, number];
  readonly #at: ReturnType<typeof describeLayout>['position'];

  constructor(context: DeviceContext, options: StellarisSystemControlOptions) {
    const layout = describeLayout(options.identification);
    super(context, options.name, layout);
    this.#at = layout.position;
    this.#interrupt = options.interrupt;
    this.#clockControl = options.clockControl;
    this.#resets = options.resets ?? [];
    this.#user = options.identification.user;
    this.reset();
  }

  protected override resetInternal(): void {
    this.#setClock();
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.maskedInterrupts() !== 0);
  }

  maskedInterrupts(): number {
    return this.values[this.#at.RIS]! & this.values[this.#at.IMC]!;
  }

  clearInterrupts(value: number): void {
    this.values[this.#at.RIS]! &= ~value;
    this.updateInterrupts();
  }

  /** Of RCC and RCC2. */
  clockChanged(value: number, _index: number, previous: number): void {
    // Powering the PLL up ends with PLLLRIS, here at once.
    if ((previous & ~value & PWRDN) !== 0) this.values[this.#at.RIS]! |= PLLL;
    this.#setClock();
    this.updateInterrupts();
  }

  pllConfiguration(): number {
    return PLL_CONFIGURATIONS[(this.values[this.#at.RCC]! >>> 6) & 0xf]!;
  }

  userRegister(index: number): number {
    return this.#user[index]!;
  }

  resetPeripherals(value: number, index: number, previous: number): void {
    const begun = value & ~previous;
    for (const { register: number, bit: position, line } of this.#resets) {
      if (number !== index || ((begun >>> position) & 1) === 0) continue;
      line.set(true);
      line.set(false);
    }
  }

  #setClock(): void {
    const rcc = this.values[this.#at.RCC]!;
    const rcc2 = this.values[this.#at.RCC2]!;
    const divisor = rcc2 >>> 31 === 1 ? (rcc2 >>> 23) & 0x3f : (rcc >>> 23) & 0xf;
    this.#clockControl.setFrequency(Math.round(PLL_OUTPUT_HZ / (divisor + 1)));
  }
}
