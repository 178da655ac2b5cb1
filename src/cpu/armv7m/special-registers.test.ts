import { describe, expect, test } from 'vitest';
import { createNvic } from '../../../tests/armv7m-bench.ts';
import { Special } from './special-registers.ts';
import { CONTROL_NPRIV, SP } from './state.ts';
import { type BenchOptions, STACK_TOP, SystemBench } from './testing.ts';

function setUp(options: BenchOptions = {}) {
  const { nvic } = createNvic(4);
  const bench = new SystemBench(nvic, options);
  return { bench, state: bench.state, special: bench.special, exceptions: bench.exceptions };
}

describe('MRS', () => {
  test('of the status registers: APSR, IPSR; EPSR reads as zero', () => {
    const { special, state } = setUp();
    state.setStatus(0xf90f_fc00 | 0);
    state.ipsr = 14;
    const read = Array.from({ length: 8 }, (_, number) => special.read(number) >>> 0);
    expect(read).toEqual([0xf800_0000, 0xf800_000e, 0xf800_0000, 0xf800_000e, 0, 14, 0, 14]);
  });

  test('with the GE flags of the DSP extension', () => {
    const { special, state } = setUp({ dsp: true });
    state.setStatus(0xf90f_0000 | 0);
    expect(special.read(0) >>> 0).toBe(0xf80f_0000);
  });

  test('of the others', () => {
    const { special, state } = setUp();
    state.psp = 0x2000_1000;
    Object.assign(state, { primask: 1, faultmask: 1, basepri: 0x40 });
    state.setMode(0, 2);
    expect([8, 9, 16, 17, 18, 19, 20].map((number) => special.read(number))).toEqual([
      STACK_TOP,
      0x2000_1000,
      1,
      0x40,
      0x40,
      1,
      2,
    ]);
    expect([10, 15, 21, 255].map((number) => special.read(number))).toEqual([0, 0, 0, 0]);
  });

  test('unprivileged: only the flags and CONTROL', () => {
    const { special, state } = setUp();
    state.apsr = 0x2000_0000;
    Object.assign(state, { primask: 1, basepri: 0x40 });
    state.setMode(0, CONTROL_NPRIV);
    expect([0, 8, 9, 16, 17, 19, 20].map((number) => special.read(number))).toEqual([
      0x2000_0000, 0, 0, 0, 0, 0, 1,
    ]);
  });
});

describe('MSR', () => {
  test('of APSR by its mask', () => {
    const { special, state } = setUp();
    special.write(0, 2, -1);
    expect([state.apsr >>> 0, state.ipsr]).toEqual([0xf800_0000, 0]);
    special.write(3, 0, 0);
    special.write(5, 2, 0);
    special.write(0, 1, 0);
    expect(state.apsr >>> 0).toBe(0xf800_0000);
    special.write(0, 3, 0x1000_0000);
    expect(state.apsr >>> 0).toBe(0x1000_0000);
  });

  test('GE only with the DSP extension', () => {
    const { special, state } = setUp({ dsp: true });
    special.write(0, 1, 0xffff_ffff | 0);
    expect(state.ge).toBe(15);
    expect(setUp().state.ge).toBe(0);
  });

  test('of the stack pointers, as multiples of 4', () => {
    const { special, state } = setUp();
    special.write(Special.Msp, 0, 0x2000_0103);
    special.write(Special.Psp, 0, 0x2000_0202);
    expect([state.msp, state.psp, state.x[SP]]).toEqual([0x2000_0100, 0x2000_0200, 0x2000_0100]);
  });

  test('of CONTROL: SPSEL in Thread mode only', () => {
    const { bench, special, state, exceptions } = setUp();
    state.psp = 0x2000_1000;
    special.write(Special.Control, 0, 2);
    expect([state.x[SP], state.control]).toEqual([0x2000_1000, 2]);
    exceptions.setPending(14);
    bench.step();
    special.write(Special.Control, 0, 3);
    expect([state.x[SP], state.control]).toEqual([STACK_TOP, 1]);
  });

  test('nPRIV is told, and cannot be taken back', () => {
    const { bench, special, state } = setUp();
    const before = bench.accessRuleChanges;
    special.write(Special.Control, 0, 1);
    expect([state.privileged, bench.accessRuleChanges]).toEqual([false, before + 1]);
    for (const number of [8, 16, 17, 18, 19, 20]) special.write(number, 0, 0);
    special.write(Special.Primask, 0, 1);
    expect([state.control, state.primask, state.msp]).toEqual([1, 0, STACK_TOP]);
    special.write(0, 2, 0x8000_0000 | 0);
    expect(state.n < 0).toBe(true);
  });

  test('BASEPRI has the implemented bits; BASEPRI_MAX only raises', () => {
    const { special, state } = setUp({ priorityBits: 3 });
    special.write(Special.Basepri, 0, 0x15f);
    expect(state.basepri).toBe(0x40);
    const raised = (value: number) => {
      special.write(Special.BasepriMax, 0, value);
      return state.basepri;
    };
    expect([raised(0x80), raised(0x1f), raised(0), raised(0x3f), raised(0x40)]).toEqual([
      0x40, 0x40, 0x40, 0x20, 0x20,
    ]);
    special.write(Special.Basepri, 0, 0);
    expect(raised(0xe0)).toBe(0xe0);
  });

  test('FAULTMASK cannot be set in HardFault or NMI, but cleared', () => {
    const { bench, special, state, exceptions } = setUp();
    exceptions.setPending(2);
    bench.step();
    special.write(Special.Faultmask, 0, 1);
    special.changeMasks(true, false, true);
    expect(state.faultmask).toBe(0);
    bench.leave();
    special.write(Special.Faultmask, 0, 3);
    expect([state.faultmask, bench.mpu.negativePriority]).toEqual([1, true]);
    special.write(Special.Faultmask, 0, 0);
    expect([state.faultmask, bench.mpu.negativePriority]).toEqual([0, false]);
  });
});

describe('CPS', () => {
  test('sets and clears the masks that it names', () => {
    const { special, state } = setUp();
    special.changeMasks(true, true, false);
    expect([state.primask, state.faultmask]).toEqual([1, 0]);
    special.changeMasks(true, false, true);
    expect([state.primask, state.faultmask]).toEqual([1, 1]);
    special.changeMasks(false, true, true);
    expect([state.primask, state.faultmask]).toEqual([0, 0]);
  });

  test('does nothing without privilege', () => {
    const { special, state } = setUp();
    state.setMode(0, CONTROL_NPRIV);
    special.changeMasks(true, true, true);
    expect([state.primask, state.faultmask]).toEqual([0, 0]);
  });

  test('lets a pending interrupt in', () => {
    const { bench, special, exceptions } = setUp();
    special.changeMasks(true, true, false);
    exceptions.setPending(15);
    expect(bench.step()).toBe(0);
    special.changeMasks(false, true, false);
    expect(bench.step()).toBe(15);
  });
});
