/** What stands on boards of any kind. */
import { OpenBus } from '../../devices/memory/open-bus.ts';
import { factory } from './factory.ts';

export const COMMON_FACTORIES = {
  'open-bus': factory<{ readonly sizeBytes: number }>(
    (_, { name, sizeBytes }) => new OpenBus({ name, sizeBytes }),
  ),
};
