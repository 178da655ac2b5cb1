/** Timing model `unit`: one cycle an instruction, traps and interrupts free. For boards that claim no timing. */
import type { TimingModel } from './model.ts';

export const UNIT_MODEL: TimingModel = {
  name: 'unit',
  version: 1,
  uniformCost: 1,
  reset: () => {},
  executed: () => 1,
  interruptEntry: () => 0,
  recognisedAt: (asserted) => asserted,
  snapshot: () => ({}),
  restore: () => {},
};
