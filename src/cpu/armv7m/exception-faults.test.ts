import { describe, expect, test } from 'vitest';
import { exceptionBench } from '../../../tests/armv7m-bench.ts';
import {
  ALL_FAULTS,
  BFAR,
  BUS_FAULT,
  CFSR,
  DEMCR,
  DFSR,
  FORCED,
  HARD_FAULT,
  HFSR,
  MEM_MANAGE,
  MMFAR,
  MONITOR,
  NMI,
  PENDSV,
  SHCSR,
  SVCALL,
  USAGE_FAULT,
  VTOR,
} from '../../../tests/armv7m-system.ts';
import { EXC_RETURN_THREAD_PROCESS, LOCKUP_ADDRESS } from './exceptions.ts';
import { Fault } from './faults.ts';
import { CONTROL_NPRIV, CONTROL_SPSEL, LR } from './state.ts';
import { THREAD_CODE } from './testing.ts';

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
    const { bench, state, exceptions, frame } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS);
    exceptions.fault(fault, 0x3000_0004);
    expect([state.ipsr, bench.peek(CFSR), bench.peek(HFSR)]).toEqual([number, status, 0]);
    expect(frame()[6]).toBe(THREAD_CODE);
    expect(bench.peek(MMFAR)).toBe(fault === Fault.DataAccess ? 0x3000_0004 : 0);
    expect(bench.peek(BFAR)).toBe(fault === Fault.PreciseBus ? 0x3000_0004 : 0);
  });

  test('that is not enabled is a HardFault', () => {
    const { bench, state, exceptions } = exceptionBench();
    exceptions.fault(Fault.DivideByZero, 0);
    expect([state.ipsr, bench.peek(CFSR), bench.peek(HFSR)]).toEqual([HARD_FAULT, 1 << 25, FORCED]);
  });

  test('in a handler of the same or a higher priority is a HardFault', () => {
    for (const [own, expected] of [
      [0x40, USAGE_FAULT],
      [0x80, HARD_FAULT],
      [0xc0, HARD_FAULT],
    ] as const) {
      const { bench, state, exceptions, priority, enable, pend } = exceptionBench();
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
      const { bench, state, exceptions, priority } = exceptionBench();
      bench.write(SHCSR, ALL_FAULTS);
      priority({ [USAGE_FAULT]: 0x80 });
      state[mask] = 1;
      exceptions.changed();
      exceptions.fault(Fault.UndefinedInstruction, 0);
      expect([state.ipsr, bench.peek(HFSR)]).toEqual([HARD_FAULT, FORCED]);
    }
  });

  test('status bits stay until they are written with ones', () => {
    const { bench, exceptions } = exceptionBench();
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
    const { bench, state, exceptions, frame } = exceptionBench();
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
    const { bench, state, exceptions, frame } = exceptionBench();
    state.primask = 1;
    exceptions.changed();
    exceptions.supervisorCall(THREAD_CODE + 2, 0);
    expect([state.ipsr, bench.peek(HFSR), frame()[6]]).toEqual([HARD_FAULT, FORCED, THREAD_CODE]);
  });

  test('BKPT without a debugger is a HardFault', () => {
    const { bench, state, exceptions } = exceptionBench();
    exceptions.breakpoint();
    expect([state.ipsr, bench.peek(HFSR), bench.peek(DFSR)]).toEqual([HARD_FAULT, 0x8000_0000, 2]);
  });

  test('BKPT with the monitor enabled is DebugMonitor, if its priority suffices', () => {
    const { bench, state, exceptions } = exceptionBench();
    bench.write(DEMCR, 1 << 16);
    exceptions.breakpoint();
    expect([state.ipsr, bench.peek(HFSR), bench.peek(DFSR)]).toEqual([MONITOR, 0, 2]);
    exceptions.breakpoint();
    expect([state.ipsr, bench.peek(HFSR)]).toEqual([HARD_FAULT, 0x8000_0000]);
  });

  test('MON_PEND makes DebugMonitor pending, enabled or not', () => {
    const { bench } = exceptionBench();
    bench.write(DEMCR, 1 << 17);
    expect(bench.peek(DEMCR)).toBe(1 << 17);
    expect(bench.step()).toBe(MONITOR);
    expect(bench.peek(DEMCR)).toBe(0);
  });
});

