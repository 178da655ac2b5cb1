/** What the run loop and everything outside it must agree on. What instructions compute is in tests/conformance. */
import { describe, expect, test } from 'vitest';
import { createNvic } from '../../../tests/armv7m-bench.ts';
import { Bus } from '../../bus/bus.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';
import { GuestMemory } from '../../kernel/memory/guest-memory.ts';
import { NEVER } from '../../scheduler/scheduler.ts';
import type { CoreStop } from '../core.ts';
import { UNIT_MODEL } from '../timing/unit.ts';
import { Processor } from './processor.ts';

const CODE = 0x1000;
const STACK = 0x2000_1000;
const DEVICE = 0x4000_0000;
const HANDLER = 0x2000;
const ALL = { read: true, write: true, execute: true };

const NOP = 0xbf00;
const SELF = 0xe7fe; // b .
const WFI = 0xbf30;
const BX_LR = 0x4770;

/** A register that counts its accesses and asks for attention, as a device does that schedules an event. */
class Bell extends StatelessDevice {
  value = 0x1234_5678;
  readonly written: number[] = [];
  ring: () => void = () => {};
  read(): number {
    this.ring();
    return this.value;
  }
  override peek(): number {
    return this.value;
  }
  write(_offset: number, _width: number, value: number): void {
    this.written.push(value);
    this.ring();
  }
}

function machine(code: readonly number[], options: { dsp?: boolean } = {}) {
  const memory = new GuestMemory([
    { name: 'code', address: 0, sizeBytes: 0x1_0000, permissions: ALL, owner: 'guest' },
    { name: 'ram', address: 0x2000_0000, sizeBytes: 0x1_0000, permissions: ALL, owner: 'guest' },
  ]);
  const bus = new Bus(memory);
  const bell = new Bell('bell', 0x1000);
  bus.map(bell, DEVICE);
  const { nvic, lines } = createNvic(2);
  bus.map(nvic, 0xe000_e100);
  const poke = (address: number, words: readonly number[]) =>
    bus.poke(address, new Uint8Array(Int32Array.from(words).buffer));
  const program = (address: number, halfwords: readonly number[]) =>
    bus.poke(address, new Uint8Array(Uint16Array.from(halfwords).buffer));
  poke(0, [STACK, CODE | 1]);
  for (let n = 2; n < 18; n++) poke(4 * n, [(HANDLER + 0x100 * n) | 1]);
  for (let n = 2; n < 18; n++) program(HANDLER + 0x100 * n, [SELF]);
  program(CODE, code);
  const core = new Processor({
    bus,
    events: { nextCycle: NEVER },
    model: UNIT_MODEL,
    controller: nvic,
    mpuRegions: 8,
    dsp: options.dsp ?? false,
  });
  bell.ring = () => core.requestAttention();
  core.reset();
  const read = (name: string) => core.registers.read(name)!;
  return { core, bus, bell, lines, nvic, read, poke, program };
}

/** Runs until it does nothing but jump to itself, or whatever else ends it. */
function runOut(core: Processor, limit = 10_000): CoreStop {
  for (;;) {
    const stop = core.run(limit);
    if (stop.kind !== 'attention') return stop;
  }
}

test('reset takes SP and the first instruction from the vector table', () => {
  const { core, read } = machine([0x2007, SELF]); // movs r0, #7
  expect(core.pc).toBe(CODE);
  expect(runOut(core)).toEqual({ kind: 'spinning' });
  expect([read('r0'), read('sp'), read('lr'), read('xpsr')]).toEqual([7, STACK, 0xffff_ffff, 0x0100_0000]);
  expect(core.retired()).toBe(2);
});

