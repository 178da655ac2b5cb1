import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROL_NPRIV, CONTROL_SPSEL, ProcessorState, REGISTER_SLOTS, SP } from './state.ts';

function setUp(): ProcessorState {
  return new ProcessorState(new Int32Array(REGISTER_SLOTS));
}

describe('xPSR', () => {
  test('after reset', () => {
    expect(setUp().xpsr >>> 0).toBe(0x4100_0000);
  });

  test('has every field at its place', () => {
    const state = setUp();
    state.setStatus(0x0700_fc00);
    expect([state.itstate, state.thumb]).toEqual([0xff, true]);
    state.ipsr = 0x1ff;
    expect(state.xpsr >>> 0).toBe(0x0700_fdff);
    state.apsr = 0x8000_0000 | 0;
    expect([state.n < 0, state.z === 0, state.c, state.v < 0, state.q]).toEqual([true, false, 0, false, 0]);
    state.apsr = 0x7805_0000;
    expect([state.n < 0, state.z === 0, state.c, state.v < 0, state.q, state.ge]).toEqual([
      false,
      true,
      1,
      true,
      1,
      5,
    ]);
  });

  test('any value is kept, but for ICI', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(0x1ff), (value, ipsr) => {
        const state = setUp();
        state.setStatus(value);
        state.ipsr = ipsr;
        const itstate = ((value >>> 25) & 3) | ((value >>> 8) & 0xfc);
        const keptIt = itstate & 0xf ? value & 0x0600_fc00 : 0;
        expect(state.xpsr).toBe((value & 0xf90f_0000) | keptIt | ipsr);
      }),
      { seed: 1 },
    );
  });

  test('the flags alone', () => {
    const state = setUp();
    state.q = 1;
    state.setFlags(0xa000_0000);
    expect(state.apsr >>> 0).toBe(0xa800_0000);
  });
});

describe('stack pointers', () => {
  test('SP is the process stack only in Thread mode with SPSEL', () => {
    const state = setUp();
    state.msp = 0x1000;
    state.psp = 0x2000;
    expect(state.x[SP]).toBe(0x1000);
    state.setMode(0, CONTROL_SPSEL);
    expect([state.x[SP], state.msp, state.psp]).toEqual([0x2000, 0x1000, 0x2000]);
    state.setMode(5, CONTROL_SPSEL);
    expect([state.x[SP], state.msp, state.psp]).toEqual([0x1000, 0x1000, 0x2000]);
    state.psp = 0x3000;
    state.setMode(0, CONTROL_SPSEL);
    state.msp = 0x1100;
    expect([state.x[SP], state.msp]).toEqual([0x3000, 0x1100]);
    state.setMode(0, 0);
    expect([state.x[SP], state.psp]).toEqual([0x1100, 0x3000]);
  });

  test('are multiples of 4', () => {
    const state = setUp();
    state.msp = 0x1003;
    state.psp = 0x2002;
    expect([state.msp, state.psp]).toEqual([0x1000, 0x2000]);
  });
});

test('Thread mode loses its privilege by nPRIV, Handler mode never', () => {
  const state = setUp();
  expect(state.privileged).toBe(true);
  state.setMode(0, CONTROL_NPRIV);
  expect([state.privileged, state.handlerMode]).toEqual([false, false]);
  state.setMode(3, CONTROL_NPRIV);
  expect([state.privileged, state.handlerMode]).toEqual([true, true]);
});

test('a snapshot restored into a fresh state is the same', () => {
  const state = setUp();
  for (let i = 0; i < 15; i++) state.x[i] = 0x100 * i;
  state.psp = 0x2000;
  state.setMode(0, CONTROL_SPSEL | CONTROL_NPRIV);
  state.setStatus(0x7903_7000);
  Object.assign(state, { primask: 1, faultmask: 1, basepri: 0x40, counter: 0x1234 });
  const fresh = setUp();
  fresh.restore(structuredClone(state.snapshot()));
  expect(fresh.snapshot()).toEqual(state.snapshot());
  expect([fresh.msp, fresh.psp, fresh.privileged]).toEqual([0xd00, 0x2000, false]);
});
