import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_PRIORITY } from '../../bus/interrupt-controller.ts';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Nvic } from './nvic.ts';

const ISER = 0;
const ICER = 0x80;
const ISPR = 0x100;
const ICPR = 0x180;
const IABR = 0x200;
const IPR = 0x300;

function setUp(lineCount = 40, priorityBits = 8) {
  const bench = new TestBench();
  const lines = Array.from({ length: lineCount }, (_, id) => new Line(`irq${id}`));
  const nvic = bench.create((context) => new Nvic(context, { name: 'nvic', lineCount, lines, priorityBits }));
  const told: string[] = [];
  nvic.listener = {
    interruptsChanged: () => void told.push('changed'),
    becamePending: () => void told.push('pending'),
  };
  return {
    bench,
    nvic,
    lines,
    told,
    bits: (offset: number) => [nvic.peek(offset, 4), nvic.peek(offset + 4, 4)],
    write: (offset: number, value: number) => nvic.write(offset, 4, value),
    enable: (line: number) => nvic.write(ISER + 4 * (line >>> 5), 4, (1 << (line & 31)) >>> 0),
    priority: (line: number, value: number) => nvic.write(IPR + line, 1, value),
    pending: (line: number) => ((nvic.peek(ISPR + 4 * (line >>> 5), 4) >>> (line & 31)) & 1) === 1,
  };
}

describe('registers', () => {
  test('set and clear registers show the same bits, of lines that exist', () => {
    const { write, bits } = setUp();
    write(ISER, 0xffff_ffff);
    write(ISER + 4, 0xffff_ffff);
    expect([bits(ISER), bits(ICER)]).toEqual([
      [0xffff_ffff, 0xff],
      [0xffff_ffff, 0xff],
    ]);
    write(ICER, 0xffff_0000);
    write(ICER + 4, 0x81);
    expect(bits(ISER)).toEqual([0xffff, 0x7e]);
    write(ISPR + 4, 0xffff_ffff);
    expect([bits(ISPR), bits(ICPR)]).toEqual([
      [0, 0xff],
      [0, 0xff],
    ]);
    write(ICPR + 4, 0xf0);
    expect(bits(ICPR)).toEqual([0, 0xf]);
  });

  test('bytes and halfwords reach their lanes', () => {
    const { nvic, bits } = setUp();
    nvic.write(ISER + 1, 1, 0xa5);
    expect(bits(ISER)).toEqual([0xa500, 0]);
    nvic.write(ICER + 1, 1, 0x81);
    expect(bits(ISER)).toEqual([0x2400, 0]);
    nvic.write(IPR + 2, 2, 0x1234);
    expect([nvic.peek(IPR, 4), nvic.peek(IPR + 3, 1)]).toEqual([0x1234_0000, 0x12]);
  });

  test('priorities have the implemented bits, of lines that exist', () => {
    const { nvic, write } = setUp(6, 3);
    write(IPR, 0xffff_ffff);
    write(IPR + 4, 0xffff_ffff);
    expect([nvic.peek(IPR, 4), nvic.peek(IPR + 4, 4)]).toEqual([0xe0e0_e0e0, 0xe0e0]);
  });

  test('the active bits are read-only', () => {
    const { nvic, write, bits } = setUp();
    nvic.acknowledge(3);
    write(IABR, 0);
    expect(bits(IABR)).toEqual([8, 0]);
  });
});

describe('selection', () => {
  test('the highest priority, of several the lowest number', () => {
    const { nvic, lines, enable, priority } = setUp();
    expect([nvic.pendingLine, nvic.pendingPriority]).toEqual([-1, NO_PRIORITY]);
    for (const [line, level] of [
      [39, 0x80],
      [20, 0x40],
      [35, 0x40],
      [3, 0xc0],
    ] as const) {
      priority(line, level);
      enable(line);
      lines[line]!.set(true);
    }
    const order: number[] = [];
    while (nvic.pendingLine >= 0) {
      order.push(nvic.pendingLine);
      nvic.acknowledge(nvic.pendingLine);
    }
    expect(order).toEqual([20, 35, 39, 3]);
    expect([nvic.activePriority, nvic.activeCount]).toEqual([0x40, 4]);
  });

  test('what is not enabled is pending all the same', () => {
    const { nvic, lines, enable } = setUp();
    lines[7]!.set(true);
    expect([nvic.pendingLine, nvic.anyPending]).toEqual([-1, true]);
    enable(7);
    expect(nvic.pendingLine).toBe(7);
  });

  test('lines that do not exist cannot be made pending', () => {
    const { nvic } = setUp();
    nvic.setPending(40);
    nvic.setPending(495);
    nvic.complete(495);
    expect([nvic.anyPending, nvic.isActive(495)]).toEqual([false, false]);
  });
});

