import { describe, expect, test } from 'vitest';
import { exceptionBench } from '../../../tests/armv7m-bench.ts';
import {
  AIRCR,
  ALL_FAULTS,
  CCR,
  CFSR,
  FORCED,
  HARD_FAULT,
  HFSR,
  NMI,
  PENDSV,
  SHCSR,
  SVCALL,
  SYSTICK,
  USAGE_FAULT,
  VTOR,
} from '../../../tests/armv7m-system.ts';
import {
  EXC_RETURN_HANDLER,
  EXC_RETURN_THREAD_MAIN,
  EXC_RETURN_THREAD_PROCESS,
  LOCKUP_ADDRESS,
} from './exceptions.ts';
import { CONTROL_NPRIV, CONTROL_SPSEL, LR, SP } from './state.ts';
import { HANDLERS, STACK_TOP, THREAD_CODE } from './testing.ts';

describe('reset', () => {
  test('begins with what the vector table says', () => {
    const { state } = exceptionBench();
    expect([state.msp, state.counter, state.thumb, state.x[LR]]).toEqual([STACK_TOP, THREAD_CODE, true, -1]);
    expect([state.ipsr, state.control, state.privileged]).toEqual([0, 0, true]);
  });

  test('from a table elsewhere', () => {
    const bench = exceptionBench({ vectorTable: 0x2000_0000 }).bench;
    bench.poke(0x2000_0000, 0x2000_4003);
    bench.poke(0x2000_0004, 0x5000);
    bench.reset();
    expect([bench.state.msp, bench.state.counter, bench.state.thumb]).toEqual([0x2000_4000, 0x5000, false]);
  });

  test('without a table is a lockup', () => {
    const { bench, exceptions } = exceptionBench({ vectorTable: 0x3000_0000 });
    expect(exceptions.lockup).toBe('the reset vector at 0x30000000 cannot be read');
    expect([bench.state.counter, bench.state.ipsr]).toEqual([LOCKUP_ADDRESS, HARD_FAULT]);
    expect(bench.peek(HFSR)).toBe(2);
  });
});

describe('entry', () => {
  test('stacks eight words, sets LR and goes to the vector', () => {
    const { bench, state, pend, frame, active } = exceptionBench();
    for (let i = 0; i < 13; i++) state.x[i] = 0x100 + i;
    state.x[LR] = 0x4321;
    state.apsr = 0xa800_0000 | 0;
    state.itstate = 0x46;
    pend(PENDSV);
    expect(bench.step()).toBe(PENDSV);
    expect(frame()).toEqual([0x100, 0x101, 0x102, 0x103, 0x10c, 0x4321, THREAD_CODE, 0xad00_4400]);
    expect([state.msp, state.x[LR]]).toEqual([STACK_TOP - 0x20, EXC_RETURN_THREAD_MAIN]);
    expect([state.ipsr, state.counter, state.thumb, state.itstate]).toEqual([
      PENDSV,
      HANDLERS + 0x10 * PENDSV,
      true,
      0,
    ]);
    expect(active()).toEqual([PENDSV]);
    expect(bench.taken).toEqual([PENDSV]);
  });

  test('aligns the frame to eight bytes with STKALIGN, and notes it in the frame', () => {
    const { bench, state, pend, frame } = exceptionBench();
    state.msp = STACK_TOP - 4;
    pend(PENDSV);
    bench.step();
    expect([state.msp, frame()[7]]).toEqual([STACK_TOP - 0x28, 0x4100_0200]);
    bench.leave();
    expect([state.msp, state.ipsr, state.xpsr]).toEqual([STACK_TOP - 4, 0, 0x4100_0000]);
  });

  test('leaves it at four without', () => {
    const { bench, state, pend, frame } = exceptionBench();
    bench.write(CCR, 0);
    state.msp = STACK_TOP - 4;
    pend(PENDSV);
    bench.step();
    expect([state.msp, frame()[7]]).toEqual([STACK_TOP - 0x24, 0x4100_0000]);
    bench.leave();
    expect(state.msp).toBe(STACK_TOP - 4);
  });

  test('from the process stack goes to the main stack', () => {
    const { bench, state, pend } = exceptionBench();
    state.psp = 0x2000_1000;
    state.setMode(0, CONTROL_SPSEL | CONTROL_NPRIV);
    pend(PENDSV);
    bench.step();
    expect([state.psp, state.msp, state.x[SP]]).toEqual([0x2000_0fe0, STACK_TOP, STACK_TOP]);
    expect([state.x[LR], state.control, state.privileged]).toEqual([
      EXC_RETURN_THREAD_PROCESS,
      CONTROL_NPRIV,
      true,
    ]);
    bench.leave();
    expect([state.psp, state.control, state.privileged]).toEqual([0x2000_1000, 3, false]);
  });

  test('a vector without bit 0 clears the T bit', () => {
    const { bench, state, pend } = exceptionBench();
    bench.poke(4 * PENDSV, 0x2000);
    pend(PENDSV);
    bench.step();
    expect([state.thumb, state.counter]).toEqual([false, 0x2000]);
  });

  test('reads the table that VTOR names', () => {
    const { bench, state, pend } = exceptionBench();
    bench.write(VTOR, 0x2000_007f);
    expect(bench.peek(VTOR)).toBe(0x2000_0000);
    bench.poke(0x2000_0000 + 4 * PENDSV, 0x3001);
    pend(PENDSV);
    bench.step();
    expect(state.counter).toBe(0x3000);
  });

  test('clears the local monitor and is an event', () => {
    const { bench, exceptions, pend } = exceptionBench();
    bench.data.loadExclusive(0x2000_0000, 4);
    pend(PENDSV);
    bench.step();
    expect([bench.data.exclusive, exceptions.eventRegister]).toEqual([false, true]);
  });
});

