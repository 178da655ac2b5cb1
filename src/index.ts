/** bluesim as a library. */
export type { Device, GuestError } from './bus/device.ts';
export type { SerialPort } from './bus/serial.ts';
export type { State } from './bus/state.ts';
export { cortexM3Model } from './cpu/armv7m/timing/cortex-m3.ts';
export type { CoreObserver, CoreStatistics, RegisterFile } from './cpu/core.ts';
export { hazard3Model } from './cpu/riscv/timing/hazard3.ts';
export type {
  Departure,
  TimedInstruction,
  TimingModel,
  TimingOptions,
  TimingRules,
} from './cpu/timing/model.ts';
export { UNIT_MODEL, uniformRules } from './cpu/timing/unit.ts';
export { UserError } from './errors.ts';
export type { BoardDescription, DeviceDescription } from './machine/board.ts';
export { BOARDS } from './machine/boards/index.ts';
export { suggestBoard } from './machine/choices.ts';
export type { CpuName } from './machine/cpus.ts';
export { type Image, type ImageSegment, loadImage, loadImageFile } from './machine/loader/image.ts';
export type { ImageSymbol, SymbolTable } from './machine/loader/symbols.ts';
export {
  type ConsoleListener,
  Machine,
  type MachineOptions,
  type MachineStatistics,
  type RunOptions,
  type RunResult,
  type SemihostingSettings,
  type StimulusListener,
} from './machine/machine.ts';
export type { HostFile, HostFiles } from './machine/semihosting/files.ts';
export { MemoryFiles } from './machine/semihosting/memory-files.ts';