describe('level and pulse', () => {
  test('a level that is still high when its handler returns comes again', () => {
    const { nvic, lines, pending } = setUp();
    lines[5]!.set(true);
    nvic.acknowledge(5);
    expect([pending(5), nvic.isActive(5)]).toEqual([false, true]);
    nvic.complete(5);
    expect([pending(5), nvic.isActive(5)]).toEqual([true, false]);
    nvic.acknowledge(5);
    lines[5]!.set(false);
    nvic.complete(5);
    expect(pending(5)).toBe(false);
  });

  test('a pulse is kept until it is taken, and one during the handler is not lost', () => {
    const { nvic, lines, pending } = setUp();
    lines[5]!.set(true);
    lines[5]!.set(false);
    expect(pending(5)).toBe(true);
    nvic.acknowledge(5);
    lines[5]!.set(true);
    lines[5]!.set(false);
    expect([pending(5), nvic.isActive(5)]).toEqual([true, true]);
    nvic.complete(5);
    expect(pending(5)).toBe(true);
  });

  test('software cannot clear what a level holds pending, unless its handler is active', () => {
    const { nvic, lines, pending, write } = setUp();
    lines[5]!.set(true);
    write(ICPR, 1 << 5);
    expect(pending(5)).toBe(true);
    nvic.acknowledge(5);
    nvic.setPending(5);
    write(ICPR, 1 << 5);
    expect(pending(5)).toBe(false);
    lines[6]!.set(true);
    lines[6]!.set(false);
    write(ICPR, 1 << 6);
    expect(pending(6)).toBe(false);
  });

  test('clearing all active bits looks at the levels', () => {
    const { nvic, lines, pending } = setUp();
    lines[5]!.set(true);
    nvic.acknowledge(5);
    nvic.setPending(6);
    nvic.acknowledge(6);
    nvic.clearActive();
    expect([nvic.activeCount, pending(5), pending(6)]).toEqual([0, true, false]);
  });

  test('a line that is high at reset counts only if it stays high', () => {
    const { bench, nvic, lines, pending } = setUp();
    lines[5]!.set(true);
    lines[6]!.set(true);
    nvic.reset();
    lines[6]!.set(false);
    expect(pending(5)).toBe(false);
    bench.run(1);
    expect([pending(5), pending(6)]).toEqual([true, false]);
  });
});

describe('what the core hears', () => {
  test('of a line that becomes pending, once', () => {
    const { nvic, lines, told } = setUp();
    lines[1]!.set(true);
    expect(told).toEqual(['changed', 'pending']);
    told.length = 0;
    nvic.setPending(1);
    lines[1]!.set(false);
    expect(told).toEqual([]);
  });

  test('a line that becomes pending while it is active is no event', () => {
    const { nvic, told } = setUp();
    nvic.setPending(1);
    nvic.acknowledge(1);
    told.length = 0;
    nvic.setPending(1);
    expect(told).toEqual(['changed']);
  });
});

describe('what may still come', () => {
  test('only from enabled, inactive lines above the ceiling', () => {
    const { nvic, lines, enable, priority } = setUp();
    lines[4]!.drivenBy(() => true);
    priority(4, 0x40);
    expect([nvic.mayRise(NO_PRIORITY), nvic.mayPend()]).toEqual([false, true]);
    enable(4);
    expect([nvic.mayRise(NO_PRIORITY), nvic.mayRise(0x41), nvic.mayRise(0x40)]).toEqual([true, true, false]);
    nvic.setPending(4);
    nvic.acknowledge(4);
    expect([nvic.mayRise(NO_PRIORITY), nvic.mayPend()]).toEqual([false, false]);
  });

  test('what is pending already counts', () => {
    const { nvic, enable } = setUp();
    nvic.setPending(4);
    enable(4);
    expect([nvic.mayRise(NO_PRIORITY), nvic.mayRise(0), nvic.mayPend()]).toEqual([true, false, false]);
  });
});

test('any sequence keeps the answers true', () => {
  const act = fc.record({
    kind: fc.constantFrom(
      'enable',
      'disable',
      'pend',
      'unpend',
      'take',
      'return',
      'priority',
      'raise',
      'lower',
    ),
    line: fc.nat({ max: 36 }),
    value: fc.nat({ max: 255 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
      const { nvic, lines, write, priority } = setUp(37, 4);
      const model = lines.map(() => ({ enabled: false, pending: false, active: false, priority: 0 }));
      for (const { kind, line, value } of acts) {
        const own = model[line]!;
        const word = 4 * (line >>> 5);
        const bit = (1 << (line & 31)) >>> 0;
        const level = lines[line]!.level;
        if (kind === 'enable') own.enabled = true;
        if (kind === 'disable') own.enabled = false;
        if (kind === 'pend' || (kind === 'raise' && !level)) own.pending = true;
        if (kind === 'unpend' && (!level || own.active)) own.pending = false;
        if (kind === 'priority') own.priority = value & 0xf0;
        if (kind === 'return' && own.active) {
          own.active = false;
          if (level) own.pending = true;
        }
        if (kind === 'take') {
          own.active = true;
          own.pending = false;
        }
        if (kind === 'enable') write(ISER + word, bit);
        else if (kind === 'disable') write(ICER + word, bit);
        else if (kind === 'pend') write(ISPR + word, bit);
        else if (kind === 'unpend') write(ICPR + word, bit);
        else if (kind === 'priority') priority(line, value);
        else if (kind === 'take') nvic.acknowledge(line);
        else if (kind === 'return') nvic.complete(line);
        else lines[line]!.set(kind === 'raise');
        const ready = model.filter((m) => m.enabled && m.pending);
        const best = Math.min(NO_PRIORITY, ...ready.map((m) => m.priority));
        const active = model.filter((m) => m.active);
        expect(nvic.pendingPriority).toBe(best);
        expect(nvic.pendingLine).toBe(model.findIndex((m) => m.enabled && m.pending && m.priority === best));
        expect(nvic.activePriority).toBe(Math.min(NO_PRIORITY, ...active.map((m) => m.priority)));
        expect(nvic.activeCount).toBe(active.length);
        expect(nvic.anyPending).toBe(model.some((m) => m.pending));
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});
