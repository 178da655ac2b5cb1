/** What holds lm3s6965evb together: clock, resets and wires between its devices. */
import { expect, test } from 'vitest';
import { Machine } from './machine.ts';

const UART0 = 0x4000_c000;
const TIMER0 = 0x4003_0000;
const ADC = 0x4003_8000;
const SYSTEM_CONTROL = 0x400f_e000;
const RCC = SYSTEM_CONTROL + 0x60;
const SRCR1 = SYSTEM_CONTROL + 0x44;

const build = () => new Machine({ board: 'lm3s6965evb' });
const withSysdiv = (sysdiv: number) => 0x0780_3ac0 - (0xf << 23) + sysdiv * 2 ** 23;

test('RCC sets the core clock, also of a restored machine; a reset takes it back', () => {
  const machine = build();
  expect(machine.frequencyHz).toBe(12_500_000);
  machine.bus.write(RCC, 4, withSysdiv(3));
  expect(machine.frequencyHz).toBe(50_000_000);
  const restored = build();
  restored.restore(machine.snapshot());
  expect([restored.frequencyHz, restored.stateHash()]).toEqual([50_000_000, machine.stateHash()]);
  restored.reset();
  expect(restored.frequencyHz).toBe(12_500_000);
});

test('SRCR1 resets a UART, and nothing else', () => {
  const machine = build();
  machine.bus.write(UART0 + 0x38, 4, 0x10);
  machine.bus.write(UART0 + 0x1038, 4, 0x10);
  machine.bus.write(SRCR1, 4, 1);
  machine.bus.write(SRCR1, 4, 0);
  expect([machine.bus.read(UART0 + 0x38, 4), machine.bus.read(UART0 + 0x1038, 4)]).toEqual([0, 0x10]);
});

test('a timer starts the ADC', () => {
  const machine = build();
  machine.bus.write(ADC + 0x14, 4, 5);
  machine.bus.write(ADC + 0x44, 4, 2);
  machine.bus.write(ADC, 4, 1);
  machine.bus.write(TIMER0 + 0x04, 4, 1);
  machine.bus.write(TIMER0 + 0x28, 4, 0);
  machine.bus.write(TIMER0 + 0x0c, 4, 0x21);
  expect(machine.bus.read(ADC + 0x4c, 4)).toBe(0x100);
  const [event] = machine.scheduler.pending();
  expect(event).toEqual({ device: 'timer0', kind: 0, cycle: 1 });
  machine.scheduler.fireDue(1);
  expect([machine.bus.read(ADC + 0x4c, 4), machine.bus.read(ADC + 0x48, 4)]).toEqual([0x01, 0x200]);
});

test('what nothing takes reads as zero and is a guest error', () => {
  const machine = build();
  const errors: string[] = [];
  machine.onGuestError(({ source, category }) => void errors.push(`${source} ${category}`));
  expect([machine.bus.read(0x1000_0000, 4), machine.bus.read(0x4002_8000, 4)]).toEqual([0, 0]);
  machine.bus.write(0x6000_0000, 4, 1);
  expect([machine.bus.fault, errors]).toEqual([
    false,
    ['nothing unmapped', 'pwm unimplemented', 'nothing unmapped'],
  ]);
});
