import { describe, expect, test } from 'vitest';
import { createNvic } from '../../../tests/armv7m-bench.ts';
import { BFHFNMIGN, CCR, CFSR, STIR, UNALIGN_TRP, USERSETMPEND } from '../../../tests/armv7m-system.ts';
import type { AccessWidth } from '../../bus/device.ts';
import { Line } from '../../bus/line.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';
import { Itm } from '../../devices/debug/itm.ts';
import { TestBench } from '../../devices/testing.ts';
import { DataAccess } from './data-access.ts';
import { Fault } from './faults.ts';
import { CONTROL_NPRIV } from './state.ts';
import { SystemBench } from './testing.ts';

const RAM = 0x2000_0000;
const RAM_END = 0x2001_0000;

/** Takes words only, and notes them. */
class WordDevice extends StatelessDevice {
  override readonly readWidths = 4;
  override readonly writeWidths = 4;
  readonly log: string[] = [];
  read(offset: number, width: AccessWidth): number {
    this.log.push(`r${offset}.${width}`);
    return 0xffff_fffe;
  }
  write(offset: number, width: AccessWidth, value: number): void {
    this.log.push(`w${offset}.${width}=${value}`);
  }
}

function setUp() {
  const { nvic } = createNvic(8);
  const bench = new SystemBench(nvic);
  const device = new WordDevice('words', 0x1000);
  bench.bus.map(device, 0x4000_0000);
  const { data } = bench;
  /** What an access raised, and where. */
  const outcome = () => (data.fault === Fault.None ? 'done' : [Fault[data.fault], data.faultAddress >>> 0]);
  const unprivileged = () => {
    bench.state.setMode(0, CONTROL_NPRIV);
    bench.exceptions.changed();
  };
  return { bench, data, device, nvic, outcome, unprivileged };
}

describe('aligned', () => {
  test('loads are zero-extended, words signed', () => {
    const { bench, data } = setUp();
    bench.poke(RAM, 0x8765_43fe);
    expect([data.load(RAM, 4), data.load(RAM, 2), data.load(RAM, 1), data.load(RAM + 2, 2)]).toEqual([
      0x8765_43fe | 0,
      0x43fe,
      0xfe,
      0x8765,
    ]);
  });

  test('stores take the low bytes', () => {
    const { bench, data } = setUp();
    data.store(RAM, 4, -1);
    data.store(RAM + 1, 1, 0x1234);
    data.store(RAM + 2, 2, 0x1_5678);
    expect(bench.peek(RAM)).toBe(0x5678_34ff);
  });

  test('addresses may be signed', () => {
    const { data, outcome } = setUp();
    expect(data.load(0xe000_ed00 | 0, 4)).toBe(0x410f_c231);
    expect(outcome()).toBe('done');
  });

  test('nothing there, or a width that a device does not take, is a precise BusFault', () => {
    const { bench, data, outcome } = setUp();
    expect(data.load(0x3000_0000, 4)).toBe(0);
    expect(outcome()).toEqual(['PreciseBus', 0x3000_0000]);
    data.store(0x3000_0001, 1, 0);
    expect(outcome()).toEqual(['PreciseBus', 0x3000_0001]);
    data.load(0x4000_0002, 2);
    expect(outcome()).toEqual(['PreciseBus', 0x4000_0002]);
    expect([data.load(0x4000_0004, 4), outcome(), bench.bus.fault]).toEqual([-2, 'done', false]);
  });
});

