/** The registers of an ARMv7-M processor by name, for people, debuggers and tests. ARMv7-M ARM DDI 0403E, B1.4. */
import type { RegisterFile } from '../core.ts';
import type { Processor } from './processor.ts';
import { XPSR_EXCEPTION } from './state.ts';

interface Register {
  read: (p: Processor) => number;
  write?: (p: Processor, value: number) => void;
}

const APSR = 0xf80f_0000 | 0;

const core = (number: number): Register => ({
  read: ({ x }) => x[number]!,
  write: ({ x }, value) => {
    x[number] = number === 13 ? value & ~3 : value;
  },
});

const NAMED: Readonly<Record<string, Register>> = {
  pc: { read: ({ counter }) => counter, write: (p, value) => (p.pc = value) },
  ...Object.fromEntries(Array.from({ length: 13 }, (_, number) => [`r${number}`, core(number)])),
  sp: core(13),
  lr: core(14),
  xpsr: {
    read: ({ state }) => state.xpsr,
    write: (p, value) => {
      p.state.setStatus(value);
      p.state.setMode(value & XPSR_EXCEPTION, p.state.control);
      p.exceptions.changed();
    },
  },
  msp: { read: ({ state }) => state.msp, write: ({ state }, value) => (state.msp = value) },
  psp: { read: ({ state }) => state.psp, write: ({ state }, value) => (state.psp = value) },
  primask: {
    read: ({ state }) => state.primask,
    write: (p, value) => {
      p.state.primask = value & 1;
      p.exceptions.changed();
    },
  },
  basepri: {
    read: ({ state }) => state.basepri,
    write: (p, value) => {
      p.state.basepri = value & p.system.priorityMask;
      p.exceptions.changed();
    },
  },
  faultmask: {
    read: ({ state }) => state.faultmask,
    write: (p, value) => {
      p.state.faultmask = value & 1;
      p.exceptions.changed();
    },
  },
  control: {
    read: ({ state }) => state.control,
    write: (p, value) => {
      p.state.setMode(p.state.ipsr, value & 3);
      p.exceptions.changed();
    },
  },
};

/** Other names, and parts. */
const MORE: Readonly<Record<string, Register>> = {
  r13: NAMED.sp!,
  r14: NAMED.lr!,
  r15: NAMED.pc!,
  apsr: {
    read: ({ state }) => state.apsr,
    write: ({ state }, value) => {
      state.apsr = value & APSR;
    },
  },
  ipsr: { read: ({ state }) => state.ipsr },
  // Where the processor was when it locked up; pc otherwise.
  lockup: { read: ({ counter, exceptions }) => (exceptions.lockup === '' ? counter : exceptions.lockupFrom) },
};

export class ArmRegisters implements RegisterFile {
  readonly names: readonly string[] = Object.keys(NAMED);
  readonly #processor: Processor;

  constructor(processor: Processor) {
    this.#processor = processor;
  }

  read(name: string): number | undefined {
    const register = NAMED[name] ?? MORE[name];
    return register === undefined ? undefined : register.read(this.#processor) >>> 0;
  }

  write(name: string, value: number): boolean {
    const register = NAMED[name] ?? MORE[name];
    register?.write?.(this.#processor, value | 0);
    return register?.write !== undefined;
  }
}
