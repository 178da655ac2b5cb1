/** What a board is: data. The machine is built from it (build.ts); files in boards/ hold nothing else. */
import type { AccessChoices } from '../cpu/riscv/data-access.ts';
import type { RegionPlan } from '../kernel/memory/guest-memory.ts';
import type { DeviceDescription } from './factories/index.ts';
import type { Architecture } from './loader/image.ts';

export type { DeviceDescription };

/** One RV32IMAC hart with machine and user mode. */
export interface RiscvCoreDescription {
  readonly type: 'rv32imac';
  /** First pc. */
  readonly resetAddress: number;
  /** Whether a boot ROM lies there (region `boot-rom`), which goes on to the image; otherwise the image begins there itself. */
  readonly bootRom: boolean;
  readonly access: AccessChoices;
  /** Device tree that the boot ROM hands to the image. */
  readonly deviceTree: 'virt' | undefined;
}

/** One ARMv7-M processor with NVIC, SysTick, SCB, MPU, DWT and ITM, which are part of it and not of `devices`. */
export interface Armv7mCoreDescription {
  readonly type: 'armv7m';
  /** What CPUID reads (B3.2.3). */
  readonly cpuid: number;
  /** Where the vector table lies at reset: what VTOR then reads. */
  readonly vectorTable: number;
  /** Bits of VTOR that can be written (B3.2.5). */
  readonly vtorMask: number;
  /** External interrupts, 1 to 240. */
  readonly interrupts: number;
  /** Implemented bits of a priority, 3 to 8 (B1.5.4). */
  readonly priorityBits: number;
  /** Regions of the MPU: 0, 8 or 16. */
  readonly mpuRegions: number;
  /**
   * Rate in Hz at which SysTick counts with CLKSOURCE = 0; undefined when there is no reference clock (B3.3.3).
   * SYST_CALIB follows from it.
   */
  readonly sysTickReferenceHz: number | undefined;
  /** Whether 0x2200_0000 and 0x4200_0000 are bit-band aliases (B3.1, Cortex-M3 TRM 3.7). */
  readonly bitBand: boolean;
  /** The DSP extension: ARMv7E-M. */
  readonly dsp: boolean;
}

export type CoreDescription = RiscvCoreDescription | Armv7mCoreDescription;

export interface BoardDescription {
  readonly name: string;
  /** One line for `bluesim boards`. */
  readonly title: string;
  readonly core: CoreDescription;
  /** Core clock in Hz. */
  readonly frequencyHz: number;
  /** All memory except `ram`. */
  readonly regions: readonly RegionPlan[];
  /** The memory whose size can be chosen (region `ram`); undefined where all memory is fixed. */
  readonly ram:
    | {
        readonly address: number;
        readonly defaultBytes: number;
        readonly largestBytes: number;
        readonly waitStates?: number;
      }
    | undefined;
  readonly devices: readonly DeviceDescription[];
  /** Name of the UART that is the terminal. */
  readonly console: string;
  /** Default timing model. */
  readonly model: string;
}

const ARCHITECTURES: Record<CoreDescription['type'], Architecture> = {
  rv32imac: 'riscv32',
  armv7m: 'armv7m',
};

/** What images for a board are built for. */
export function architectureOf(board: BoardDescription): Architecture {
  return ARCHITECTURES[board.core.type];
}

/** Where an interrupt output leads: the number of the interrupt controller's input, or the core's NMI. */
export type InterruptInput = number | 'nmi';

/**
 * The interrupt outputs of a device.
 * @returns pairs of the line's name and where it leads: `uart0` with the single output of a device, `uart0.rx`
 *   with one of several.
 */
export function interruptsOf(device: DeviceDescription): [line: string, input: InterruptInput][] {
  if ('interrupt' in device) return [[device.name, device.interrupt]];
  if (!('interrupts' in device)) return [];
  const interrupts = device.interrupts as Readonly<Record<string, InterruptInput>>;
  return Object.entries(interrupts).map(([output, input]) => [`${device.name}.${output}`, input]);
}
