import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { Nvic } from '../../devices/irq/nvic.ts';
import { TestBench } from '../../devices/testing.ts';
import {
  EXC_RETURN_HANDLER,
  EXC_RETURN_THREAD_MAIN,
  EXC_RETURN_THREAD_PROCESS,
  LOCKUP_ADDRESS,
  Sleep,
} from './exceptions.ts';
import { Fault } from './faults.ts';
import { CONTROL_NPRIV, CONTROL_SPSEL, LR, SP } from './state.ts';
import { type BenchOptions, HANDLERS, STACK_TOP, SystemBench, THREAD_CODE } from './testing.ts';

const SHPR1 = 0xe000_ed18;
const SHCSR = 0xe000_ed24;
const CFSR = 0xe000_ed28;
const HFSR = 0xe000_ed2c;
const DFSR = 0xe000_ed30;
const MMFAR = 0xe000_ed34;
const BFAR = 0xe000_ed38;
const CCR = 0xe000_ed14;
const SCR = 0xe000_ed10;
const ICSR = 0xe000_ed04;
const AIRCR = 0xe000_ed0c;
const VTOR = 0xe000_ed08;
const DEMCR = 0xe000_edfc;

const NMI = 2;
const HARD_FAULT = 3;
const MEM_MANAGE = 4;
const BUS_FAULT = 5;
const USAGE_FAULT = 6;
const SVCALL = 11;
const MONITOR = 12;
const PENDSV = 14;
const SYSTICK = 15;

const FORCED = 0x4000_0000;
const ALL_FAULTS = 0x7_0000;
const LINES = 20;

function setUp(options: BenchOptions = {}) {
  const devices = new TestBench();
  const lines = Array.from({ length: LINES }, (_, i) => new Line(`irq${i}`));
  const { priorityBits = 8 } = options;
  const nvic = devices.create(
    (context) => new Nvic(context, { name: 'nvic', lineCount: LINES, lines, priorityBits }),
  );
  const bench = new SystemBench(nvic, options);
  bench.bus.map(nvic, 0xe000_e100);
  const { state, exceptions } = bench;
  return {
    bench,
    lines,
    nvic,
    state,
    exceptions,
    /** Priorities by exception number. */
    priority: (priorities: Record<number, number>) => {
      for (const [number, value] of Object.entries(priorities)) {
        const n = Number(number);
        if (n < 16) bench.data.store((SHPR1 - 4 + n) | 0, 1, value);
        else nvic.write(0x300 + n - 16, 1, value);
      }
    },
    enable: (...numbers: number[]) => {
      for (const n of numbers) nvic.write(0, 4, 1 << (n - 16));
    },
    pend: (...numbers: number[]) => {
      for (const n of numbers)
        if (n < 16) exceptions.setPending(n);
        else nvic.setPending(n - 16);
    },
    /** Enters handlers until nothing preempts. @returns their numbers. */
    takeAll: () => {
      const taken: number[] = [];
      for (let n = bench.step(); n !== 0; n = bench.step()) taken.push(n);
      return taken;
    },
    active: () => {
      const numbers: number[] = [];
      for (let n = 2; n < 16 + LINES; n++) if (exceptions.isActive(n)) numbers.push(n);
      return numbers;
    },
    frame: (address = state.x[SP]!) =>
      Array.from({ length: 8 }, (_, i) => bench.peek((address >>> 0) + 4 * i)),
  };
}

