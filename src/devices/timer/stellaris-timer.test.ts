import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { StellarisTimer } from './stellaris-timer.ts';

const [CFG, TAMR, TBMR, CTL, IMR, RIS, MIS, ICR] = [0x00, 0x04, 0x08, 0x0c, 0x18, 0x1c, 0x20, 0x24] as const;
const [TAILR, TBILR, TAMATCHR, TAPR, TBPR, TAR, TBR] = [0x28, 0x2c, 0x30, 0x38, 0x3c, 0x48, 0x4c] as const;
const [SECONDS, SPLIT] = [1, 4] as const;
const [ONE_SHOT, PERIODIC, PWM] = [1, 2, 0xa] as const;
const TAEN = 1;
const TBEN = 0x100;
const TAOTE = 0x20;
const TATO = 1;
const RTC = 8;
const TBTO = 0x100;

function setUp(frequencyHz?: number) {
  const bench = new TestBench(frequencyHz);
  const interrupts = { a: new Line('timer.a'), b: new Line('timer.b') };
  const trigger = new Line('trigger');
  const triggers: number[] = [];
  trigger.listen((level) => {
    if (level) triggers.push(bench.now);
  });
  const timer = bench.create(
    (context) => new StellarisTimer(context, { name: 'timer0', interrupts, trigger }),
  );
  return {
    ...{ bench, interrupts, timer, trigger, triggers },
    read: (offset: number) => timer.read(offset, 4),
    write: (offset: number, value: number) => timer.write(offset, 4, value),
  };
}

describe('joined to one of 32 bits', () => {
  test('periodic: counts down from the start value, and asks for an interrupt each start value + 1 cycles', () => {
    const { bench, read, write, interrupts } = setUp();
    write(TAMR, PERIODIC);
    write(TAILR, 99);
    write(IMR, TATO);
    write(CTL, TAEN);
    expect([read(TAR), read(TBR)]).toEqual([99, 0]);
    bench.runTo(1);
    expect(read(TAR)).toBe(99);
    bench.runTo(99);
    expect([read(TAR), interrupts.a.level]).toEqual([1, false]);
    bench.runTo(100);
    expect([read(TAR), interrupts.a.level, read(RIS), read(MIS)]).toEqual([0, true, TATO, TATO]);
    bench.runTo(101);
    expect(read(TAR)).toBe(99);
    write(ICR, TATO);
    expect([interrupts.a.level, read(RIS)]).toEqual([false, 0]);
    bench.runTo(200);
    expect(interrupts.a.level).toBe(true);
    // Time-outs that nobody takes leave no trace but the counting.
    bench.runTo(12_345);
    write(ICR, TATO);
    expect(read(TAR)).toBe(99 - 44);
    bench.runTo(12_399);
    expect(interrupts.a.level).toBe(false);
    bench.runTo(12_400);
    expect(interrupts.a.level).toBe(true);
  });

  test('one-shot: stops, with the start value loaded again', () => {
    const { bench, read, write } = setUp();
    write(TAMR, ONE_SHOT);
    write(TAILR, 0x2_0000);
    write(CTL, TAEN | TBEN);
    bench.runTo(0x2_0001);
    expect([read(RIS), read(CTL), read(TAR), read(TBR)]).toEqual([TATO, TBEN, 0x2_0000, 2]);
    bench.run(1_000_000);
    write(ICR, TATO);
    expect([read(RIS), read(TAR)]).toEqual([0, 0x2_0000]);
  });

  test('a new start value is loaded at once', () => {
    const { bench, read, write } = setUp();
    write(TAMR, PERIODIC);
    write(TAILR, 1000);
    write(CTL, TAEN);
    bench.runTo(500);
    write(TAILR, 10);
    bench.runTo(511);
    expect([read(RIS), read(TAR)]).toEqual([TATO, 0]);
  });

  test('disabled it stands still, enabled it starts anew', () => {
    const { bench, read, write } = setUp();
    write(TAMR, PERIODIC);
    write(TAILR, 1000);
    write(CTL, TAEN);
    bench.runTo(501);
    write(CTL, 0);
    bench.runTo(800);
    expect(read(TAR)).toBe(500);
    write(CTL, TAEN);
    bench.runTo(1800);
    expect(read(RIS)).toBe(0);
    bench.runTo(1801);
    expect(read(RIS)).toBe(TATO);
  });

  test('the registers of timer B show the upper half', () => {
    const { bench, read, write } = setUp();
    expect([read(TAILR), read(TBILR), read(TAR), read(TBR)]).toEqual([
      0xffff_ffff, 0xffff, 0xffff_ffff, 0xffff,
    ]);
    write(TAILR, 0x1234_5678);
    write(TAMATCHR, 0x9abc_def0);
    expect([read(TBILR), read(TAMATCHR)]).toEqual([0x1234, 0x9abc_def0]);
    write(TBILR, 0);
    expect([read(TAILR), bench.errors]).toEqual([
      0x1234_5678,
      ['read-only: GPTMTBILR written while the timers are joined'],
    ]);
    write(CFG, SPLIT);
    expect([read(TAILR), read(TBILR), read(TAR), read(TBR)]).toEqual([0x5678, 0x1234, 0x5678, 0x1234]);
  });
});