describe('unaligned', () => {
  test('works in memory at every offset and width', () => {
    const { bench, data, outcome } = setUp();
    for (let i = 0; i < 16; i += 4) bench.poke(RAM + i, 0x0302_0100 + 0x0101_0101 * i);
    for (let offset = 0; offset < 8; offset++) {
      const word = [3, 2, 1, 0].reduce((value, i) => (value << 8) | (offset + i), 0);
      expect([data.load(RAM + offset, 4), data.load(RAM + offset, 2)]).toEqual([word, word & 0xffff]);
      data.store(RAM + 0x20 + offset, 4, 0x1122_3344);
      expect(data.load(RAM + 0x20 + offset, 4)).toBe(0x1122_3344);
      data.store(RAM + 0x20 + offset, 2, 0x5566);
      expect(data.load(RAM + 0x20 + offset, 4)).toBe(0x1122_5566);
    }
    expect(outcome()).toBe('done');
  });

  test('faults with UNALIGN_TRP', () => {
    const { bench, data, outcome } = setUp();
    bench.write(CCR, UNALIGN_TRP);
    data.load(RAM + 2, 4);
    expect(outcome()).toEqual(['Unaligned', RAM + 2]);
    data.store(RAM + 1, 2, 0);
    expect(outcome()).toEqual(['Unaligned', RAM + 1]);
    data.load(RAM + 2, 2);
    expect(outcome()).toBe('done');
  });

  test('is the aligned accesses that it consists of: the first that faults is reported', () => {
    const { bench, data, outcome } = setUp();
    data.load(RAM_END - 2, 4);
    expect(outcome()).toEqual(['PreciseBus', RAM_END]);
    data.store(RAM_END - 3, 4, 0x1122_3344);
    expect(outcome()).toEqual(['PreciseBus', RAM_END]);
    // What came before is done.
    expect(bench.peek(RAM_END - 4)).toBe(0x2233_4400);
    data.load(RAM - 1, 2);
    expect(outcome()).toEqual(['PreciseBus', RAM - 1]);
    data.load(-1, 2);
    expect(outcome()).toEqual(['PreciseBus', 0xffff_ffff]);
  });

  test('reaches a device that takes the parts', () => {
    const { data, device, outcome } = setUp();
    data.load(0x4000_0002, 4);
    expect([outcome(), device.log]).toEqual([['PreciseBus', 0x4000_0002], []]);
  });

  test('each part asks the MPU', () => {
    const { bench, data, outcome } = setUp();
    // 32 bytes read-only in memory that is all allowed.
    bench.write(0xe000_ed9c, RAM | 0x10);
    bench.write(0xe000_eda0, 0x0300_0001 | (15 << 1));
    bench.write(0xe000_ed9c, (RAM + 0x20) | 0x11);
    bench.write(0xe000_eda0, 0x0600_0001 | (4 << 1));
    bench.write(0xe000_ed94, 1);
    data.store(RAM + 0x1e, 4, 0x1122_3344);
    expect(outcome()).toEqual(['DataAccess', RAM + 0x20]);
    expect(data.load(RAM + 0x1c, 4)).toBe(0x3344_0000);
    data.store(RAM + 0x3e, 4, 0);
    expect(outcome()).toEqual(['DataAccess', RAM + 0x3e]);
    data.load(RAM + 0x3e, 4);
    expect(outcome()).toBe('done');
  });

  test('LDM, STM, LDRD, STRD and exclusives always fault', () => {
    const { data, outcome } = setUp();
    const accesses = [
      () => data.loadAligned(RAM + 2),
      () => data.storeAligned(RAM + 2, 0),
      () => data.loadExclusive(RAM + 2, 4),
      () => data.storeExclusive(RAM + 2, 4, 0),
    ];
    for (const access of accesses) {
      access();
      expect(outcome()).toEqual(['Unaligned', RAM + 2]);
    }
    data.loadExclusive(RAM + 1, 2);
    expect([outcome(), data.exclusive]).toEqual([['Unaligned', RAM + 1], false]);
  });

  test('alignment is judged before the MPU', () => {
    const { bench, data, outcome } = setUp();
    bench.write(0xe000_ed94, 1);
    data.loadAligned(RAM + 2);
    expect(outcome()).toEqual(['Unaligned', RAM + 2]);
    data.loadAligned(RAM + 4);
    expect(outcome()).toEqual(['DataAccess', RAM + 4]);
  });
});

