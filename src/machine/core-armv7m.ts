/**
 * An ARMv7-M processor on a board: the core, and the devices of its private peripheral bus, which know nothing of
 * it: NVIC, SysTick, DWT and ITM. ARMv7-M ARM DDI 0403E, B3.1, table B3-1 and C1.1.
 */
import { BitBandAlias } from '../bus/bit-band.ts';
import type { Device } from '../bus/device.ts';
import { ExceptionNumber, exceptionName } from '../cpu/armv7m/faults.ts';
import { Processor } from '../cpu/armv7m/processor.ts';
import { SYSTEM_CONTROL_ADDRESS, SYSTEM_CONTROL_BLOCK_ADDRESS, SystemControl } from '../cpu/armv7m/scb.ts';
import { Dwt } from '../devices/debug/dwt.ts';
import { Itm } from '../devices/debug/itm.ts';
import { Nvic } from '../devices/irq/nvic.ts';
import { Unimplemented } from '../devices/memory/unimplemented.ts';
import { SysTick } from '../devices/timer/systick.ts';
import { attachDevice } from './attach-device.ts';
import type { Armv7mCoreDescription } from './board.ts';
import type { BuiltCore, CoreSite } from './build.ts';
import { vectorTableAt, vectorTableWarnings } from './vector-table.ts';
import type { Wires } from './wires.ts';

const ITM_ADDRESS = 0xe000_0000;
const DWT_ADDRESS = 0xe000_1000;
const SYSTICK_ADDRESS = 0xe000_e010;
const NVIC_ADDRESS = 0xe000_e100;
/** What is left of the private peripheral bus reads as zero: flash patch, trace port, ETM and ROM table are not there. */
const PPB_REST = [
  { name: 'ppb-fpb', address: 0xe000_2000, sizeBytes: 0xc000 },
  { name: 'scs-systick', address: 0xe000_e020, sizeBytes: 0xe0 },
  { name: 'scs-nvic', address: 0xe000_e600, sizeBytes: 0x700 },
  { name: 'ppb-trace', address: 0xe000_f000, sizeBytes: 0xf_1000 },
];
/** A region's first mebibyte of bits, and where its words stand for them. */
const BIT_BANDS = [
  { name: 'bit-band-sram', region: 0x2000_0000, alias: 0x2200_0000 },
  { name: 'bit-band-devices', region: 0x4000_0000, alias: 0x4200_0000 },
];

export function buildArmv7mCore(site: CoreSite, description: Armv7mCoreDescription): BuiltCore {
  const { bus, memory, wires, surroundings, power } = site;
  const devices: Device[] = [];
  const add = <D extends Device>(device: D, address: number): D => {
    bus.map(device, address);
    devices.push(device);
    return device;
  };
  const trapName = (number: number) => nameOf(number, wires);
  const exception = wires.wire('systick');
  const traceEnable = wires.wire('trcena');
  const nvic = add(
    attachDevice(surroundings, 'nvic', (context) => {
      const { interrupts, priorityBits } = description;
      const lines = wires.inputs(interrupts);
      return new Nvic(context, { name: 'nvic', lineCount: interrupts, lines, priorityBits });
    }),
    NVIC_ADDRESS,
  );
  add(
    attachDevice(surroundings, 'systick', (context) => {
      const referenceHz = description.sysTickReferenceHz;
      return new SysTick(context, { name: 'systick', exception, referenceHz });
    }),
    SYSTICK_ADDRESS,
  );
  const itm = add(
    attachDevice(surroundings, 'itm', (context) => new Itm(context, { name: 'itm', traceEnable })),
    ITM_ADDRESS,
  );
  const core = new Processor({
    bus,
    events: site.scheduler,
    model: site.model,
    timing: site.timing,
    controller: nvic,
    mpuRegions: description.mpuRegions,
    dsp: description.dsp,
    system: {
      cpuid: description.cpuid,
      priorityBits: description.priorityBits,
      vectorTable: description.vectorTable,
      vectorTableMask: description.vtorMask,
      traceEnable,
    },
    unprivilegedWindow: { address: ITM_ADDRESS, sizeBytes: itm.sizeBytes, device: itm },
    semihosting: site.semihosting,
    exceptionName: trapName,
  });
  const activity = {
    extraCycles: 0,
    get exceptionCycles() {
      return core.exceptionCycles;
    },
    loadStoreCycles: 0,
    foldedInstructions: 0,
    get sleepCycles() {
      return core.sleepCycles;
    },
  };
  add(
    attachDevice(surroundings, 'dwt', (context) => new Dwt(context, { name: 'dwt', traceEnable, activity })),
    DWT_ADDRESS,
  );
  const control = new SystemControl({
    state: core.state,
    registers: core.system,
    exceptions: core.exceptions,
    mpu: core.mpu,
    controller: nvic,
    resetRequested: () => power.reset(),
    guestError: (category, message) => surroundings.guestError({ source: 'scs', category, message }),
  });
  add(control.control, SYSTEM_CONTROL_ADDRESS);
  add(control.block, SYSTEM_CONTROL_BLOCK_ADDRESS);
  for (const { address, ...options } of PPB_REST) {
    add(
      attachDevice(surroundings, options.name, (context) => new Unimplemented(context, options)),
      address,
    );
  }
  if (description.bitBand) {
    for (const { name, region, alias } of BIT_BANDS) add(new BitBandAlias(bus, name, region), alias);
  }
  core.connect(ExceptionNumber.SysTick, exception);
  const nmi = wires.input('nmi');
  if (nmi !== undefined) core.connect(ExceptionNumber.Nmi, nmi);
  const { vectorTable } = description;
  return {
    core,
    devices,
    placeBoot: (image) => ({
      entry: ((vectorTableAt(image, vectorTable)?.reset ?? 0) & ~1) >>> 0,
      warnings: vectorTableWarnings(image, memory, vectorTable),
    }),
    stimulusPorts: itm,
    trapName,
  };
}

/** An interrupt with the lines that drive it: `IRQ 8 (timer0)`, `IRQ 12 (uart0.overflow and 2 more)`. */
function nameOf(number: number, wires: Wires): string {
  const drivers = wires.drivers(number - ExceptionNumber.FirstInterrupt);
  if (drivers.length === 0) return exceptionName(number);
  const names = drivers.length <= 2 ? drivers.join(', ') : `${drivers[0]} and ${drivers.length - 1} more`;
  return `${exceptionName(number)} (${names})`;
}
