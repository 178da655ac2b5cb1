/** What a hart is built from. */
import type { Bus } from '../../bus/bus.ts';
import type { Region } from '../../kernel/memory/guest-memory.ts';
import type { EventHorizon } from '../interpreter.ts';
import type { SemihostingPort } from '../semihosting-port.ts';
import type { TimingModel, TimingOptions } from '../timing/model.ts';
import type { CustomRegisters, TimeSource } from './csr.ts';
import type { AccessChoices } from './data-access.ts';
import type { Extension } from './instructions/row.ts';

export interface HartOptions {
  readonly bus: Bus;
  readonly events: EventHorizon;
  readonly model: TimingModel;
  readonly timing?: TimingOptions;
  /** First pc. */
  readonly resetAddress: number;
  /** The region that the run loop reaches without the bus: the board's RAM. */
  readonly ram: Region;
  /** Of Zba, Zbb, Zbs. */
  readonly extensions?: readonly Extension[];
  readonly timeSource?: TimeSource;
  readonly access: AccessChoices;
  readonly customRegisters?: CustomRegisters;
  readonly semihosting?: SemihostingPort;
}
