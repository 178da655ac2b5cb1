import { describe, expect, test } from 'vitest';
import { exceptionBench } from '../../../tests/armv7m-bench.ts';
import {
  AIRCR,
  ALL_FAULTS,
  ICSR,
  MEM_MANAGE,
  NMI,
  PENDSV,
  SCR,
  SHCSR,
  SYSTICK,
} from '../../../tests/armv7m-system.ts';
import { Line } from '../../bus/line.ts';
import { Sleep } from './exception-priorities.ts';

describe('sleep', () => {
  test('WFI waits for what could be taken, whatever PRIMASK says', () => {
    const { state, exceptions, priority, enable, pend } = exceptionBench();
    priority({ 16: 0x40, 17: 0x80 });
    enable(16, 17);
    state.basepri = 0x80;
    state.primask = 1;
    exceptions.changed();
    pend(17);
    exceptions.waitForInterrupt();
    expect([exceptions.sleep, exceptions.wakes()]).toEqual([Sleep.ForInterrupt, false]);
    pend(16);
    expect([exceptions.wakes(), exceptions.sleep, exceptions.pendingException()]).toEqual([
      true,
      Sleep.None,
      0,
    ]);
    exceptions.waitForInterrupt();
    expect(exceptions.sleep).toBe(Sleep.None);
  });

  test('WFI with FAULTMASK waits for NMI', () => {
    const { state, exceptions, pend } = exceptionBench();
    state.faultmask = 1;
    exceptions.changed();
    pend(PENDSV);
    exceptions.waitForInterrupt();
    expect(exceptions.wakes()).toBe(false);
    pend(NMI);
    expect(exceptions.wakes()).toBe(true);
  });

  test('WFE takes the event, or waits for one', () => {
    const { exceptions } = exceptionBench();
    exceptions.sendEvent();
    exceptions.waitForEvent();
    expect([exceptions.sleep, exceptions.eventRegister]).toEqual([Sleep.None, false]);
    exceptions.waitForEvent();
    expect([exceptions.sleep, exceptions.wakes()]).toEqual([Sleep.ForEvent, false]);
    exceptions.sendEvent();
    expect([exceptions.wakes(), exceptions.eventRegister, exceptions.sleep]).toEqual([
      true,
      false,
      Sleep.None,
    ]);
  });

  test('WFE is ended by an exception that is taken, not by one that PRIMASK holds back', () => {
    const { state, exceptions, pend } = exceptionBench();
    exceptions.waitForEvent();
    state.primask = 1;
    exceptions.changed();
    pend(PENDSV);
    expect(exceptions.wakes()).toBe(false);
    state.primask = 0;
    exceptions.changed();
    expect(exceptions.wakes()).toBe(true);
  });

  test('with SEVONPEND whatever becomes pending is an event', () => {
    const { bench, exceptions, lines } = exceptionBench();
    bench.write(SCR, 0x10);
    exceptions.waitForEvent();
    lines[3]!.set(true);
    expect(exceptions.wakes()).toBe(true);
    exceptions.waitForEvent();
    expect(exceptions.wakes()).toBe(false);
    lines[3]!.set(false);
    lines[3]!.set(true);
    // It was pending already.
    expect(exceptions.wakes()).toBe(false);
  });

  test('SLEEPONEXIT sleeps on the return to Thread mode', () => {
    const { bench, state, exceptions, priority, enable, pend } = exceptionBench();
    bench.write(SCR, 2);
    priority({ 16: 0x80, 17: 0x40 });
    enable(16, 17);
    pend(16);
    bench.step();
    pend(17);
    bench.step();
    bench.leave();
    expect([state.ipsr, exceptions.sleep]).toEqual([16, Sleep.None]);
    bench.leave();
    expect([state.ipsr, exceptions.sleep]).toEqual([0, Sleep.ForInterrupt]);
    pend(17);
    expect(exceptions.wakes()).toBe(true);
    expect(bench.step()).toBe(17);
  });
});

describe('what may still come', () => {
  test('an interrupt above what is active and masked', () => {
    const { bench, state, exceptions, lines, priority, enable, pend } = exceptionBench();
    lines[1]!.drivenBy(() => true);
    priority({ 17: 0x40, 16: 0x80 });
    expect(exceptions.canBeWoken()).toBe(false);
    enable(16, 17);
    expect(exceptions.canBeWoken()).toBe(true);
    state.basepri = 0x40;
    exceptions.changed();
    expect(exceptions.canBeWoken()).toBe(false);
    state.basepri = 0;
    state.primask = 1;
    exceptions.changed();
    expect(exceptions.canBeWoken()).toBe(false);
    exceptions.waitForInterrupt();
    expect(exceptions.canBeWoken()).toBe(true);
    exceptions.sleep = Sleep.None;
    state.primask = 0;
    exceptions.changed();
    pend(16);
    bench.step();
    expect(exceptions.canBeWoken()).toBe(true);
    priority({ 17: 0x80 });
    expect(exceptions.canBeWoken()).toBe(false);
  });

  test('SysTick and NMI by their lines', () => {
    const { state, exceptions } = exceptionBench();
    const nmi = new Line('nmi');
    const systick = new Line('systick');
    exceptions.connect(NMI, nmi);
    exceptions.connect(SYSTICK, systick);
    expect(exceptions.canBeWoken()).toBe(false);
    systick.drivenBy(() => true);
    expect(exceptions.canBeWoken()).toBe(true);
    state.primask = 1;
    exceptions.changed();
    expect(exceptions.canBeWoken()).toBe(false);
    nmi.drivenBy(() => true);
    expect(exceptions.canBeWoken()).toBe(true);
    systick.set(true);
    systick.set(false);
    nmi.set(true);
    expect(exceptions.pending).toBe((1 << NMI) | (1 << SYSTICK));
    expect(() => exceptions.connect(7, nmi)).toThrow('no exception input 7');
  });

  test('with SEVONPEND a line that is not enabled', () => {
    const { bench, exceptions, lines } = exceptionBench();
    lines[2]!.drivenBy(() => true);
    exceptions.waitForEvent();
    expect(exceptions.canBeWoken()).toBe(false);
    bench.write(SCR, 0x10);
    expect(exceptions.canBeWoken()).toBe(true);
  });
});