describe('two of 16 bits', () => {
  test('each with its prescaler, mode and interrupt', () => {
    const { bench, read, write, interrupts } = setUp();
    write(CFG, SPLIT);
    write(TAMR, PERIODIC);
    write(TBMR, ONE_SHOT);
    write(TAILR, 0xabcd_0009);
    write(TBILR, 4);
    write(TBPR, 99);
    write(IMR, TATO | TBTO);
    write(CTL, TAEN | TBEN);
    expect([read(TAILR), read(TAR), read(TBR)]).toEqual([9, 9, 4]);
    bench.runTo(10);
    expect([interrupts.a.level, interrupts.b.level]).toEqual([true, false]);
    bench.runTo(101);
    expect([read(TBR), read(TAR)]).toEqual([3, 9]);
    bench.runTo(499);
    expect(interrupts.b.level).toBe(false);
    bench.runTo(500);
    expect([interrupts.b.level, read(CTL), read(MIS)]).toEqual([true, TAEN, TATO | TBTO]);
  });

  test('a new prescaler counts from the next time-out on', () => {
    const { bench, read, write } = setUp();
    write(CFG, SPLIT);
    write(TAMR, PERIODIC);
    write(TAILR, 9);
    write(CTL, TAEN);
    bench.runTo(25);
    write(TAPR, 9);
    write(ICR, TATO);
    bench.runTo(30);
    expect(read(RIS)).toBe(TATO);
    bench.runTo(41);
    expect(read(TAR)).toBe(8);
    write(ICR, TATO);
    bench.runTo(129);
    expect(read(RIS)).toBe(0);
    bench.runTo(130);
    expect(read(RIS)).toBe(TATO);
  });

  test('PWM counts without interrupts; capturing waits for edges that never come', () => {
    const { bench, read, write, interrupts } = setUp();
    write(CFG, SPLIT);
    write(TAMR, PWM);
    write(TBMR, 3);
    write(TAILR, 99);
    write(TBILR, 50);
    write(TAPR, 7);
    write(IMR, 0x70f);
    write(CTL, TAEN | TBEN);
    expect(interrupts.a.mayRise() || interrupts.b.mayRise()).toBe(false);
    bench.runTo(131);
    expect([read(TAR), read(TBR), read(RIS)]).toEqual([69, 50, 0]);
  });
});

test('a trigger of the ADC at each time-out', () => {
  const { bench, write, trigger, triggers } = setUp();
  write(TAMR, PERIODIC);
  write(TAILR, 99);
  write(CTL, TAEN);
  bench.runTo(250);
  expect(trigger.mayRise()).toBe(false);
  write(CTL, TAEN | TAOTE);
  expect(trigger.mayRise()).toBe(true);
  bench.runTo(499);
  write(CTL, TAEN);
  bench.runTo(1000);
  expect(triggers).toEqual([300, 400]);
});

