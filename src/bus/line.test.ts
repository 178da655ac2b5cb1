import { describe, expect, test } from 'vitest';
import { anyOf, Line } from './line.ts';

describe('level', () => {
  test('is low at first, and what was set last', () => {
    const line = new Line('irq');
    expect([line.name, line.level]).toEqual(['irq', false]);
    line.set(true);
    expect(line.level).toBe(true);
    line.set(false);
    expect(line.level).toBe(false);
  });

  test('every listener hears of changes, and of changes only', () => {
    const line = new Line('irq');
    const heard: string[] = [];
    line.listen((level) => heard.push(`a ${level}`));
    line.listen((level) => heard.push(`b ${level}`));
    for (const level of [false, true, true, false, false]) line.set(level);
    expect(heard).toEqual(['a true', 'b true', 'a false', 'b false']);
  });

  test('a listener sees the new level, and is not told of what was before it', () => {
    const line = new Line('irq');
    line.set(true);
    const heard: boolean[] = [];
    line.listen(() => heard.push(line.level));
    expect(heard).toEqual([]);
    line.set(false);
    expect(heard).toEqual([false]);
  });
});

describe('mayRise', () => {
  test('a line that nobody drives stays low', () => {
    expect(new Line('irq').mayRise()).toBe(false);
  });

  test('a high line counts, whatever the driver says', () => {
    const line = new Line('irq');
    line.drivenBy(() => false);
    line.set(true);
    expect(line.mayRise()).toBe(true);
  });

  test('the driver is asked anew each time', () => {
    const line = new Line('irq');
    let pending = true;
    line.drivenBy(() => pending);
    expect(line.mayRise()).toBe(true);
    pending = false;
    expect(line.mayRise()).toBe(false);
  });
});

describe('anyOf', () => {
  test('is high while any of its lines is', () => {
    const [a, b] = [new Line('a'), new Line('b')];
    b.set(true);
    const gate = anyOf('a|b', [a, b]);
    const heard: boolean[] = [];
    gate.listen((level) => heard.push(level));
    expect(gate.level).toBe(true);
    a.set(true);
    b.set(false);
    a.set(false);
    b.set(true);
    expect(heard).toEqual([false, true]);
  });

  test('may rise when any of its lines may', () => {
    const [a, b] = [new Line('a'), new Line('b')];
    const gate = anyOf('a|b', [a, b]);
    expect(gate.mayRise()).toBe(false);
    b.drivenBy(() => true);
    expect(gate.mayRise()).toBe(true);
  });
});