describe('derived exceptions', () => {
  test('a stack that nothing answers: BusFault first when it is higher', () => {
    const { bench, state, priority, enable, pend, nvic } = exceptionBench();
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
    const { bench, state, priority, enable, pend } = exceptionBench();
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
    const { bench, state, exceptions } = exceptionBench();
    bench.write(SHCSR, ALL_FAULTS);
    state.msp = 0x3000_0000;
    exceptions.fault(Fault.PreciseBus, 0x3000_1000);
    expect([state.ipsr, bench.peek(CFSR), bench.peek(HFSR)]).toEqual([BUS_FAULT, 0x9200, 0]);
    expect(exceptions.pendingException()).toBe(0);
  });

  test('stacking that fails while HardFault is entered is the same HardFault', () => {
    const { bench, state, exceptions } = exceptionBench();
    state.msp = 0x3000_0000;
    exceptions.fault(Fault.UndefinedInstruction, 0);
    expect([state.ipsr, bench.peek(CFSR), exceptions.lockup]).toEqual([HARD_FAULT, 0x1_1000, '']);
    expect(exceptions.pending).toBe(0);
  });

  test('stacking that the MPU forbids', () => {
    const { bench, state, pend } = exceptionBench();
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
    const { bench, state, pend } = exceptionBench();
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
    const { bench, state, pend } = exceptionBench();
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
    const { bench, state, nvic, enable, pend } = exceptionBench();
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
    const { bench, state, pend } = exceptionBench();
    bench.write(VTOR, 0x3000_0000);
    pend(PENDSV);
    bench.step();
    expect(bench.exceptions.lockup).toBe('the vector of HardFault at 0x3000000c cannot be read');
    expect([state.ipsr, state.counter, bench.peek(HFSR)]).toEqual([HARD_FAULT, LOCKUP_ADDRESS, 2]);
  });
});

describe('lockup', () => {
  test('a fault in HardFault', () => {
    const { bench, state, exceptions } = exceptionBench();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    exceptions.fault(Fault.PreciseBus, 0x3000_0000);
    expect(exceptions.lockup).toBe(
      'an access to 0x30000000 that nothing answers at 0x00001030 while handling HardFault',
    );
    expect([state.counter, state.ipsr, bench.peek(CFSR)]).toEqual([LOCKUP_ADDRESS, HARD_FAULT, 0x1_8200]);
  });

  test('SVC in NMI, and a fault with FAULTMASK set', () => {
    const first = exceptionBench();
    first.pend(NMI);
    first.bench.step();
    first.exceptions.supervisorCall(0, 0);
    expect(first.exceptions.lockup).toBe('SVC at 0x00001020 while handling NMI');
    const second = exceptionBench();
    second.state.faultmask = 1;
    second.exceptions.changed();
    second.exceptions.fault(Fault.UndefinedInstruction, 0);
    expect(second.exceptions.lockup).toBe('an undefined instruction at 0x00004000 while FAULTMASK is set');
  });

  test('ends by NMI at the priority of HardFault, and comes back', () => {
    const { bench, state, exceptions, pend } = exceptionBench();
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
    const { bench, exceptions, pend } = exceptionBench();
    pend(NMI);
    bench.step();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    pend(NMI);
    expect(exceptions.pendingException()).toBe(0);
    expect(exceptions.canBeWoken()).toBe(false);
  });

  test('NMI that cannot be stacked while HardFault is active', () => {
    const { bench, state, exceptions, pend } = exceptionBench();
    exceptions.fault(Fault.UndefinedInstruction, 0);
    state.msp = 0x3000_0000;
    pend(NMI);
    bench.step();
    expect(exceptions.lockup).toBe('stacking to 0x2fffffe0 failed while handling HardFault');
    expect([state.ipsr, exceptions.pendingException()]).toEqual([NMI, 0]);
  });

  test('NMI that cannot be stacked in Thread mode is taken, then the fault', () => {
    const { bench, state, exceptions, pend } = exceptionBench();
    state.msp = 0x3000_0000;
    pend(NMI);
    expect(bench.step()).toBe(NMI);
    expect(exceptions.pendingException()).toBe(0);
    bench.leave();
    expect(state.ipsr).toBe(HARD_FAULT);
  });
});
