/** Timing model `unit`: one cycle an instruction, traps and interrupts free. For boards that claim no timing. */
import type { TimingModel, TimingRules } from './model.ts';

/** Rules of a model without rules: there is one state, and everything costs the same. */
export function uniformRules(cost: number): TimingRules {
  return {
    initial: 0,
    recognition: 0,
    wakeUp: 0,
    choice: 0,
    abandons: () => false,
    enter: () => {},
    add: () => cost,
    next: () => 0,
    taken: () => 0,
    saved: () => 0,
    skipped: () => 0,
    access: () => 0,
    faultDelay: () => 0,
    departed: () => 0,
    delay: () => 0,
    interrupted: () => 0,
    save: () => ({}),
    load: () => 0,
  };
}

export const UNIT_MODEL: TimingModel = {
  name: 'unit',
  version: 1,
  uniformCost: 1,
  rules: () => uniformRules(1),
};
