/** What a board is: data. The machine is built from it (build.ts); files in boards/ hold nothing else. */
import type { RegionPlan } from '../kernel/memory/guest-memory.ts';
import type { Architecture } from './loader/image.ts';

/** One device of a board. `type` selects the factory in build.ts; the other fields are its options. */
export type DeviceDescription = { readonly name: string; readonly address: number } & (
  | { readonly type: 'sifive-test' }
  | { readonly type: 'clint'; readonly tickHz: number }
  | { readonly type: 'plic'; readonly sourceCount: number }
  | { readonly type: 'ns16550a'; readonly interrupt: number; readonly baudClockHz: number }
  | { readonly type: 'goldfish-rtc'; readonly interrupt: number }
  | { readonly type: 'virtio-mmio'; readonly interrupt: number }
  | { readonly type: 'cfi-flash'; readonly region: string }
  | { readonly type: 'fw-cfg' }
  | { readonly type: 'pcie-host' }
  | { readonly type: 'open-bus'; readonly sizeBytes: number }
);

export interface BoardDescription {
  readonly name: string;
  /** One line for `bluesim boards`. */
  readonly title: string;
  readonly architecture: Architecture;
  /** Core clock in Hz. */
  readonly frequencyHz: number;
  /** All memory except RAM. */
  readonly regions: readonly RegionPlan[];
  readonly ram: { readonly address: number; readonly defaultBytes: number; readonly largestBytes: number };
  /** First pc; the boot ROM there goes on to the image. */
  readonly resetAddress: number;
  readonly devices: readonly DeviceDescription[];
  /** Device tree that the boot ROM hands to the image. */
  readonly deviceTree: 'virt' | undefined;
  /** Name of the UART that is the terminal. */
  readonly console: string;
  /** Default timing model. */
  readonly model: string;
}