describe('priorities', () => {
  test('only a higher group priority preempts', () => {
    const { bench, priority, enable, pend, takeAll } = exceptionBench();
    priority({ 16: 0x80, 17: 0x80, 18: 0x40 });
    enable(16, 17, 18);
    pend(16);
    expect(takeAll()).toEqual([16]);
    pend(17);
    expect(takeAll()).toEqual([]);
    pend(18);
    expect(takeAll()).toEqual([18]);
    expect(bench.state.x[LR]).toBe(EXC_RETURN_HANDLER);
  });

  test('of several the highest, then the lowest number', () => {
    const { bench, priority, enable, pend } = exceptionBench();
    priority({ [SYSTICK]: 0x40, [PENDSV]: 0x80, 16: 0x40, 17: 0x20 });
    enable(16, 17);
    pend(SYSTICK, PENDSV, 16, 17);
    const order: number[] = [];
    for (let i = 0; i < 4; i++) {
      order.push(bench.step());
      if (i < 3) expect(bench.step()).toBe(0);
      bench.exceptions.exceptionReturn(bench.state.x[LR]!);
      if (bench.state.ipsr !== 0) order.push(bench.state.ipsr);
    }
    // The others are tail-chained.
    expect(order.filter((n) => n !== 0)).toEqual([17, SYSTICK, 16, PENDSV]);
  });

  test('PRIGROUP takes low bits as the subpriority: order, but no preemption', () => {
    const { bench, priority, enable, pend, takeAll } = exceptionBench();
    bench.write(AIRCR, 0x05fa_0500);
    priority({ 16: 0x4f, 17: 0x41, 18: 0x3f });
    enable(16, 17, 18);
    pend(16);
    expect(takeAll()).toEqual([16]);
    pend(17);
    expect(takeAll()).toEqual([]);
    pend(18);
    expect(takeAll()).toEqual([18]);
    bench.leave();
    expect(bench.state.ipsr).toBe(16);
    pend(16);
    bench.leave();
    expect(bench.state.ipsr).toBe(17);
  });

  test('PRIGROUP 7 leaves no preemption among configurable exceptions', () => {
    const { bench, priority, enable, pend, takeAll } = exceptionBench();
    bench.write(AIRCR, 0x05fa_0700);
    priority({ 16: 0xff, 17: 0x00 });
    enable(16, 17);
    pend(16);
    expect(takeAll()).toEqual([16]);
    pend(17);
    expect(takeAll()).toEqual([]);
    pend(NMI);
    expect(takeAll()).toEqual([NMI]);
  });

  test('with three bits the lower ones do not exist', () => {
    const { bench, priority, enable, pend, takeAll } = exceptionBench({ priorityBits: 3 });
    priority({ 16: 0x5f, 17: 0x41, [PENDSV]: 0xff });
    expect(bench.peek(0xe000_ed20)).toBe(0x00e0_0000);
    enable(16, 17);
    pend(16);
    takeAll();
    pend(17);
    expect(takeAll()).toEqual([]);
  });

  test('PRIMASK, BASEPRI and FAULTMASK', () => {
    const { bench, priority, enable, pend, state, exceptions } = exceptionBench();
    priority({ 16: 0x40, 17: 0x80 });
    enable(16, 17);
    pend(17);
    state.primask = 1;
    exceptions.changed();
    expect(exceptions.executionPriority()).toBe(0);
    expect(exceptions.pendingException()).toBe(0);
    state.primask = 0;
    state.basepri = 0x80;
    exceptions.changed();
    expect([exceptions.executionPriority(), exceptions.pendingException()]).toEqual([0x80, 0]);
    pend(16);
    expect(exceptions.pendingException()).toBe(16);
    state.faultmask = 1;
    exceptions.changed();
    expect([exceptions.executionPriority(), exceptions.pendingException()]).toEqual([-1, 0]);
    pend(NMI);
    expect(bench.step()).toBe(NMI);
    expect(exceptions.executionPriority()).toBe(-2);
  });

  test('a change of priority is seen at once', () => {
    const { priority, enable, pend, takeAll } = exceptionBench();
    priority({ 16: 0x40, 17: 0x80 });
    enable(16, 17);
    pend(16);
    takeAll();
    pend(17);
    priority({ 17: 0x20 });
    expect(takeAll()).toEqual([17]);
  });

  test('an active bit that software sets counts', () => {
    const { bench, exceptions, pend } = exceptionBench();
    bench.write(SHCSR, 1 << 7);
    expect(exceptions.executionPriority()).toBe(0);
    pend(PENDSV);
    expect(exceptions.pendingException()).toBe(0);
    bench.write(SHCSR, 0);
    expect(exceptions.pendingException()).toBe(PENDSV);
  });
});