describe('privilege', () => {
  test('the private peripheral bus is closed to unprivileged code', () => {
    const { data, outcome, unprivileged } = setUp();
    unprivileged();
    data.load(0xe000_ed00, 4);
    expect(outcome()).toEqual(['PreciseBus', 0xe000_ed00]);
    data.store(0xe000_e100, 4, 1);
    expect(outcome()).toEqual(['PreciseBus', 0xe000_e100]);
    data.load(RAM, 4);
    expect(outcome()).toBe('done');
  });

  test('LDRT and STRT are unprivileged whatever the mode', () => {
    const { data, outcome } = setUp();
    data.loadUnprivileged(0xe000_ed00, 4);
    expect(outcome()).toEqual(['PreciseBus', 0xe000_ed00]);
    data.storeUnprivileged(0xe000_ed14, 4, 0);
    expect(outcome()).toEqual(['PreciseBus', 0xe000_ed14]);
  });

  test('STIR is open with USERSETMPEND', () => {
    const { bench, data, nvic, outcome, unprivileged } = setUp();
    unprivileged();
    data.store(STIR, 4, 3);
    expect(outcome()).toEqual(['PreciseBus', STIR]);
    bench.state.setMode(0, 0);
    bench.write(CCR, USERSETMPEND);
    unprivileged();
    data.store(STIR, 4, 3);
    expect([outcome(), nvic.peek(0x100, 4)]).toEqual(['done', 8]);
    data.load(STIR, 4);
    expect(outcome()).toBe('done');
    data.store(STIR + 4, 4, 3);
    expect(outcome()).toEqual(['PreciseBus', STIR + 4]);
  });

  test('the ITM judges by itself', () => {
    const { bench } = setUp();
    const traceEnable = new Line('trcena');
    traceEnable.set(true);
    const itm = new TestBench().create((context) => new Itm(context, { name: 'itm', traceEnable }));
    bench.bus.map(itm, 0xe000_0000);
    itm.write(0xfb0, 4, 0xc5ac_ce55);
    itm.write(0xe00, 4, 0xffff_ffff);
    itm.write(0xe80, 4, 1);
    itm.write(0xe40, 4, 2);
    const sent: number[] = [];
    itm.onStimulus = (port) => void sent.push(port);
    const { bus, state, mpu, registers } = bench;
    const window = { address: 0xe000_0000, sizeBytes: 0x1000, device: itm };
    const data = new DataAccess({ bus, state, mpu, registers, unprivilegedWindow: window });
    data.storeUnprivileged(0xe000_0000, 1, 65);
    data.storeUnprivileged(0xe000_0020, 1, 65);
    data.store(0xe000_0020, 1, 65);
    expect([data.fault, sent, itm.unprivileged]).toEqual([Fault.None, [0, 8], false]);
    expect(data.loadUnprivileged(0xe000_0000, 4)).toBe(1);
    data.storeUnprivileged(0xe000_1000, 4, 0);
    expect(data.fault).toBe(Fault.PreciseBus);
  });

  test('the MPU distinguishes it', () => {
    const { bench, data, outcome } = setUp();
    bench.write(0xe000_ed94, 5);
    data.load(RAM, 4);
    expect(outcome()).toBe('done');
    data.loadUnprivileged(RAM, 4);
    expect(outcome()).toEqual(['DataAccess', RAM]);
  });
});

describe('BFHFNMIGN', () => {
  test('lets handlers at negative priorities pass a bus fault, and notes it', () => {
    const { bench, data, outcome } = setUp();
    bench.write(CCR, BFHFNMIGN);
    data.load(0x3000_0000, 4);
    expect(outcome()).toEqual(['PreciseBus', 0x3000_0000]);
    bench.exceptions.fault(Fault.UndefinedInstruction, 0);
    expect(data.load(0x3000_0004, 4)).toBe(0);
    expect([outcome(), bench.peek(CFSR), bench.registers.bfar]).toEqual(['done', 0x1_8200, 0x3000_0004]);
    data.store(0x3000_0008, 4, 1);
    expect([outcome(), bench.registers.bfar, bench.bus.fault]).toEqual(['done', 0x3000_0008, false]);
  });

  test('but not others', () => {
    const { bench, data, outcome } = setUp();
    bench.exceptions.fault(Fault.UndefinedInstruction, 0);
    data.load(0x3000_0004, 4);
    expect(outcome()).toEqual(['PreciseBus', 0x3000_0004]);
  });
});

describe('exclusives', () => {
  test('a store passes once after a load, at any address', () => {
    const { bench, data } = setUp();
    expect(data.storeExclusive(RAM, 4, 1)).toBe(1);
    data.loadExclusive(RAM, 4);
    data.store(RAM, 4, 7);
    expect([data.storeExclusive(RAM + 4, 4, 2), bench.peek(RAM + 4)]).toEqual([0, 2]);
    expect([data.storeExclusive(RAM + 4, 4, 3), bench.peek(RAM + 4)]).toEqual([1, 2]);
  });

  test('bytes and halfwords', () => {
    const { bench, data } = setUp();
    bench.poke(RAM, 0x1234_5678);
    expect([data.loadExclusive(RAM + 1, 1), data.storeExclusive(RAM + 1, 1, 0xff)]).toEqual([0x56, 0]);
    expect([data.loadExclusive(RAM + 2, 2), data.storeExclusive(RAM + 2, 2, 0xabcd)]).toEqual([0x1234, 0]);
    expect(bench.peek(RAM)).toBe(0xabcd_ff78);
  });

  test('the MPU is asked even when the monitor is clear; the bus is not', () => {
    const { bench, data, outcome } = setUp();
    expect([data.storeExclusive(0x3000_0000, 4, 1), outcome()]).toEqual([1, 'done']);
    bench.write(0xe000_ed94, 1);
    data.storeExclusive(RAM, 4, 1);
    expect(outcome()).toEqual(['DataAccess', RAM]);
  });

  test('a load that faults opens nothing', () => {
    const { data } = setUp();
    data.loadExclusive(0x3000_0000, 4);
    expect([data.fault, data.exclusive]).toEqual([Fault.PreciseBus, false]);
  });
});