describe('what an access to a device causes is looked at behind its instruction', () => {
  test('a base is written back before', () => {
    // ldr r1, [r0], #4; movs r2, #1
    const { core, bell, read } = machine([0xf850, 0x1b04, 0x2201, SELF]);
    core.registers.write('r0', DEVICE);
    expect(core.run(100)).toEqual({ kind: 'attention' });
    expect([core.pc, read('r0'), read('r1'), read('r2')]).toEqual([CODE + 4, DEVICE + 4, bell.value, 0]);
    expect(core.now()).toBe(1);
  });

  test('a store writes its base back, too', () => {
    const { core, bell, read } = machine([0xf840, 0x1f04, SELF]); // str r1, [r0, #4]!
    core.registers.write('r0', DEVICE);
    core.registers.write('r1', 5);
    expect(core.run(100)).toEqual({ kind: 'attention' });
    expect([core.pc, read('r0'), bell.written]).toEqual([CODE + 4, DEVICE + 4, [5]]);
  });

  test('a branch by what was loaded is taken before', () => {
    const { core, bell } = machine([0xf8d0, 0xf000]); // ldr pc, [r0]
    bell.value = CODE + 0x101;
    core.registers.write('r0', DEVICE);
    expect(core.run(100)).toEqual({ kind: 'attention' });
    expect(core.pc).toBe(CODE + 0x100);
  });

  test('ITSTATE is that of the next instruction', () => {
    // cmp r2, #0; itte eq; ldreq r1, [r0]; moveq r3, #1; movne r4, #1
    const { core, read } = machine([0x2a00, 0xbf06, 0x6801, 0x2301, 0x2401, SELF]);
    core.registers.write('r0', DEVICE);
    expect(core.run(100)).toEqual({ kind: 'attention' });
    expect(core.pc).toBe(CODE + 6);
    expect(core.state.itstate).toBe(0x0c);
    runOut(core);
    expect([read('r3'), read('r4'), core.state.itstate]).toEqual([1, 0, 0]);
  });
});

test('every cycle of an IT block can be the last before a deadline, and the flags are not set within', () => {
  // movs r0, #0; ittee eq; addeq r1, #1; addeq r1, #1; addne r2, #1; addne r2, #1
  const { core, read } = machine([0x2000, 0xbf07, 0x3101, 0x3101, 0x3201, 0x3201, SELF]);
  const states: number[] = [];
  for (let cycle = 1; cycle <= 6; cycle++) {
    expect(core.run(cycle)).toEqual({ kind: 'deadline' });
    states.push(core.state.itstate);
  }
  // ITTEE EQ is 0000 0111; A7.3.3 shifts it after each instruction.
  expect(states).toEqual([0, 0x07, 0x0e, 0x1c, 0x18, 0]);
  runOut(core);
  expect([read('r1'), read('r2'), read('xpsr') >>> 28]).toEqual([2, 0, 4]);
});

describe('faults come from the right instruction with nothing half done', () => {
  test('a load beyond memory in an IT block', () => {
    // cmp r2, #0; it eq; ldreq r1, [r0], #4
    const { core, bus, read } = machine([0x2a00, 0xbf08, 0xf850, 0x1b04, SELF]);
    core.registers.write('r0', 0x3000_0000);
    runOut(core);
    // No BusFault handler is enabled: HardFault.
    expect([read('r0'), read('xpsr') & 0x1ff]).toEqual([0x3000_0000, 3]);
    const frame = read('sp');
    expect(bus.peek(frame + 0x18, 4)).toBe(CODE + 4);
    // The stacked ITSTATE says that the condition still holds for the instruction (B1.5.6).
    expect((bus.peek(frame + 0x1c, 4)! >>> 8) & 0xfc).toBe(0x08);
    expect(core.system.bfar >>> 0).toBe(0x3000_0000);
  });

  test('POP that reaches the end of memory changes no register', () => {
    const { core, read } = machine([0xbd10]); // pop {r4, pc}
    core.registers.write('sp', 0x2000_fffc);
    core.registers.write('r4', 0x44);
    runOut(core);
    expect([read('r4'), read('xpsr') & 0x1ff]).toEqual([0x44, 3]);
  });

  test('code that ends where memory ends', () => {
    const { core, read } = machine([0x4700]); // bx r0
    core.registers.write('r0', 0xfffd); // the last halfword but one
    runOut(core);
    expect(read('xpsr') & 0x1ff).toBe(3);
    expect(core.system.cfsr & 0x100).toBe(0x100);
  });
});

test('BX with a clear bit 0 faults at its target, with INVSTATE', () => {
  const { core, bus, read } = machine([0x4700]); // bx r0
  core.registers.write('r0', CODE + 0x100);
  runOut(core);
  expect(core.system.cfsr >>> 16).toBe(2);
  expect(bus.peek(read('sp') + 0x18, 4)).toBe(CODE + 0x100);
});

