import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { GoldfishRtc } from './goldfish-rtc.ts';

const EPOCH = 5n * 2n ** 32n;
const [TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH] = [0x00, 0x04, 0x08, 0x0c] as const;
const [IRQ_ENABLED, CLEAR_ALARM, ALARM_STATUS, CLEAR_INTERRUPT] = [0x10, 0x14, 0x18, 0x1c] as const;

function setUp(epochNanoseconds: bigint | undefined = EPOCH) {
  const bench = new TestBench();
  const line = new Line('irq');
  const rtc = bench.create(
    (context) => new GoldfishRtc(context, { name: 'rtc', interrupt: line, epochNanoseconds }),
  );
  return {
    bench,
    line,
    rtc,
    read: (offset: number) => rtc.read(offset, 4),
    write: (offset: number, value: number) => rtc.write(offset, 4, value),
  };
}

describe('time', () => {
  test('starts at a fixed date and advances with the cycles', () => {
    const bench = new TestBench();
    const rtc = bench.create(
      (context) => new GoldfishRtc(context, { name: 'rtc', interrupt: new Line('irq') }),
    );
    const date = () => new Date(Number(rtc.time / 1_000_000n)).toISOString();
    expect(date()).toBe('2020-01-01T00:00:00.000Z');
    bench.run(100_000_000 * 3600);
    expect(date()).toBe('2020-01-01T01:00:00.000Z');
  });

  test('the high word is the one of the last low word', () => {
    const { bench, read } = setUp(EPOCH - 10n);
    expect([read(TIME_LOW), read(TIME_HIGH)]).toEqual([0xffff_fff6, 4]);
    bench.run(1);
    expect([read(TIME_HIGH), read(TIME_LOW), read(TIME_HIGH)]).toEqual([4, 0, 5]);
  });

  test('can be set', () => {
    const { bench, rtc, write } = setUp();
    bench.run(1000);
    write(TIME_HIGH, 7);
    write(TIME_LOW, 9);
    expect(rtc.time).toBe(7n * 2n ** 32n + 9n);
    bench.run(2);
    expect(rtc.time).toBe(7n * 2n ** 32n + 29n);
  });
});

describe('alarm', () => {
  test('fires when the time has come, and interrupts when enabled', () => {
    const { bench, read, write, line } = setUp();
    write(IRQ_ENABLED, 1);
    expect(line.mayRise()).toBe(false);
    write(ALARM_HIGH, 5);
    write(ALARM_LOW, 1001);
    expect([read(ALARM_STATUS), read(ALARM_LOW), read(ALARM_HIGH), line.mayRise()]).toEqual([
      1,
      1001,
      5,
      true,
    ]);
    bench.runTo(100);
    expect(line.level).toBe(false);
    bench.runTo(101);
    expect([line.level, read(ALARM_STATUS)]).toEqual([true, 0]);
    write(CLEAR_INTERRUPT, 1);
    expect([line.level, line.mayRise()]).toEqual([false, false]);
  });

  test('while interrupts are disabled it fires silently', () => {
    const { bench, write, line } = setUp();
    write(ALARM_HIGH, 5);
    write(ALARM_LOW, 100);
    expect(line.mayRise()).toBe(false);
    bench.run(100);
    expect(line.level).toBe(false);
    write(IRQ_ENABLED, 1);
    expect(line.level).toBe(true);
    write(IRQ_ENABLED, 0);
    expect(line.level).toBe(false);
  });

  test('one in the past fires at once', () => {
    const { read, write, line } = setUp();
    write(IRQ_ENABLED, 1);
    write(ALARM_HIGH, 4);
    write(ALARM_LOW, 0);
    expect([line.level, read(ALARM_STATUS)]).toEqual([true, 0]);
  });

  test('can be cleared, or set so late that it never comes', () => {
    const { bench, read, write, line } = setUp();
    write(IRQ_ENABLED, 1);
    write(ALARM_HIGH, 6);
    write(ALARM_LOW, 0);
    write(CLEAR_ALARM, 1);
    expect([read(ALARM_STATUS), line.mayRise()]).toEqual([0, false]);
    write(ALARM_HIGH, 0xffff_ffff);
    write(ALARM_LOW, 0);
    expect([line.mayRise(), bench.scheduler.pending()]).toEqual([false, []]);
  });
});