describe('the clock of seconds', () => {
  test('counts from 1, and rolls over behind the match value', () => {
    const { bench, read, write, interrupts } = setUp(1_000_000);
    write(CFG, SECONDS);
    write(TAMATCHR, 3);
    write(IMR, RTC);
    write(CTL, TAEN);
    expect(read(TAR)).toBe(1);
    const values: [number, boolean][] = [];
    for (let second = 1; second <= 7; second++) {
      bench.runTo(second * 1_000_000);
      values.push([read(TAR), interrupts.a.level]);
      write(ICR, RTC);
    }
    expect(values).toEqual([
      [2, false],
      [3, true],
      [0, false],
      [1, false],
      [2, false],
      [3, true],
      [0, false],
    ]);
    expect(interrupts.a.mayRise()).toBe(true);
    write(CTL, 0);
    expect(interrupts.a.mayRise()).toBe(false);
  });

  test('keeps its pace when the core clock changes', () => {
    const { bench, read, write } = setUp(1_000_000);
    write(CFG, SECONDS);
    write(CTL, TAEN);
    bench.runTo(250_000);
    bench.setFrequency(4_000_000);
    bench.runTo(250_000 + 2_999_999);
    expect(read(TAR)).toBe(1);
    bench.run(1);
    expect(read(TAR)).toBe(2);
    bench.run(4_000_000);
    expect(read(TAR)).toBe(3);
  });
});

/** The same timer, counted cycle by cycle: periodic and one-shot. */
class CountedTimer {
  value = 0;
  raised = false;
  enabled: boolean;
  #cycle = 0;
  readonly #interval: number;
  readonly #prescaler: number;
  readonly #oneShot: boolean;
  #loading = true;

  constructor(interval: number, prescaler: number, oneShot: boolean) {
    this.#interval = interval;
    this.#prescaler = prescaler;
    this.#oneShot = oneShot;
    this.enabled = true;
    this.value = interval;
  }

  tick(): void {
    if (!this.enabled) return;
    if (this.#loading) {
      this.value = this.#interval;
      this.#cycle = 0;
      this.#loading = false;
    } else if (++this.#cycle === this.#prescaler + 1) {
      this.#cycle = 0;
      this.value--;
    }
    if (this.value !== 0 || this.#cycle !== this.#prescaler) return;
    this.raised = true;
    this.#loading = true;
    if (!this.#oneShot) return;
    this.enabled = false;
    this.value = this.#interval;
  }
}

test('is as one that is counted', () => {
  const chosen = fc.record({
    interval: fc.integer({ min: 0, max: 20 }),
    prescaler: fc.integer({ min: 0, max: 5 }),
    oneShot: fc.boolean(),
    clears: fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
  });
  fc.assert(
    fc.property(chosen, ({ interval, prescaler, oneShot, clears }) => {
      const { bench, read, write } = setUp();
      const counted = new CountedTimer(interval, prescaler, oneShot);
      write(CFG, SPLIT);
      write(TAMR, oneShot ? ONE_SHOT : PERIODIC);
      write(TAILR, interval);
      write(TAPR, prescaler);
      write(CTL, TAEN);
      for (const clear of clears) {
        bench.run(1);
        counted.tick();
        expect([read(TAR), read(RIS), read(CTL)]).toEqual([
          counted.value,
          counted.raised ? TATO : 0,
          counted.enabled ? TAEN : 0,
        ]);
        if (!clear) continue;
        write(ICR, TATO);
        counted.raised = false;
      }
    }),
    { numRuns: 300 },
  );
});

test('says whether an interrupt may still come', () => {
  const { bench, write, interrupts } = setUp();
  expect(interrupts.a.mayRise()).toBe(false);
  write(TAMR, ONE_SHOT);
  write(TAILR, 10);
  write(CTL, TAEN);
  expect(interrupts.a.mayRise()).toBe(false);
  write(IMR, TATO);
  expect([interrupts.a.mayRise(), interrupts.b.mayRise()]).toEqual([true, false]);
  bench.run(11);
  write(ICR, TATO);
  expect(interrupts.a.mayRise()).toBe(false);
});

test('a mode that is none is reported', () => {
  const { write, bench, read } = setUp();
  write(CFG, 5);
  write(TAMR, PERIODIC);
  write(CTL, TAEN);
  bench.run(100_000);
  expect([read(RIS), bench.errors]).toEqual([0, ['reserved: GPTMCFG: 5 is no mode: nothing counts']]);
});