describe('exception frames', () => {
  const words = Int32Array.from([1, 2, 3, 4, 5, 6, 7, -8]);

  test('are written and read as words, wherever they lie', () => {
    const { bench, data, outcome } = setUp();
    for (const address of [RAM, RAM + 0x24, RAM + 0xffc, RAM_END - 0x20]) {
      for (let round = 0; round < 2; round++) {
        data.stackFrame(address, words, true);
        expect(outcome()).toBe('done');
      }
      expect(Array.from({ length: 8 }, (_, i) => bench.peek(address + 4 * i) | 0)).toEqual([...words]);
      const read = new Int32Array(8);
      data.unstackFrame(address, read, true);
      expect([read, outcome()]).toEqual([words, 'done']);
    }
  });

  test('over code the core hears of it', () => {
    const { bench, data } = setUp();
    const stores = new Set<number>();
    bench.bus.storeListener = {
      storing: (region, offset) => void stores.add(region.address + offset),
      remapped() {},
    };
    data.stackFrame(RAM, words, true);
    bench.memory.region('ram').attributes[1]! |= 2;
    data.stackFrame(RAM + 0x38, words, true);
    expect([...stores]).toEqual([RAM + 0x40, RAM + 0x44, RAM + 0x48, RAM + 0x4c, RAM + 0x50, RAM + 0x54]);
  });

  test('that leave their memory fault at the first word outside', () => {
    const { bench, data, outcome } = setUp();
    data.stackFrame(RAM_END - 8, words, true);
    expect([outcome(), bench.peek(RAM_END - 4)]).toEqual([['StackingBus', RAM_END], 2]);
    data.unstackFrame(RAM_END - 8, new Int32Array(8), true);
    expect(outcome()).toEqual(['UnstackingBus', RAM_END]);
    data.stackFrame(RAM - 4, words, true);
    expect(outcome()).toEqual(['StackingBus', RAM - 4]);
  });

  test('ask the MPU with the rights given', () => {
    const { bench, data, outcome } = setUp();
    bench.write(0xe000_ed94, 5);
    data.stackFrame(RAM, words, true);
    expect(outcome()).toBe('done');
    data.stackFrame(RAM, words, false);
    expect(outcome()).toEqual(['StackingAccess', RAM]);
    data.unstackFrame(RAM, new Int32Array(8), false);
    expect(outcome()).toEqual(['UnstackingAccess', RAM]);
  });
});

describe('fetches', () => {
  test.each([
    [0x100, 'None'],
    [RAM, 'None'],
    [0x3000_0000, 'InstructionBus'],
    [0x4000_0000, 'InstructionAccess'],
    [0x6000_0000, 'InstructionBus'],
    [0xa000_0000, 'InstructionAccess'],
    [0xe000_ed00, 'InstructionAccess'],
    [-2, 'InstructionAccess'],
  ])('at %i: %s', (address, expected) => {
    const { data } = setUp();
    expect(Fault[data.fetchFault(address)]).toBe(expected);
  });

  test('follow the MPU', () => {
    const { bench, data } = setUp();
    bench.write(0xe000_ed9c, RAM | 0x10);
    bench.write(0xe000_eda0, 0x1300_0001 | (15 << 1));
    bench.write(0xe000_ed94, 5);
    expect([data.fetchFault(RAM), data.fetchFault(0x100)]).toEqual([Fault.InstructionAccess, Fault.None]);
    bench.state.setMode(0, CONTROL_NPRIV);
    expect(data.fetchFault(0x100)).toBe(Fault.InstructionAccess);
  });
});
