import { expect, test } from 'vitest';
import { type DeviceDescription, interruptsOf } from './board.ts';
import { Wires } from './wires.ts';

const gpio: DeviceDescription = { type: 'goldfish-rtc', name: 'rtc', address: 0, interrupt: 2 };
const uart = (name: string, rx: number, overflow: number) =>
  ({
    type: 'uart',
    name,
    address: 0,
    interrupts: { rx, overflow, nmi: 'nmi' },
  }) as unknown as DeviceDescription;

test('a device with one output has its own name on it, one with several theirs behind it', () => {
  expect(interruptsOf(gpio)).toEqual([['rtc', 2]]);
  expect(interruptsOf(uart('uart0', 0, 12))).toEqual([
    ['uart0.rx', 0],
    ['uart0.overflow', 12],
    ['uart0.nmi', 'nmi'],
  ]);
  expect(interruptsOf({ type: 'fw-cfg', name: 'fw-cfg', address: 0 })).toEqual([]);
});

test('an input is the line that drives it', () => {
  const wires = new Wires([gpio, uart('uart0', 0, 3)]);
  expect(wires.input(2)).toBe(wires.wire('rtc'));
  expect(wires.input('nmi')).toBe(wires.wire('uart0.nmi'));
  expect(wires.input(1)).toBeUndefined();
  expect(wires.inputs(4)).toEqual([wires.wire('uart0.rx'), undefined, wires.wire('rtc'), wires.input(3)]);
  expect(wires.drivers(0)).toEqual(['uart0.rx']);
  expect(wires.drivers(1)).toEqual([]);
});

test('several lines on one input are joined by an OR gate, once', () => {
  const wires = new Wires([uart('uart0', 0, 12), uart('uart1', 2, 12)]);
  const input = wires.input(12)!;
  expect(wires.input(12)).toBe(input);
  expect(wires.drivers(12)).toEqual(['uart0.overflow', 'uart1.overflow']);
  wires.wire('uart1.overflow').set(true);
  expect(input.level).toBe(true);
  expect(wires.wire('uart0.overflow').level).toBe(false);
});
