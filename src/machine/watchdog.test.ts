/** A guest that hangs is not stuck while a watchdog runs that will reset it. */
import { expect, test } from 'vitest';
import { loadImage } from './loader/image.ts';
import { Machine } from './machine.ts';

/** Starts the watchdog of mps2-an385 with a period, NMI and reset enabled, then executes what is given. */
function guest(periodCycles: number, last: readonly number[]): Machine {
  const words = new Uint32Array(0x80);
  words.set([0x2000_1000, 0x101, 0x141, 0x141]);
  const code = new Uint16Array(words.buffer, 0x100);
  code.set([
    0x4b02, // ldr r3, [pc, #8]: the watchdog
    0x4a03, // ldr r2, [pc, #12]: the period
    0x601a, // str r2, [r3]: WDOGLOAD
    0x2103, // movs r1, #3
    0x6099, // str r1, [r3, #8]: WDOGCONTROL
    ...last,
  ]);
  code.set([0x8000, 0x4000, periodCycles & 0xffff, periodCycles >>> 16], 6);
  // NMI and HardFault: udf #0, which locks up there.
  new Uint16Array(words.buffer, 0x140).set([0xde00]);
  const image = loadImage(new Uint8Array(words.buffer), 'watchdog.bin', { loadAddress: 0 });
  const machine = new Machine({ board: 'mps2-an385' });
  machine.load(image);
  return machine;
}

test.each([
  ['in a jump to itself', [0xe7fe]],
  ['locked up', [0xde00]],
])('%s', (_title, last) => {
  const machine = guest(1000, last);
  expect(machine.run({ maxCycles: 10_000 }).kind).toBe('cycle-limit');
  // NMI when the counter first comes to 0, a lockup in its handler, reset when it does so again.
  expect(machine.statistics().resets).toBe(4);
});

test('without a watchdog the same guest is stuck', () => {
  const machine = guest(1000, [0xe7fe]);
  machine.run({ maxCycles: 3 });
  machine.registers.write('pc', 0x10a);
  expect(machine.run({ maxCycles: 10_000 }).kind).toBe('stuck');
});
