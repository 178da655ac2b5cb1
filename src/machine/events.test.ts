import { describe, expect, test } from 'vitest';
import { Machine } from './machine.ts';

const image = (name: string) => Machine.fromFile(`firmware/images/${name}-riscv32.elf`);

describe('what a machine publishes', () => {
  test('observers hear the same, and one that has ended hears no more', () => {
    const machine = image('hello');
    const heard = [0, 0];
    const [endFirst, endSecond] = heard.map((_, index) =>
      machine.observe({ instruction: () => heard[index]!++, trap: () => {} }),
    ) as [() => void, () => void];
    machine.run({ maxInstructions: 100 });
    expect(heard).toEqual([100, 100]);
    endFirst();
    machine.run({ maxInstructions: 50 });
    expect(heard).toEqual([100, 150]);
    endSecond();
    machine.run();
    expect(heard).toEqual([100, 150]);
  });

  test('accesses of devices, edges of lines, bytes of the console and resets', () => {
    const machine = image('plic-two-sources');
    const accesses = new Map<string, number>();
    const edges: string[] = [];
    let text = '';
    let resets = 0;
    machine.events.onDeviceAccess((device, offset, width, value, isWrite) => {
      expect([1, 2, 4]).toContain(width);
      expect(value).toBeGreaterThanOrEqual(0);
      if (isWrite && device === 'uart0' && offset === 0) text += String.fromCharCode(value);
      accesses.set(device, (accesses.get(device) ?? 0) + 1);
    });
    machine.events.onLine((line, level) => edges.push(`${line} ${level ? 'rises' : 'falls'}`));
    machine.events.resets.add(() => resets++);
    let printed = '';
    machine.onConsole((byte) => {
      printed += String.fromCharCode(byte);
    });
    expect(machine.run({ maxCycles: 1e7 })).toMatchObject({ kind: 'exit', code: 0 });
    // The first write to that register sets the divisor.
    expect(text.slice(1)).toBe(machine.console);
    expect(printed).toBe(machine.console);
    expect([...accesses.keys()].sort()).toEqual(['plic', 'rtc', 'test', 'uart0']);
    const of = (line: string) => edges.filter((edge) => edge.startsWith(`${line} `));
    expect(of('rtc')[0]).toBe('rtc rises');
    // What rises falls before it rises again.
    for (const line of new Set(edges.map((edge) => edge.split(' ')[0]!)))
      expect(of(line).every((edge, index) => edge.endsWith(index % 2 === 0 ? 'rises' : 'falls'))).toBe(true);
    machine.reset();
    expect(resets).toBe(1);
  });

  test('who has ended listening hears no more', () => {
    const machine = image('hello');
    let printed = '';
    const end = machine.onConsole((byte) => {
      printed += String.fromCharCode(byte);
    });
    machine.run({ untilConsole: 'Hello' });
    end();
    machine.run();
    expect(printed).toBe('Hello');
    expect(machine.console.length).toBeGreaterThan(printed.length);
  });
});
