/** What stands on boards of any kind. */
import { ForeignWindow } from '../../devices/memory/foreign-window.ts';
import { NoFaults } from '../../devices/memory/no-faults.ts';
import { OpenBus } from '../../devices/memory/open-bus.ts';
import { Unimplemented } from '../../devices/memory/unimplemented.ts';
import { Pl022 } from '../../devices/ssi/pl022.ts';
import { type Factory, factory, resettable } from './factory.ts';

const noFaults: Factory<unknown> = {
  build: ({ context }, { name }) => new NoFaults(context, { name }),
  place: ({ bus }, device) => {
    bus.background = device;
  },
};

export const COMMON_FACTORIES = {
  /** Answers wherever nothing else does. */
  'no-faults': noFaults,
  'open-bus': factory<{ readonly sizeBytes: number }>(
    (_, { name, sizeBytes }) => new OpenBus({ name, sizeBytes }),
  ),
  /** Where another board has a device by which its images are known: `what` in words, such as `its UARTs`. */
  foreign: factory<{ readonly sizeBytes: number; readonly board: string; readonly what: string }>(
    ({ foreignTouched }, { name, address, sizeBytes, board, what }) =>
      new ForeignWindow({
        name,
        sizeBytes,
        touched: (offset) => foreignTouched({ address: address + offset, board, what }),
      }),
  ),
  unimplemented: factory<{ readonly sizeBytes: number }>(
    ({ context }, { name, sizeBytes }) => new Unimplemented(context, { name, sizeBytes }),
  ),
  /** `emptySlot` names the wire that selects a slot without a memory card. */
  pl022: factory<{ readonly interrupt: number; readonly emptySlot?: string }>((site, description) => {
    const { context, line, wire } = site;
    const { name, emptySlot } = description;
    const slot = emptySlot === undefined ? {} : { emptySlot: wire(emptySlot) };
    return resettable(site, description, new Pl022(context, { name, interrupt: line(), ...slot }));
  }),
};
