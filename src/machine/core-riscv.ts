/** A RISC-V hart on a board: its interrupt inputs, its time, and the boot ROM that leads to the image. */
import type { CustomRegisters } from '../cpu/riscv/csr.ts';
import { Hart } from '../cpu/riscv/hart.ts';
import { causeName, InterruptBit } from '../cpu/riscv/trap.ts';
import { Hazard3Testbench } from '../devices/test/hazard3-testbench.ts';
import { Clint } from '../devices/timer/clint.ts';
import { hex32 } from '../errors.ts';
import type { RiscvCoreDescription } from './board.ts';
import { bootRom } from './boot-rom.ts';
import type { BuiltCore, CoreSite } from './build.ts';
import { placeDeviceTree } from './device-tree-placement.ts';

/** External-interrupt enables of Hazard3. */
const MEIEA = 0xbe0;

/** As the device tree names the hart's instruction set. */
function isaString(extensions: readonly string[]): string {
  return ['rv32imac', 'zicsr', 'zifencei', ...extensions.map((name) => name.toLowerCase()).sort()].join('_');
}

/** Hazard3's own registers, as far as programs for its test bench need them. */
function hazard3Registers(testbench: Hazard3Testbench): CustomRegisters {
  return new Map([
    [MEIEA, { read: () => testbench.externalEnables(0), write: (value) => testbench.enableExternal(value) }],
  ]);
}

function beginsAt(entry: number, resetAddress: number): string[] {
  if (entry === resetAddress) return [];
  return [`the image's entry is ${hex32(entry)}, but the board begins at ${hex32(resetAddress)}`];
}

export function buildRiscvCore(site: CoreSite, description: RiscvCoreDescription): BuiltCore {
  const { bus, memory, wires, extensions } = site;
  const { resetAddress, deviceTree } = description;
  const testbench = site.devices.find((device) => device instanceof Hazard3Testbench);
  const ram = memory.region('ram');
  const clint = site.devices.find((device) => device instanceof Clint);
  const core = new Hart({
    bus,
    events: site.scheduler,
    model: site.model,
    resetAddress,
    ram,
    extensions,
    timing: site.timing,
    access: description.access,
    ...(testbench === undefined ? {} : { customRegisters: hazard3Registers(testbench) }),
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
      if (!description.bootRom) return { entry: resetAddress, warnings: beginsAt(entry, resetAddress) };
      const tree = deviceTree === undefined ? 0 : placeDeviceTree(ram, segments, isaString(extensions));
      memory.region('boot-rom').load(0, bootRom(resetAddress, entry, tree));
      return { entry, warnings: [] };
    },
    stimulusPorts: undefined,
    trapName: causeName,
  };
}
