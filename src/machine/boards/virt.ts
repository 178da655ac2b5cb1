/** QEMU's `virt` board for RISC-V, one hart: addresses and interrupt numbers as QEMU 7.2 has them (`info mtree`). */
import type { BoardDescription } from '../board.ts';

const READ_EXECUTE = { read: true, write: false, execute: true };

export const VIRT: BoardDescription = {
  name: 'virt',
  title: 'RV32IMAC, CLINT, PLIC, NS16550A: the board `virt` of qemu-system-riscv32',
  core: {
    type: 'rv32imac',
    resetAddress: 0x1000,
    bootRom: true,
    access: { trapsMisaligned: false, reservation: 'word' },
    deviceTree: 'virt',
  },
  frequencyHz: 100_000_000,
  regions: [
    { name: 'boot-rom', address: 0x1000, sizeBytes: 0xf000, permissions: READ_EXECUTE, owner: 'board' },
    {
      name: 'flash0',
      address: 0x2000_0000,
      sizeBytes: 0x200_0000,
      permissions: READ_EXECUTE,
      owner: 'guest',
    },
    {
      name: 'flash1',
      address: 0x2200_0000,
      sizeBytes: 0x200_0000,
      permissions: READ_EXECUTE,
      owner: 'guest',
    },
  ],
  ram: { address: 0x8000_0000, defaultBytes: 128 << 20, largestBytes: 1 << 30 },
  devices: [
    { type: 'sifive-test', name: 'test', address: 0x10_0000 },
    { type: 'goldfish-rtc', name: 'rtc', address: 0x10_1000, interrupt: 11 },
    { type: 'clint', name: 'clint', address: 0x200_0000, tickHz: 10_000_000 },
    { type: 'plic', name: 'plic', address: 0xc00_0000, sourceCount: 96 },
    { type: 'ns16550a', name: 'uart0', address: 0x1000_0000, interrupt: 10, baudClockHz: 3_686_400 },
    { type: 'virtio-mmio', name: 'virtio0', address: 0x1000_1000, interrupt: 1 },
    { type: 'virtio-mmio', name: 'virtio1', address: 0x1000_2000, interrupt: 2 },
    { type: 'virtio-mmio', name: 'virtio2', address: 0x1000_3000, interrupt: 3 },
    { type: 'virtio-mmio', name: 'virtio3', address: 0x1000_4000, interrupt: 4 },
    { type: 'virtio-mmio', name: 'virtio4', address: 0x1000_5000, interrupt: 5 },
    { type: 'virtio-mmio', name: 'virtio5', address: 0x1000_6000, interrupt: 6 },
    { type: 'virtio-mmio', name: 'virtio6', address: 0x1000_7000, interrupt: 7 },
    { type: 'virtio-mmio', name: 'virtio7', address: 0x1000_8000, interrupt: 8 },
    { type: 'fw-cfg', name: 'fw-cfg', address: 0x1010_0000 },
    { type: 'cfi-flash', name: 'cfi0', address: 0x2000_0000, region: 'flash0' },
    { type: 'cfi-flash', name: 'cfi1', address: 0x2200_0000, region: 'flash1' },
    { type: 'open-bus', name: 'pcie-ports', address: 0x0300_0000, sizeBytes: 0x1_0000 },
    { type: 'pcie-host', name: 'pcie', address: 0x3000_0000 },
    { type: 'open-bus', name: 'pcie-memory', address: 0x4000_0000, sizeBytes: 0x4000_0000 },
  ],
  console: 'uart0',
  model: 'unit',
};