test('an interrupt is taken on its cycle, and its return goes on with what it interrupted', () => {
  // wfi; movs r0, #1
  const { core, bus, lines, read, program } = machine([WFI, 0x2001, SELF]);
  program(HANDLER + 0x1000, [0x2405, BX_LR]); // movs r4, #5
  bus.write(0xe000_e100, 4, 1);
  expect(runOut(core)).toEqual({ kind: 'asleep', cause: 'WFI' });
  core.skipTo(50, false);
  lines[0]!.set(true);
  lines[0]!.set(false);
  expect(runOut(core)).toEqual({ kind: 'spinning' });
  expect([read('r0'), read('r4'), core.sleepCycles]).toEqual([1, 5, 49]);
  expect(core.statistics().interrupts).toEqual({ 'IRQ 0': 1 });
  // WFI, two instructions of the handler, and two behind: the exception itself takes no time in this model.
  expect([core.retired(), core.now()]).toEqual([5, 54]);
});

test('WFE passes once the event register is set, and sleeps without it', () => {
  const { core } = machine([0xbf40, 0xbf20, 0x2001, 0xbf20]); // sev; wfe; movs r0, #1; wfe
  expect(runOut(core)).toEqual({ kind: 'asleep', cause: 'WFE' });
  expect([core.pc, core.registers.read('r0')]).toEqual([CODE + 8, 1]);
});

test('TBB branches by its table, also from memory that is reached for the first time', () => {
  // tbb [pc, r0] with entries 2 and 3; movs r1, #1 and movs r1, #2
  const { core, read } = machine([0xe8df, 0xf000, 0x0302, NOP, 0x2101, 0x2102, SELF]);
  core.registers.write('r0', 1);
  runOut(core);
  expect(read('r1')).toBe(2);
});

test('a program may change its own next instruction', () => {
  // strh r1, [r0]; movs r2, #1 becomes movs r2, #9
  const { core, read } = machine([0x8001, 0x2201, SELF]);
  core.registers.write('r0', CODE + 2);
  core.registers.write('r1', 0x2209);
  runOut(core);
  expect(read('r2')).toBe(9);
});

test('a breakpoint within an IT block stops there, once, and the block goes on', () => {
  // cmp r0, #0; itt eq; moveq r1, #1; moveq r2, #2
  const { core, read } = machine([0x2800, 0xbf04, 0x2101, 0x2202, SELF]);
  core.setBreakpoints([CODE + 6]);
  expect(core.run(100)).toEqual({ kind: 'breakpoint' });
  expect([core.pc, core.state.itstate, read('r1'), read('r2')]).toEqual([CODE + 6, 0x08, 1, 0]);
  core.stepOverBreakpoint();
  expect(runOut(core)).toEqual({ kind: 'spinning' });
  expect(read('r2')).toBe(2);
});

test('the T bit, ITSTATE and what sleeps survive a snapshot', () => {
  const code = [0x2a00, 0xbf04, 0x2101, 0x2202, SELF]; // cmp r2, #0; itt eq; moveq r1, #1; moveq r2, #2
  const first = machine(code);
  first.core.run(3);
  const second = machine(code);
  second.core.restore(first.core.snapshot());
  expect(second.core.snapshot()).toEqual(first.core.snapshot());
  for (const { core } of [first, second]) runOut(core);
  expect(second.core.snapshot()).toEqual(first.core.snapshot());
  expect(second.read('r2')).toBe(2);
});

test('a lockup that nothing can end is dead, with its reason', () => {
  const { core, program } = machine([0xde00]); // udf #0
  program(HANDLER + 0x300, [0xde00]);
  const stop = runOut(core);
  expect(stop.kind).toBe('dead');
  expect(stop).toMatchObject({ reason: expect.stringMatching(/^lockup: an undefined instruction/) });
});

test('DSP instructions exist only where the core has them', () => {
  const code = [0xfa81, 0xf082, SELF]; // qadd r0, r2, r1
  const without = machine(code);
  runOut(without.core);
  expect(without.core.system.cfsr >>> 16).toBe(1);
  const withDsp = machine(code, { dsp: true });
  withDsp.core.registers.write('r1', 0x7fff_ffff);
  withDsp.core.registers.write('r2', 1);
  runOut(withDsp.core);
  expect([withDsp.read('r0'), withDsp.core.state.q]).toEqual([0x7fff_ffff, 1]);
});
