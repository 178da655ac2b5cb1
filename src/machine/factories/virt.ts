/** The devices of QEMU's `virt` board, and of Hazard3's test bench. */
import { FwCfg } from '../../devices/firmware-config/fw-cfg.ts';
import { Plic } from '../../devices/irq/plic.ts';
import { CfiFlash } from '../../devices/memory/cfi-flash.ts';
import { PcieHost } from '../../devices/pci/pcie-host.ts';
import { GoldfishRtc } from '../../devices/rtc/goldfish-rtc.ts';
import { Hazard3Testbench } from '../../devices/test/hazard3-testbench.ts';
import { SifiveTest } from '../../devices/test/sifive-test.ts';
import { Clint } from '../../devices/timer/clint.ts';
import { Ns16550a } from '../../devices/uart/ns16550a.ts';
import { VirtioMmioSlot } from '../../devices/virtio/virtio-mmio-slot.ts';
import { type Factory, factory } from './factory.ts';

export interface CfiFlashOptions {
  /** The memory that is its array. */
  readonly region: string;
}

const cfiFlash: Factory<CfiFlashOptions> = {
  build: ({ context, bus, memory }, { name, region }) =>
    new CfiFlash(context, { name, array: bus.flashArray(memory.region(region)) }),
  place: ({ bus, memory }, device, { region }) => bus.back(memory.region(region), device),
};

export const VIRT_FACTORIES = {
  'hazard3-testbench': factory(({ context, power, wire, port }, { name }) =>
    port(
      new Hazard3Testbench(context, {
        ...{ name, power },
        software: wire('msip'),
        timer: wire('mtip'),
        external: wire('meip'),
      }),
    ),
  ),
  'sifive-test': factory(({ context, power }, { name }) => new SifiveTest(context, { name, power })),
  clint: factory<{ readonly tickHz: number }>(
    ({ context, wire }, { name, tickHz }) =>
      new Clint(context, { name, tickHz, harts: [{ software: wire('msip'), timer: wire('mtip') }] }),
  ),
  plic: factory<{ readonly sourceCount: number }>(
    ({ context, wire, inputs }, { name, sourceCount }) =>
      new Plic(context, {
        name,
        sourceCount,
        sources: inputs(sourceCount),
        contexts: [wire('meip'), wire('seip')],
      }),
  ),
  ns16550a: factory<{ readonly interrupt: number; readonly baudClockHz: number }>(
    ({ context, line, port, pacedTransmit }, { name, baudClockHz }) =>
      port(new Ns16550a(context, { name, interrupt: line(), baudClockHz, pacedTransmit })),
  ),
  'goldfish-rtc': factory<{ readonly interrupt: number }>(
    ({ context, line, epochSeconds }, { name }) =>
      new GoldfishRtc(context, {
        name,
        interrupt: line(),
        epochNanoseconds: BigInt(epochSeconds) * 1_000_000_000n,
      }),
  ),
  'virtio-mmio': factory<{ readonly interrupt: number }>(
    ({ context }, { name }) => new VirtioMmioSlot(context, { name }),
  ),
  'cfi-flash': cfiFlash,
  'fw-cfg': factory(({ context }, { name }) => new FwCfg(context, { name })),
  'pcie-host': factory(({ context }, { name }) => new PcieHost(context, { name })),
};
