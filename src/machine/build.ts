/** From a board's description to memory, devices, wires and a core. */
import { Bus } from '../bus/bus.ts';
import type { ClockControl } from '../bus/clock.ts';
import type { Device } from '../bus/device.ts';
import type { PowerControl } from '../bus/power.ts';
import type { SerialPort } from '../bus/serial.ts';
import type { Core } from '../cpu/core.ts';
import type { SemihostingPort } from '../cpu/semihosting-port.ts';
import type { TimingModel, TimingOptions } from '../cpu/timing/model.ts';
import { GuestMemory, type RegionPlan } from '../kernel/memory/guest-memory.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { attachDevice, type DeviceSurroundings } from './attach-device.ts';
import type { BoardDescription, DeviceDescription } from './board.ts';
import { buildArmv7mCore } from './core-armv7m.ts';
import { buildRiscvCore } from './core-riscv.ts';
import type { DevicePlacement, DeviceSite, Factory, ForeignTouch } from './factories/factory.ts';
import { FACTORIES } from './factories/index.ts';
import type { IsaExtension } from './isa.ts';
import type { Image, ImageSegment } from './loader/image.ts';
import type { StimulusListener } from './machine-options.ts';
import { Wires } from './wires.ts';

export interface BuildOptions {
  readonly board: BoardDescription;
  /** Size of the region `ram`, on a board whose RAM can be chosen. */
  readonly ramBytes: number | undefined;
  readonly extensions: readonly IsaExtension[];
  readonly model: TimingModel;
  /** By a region's name, in place of the board's. */
  readonly waitStates: Readonly<Record<string, number>>;
  readonly scheduler: Scheduler;
  readonly surroundings: DeviceSurroundings;
  readonly clockControl: ClockControl;
  readonly power: PowerControl;
  readonly semihosting: SemihostingPort | undefined;
  readonly pacedTransmit: boolean;
  readonly epochSeconds: number;
  readonly foreignTouched: (touch: ForeignTouch) => void;
}

/** What stands already when the core is built. */
export interface CoreSite extends BuildOptions {
  readonly timing: TimingOptions;
  readonly memory: GuestMemory;
  readonly bus: Bus;
  readonly wires: Wires;
  readonly devices: readonly Device[];
}

export interface BootFacts {
  /** Address of the image's first instruction. */
  readonly entry: number;
  /** What is wrong with how the image begins, in sentences without a full stop. */
  readonly warnings: readonly string[];
}

/** Ports through which firmware sends words to its developer. */
export interface StimulusPorts {
  onStimulus: StimulusListener | undefined;
}

export interface BuiltCore {
  readonly core: Core;
  /** Devices that are part of the processor, in the order in which they were attached; mapped already. */
  readonly devices: readonly Device[];
  /**
   * Makes the core begin with an image that has just been put into memory.
   * @param segments what of it is loaded.
   */
  placeBoot(image: Image, segments: readonly ImageSegment[]): BootFacts;
  /** The ITM, where the processor has one. */
  readonly stimulusPorts: StimulusPorts | undefined;
  /** What a trap is called. */
  trapName(cause: number, isInterrupt: boolean): string;
}

export interface Parts extends BuiltCore {
  readonly memory: GuestMemory;
  readonly bus: Bus;
  readonly wires: Wires;
  readonly ports: readonly (SerialPort & Device)[];
}

/** A board without its core. */
export interface BoardParts {
  readonly memory: GuestMemory;
  readonly bus: Bus;
  readonly wires: Wires;
  readonly devices: readonly Device[];
  readonly ports: readonly (SerialPort & Device)[];
}

/** @throws UserError when the board's parts do not fit together. */
export function buildParts(options: BuildOptions): Parts {
  const { memory, bus, wires, devices, ports } = buildBoard(options);
  const built = buildCore({ ...options, timing: timingOf(memory), memory, bus, wires, devices });
  return { ...built, memory, bus, wires, devices: [...devices, ...built.devices], ports };
}

/** What a board needs that has no core. */
export type BoardOptions = Omit<BuildOptions, 'extensions' | 'semihosting' | 'scheduler'>;

/** @throws UserError when two parts overlap. */
export function buildBoard(options: BoardOptions): BoardParts {
  const { board, clockControl, power, pacedTransmit, epochSeconds, foreignTouched } = options;
  const memory = new GuestMemory(regionsOf(options));
  const bus = new Bus(memory);
  const wires = new Wires(board.devices);
  const devices: Device[] = [];
  const ports: (SerialPort & Device)[] = [];
  for (const description of board.devices) {
    const { name, address } = description;
    const { build, place } = factoryOf(description);
    let site: DeviceSite | undefined;
    const device = attachDevice<Device>(options.surroundings, name, (context) => {
      site = {
        ...{ context, bus, memory, clockControl, power, pacedTransmit, epochSeconds, foreignTouched },
        line: (output) => wires.wire(output === undefined ? name : `${name}.${output}`),
        wire: (wire) => wires.wire(wire),
        inputs: (count) => wires.inputs(count),
        port: (uart) => {
          ports.push(uart);
          return uart;
        },
      };
      return build(site, description);
    });
    if (place === undefined) bus.map(device, address);
    else place(site!, device, description);
    devices.push(device);
  }
  return { memory, bus, wires, devices, ports };
}

function regionsOf({ board, ramBytes, model, waitStates }: BoardOptions): RegionPlan[] {
  const plans: RegionPlan[] = [...board.regions];
  if (board.ram !== undefined && ramBytes !== undefined) {
    const permissions = { read: true, write: true, execute: true };
    plans.push({ ...board.ram, name: 'ram', sizeBytes: ramBytes, permissions, owner: 'guest' });
  }
  // A model of one cost for everything counts none.
  if (model.uniformCost !== undefined) return plans.map((plan) => ({ ...plan, waitStates: 0 }));
  return plans.map((plan) => ({
    ...plan,
    waitStates: waitStates[plan.mirrorOf ?? plan.name] ?? plan.waitStates ?? 0,
  }));
}

function timingOf(memory: GuestMemory): TimingOptions {
  if (memory.regions.every(({ waitStates }) => waitStates === 0)) return {};
  return { waitStates: (address) => memory.find(address >>> 0)?.waitStates ?? 0 };
}

/** The table says which factory goes with which options; here it is enough that the two belong together. */
function factoryOf(description: DeviceDescription): Factory<DeviceDescription> {
  return FACTORIES[description.type] as Factory<DevicePlacement>;
}

function buildCore(site: CoreSite): BuiltCore {
  const { core } = site.board;
  switch (core.type) {
    case 'rv32imac':
      return buildRiscvCore(site, core);
    case 'armv7m':
      return buildArmv7mCore(site, core);
  }
}
