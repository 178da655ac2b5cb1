/**
 * Hazard3's test bench: one core, memory without wait states at 0, and a block of input and output. It is the board of the
 * programs that timing model `hazard3` is exact against.
 */
import type { BoardDescription } from '../board.ts';

export const HAZARD3_TB: BoardDescription = {
  name: 'hazard3-tb',
  title: "RV32IMAC with exact timing: the test bench of Raspberry Pi's Hazard3 core",
  core: {
    type: 'rv32imac',
    resetAddress: 0x40,
    bootRom: false,
    access: { trapsMisaligned: true, reservation: 'bit' },
    deviceTree: undefined,
  },
  frequencyHz: 100_000_000,
  regions: [],
  ram: { address: 0, defaultBytes: 4 << 20, largestBytes: 1 << 30 },
  devices: [{ type: 'hazard3-testbench', name: 'io', address: 0x8000_0000 }],
  console: 'io',
  model: 'hazard3',
};
