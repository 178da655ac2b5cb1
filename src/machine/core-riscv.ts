/** A RISC-V hart on a board: its interrupt inputs, its time, and the boot ROM that leads to the image. */
import { Hart } from '../cpu/riscv/hart.ts';
import { causeName, InterruptBit } from '../cpu/riscv/trap.ts';
import { Clint } from '../devices/timer/clint.ts';
import type { RiscvCoreDescription } from './board.ts';
import { bootRom } from './boot-rom.ts';
import type { BuiltCore, CoreSite } from './build.ts';
import { placeDeviceTree } from './device-tree-placement.ts';

/** As the device tree names the hart's instruction set. */
function isaString(extensions: readonly string[]): string {
  return ['rv32imac', 'zicsr', 'zifencei', ...extensions.map((name) => name.toLowerCase()).sort()].join('_');
}

export function buildRiscvCore(site: CoreSite, description: RiscvCoreDescription): BuiltCore {
  const { bus, memory, wires, extensions } = site;
  const { resetAddress, deviceTree } = description;
  const ram = memory.region('ram');
  const clint = site.devices.find((device) => device instanceof Clint);
  const core = new Hart({
    bus,
    events: site.scheduler,
    model: site.model,
    resetAddress,
    ram,
    extensions,
    ...(clint === undefined ? {} : { timeSource: { ticks: () => clint.time } }),
    ...(site.semihosting === undefined ? {} : { semihosting: site.semihosting }),
  });
  core.connect(InterruptBit.Software, wires.wire('msip'));
  core.connect(InterruptBit.Timer, wires.wire('mtip'));
  core.connect(InterruptBit.External, wires.wire('meip'));
  return {
    core,
    devices: [],
    placeBoot: (image, segments) => {
      const entry = image.entry ?? segments[0]!.address;
      const tree = deviceTree === undefined ? 0 : placeDeviceTree(ram, segments, isaString(extensions));
      memory.region('boot-rom').load(0, bootRom(resetAddress, entry, tree));
      return { entry, warnings: [] };
    },
    stimulusPorts: undefined,
    trapName: causeName,
  };
}