describe('nesting and tail-chaining', () => {
  test('three levels and back', () => {
    const { bench, state, priority, enable, pend, active } = exceptionBench();
    priority({ 16: 0x80, 17: 0x40, 18: 0x20 });
    enable(16, 17, 18);
    for (const n of [16, 17, 18]) {
      state.counter += 2;
      pend(n);
      expect(bench.step()).toBe(n);
    }
    expect([active(), state.msp]).toEqual([[16, 17, 18], STACK_TOP - 0x60]);
    for (const n of [17, 16, 0]) {
      bench.leave();
      expect(state.ipsr).toBe(n);
    }
    expect([active(), state.msp, state.counter]).toEqual([[], STACK_TOP, THREAD_CODE + 2]);
  });

  test('a tail-chained handler finds the frame of what was interrupted, and its EXC_RETURN', () => {
    const { bench, state, enable, pend, frame } = exceptionBench();
    enable(16, 17);
    pend(16, 17);
    bench.step();
    const before = frame();
    bench.leave();
    expect([state.ipsr, state.x[LR], state.msp]).toEqual([17, EXC_RETURN_THREAD_MAIN, STACK_TOP - 0x20]);
    expect(frame()).toEqual(before);
    expect(bench.taken).toEqual([16, 17]);
    bench.leave();
    expect([state.ipsr, state.counter]).toEqual([0, THREAD_CODE]);
  });

  test('a level that stays high comes again by tail-chaining', () => {
    const { bench, lines, state, enable } = exceptionBench();
    enable(16);
    lines[0]!.set(true);
    bench.step();
    bench.leave();
    expect(state.ipsr).toBe(16);
    lines[0]!.set(false);
    bench.leave();
    expect(state.ipsr).toBe(0);
  });

  test('a higher exception during stacking is taken first: late arrival', () => {
    const { bench, state, exceptions, priority, pend } = exceptionBench();
    priority({ [SVCALL]: 0x80, [SYSTICK]: 0x40 });
    pend(SYSTICK);
    // SVC is executed at the boundary at which SysTick is already pending.
    exceptions.supervisorCall(THREAD_CODE + 2, 0);
    expect(state.ipsr).toBe(SYSTICK);
    expect(bench.peek(SHCSR)).toBe((1 << 15) | (1 << 11));
    bench.leave();
    expect(state.ipsr).toBe(SVCALL);
    bench.leave();
    expect([state.ipsr, state.counter]).toEqual([0, THREAD_CODE + 2]);
  });

  test('FAULTMASK falls on return, but not from NMI', () => {
    const { bench, state, exceptions, pend } = exceptionBench();
    pend(NMI);
    bench.step();
    state.faultmask = 1;
    exceptions.changed();
    bench.leave();
    expect(state.faultmask).toBe(1);
    state.faultmask = 0;
    exceptions.changed();
    pend(PENDSV);
    bench.step();
    state.faultmask = 1;
    exceptions.changed();
    bench.leave();
    expect(state.faultmask).toBe(0);
  });

  test('BASEPRI and PRIMASK stay', () => {
    const { bench, state, exceptions, pend } = exceptionBench();
    pend(PENDSV);
    bench.step();
    state.primask = 1;
    state.basepri = 0x80;
    exceptions.changed();
    bench.leave();
    expect([state.primask, state.basepri]).toEqual([1, 0x80]);
  });
});