describe('reset', () => {
  test('begins with what the vector table says', () => {
    const { state } = setUp();
    expect([state.msp, state.counter, state.thumb, state.x[LR]]).toEqual([STACK_TOP, THREAD_CODE, true, -1]);
    expect([state.ipsr, state.control, state.privileged]).toEqual([0, 0, true]);
  });

  test('from a table elsewhere', () => {
    const bench = setUp({ vectorTable: 0x2000_0000 }).bench;
    bench.poke(0x2000_0000, 0x2000_4003);
    bench.poke(0x2000_0004, 0x5000);
    bench.reset();
    expect([bench.state.msp, bench.state.counter, bench.state.thumb]).toEqual([0x2000_4000, 0x5000, false]);
  });

  test('without a table is a lockup', () => {
    const { bench, exceptions } = setUp({ vectorTable: 0x3000_0000 });
    expect(exceptions.lockup).toBe('the reset vector at 0x30000000 cannot be read');
    expect([bench.state.counter, bench.state.ipsr]).toEqual([LOCKUP_ADDRESS, HARD_FAULT]);
    expect(bench.peek(HFSR)).toBe(2);
  });
});

describe('entry', () => {
  test('stacks eight words, sets LR and goes to the vector', () => {
    const { bench, state, pend, frame, active } = setUp();
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
    const { bench, state, pend, frame } = setUp();
    state.msp = STACK_TOP - 4;
    pend(PENDSV);
    bench.step();
    expect([state.msp, frame()[7]]).toEqual([STACK_TOP - 0x28, 0x4100_0200]);
    bench.leave();
    expect([state.msp, state.ipsr, state.xpsr]).toEqual([STACK_TOP - 4, 0, 0x4100_0000]);
  });

  test('leaves it at four without', () => {
    const { bench, state, pend, frame } = setUp();
    bench.write(CCR, 0);
    state.msp = STACK_TOP - 4;
    pend(PENDSV);
    bench.step();
    expect([state.msp, frame()[7]]).toEqual([STACK_TOP - 0x24, 0x4100_0000]);
    bench.leave();
    expect(state.msp).toBe(STACK_TOP - 4);
  });

  test('from the process stack goes to the main stack', () => {
    const { bench, state, pend } = setUp();
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
    const { bench, state, pend } = setUp();
    bench.poke(4 * PENDSV, 0x2000);
    pend(PENDSV);
    bench.step();
    expect([state.thumb, state.counter]).toEqual([false, 0x2000]);
  });

  test('reads the table that VTOR names', () => {
    const { bench, state, pend } = setUp();
    bench.write(VTOR, 0x2000_007f);
    expect(bench.peek(VTOR)).toBe(0x2000_0000);
    bench.poke(0x2000_0000 + 4 * PENDSV, 0x3001);
    pend(PENDSV);
    bench.step();
    expect(state.counter).toBe(0x3000);
  });

  test('clears the local monitor and is an event', () => {
    const { bench, exceptions, pend } = setUp();
    bench.data.loadExclusive(0x2000_0000, 4);
    pend(PENDSV);
    bench.step();
    expect([bench.data.exclusive, exceptions.eventRegister]).toEqual([false, true]);
  });
});

