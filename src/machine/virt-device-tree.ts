/**
 * The device tree of `virt`, with the node names, addresses and handles of QEMU's. Left out is what this board
 * does not have (SBI's performance counters, the platform bus, the PCI window above 4 GiB) and what would
 * differ from run to run (a seed for random numbers). Interrupt sources are counted as they are, 1 to 95.
 *
 * Source: the bindings in Documentation/devicetree/bindings of the Linux kernel: riscv/cpus,
 * timer/sifive,clint, interrupt-controller/sifive,plic-1.0.0, serial/8250, virtio/mmio, pci/host-generic-pci.
 */
import type { TreeNode } from './device-tree.ts';

export interface VirtTreeOptions {
  /** As `riscv,isa` wants it: 'rv32imac_zicsr_zifencei'. */
  isa: string;
  memoryBytes: number;
  /** `chosen/bootargs`; none when absent. */
  bootArguments?: string;
}

const TIMEBASE_HZ = 10_000_000;
const UART_CLOCK_HZ = 3_686_400;
const INTERRUPT_SOURCES = 95;

/** Handles by which nodes refer to each other. */
const CPU = 1;
const CPU_INTERRUPTS = 2;
const PLIC = 3;
const TEST = 4;

const MACHINE_SOFTWARE = 3;
const MACHINE_TIMER = 7;
const SUPERVISOR_EXTERNAL = 9;
const MACHINE_EXTERNAL = 11;

/** Address and size, two cells each. */
function region(address: number, sizeBytes: number): number[] {
  return [0, address, 0, sizeBytes];
}

function interrupt(source: number): TreeNode {
  return { interrupts: source, 'interrupt-parent': PLIC };
}

function virtioSlots(): TreeNode {
  const slots: Record<string, TreeNode> = {};
  for (let i = 0; i < 8; i++) {
    const address = 0x1000_1000 + i * 0x1000;
    slots[`virtio_mmio@${address.toString(16)}`] = {
      ...interrupt(1 + i),
      reg: region(address, 0x1000),
      compatible: 'virtio,mmio',
    };
  }
  return slots;
}

/** Pins A to D of slot n go to sources 32 to 35, rotated by n; only two bits of n matter. */
function pciInterruptMap(): number[] {
  const cells: number[] = [];
  for (let slot = 0; slot < 4; slot++) {
    for (let pin = 0; pin < 4; pin++) cells.push(slot << 11, 0, 0, pin + 1, PLIC, 32 + ((slot + pin) % 4));
  }
  return cells;
}

function pci(): TreeNode {
  const [portSpace, memorySpace] = [0x0100_0000, 0x0200_0000];
  const ports = [portSpace, 0, 0, ...region(0x0300_0000, 0x1_0000)];
  const memory = [memorySpace, 0, 0x4000_0000, ...region(0x4000_0000, 0x4000_0000)];
  return {
    'interrupt-map-mask': [0x1800, 0, 0, 7],
    'interrupt-map': pciInterruptMap(),
    ranges: [...ports, ...memory],
    reg: region(0x3000_0000, 0x1000_0000),
    'dma-coherent': true,
    'bus-range': [0, 0xff],
    'linux,pci-domain': 0,
    device_type: 'pci',
    compatible: 'pci-host-ecam-generic',
    '#size-cells': 2,
    '#interrupt-cells': 1,
    '#address-cells': 3,
  };
}

function cpus(isa: string): TreeNode {
  return {
    '#address-cells': 1,
    '#size-cells': 0,
    'timebase-frequency': TIMEBASE_HZ,
    'cpu@0': {
      phandle: CPU,
      device_type: 'cpu',
      reg: 0,
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': isa,
      'mmu-type': 'riscv,none',
      'interrupt-controller': {
        '#interrupt-cells': 1,
        'interrupt-controller': true,
        compatible: 'riscv,cpu-intc',
        phandle: CPU_INTERRUPTS,
      },
    },
    'cpu-map': { cluster0: { core0: { cpu: CPU } } },
  };
}

function soc(): TreeNode {
  return {
    '#address-cells': 2,
    '#size-cells': 2,
    compatible: 'simple-bus',
    ranges: true,
    'rtc@101000': { ...interrupt(11), reg: region(0x10_1000, 0x1000), compatible: 'google,goldfish-rtc' },
    'serial@10000000': {
      ...interrupt(10),
      'clock-frequency': UART_CLOCK_HZ,
      reg: region(0x1000_0000, 0x100),
      compatible: 'ns16550a',
    },
    'test@100000': {
      phandle: TEST,
      reg: region(0x10_0000, 0x1000),
      compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
    },
    'pci@30000000': pci(),
    ...virtioSlots(),
    'plic@c000000': {
      phandle: PLIC,
      'riscv,ndev': INTERRUPT_SOURCES,
      reg: region(0x0c00_0000, 0x60_0000),
      'interrupts-extended': [CPU_INTERRUPTS, MACHINE_EXTERNAL, CPU_INTERRUPTS, SUPERVISOR_EXTERNAL],
      'interrupt-controller': true,
      compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
      '#address-cells': 0,
      '#interrupt-cells': 1,
    },
    'clint@2000000': {
      'interrupts-extended': [CPU_INTERRUPTS, MACHINE_SOFTWARE, CPU_INTERRUPTS, MACHINE_TIMER],
      reg: region(0x0200_0000, 0x1_0000),
      compatible: ['sifive,clint0', 'riscv,clint0'],
    },
  };
}

export function virtDeviceTree({ isa, memoryBytes, bootArguments }: VirtTreeOptions): TreeNode {
  const syscon = { offset: 0, regmap: TEST };
  return {
    '#address-cells': 2,
    '#size-cells': 2,
    compatible: 'riscv-virtio',
    model: 'riscv-virtio,qemu',
    chosen: {
      ...(bootArguments === undefined ? {} : { bootargs: bootArguments }),
      'stdout-path': '/soc/serial@10000000',
    },
    'fw-cfg@10100000': {
      'dma-coherent': true,
      reg: region(0x1010_0000, 0x18),
      compatible: 'qemu,fw-cfg-mmio',
    },
    'flash@20000000': {
      'bank-width': 4,
      reg: [...region(0x2000_0000, 0x200_0000), ...region(0x2200_0000, 0x200_0000)],
      compatible: 'cfi-flash',
    },
    poweroff: { value: 0x5555, ...syscon, compatible: 'syscon-poweroff' },
    reboot: { value: 0x7777, ...syscon, compatible: 'syscon-reboot' },
    'memory@80000000': { device_type: 'memory', reg: region(0x8000_0000, memoryBytes) },
    cpus: cpus(isa),
    soc: soc(),
  };
}
