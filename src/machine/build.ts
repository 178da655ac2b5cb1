/** From a board's description to memory, devices, wires and a core. */
import { Bus } from '../bus/bus.ts';
import type { Device } from '../bus/device.ts';
import { Line } from '../bus/line.ts';
import type { PowerControl } from '../bus/power.ts';
import type { SerialPort } from '../bus/serial.ts';
import type { Core } from '../cpu/core.ts';
import { Hart } from '../cpu/riscv/hart.ts';
import type { Extension } from '../cpu/riscv/instructions/row.ts';
import { InterruptBit } from '../cpu/riscv/trap.ts';
import type { SemihostingPort } from '../cpu/semihosting-port.ts';
import type { TimingModel } from '../cpu/timing/model.ts';
import { FwCfg } from '../devices/firmware-config/fw-cfg.ts';
import { Plic } from '../devices/irq/plic.ts';
import { CfiFlash } from '../devices/memory/cfi-flash.ts';
import { OpenBus } from '../devices/memory/open-bus.ts';
import { PcieHost } from '../devices/pci/pcie-host.ts';
import { GoldfishRtc } from '../devices/rtc/goldfish-rtc.ts';
import { SifiveTest } from '../devices/test/sifive-test.ts';
import { Clint } from '../devices/timer/clint.ts';
import { Ns16550a } from '../devices/uart/ns16550a.ts';
import { VirtioMmioSlot } from '../devices/virtio/virtio-mmio-slot.ts';
import { GuestMemory } from '../kernel/memory/guest-memory.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { attachDevice, type DeviceSurroundings } from './attach-device.ts';
import type { BoardDescription, DeviceDescription } from './board.ts';

export interface BuildOptions {
  readonly board: BoardDescription;
  readonly ramBytes: number;
  readonly extensions: readonly Extension[];
  readonly model: TimingModel;
  readonly scheduler: Scheduler;
  readonly surroundings: DeviceSurroundings;
  readonly power: PowerControl;
  readonly semihosting: SemihostingPort | undefined;
  readonly pacedTransmit: boolean;
  readonly epochSeconds: number;
}

export interface Parts {
  readonly memory: GuestMemory;
  readonly bus: Bus;
  readonly core: Core;
  readonly devices: readonly Device[];
  readonly ports: readonly (SerialPort & Device)[];
}

/** @throws UserError when the board's parts do not fit together. */
export function buildParts(options: BuildOptions): Parts {
  const { board } = options;
  const memory = new GuestMemory([
    ...board.regions,
    {
      name: 'ram',
      address: board.ram.address,
      sizeBytes: options.ramBytes,
      permissions: { read: true, write: true, execute: true },
      owner: 'guest',
    },
  ]);
  const bus = new Bus(memory);
  const lines = new Map<string, Line>();
  const line = (name: string): Line => {
    const known = lines.get(name) ?? new Line(name);
    lines.set(name, known);
    return known;
  };
  const devices: Device[] = [];
  const ports: (SerialPort & Device)[] = [];
  let clint: Clint | undefined;
  for (const description of board.devices) {
    const device = attachDevice<Device>(options.surroundings, description.name, (context) => {
      switch (description.type) {
        case 'sifive-test':
          return new SifiveTest(context, { name: description.name, power: options.power });
        case 'clint':
          clint = new Clint(context, {
            name: description.name,
            tickHz: description.tickHz,
            harts: [{ software: line('msip'), timer: line('mtip') }],
          });
          return clint;
        case 'plic':
          return new Plic(context, {
            name: description.name,
            sourceCount: description.sourceCount,
            sources: sourcesOf(board.devices, description.sourceCount, line),
            contexts: [line('meip'), line('seip')],
          });
        case 'ns16550a': {
          const uart = new Ns16550a(context, {
            name: description.name,
            interrupt: line(description.name),
            baudClockHz: description.baudClockHz,
            pacedTransmit: options.pacedTransmit,
          });
          ports.push(uart);
          return uart;
        }
        case 'goldfish-rtc':
          return new GoldfishRtc(context, {
            name: description.name,
            interrupt: line(description.name),
            epochNanoseconds: BigInt(options.epochSeconds) * 1_000_000_000n,
          });
        case 'virtio-mmio':
          return new VirtioMmioSlot(context, { name: description.name });
        case 'cfi-flash':
          return new CfiFlash(context, {
            name: description.name,
            array: bus.flashArray(memory.region(description.region)),
          });
        case 'fw-cfg':
          return new FwCfg(context, { name: description.name });
        case 'pcie-host':
          return new PcieHost(context, { name: description.name });
        case 'open-bus':
          return new OpenBus({ name: description.name, sizeBytes: description.sizeBytes });
      }
    });
    if (description.type === 'cfi-flash') bus.back(memory.region(description.region), device);
    else bus.map(device, description.address);
    devices.push(device);
  }
  const core = new Hart({
    bus,
    events: options.scheduler,
    model: options.model,
    resetAddress: board.resetAddress,
    ram: memory.region('ram'),
    extensions: options.extensions,
    ...(clint === undefined ? {} : { timeSource: timeSourceOf(clint) }),
    ...(options.semihosting === undefined ? {} : { semihosting: options.semihosting }),
  });
  core.connect(InterruptBit.Software, line('msip'));
  core.connect(InterruptBit.Timer, line('mtip'));
  core.connect(InterruptBit.External, line('meip'));
  return { memory, bus, core, devices, ports };
}

function timeSourceOf(clint: Clint) {
  return { ticks: () => clint.time };
}

/** The lines of an interrupt controller's inputs by number. */
function sourcesOf(
  devices: readonly DeviceDescription[],
  count: number,
  line: (name: string) => Line,
): (Line | undefined)[] {
  const sources: (Line | undefined)[] = new Array(count).fill(undefined);
  for (const device of devices) if ('interrupt' in device) sources[device.interrupt] = line(device.name);
  return sources;
}
