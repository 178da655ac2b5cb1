/**
 * How a board's data become devices. A factory builds one type of device; each file here has those of one family,
 * and index.ts joins them. The options of a type are stated once, in its factory's parameter: the vocabulary of
 * boards (`DeviceDescription`) follows from the table.
 */
import type { Bus } from '../../bus/bus.ts';
import type { ClockControl } from '../../bus/clock.ts';
import type { Device, DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { SerialPort } from '../../bus/serial.ts';
import type { GuestMemory } from '../../kernel/memory/guest-memory.ts';

/** What every device of a board has. */
export interface DevicePlacement {
  readonly name: string;
  readonly address: number;
}

/** An access to where another board has a device. */
export interface ForeignTouch {
  readonly address: number;
  /** The other board's name. */
  readonly board: string;
  /** What it has there, in words. */
  readonly what: string;
}

/** Where a device is built: what it may be given. */
export interface DeviceSite {
  readonly context: DeviceContext;
  readonly bus: Bus;
  readonly memory: GuestMemory;
  /** For a device that sets the frequency of the core clock. */
  readonly clockControl: ClockControl;
  readonly power: PowerControl;
  /** UARTs send at the baud rate instead of at once. */
  readonly pacedTransmit: boolean;
  /** Virtual date at power-on, in seconds since 1970. */
  readonly epochSeconds: number;
  /**
   * An interrupt output of this device. Where it leads is in the description: `interrupt` for a device that has
   * one, and for one that has several `interrupts` by the outputs' names.
   * @param output its name, where there are several.
   */
  line(output?: string): Line;
  /** A wire of the board by its name. */
  wire(name: string): Line;
  /** What the board's devices drive, by the number of the interrupt controller's input. */
  inputs(count: number): (Line | undefined)[];
  foreignTouched(touch: ForeignTouch): void;
  /** Makes a UART known to the machine. @returns it. */
  port<Uart extends SerialPort & Device>(uart: Uart): Uart;
}

export interface Factory<Options> {
  build(site: DeviceSite, description: DevicePlacement & Options): Device;
  /** Puts it where the guest finds it; without this, its window goes to `address`. */
  place?(site: DeviceSite, device: Device, description: DevicePlacement & Options): void;
}

/** States a factory whose options need no further member. */
export function factory<Options = unknown>(build: Factory<Options>['build']): Factory<Options> {
  return { build };
}

/** The wire that resets a device, where a board has something that pulses it. */
export function resetOf(device: string): string {
  return `${device}.reset`;
}

/** A device that the board can reset alone. @returns it. */
export function resettable<Made extends Device>(
  { wire }: DeviceSite,
  { name }: DevicePlacement,
  made: Made,
): Made {
  wire(resetOf(name)).listen((level) => {
    if (level) made.reset();
  });
  return made;
}
