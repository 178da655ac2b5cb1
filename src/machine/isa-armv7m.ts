/** ARMv7-M, for whoever shows code and state to people. */
import { instructionLength } from '../cpu/armv7m/decode.ts';
import { armv7mDisassembler } from '../cpu/armv7m/disassemble.ts';
import type { Extension } from '../cpu/armv7m/instructions/row.ts';
import { armv7mFacts, itStateOf } from '../debug/armv7m-facts.ts';
import { hexDigits } from '../errors.ts';
import type { Isa } from './isa.ts';

const EVERYTHING: ReadonlySet<Extension> = new Set<Extension>(['M', 'DSP']);
/** R0 to R12, SP and LR, as the processor keeps them in its part of memory. */
const GENERAL = [...Array.from({ length: 13 }, (_, number) => `r${number}`), 'sp', 'lr'];

const ARMV7M_ISA: Isa = {
  architecture: 'armv7m',
  base: 'ARMv7-M',
  optionalExtensions: [],
  // The DSP extension is disassembled on a processor that lacks it as well: it says what was meant.
  disassembler: () => armv7mDisassembler(EVERYTHING),
  place: (registers) => registers.read('lockup')!,
  context: (registers) => itStateOf(registers.read('xpsr') ?? 0),
  trapNoun: 'exception',
  instructionLength,
  trace: {
    general: GENERAL,
    status: ['xpsr'],
    special: ['msp', 'psp', 'primask', 'basepri', 'faultmask', 'control'],
    toldByTraps: new Set(['xpsr', 'msp', 'psp', 'control']),
    trapValue: undefined,
  },
  listing: {
    width: 10,
    wordWidth: 9,
    long: (word) => `${hexDigits(word & 0xffff, 4)} ${hexDigits(word >>> 16, 4)} `,
  },
  facts: armv7mFacts,
};

export function armv7mIsa(): Isa {
  return ARMV7M_ISA;
}