describe('EXC_RETURN', () => {
  test.each([0xffff_fff0, 0xffff_fff3, 0xffff_fff5, 0xffff_ffff])(
    '%i is no return: UsageFault on the frame that is there',
    (value) => {
      const { bench, state, pend, frame } = exceptionBench();
      bench.write(SHCSR, ALL_FAULTS);
      pend(PENDSV);
      bench.step();
      const before = frame();
      bench.exceptions.exceptionReturn(value | 0);
      expect([state.ipsr, state.x[LR]! >>> 0, bench.peek(CFSR)]).toEqual([USAGE_FAULT, value, 0x4_0000]);
      expect([frame(), bench.exceptions.isActive(PENDSV)]).toEqual([before, false]);
    },
  );

  test('bits 27:4 do not count', () => {
    const { bench, state, pend } = exceptionBench();
    pend(PENDSV);
    bench.step();
    bench.exceptions.exceptionReturn(0xf000_0009 | 0);
    expect([state.ipsr, state.counter]).toEqual([0, THREAD_CODE]);
  });

  test('of an exception that is not active', () => {
    const { bench, state, pend } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS);
    pend(PENDSV);
    bench.step();
    bench.write(SHCSR, ALL_FAULTS);
    bench.leave();
    expect([state.ipsr, bench.peek(CFSR)]).toEqual([USAGE_FAULT, 0x4_0000]);
  });

  test('to Thread mode while others are active needs NONBASETHRDENA', () => {
    for (const allowed of [false, true]) {
      const { bench, state, priority, enable, pend, active } = exceptionBench();
      bench.write(SHCSR, ALL_FAULTS);
      if (allowed) bench.write(CCR, 0x201);
      priority({ 16: 0x80, 17: 0x40 });
      enable(16, 17);
      pend(16);
      bench.step();
      pend(17);
      bench.step();
      bench.poke((state.msp >>> 0) + 0x1c, 0x0100_0000);
      bench.exceptions.exceptionReturn(EXC_RETURN_THREAD_MAIN);
      expect([state.ipsr, active()]).toEqual(allowed ? [0, [16]] : [USAGE_FAULT, [USAGE_FAULT, 16]]);
    }
  });

  test('a frame whose number does not fit is pushed again', () => {
    const { bench, state, pend, frame } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS);
    state.psp = 0x2000_1000;
    state.setMode(0, CONTROL_SPSEL);
    pend(PENDSV);
    bench.step();
    // To Thread mode, but the frame says PendSV.
    bench.poke(0x2000_0fe0 + 0x1c, 0x0100_000e);
    bench.leave();
    expect([state.ipsr, state.x[LR], state.psp, bench.peek(CFSR)]).toEqual([
      USAGE_FAULT,
      EXC_RETURN_THREAD_PROCESS,
      0x2000_0fe0,
      0x4_0000,
    ]);
    expect(frame(0x2000_0fe0)[7]).toBe(0x0100_000e);
    expect(state.msp).toBe(STACK_TOP);
  });

  test('to Handler mode with the number of Thread mode in the frame', () => {
    const { bench, state, pend, frame } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS);
    pend(PENDSV);
    bench.step();
    bench.exceptions.exceptionReturn(EXC_RETURN_HANDLER);
    expect([state.ipsr, state.x[LR], bench.peek(CFSR)]).toEqual([USAGE_FAULT, EXC_RETURN_HANDLER, 0x4_0000]);
    expect([state.msp, frame()[7]! & 0x1ff]).toEqual([STACK_TOP - 0x20, 0]);
  });

  test('restores flags, ITSTATE and T', () => {
    const { bench, state, pend } = exceptionBench();
    pend(PENDSV);
    bench.step();
    bench.poke((state.msp >>> 0) + 0x18, 0x6001);
    bench.poke((state.msp >>> 0) + 0x1c, 0x9800_6c00);
    bench.leave();
    expect([state.counter, state.thumb, state.itstate, state.apsr >>> 0]).toEqual([
      0x6000,
      false,
      0x6c,
      0x9800_0000,
    ]);
  });

  test('that escalates, because UsageFault is not enabled', () => {
    const { bench, state, pend } = exceptionBench();
    pend(PENDSV);
    bench.step();
    bench.exceptions.exceptionReturn(0xffff_fff0 | 0);
    expect([state.ipsr, bench.peek(HFSR)]).toEqual([HARD_FAULT, FORCED]);
    bench.exceptions.exceptionReturn(0xffff_fff0 | 0);
    // HardFault is no longer active then, and is taken again.
    expect([state.ipsr, bench.exceptions.lockup]).toEqual([HARD_FAULT, '']);
  });

  test('with FAULTMASK set falls before the fault is judged', () => {
    const { bench, state, pend, exceptions } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS);
    pend(PENDSV);
    bench.step();
    state.faultmask = 1;
    exceptions.changed();
    exceptions.exceptionReturn(0xffff_fff0 | 0);
    expect([state.ipsr, state.faultmask]).toEqual([USAGE_FAULT, 0]);
  });
});