describe('priorities', () => {
  test('only a higher group priority preempts', () => {
    const { bench, priority, enable, pend, takeAll } = setUp();
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
    const { bench, priority, enable, pend } = setUp();
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
    const { bench, priority, enable, pend, takeAll } = setUp();
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
    const { bench, priority, enable, pend, takeAll } = setUp();
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
    const { bench, priority, enable, pend, takeAll } = setUp({ priorityBits: 3 });
    priority({ 16: 0x5f, 17: 0x41, [PENDSV]: 0xff });
    expect(bench.peek(0xe000_ed20)).toBe(0x00e0_0000);
    enable(16, 17);
    pend(16);
    takeAll();
    pend(17);
    expect(takeAll()).toEqual([]);
  });

  test('PRIMASK, BASEPRI and FAULTMASK', () => {
    const { bench, priority, enable, pend, state, exceptions } = setUp();
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
    const { priority, enable, pend, takeAll } = setUp();
    priority({ 16: 0x40, 17: 0x80 });
    enable(16, 17);
    pend(16);
    takeAll();
    pend(17);
    priority({ 17: 0x20 });
    expect(takeAll()).toEqual([17]);
  });

  test('an active bit that software sets counts', () => {
    const { bench, exceptions, pend } = setUp();
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
    const { bench, state, priority, enable, pend, active } = setUp();
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
    const { bench, state, enable, pend, frame } = setUp();
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
    const { bench, lines, state, enable } = setUp();
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
    const { bench, state, exceptions, priority, pend } = setUp();
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
    const { bench, state, exceptions, pend } = setUp();
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
    const { bench, state, exceptions, pend } = setUp();
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
      const { bench, state, pend, frame } = setUp();
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
    const { bench, state, pend } = setUp();
    pend(PENDSV);
    bench.step();
    bench.exceptions.exceptionReturn(0xf000_0009 | 0);
    expect([state.ipsr, state.counter]).toEqual([0, THREAD_CODE]);
  });

  test('of an exception that is not active', () => {
    const { bench, state, pend } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    pend(PENDSV);
    bench.step();
    bench.write(SHCSR, ALL_FAULTS);
    bench.leave();
    expect([state.ipsr, bench.peek(CFSR)]).toEqual([USAGE_FAULT, 0x4_0000]);
  });

  test('to Thread mode while others are active needs NONBASETHRDENA', () => {
    for (const allowed of [false, true]) {
      const { bench, state, priority, enable, pend, active } = setUp();
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
    const { bench, state, pend, frame } = setUp();
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
    const { bench, state, pend, frame } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    pend(PENDSV);
    bench.step();
    bench.exceptions.exceptionReturn(EXC_RETURN_HANDLER);
    expect([state.ipsr, state.x[LR], bench.peek(CFSR)]).toEqual([USAGE_FAULT, EXC_RETURN_HANDLER, 0x4_0000]);
    expect([state.msp, frame()[7]! & 0x1ff]).toEqual([STACK_TOP - 0x20, 0]);
  });

  test('restores flags, ITSTATE and T', () => {
    const { bench, state, pend } = setUp();
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
    const { bench, state, pend } = setUp();
    pend(PENDSV);
    bench.step();
    bench.exceptions.exceptionReturn(0xffff_fff0 | 0);
    expect([state.ipsr, bench.peek(HFSR)]).toEqual([HARD_FAULT, FORCED]);
    bench.exceptions.exceptionReturn(0xffff_fff0 | 0);
    // HardFault is no longer active then, and is taken again.
    expect([state.ipsr, bench.exceptions.lockup]).toEqual([HARD_FAULT, '']);
  });

  test('with FAULTMASK set falls before the fault is judged', () => {
    const { bench, state, pend, exceptions } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    pend(PENDSV);
    bench.step();
    state.faultmask = 1;
    exceptions.changed();
    exceptions.exceptionReturn(0xffff_fff0 | 0);
    expect([state.ipsr, state.faultmask]).toEqual([USAGE_FAULT, 0]);
  });
});

describe('faults', () => {
  test.each([
    [Fault.UndefinedInstruction, USAGE_FAULT, 1 << 16],
    [Fault.InvalidState, USAGE_FAULT, 1 << 17],
    [Fault.NoCoprocessor, USAGE_FAULT, 1 << 19],
    [Fault.Unaligned, USAGE_FAULT, 1 << 24],
    [Fault.DivideByZero, USAGE_FAULT, 1 << 25],
    [Fault.InstructionAccess, MEM_MANAGE, 1],
    [Fault.DataAccess, MEM_MANAGE, 0x82],
    [Fault.InstructionBus, BUS_FAULT, 0x100],
    [Fault.PreciseBus, BUS_FAULT, 0x8200],
  ])('%i is exception %i with CFSR %i', (fault, number, status) => {
    const { bench, state, exceptions, frame } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    exceptions.fault(fault, 0x3000_0004);
    expect([state.ipsr, bench.peek(CFSR), bench.peek(HFSR)]).toEqual([number, status, 0]);
    expect(frame()[6]).toBe(THREAD_CODE);
    expect(bench.peek(MMFAR)).toBe(fault === Fault.DataAccess ? 0x3000_0004 : 0);
    expect(bench.peek(BFAR)).toBe(fault === Fault.PreciseBus ? 0x3000_0004 : 0);
  });

  test('that is not enabled is a HardFault', () => {
    const { bench, state, exceptions } = setUp();
    exceptions.fault(Fault.DivideByZero, 0);
    expect([state.ipsr, bench.peek(CFSR), bench.peek(HFSR)]).toEqual([HARD_FAULT, 1 << 25, FORCED]);
  });

  test('in a handler of the same or a higher priority is a HardFault', () => {
    for (const [own, expected] of [
      [0x40, USAGE_FAULT],
      [0x80, HARD_FAULT],
      [0xc0, HARD_FAULT],
    ] as const) {
      const { bench, state, exceptions, priority, enable, pend } = setUp();
      bench.write(SHCSR, ALL_FAULTS);
      priority({ 16: 0x80, [USAGE_FAULT]: own });
      enable(16);
      pend(16);
      bench.step();
      exceptions.fault(Fault.UndefinedInstruction, 0);
      expect(state.ipsr).toBe(expected);
    }
  });

  test('with PRIMASK or BASEPRI set is a HardFault', () => {
    for (const mask of ['primask', 'basepri'] as const) {
      const { bench, state, exceptions, priority } = setUp();
      bench.write(SHCSR, ALL_FAULTS);
      priority({ [USAGE_FAULT]: 0x80 });
      state[mask] = 1;
      exceptions.changed();
      exceptions.fault(Fault.UndefinedInstruction, 0);
      expect([state.ipsr, bench.peek(HFSR)]).toEqual([HARD_FAULT, FORCED]);
    }
  });

  test('status bits stay until they are written with ones', () => {
    const { bench, exceptions } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    exceptions.fault(Fault.DivideByZero, 0);
    bench.leave();
    exceptions.fault(Fault.PreciseBus, 0x3000_0000);
    expect(bench.peek(CFSR)).toBe(0x0200_8200);
    bench.data.store((CFSR + 1) | 0, 1, 0x82);
    expect(bench.peek(CFSR)).toBe(0x0200_0000);
    bench.data.store((CFSR + 2) | 0, 2, 0xffff);
    expect(bench.peek(CFSR)).toBe(0);
  });
});

describe('SVC and BKPT', () => {
  test('SVC returns behind itself', () => {
    const { bench, state, exceptions, frame } = setUp();
    exceptions.supervisorCall(THREAD_CODE + 2, 0x12);
    expect([state.ipsr, frame()[6], frame()[7]! & 0x0600_fc00]).toEqual([
      SVCALL,
      THREAD_CODE + 2,
      0x0400_1000,
    ]);
    bench.leave();
    expect([state.ipsr, state.counter, state.itstate]).toEqual([0, THREAD_CODE + 2, 0x12]);
  });

  test('an SVC that cannot be taken is a HardFault of the instruction', () => {
    const { bench, state, exceptions, frame } = setUp();
    state.primask = 1;
    exceptions.changed();
    exceptions.supervisorCall(THREAD_CODE + 2, 0);
    expect([state.ipsr, bench.peek(HFSR), frame()[6]]).toEqual([HARD_FAULT, FORCED, THREAD_CODE]);
  });

  test('BKPT without a debugger is a HardFault', () => {
    const { bench, state, exceptions } = setUp();
    exceptions.breakpoint();
    expect([state.ipsr, bench.peek(HFSR), bench.peek(DFSR)]).toEqual([HARD_FAULT, 0x8000_0000, 2]);
  });

  test('BKPT with the monitor enabled is DebugMonitor, if its priority suffices', () => {
    const { bench, state, exceptions } = setUp();
    bench.write(DEMCR, 1 << 16);
    exceptions.breakpoint();
    expect([state.ipsr, bench.peek(HFSR), bench.peek(DFSR)]).toEqual([MONITOR, 0, 2]);
    exceptions.breakpoint();
    expect([state.ipsr, bench.peek(HFSR)]).toEqual([HARD_FAULT, 0x8000_0000]);
  });

  test('MON_PEND makes DebugMonitor pending, enabled or not', () => {
    const { bench } = setUp();
    bench.write(DEMCR, 1 << 17);
    expect(bench.peek(DEMCR)).toBe(1 << 17);
    expect(bench.step()).toBe(MONITOR);
    expect(bench.peek(DEMCR)).toBe(0);
  });
});

describe('derived exceptions', () => {
  test('a stack that nothing answers: BusFault first when it is higher', () => {
    const { bench, state, priority, enable, pend, nvic } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    priority({ [BUS_FAULT]: 0x20, 16: 0x40 });
    enable(16);
    state.msp = 0x3000_0000;
    pend(16);
    bench.step();
    expect([state.ipsr, bench.peek(CFSR), nvic.pendingLine]).toEqual([BUS_FAULT, 1 << 12, 0]);
    bench.leave();
    expect(state.ipsr).toBe(16);
  });

  test('the original first when it is higher', () => {
    const { bench, state, priority, enable, pend } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    priority({ [BUS_FAULT]: 0x80, 16: 0x40 });
    enable(16);
    state.msp = 0x3000_0000;
    pend(16);
    bench.step();
    expect([state.ipsr, bench.peek(SHCSR) & 0x4000]).toEqual([16, 0x4000]);
    bench.leave();
    expect(state.ipsr).toBe(BUS_FAULT);
  });

  test('stacking that fails while BusFault is entered is the same BusFault', () => {
    const { bench, state, exceptions } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    state.msp = 0x3000_0000;
    exceptions.fault(Fault.PreciseBus, 0x3000_1000);
    expect([state.ipsr, bench.peek(CFSR), bench.peek(HFSR)]).toEqual([BUS_FAULT, 0x9200, 0]);
    expect(exceptions.pendingException()).toBe(0);
  });

  test('stacking that fails while HardFault is entered is the same HardFault', () => {
    const { bench, state, exceptions } = setUp();
    state.msp = 0x3000_0000;
    exceptions.fault(Fault.UndefinedInstruction, 0);
    expect([state.ipsr, bench.peek(CFSR), exceptions.lockup]).toEqual([HARD_FAULT, 0x1_1000, '']);
    expect(exceptions.pending).toBe(0);
  });

  test('stacking that the MPU forbids', () => {
    const { bench, state, pend } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    bench.write(0xe000_ed9c, 0x2000_0010);
    bench.write(0xe000_eda0, 0x0600_0001 | (15 << 1));
    bench.write(0xe000_ed94, 5);
    pend(PENDSV);
    bench.step();
    // MemManage has the lower number.
    expect([state.ipsr, bench.peek(CFSR), bench.peek(MMFAR)]).toEqual([MEM_MANAGE, 0x10, 0]);
  });

  test('unstacking that fails: the fault is tail-chained on the frame', () => {
    const { bench, state, pend } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    state.psp = 0x2000_1000;
    state.setMode(0, CONTROL_SPSEL);
    pend(PENDSV);
    bench.step();
    state.psp = 0x2001_0000 - 0x10;
    bench.leave();
    expect([state.ipsr, bench.peek(CFSR), state.psp, state.x[LR]]).toEqual([
      BUS_FAULT,
      1 << 11,
      0x2000_fff0,
      EXC_RETURN_THREAD_PROCESS,
    ]);
    state.psp = 0x2000_0fe0;
    bench.leave();
    expect([state.ipsr, state.counter, state.psp]).toEqual([0, THREAD_CODE, 0x2000_1000]);
  });

  test('unstacking is made with the rights of what is returned to', () => {
    const { bench, state, pend } = setUp();
    bench.write(SHCSR, ALL_FAULTS);
    // Privileged only.
    bench.write(0xe000_ed9c, 0x2000_0010);
    bench.write(0xe000_eda0, 0x0100_0001 | (15 << 1));
    bench.write(0xe000_ed94, 5);
    pend(PENDSV);
    bench.step();
    state.setMode(state.ipsr, CONTROL_NPRIV);
    bench.leave();
    expect([state.ipsr, bench.peek(CFSR)]).toEqual([MEM_MANAGE, 8]);
  });

  test('a vector that cannot be read: HardFault, and the exception stays pending', () => {
    const { bench, state, nvic, enable, pend } = setUp();
    // The table's last part lies beyond the end of memory.
    bench.write(VTOR, 0xff80);
    bench.poke(0xff80 + 4 * HARD_FAULT, 0x2001);
    enable(32);
    pend(32);
    expect(bench.step()).toBe(HARD_FAULT);
    expect([state.counter, bench.peek(HFSR), nvic.pendingLine, bench.exceptions.lockup]).toEqual([
      0x2000,
      2,
      16,
      '',
    ]);
    bench.write(VTOR, 0);
    bench.leave();
    expect(state.ipsr).toBe(32);
  });

  test('nor that of HardFault: lockup', () => {
    const { bench, state, pend } = setUp();
    bench.write(VTOR, 0x3000_0000);
    pend(PENDSV);
    bench.step();
    expect(bench.exceptions.lockup).toBe('the vector of HardFault at 0x3000000c cannot be read');
    expect([state.ipsr, state.counter, bench.peek(HFSR)]).toEqual([HARD_FAULT, LOCKUP_ADDRESS, 2]);
  });
});

describe('lockup', () => {
  test('a fault in HardFault', () => {
    const { bench, state, exceptions } = setUp();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    exceptions.fault(Fault.PreciseBus, 0x3000_0000);
    expect(exceptions.lockup).toBe(
      'an access to 0x30000000 that nothing answers at 0x00001030 while handling HardFault',
    );
    expect([state.counter, state.ipsr, bench.peek(CFSR)]).toEqual([LOCKUP_ADDRESS, HARD_FAULT, 0x1_8200]);
  });

  test('SVC in NMI, and a fault with FAULTMASK set', () => {
    const first = setUp();
    first.pend(NMI);
    first.bench.step();
    first.exceptions.supervisorCall(0, 0);
    expect(first.exceptions.lockup).toBe('SVC at 0x00001020 while handling NMI');
    const second = setUp();
    second.state.faultmask = 1;
    second.exceptions.changed();
    second.exceptions.fault(Fault.UndefinedInstruction, 0);
    expect(second.exceptions.lockup).toBe('an undefined instruction at 0x00004000 while FAULTMASK is set');
  });

  test('ends by NMI at the priority of HardFault, and comes back', () => {
    const { bench, state, exceptions, pend } = setUp();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    exceptions.breakpoint();
    expect(exceptions.lockup).not.toBe('');
    pend(PENDSV);
    expect(exceptions.pendingException()).toBe(0);
    pend(NMI);
    expect([bench.step(), exceptions.lockup]).toEqual([NMI, '']);
    bench.leave();
    expect([state.ipsr, state.counter]).toEqual([HARD_FAULT, LOCKUP_ADDRESS]);
    // The processor fetches from there.
    exceptions.fault(bench.data.fetchFault(state.counter), state.counter);
    expect(exceptions.lockup).not.toBe('');
  });

  test('ends by nothing at the priority of NMI', () => {
    const { bench, exceptions, pend } = setUp();
    pend(NMI);
    bench.step();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    pend(NMI);
    expect(exceptions.pendingException()).toBe(0);
    expect(exceptions.canBeWoken()).toBe(false);
  });

  test('NMI that cannot be stacked while HardFault is active', () => {
    const { bench, state, exceptions, pend } = setUp();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    state.msp = 0x3000_0000;
    pend(NMI);
    bench.step();
    expect(exceptions.lockup).toBe('stacking to 0x2fffffe0 failed while handling HardFault');
    expect([state.ipsr, exceptions.pendingException()]).toEqual([NMI, 0]);
  });

  test('NMI that cannot be stacked in Thread mode is taken, then the fault', () => {
    const { bench, state, exceptions, pend } = setUp();
    state.msp = 0x3000_0000;
    pend(NMI);
    expect(bench.step()).toBe(NMI);
    expect(exceptions.pendingException()).toBe(0);
    bench.leave();
    expect(state.ipsr).toBe(HARD_FAULT);
  });
});

describe('sleep', () => {
  test('WFI waits for what could be taken, whatever PRIMASK says', () => {
    const { state, exceptions, priority, enable, pend } = setUp();
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
    const { state, exceptions, pend } = setUp();
    state.faultmask = 1;
    exceptions.changed();
    pend(PENDSV);
    exceptions.waitForInterrupt();
    expect(exceptions.wakes()).toBe(false);
    pend(NMI);
    expect(exceptions.wakes()).toBe(true);
  });

  test('WFE takes the event, or waits for one', () => {
    const { exceptions } = setUp();
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
    const { state, exceptions, pend } = setUp();
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
    const { bench, exceptions, lines } = setUp();
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
    const { bench, state, exceptions, priority, enable, pend } = setUp();
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
    const { bench, state, exceptions, lines, priority, enable, pend } = setUp();
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
    const { state, exceptions } = setUp();
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
    const { bench, exceptions, lines } = setUp();
    lines[2]!.drivenBy(() => true);
    exceptions.waitForEvent();
    expect(exceptions.canBeWoken()).toBe(false);
    bench.write(SCR, 0x10);
    expect(exceptions.canBeWoken()).toBe(true);
  });
});

describe('ICSR', () => {
  test('shows what is active and pending', () => {
    const { bench, enable, pend, priority } = setUp();
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
    const { bench, state, exceptions, enable, pend, priority } = setUp();
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
    const { bench, exceptions } = setUp();
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
    const { bench } = setUp();
    bench.write(AIRCR, 0x704);
    expect([bench.peek(AIRCR), bench.resets, bench.errors.length]).toEqual([0xfa05_0000, 0, 1]);
    bench.write(AIRCR, 0x05fa_0304);
    expect([bench.peek(AIRCR), bench.resets]).toEqual([0xfa05_0300, 1]);
  });

  test('VECTCLRACTIVE leaves nothing active', () => {
    const { bench, enable, pend, active, state } = setUp();
    enable(16);
    pend(16);
    bench.step();
    pend(NMI);
    bench.step();
    bench.write(AIRCR, 0x05fa_0002);
    expect([active(), state.ipsr]).toEqual([[], NMI]);
  });

  test('SHCSR is writable in all bits', () => {
    const { bench } = setUp();
    bench.write(SHCSR, -1);
    expect(bench.peek(SHCSR)).toBe(0x7_fd8b);
    bench.write(SHCSR, 0);
    expect(bench.peek(SHCSR)).toBe(0);
  });

  test('a fault that software makes pending is taken', () => {
    const { bench } = setUp();
    bench.write(SHCSR, ALL_FAULTS | (1 << 13));
    expect(bench.step()).toBe(MEM_MANAGE);
  });

  test('a fault that is pending but not enabled is not', () => {
    const { bench } = setUp();
    bench.write(SHCSR, 1 << 13);
    expect(bench.step()).toBe(0);
  });
});

test('a snapshot restored into a fresh system goes on alike', () => {
  const first = setUp();
  first.bench.write(SHCSR, ALL_FAULTS);
  first.priority({ 16: 0x80, 17: 0x40, [PENDSV]: 0xc0 });
  first.enable(16, 17);
  first.pend(16, PENDSV);
  first.bench.step();
  first.bench.data.loadExclusive(0x2000_0000, 4);
  first.pend(17);
  const second = setUp();
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