describe('ICSR', () => {
  test('shows what is active and pending', () => {
    const { bench, enable, pend, priority } = exceptionBench();
    expect(bench.peek(ICSR)).toBe(0x800);
    priority({ 16: 0x40, 17: 0x80, [SYSTICK]: 0xc0, [PENDSV]: 0xc0 });
    enable(16, 17);
    pend(16);
    bench.step();
    pend(17, PENDSV, SYSTICK);
    expect(bench.peek(ICSR)).toBe(0x1440_0800 | (17 << 12) | 16);
    pend(NMI);
    expect(bench.peek(ICSR)).toBe((0x9440_0800 | (NMI << 12) | 16) >>> 0);
    bench.step();
    expect(bench.peek(ICSR) & 0x9ff).toBe(NMI);
  });

  test('VECTPENDING shows what BASEPRI and FAULTMASK let pass, PRIMASK or not', () => {
    const { bench, state, exceptions, enable, pend, priority } = exceptionBench();
    const vector = () => (bench.peek(ICSR) >>> 12) & 0x1ff;
    priority({ 16: 0x40 });
    enable(16);
    pend(16);
    state.primask = 1;
    exceptions.changed();
    expect(vector()).toBe(16);
    state.basepri = 0x40;
    exceptions.changed();
    expect(vector()).toBe(0);
    state.basepri = 0x80;
    state.faultmask = 1;
    exceptions.changed();
    expect(vector()).toBe(0);
  });

  test('sets and clears', () => {
    const { bench, exceptions } = exceptionBench();
    bench.write(ICSR, 0x9400_0000);
    expect(exceptions.pending).toBe((1 << NMI) | (1 << PENDSV) | (1 << SYSTICK));
    bench.write(ICSR, 0x0a00_0000);
    expect(exceptions.pending).toBe(1 << NMI);
    bench.write(ICSR, 0x1e00_0000);
    expect(exceptions.pending).toBe((1 << NMI) | (1 << PENDSV) | (1 << SYSTICK));
  });
});

describe('AIRCR and SHCSR', () => {
  test('AIRCR needs its key', () => {
    const { bench } = exceptionBench();
    bench.write(AIRCR, 0x704);
    expect([bench.peek(AIRCR), bench.resets, bench.errors.length]).toEqual([0xfa05_0000, 0, 1]);
    bench.write(AIRCR, 0x05fa_0304);
    expect([bench.peek(AIRCR), bench.resets]).toEqual([0xfa05_0300, 1]);
  });

  test('VECTCLRACTIVE leaves nothing active', () => {
    const { bench, enable, pend, active, state } = exceptionBench();
    enable(16);
    pend(16);
    bench.step();
    pend(NMI);
    bench.step();
    bench.write(AIRCR, 0x05fa_0002);
    expect([active(), state.ipsr]).toEqual([[], NMI]);
  });

  test('SHCSR is writable in all bits', () => {
    const { bench } = exceptionBench();
    bench.write(SHCSR, -1);
    expect(bench.peek(SHCSR)).toBe(0x7_fd8b);
    bench.write(SHCSR, 0);
    expect(bench.peek(SHCSR)).toBe(0);
  });

  test('a fault that software makes pending is taken', () => {
    const { bench } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS | (1 << 13));
    expect(bench.step()).toBe(MEM_MANAGE);
  });

  test('a fault that is pending but not enabled is not', () => {
    const { bench } = exceptionBench();
    bench.write(SHCSR, 1 << 13);
    expect(bench.step()).toBe(0);
  });
});

test('a snapshot restored into a fresh system goes on alike', () => {
  const first = exceptionBench();
  first.bench.write(SHCSR, ALL_FAULTS);
  first.priority({ 16: 0x80, 17: 0x40, [PENDSV]: 0xc0 });
  first.enable(16, 17);
  first.pend(16, PENDSV);
  first.bench.step();
  first.bench.data.loadExclusive(0x2000_0000, 4);
  first.pend(17);
  const second = exceptionBench();
  second.nvic.restore(structuredClone(first.nvic.snapshot()));
  second.state.restore(structuredClone(first.state.snapshot()));
  second.bench.registers.restore(structuredClone(first.bench.registers.snapshot()));
  second.exceptions.restore(structuredClone(first.exceptions.snapshot()));
  second.bench.mpu.restore(structuredClone(first.bench.mpu.snapshot()));
  for (const region of second.bench.memory.regions) {
    region.bytes.set(first.bench.memory.region(region.name).bytes);
  }
  expect(second.exceptions.snapshot()).toEqual(first.exceptions.snapshot());
  for (const { bench, state, takeAll } of [first, second]) {
    takeAll();
    while (state.ipsr !== 0) bench.leave();
  }
  expect(second.bench.taken).toEqual([17, PENDSV]);
  expect(second.state.snapshot()).toEqual(first.state.snapshot());
});
