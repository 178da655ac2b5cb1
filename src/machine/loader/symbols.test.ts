import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { type ImageSymbol, SymbolTable } from './symbols.ts';

function symbol(name: string, address: number, sizeBytes = 0, more: Partial<ImageSymbol> = {}): ImageSymbol {
  const kind = sizeBytes > 0 ? 'function' : 'none';
  const section = { section: '.text', sectionEnd: 0x2000 };
  return { name, address, sizeBytes, kind, binding: 'global', defined: true, ...section, ...more };
}

const absolute = { section: undefined, sectionEnd: undefined };

describe('SymbolTable', () => {
  it.each<[string, ImageSymbol[], number, string]>([
    ['a function, at its first byte', [symbol('f', 0x1000, 8)], 0x1000, 'f'],
    ['a function, at its last byte', [symbol('f', 0x1000, 8)], 0x1007, 'f+0x7'],
    ['nothing behind a function', [symbol('f', 0x1000, 8)], 0x1008, '0x00001008'],
    ['nothing before the first', [symbol('f', 0x1000, 8)], 0xfff, '0x00000fff'],
    [
      'the function rather than a label in it',
      [symbol('f', 0x1000, 8), symbol('loop', 0x1004)],
      0x1006,
      'f+0x6',
    ],
    ['the inner of two', [symbol('outer', 0x1000, 16), symbol('inner', 0x1004, 4)], 0x1005, 'inner+0x1'],
    [
      'the outer behind the inner',
      [symbol('outer', 0x1000, 16), symbol('inner', 0x1004, 4)],
      0x1008,
      'outer+0x8',
    ],
    ['a label up to the next', [symbol('a', 0x1000), symbol('b', 0x1010)], 0x100f, 'a+0xf'],
    ['a label up to the end of its section', [symbol('a', 0x1ff0)], 0x1fff, 'a+0xf'],
    ['nothing behind the section', [symbol('a', 0x1ff0)], 0x2000, '0x00002000'],
    ['an end mark by its exact address', [symbol('_end', 0x2000)], 0x2000, '_end'],
    ['nothing behind an end mark', [symbol('_end', 0x2000)], 0x2001, '0x00002001'],
    [
      'a function before an object',
      [symbol('o', 0x1000, 4, { kind: 'object' }), symbol('f', 0x1000, 4)],
      0x1000,
      'f',
    ],
    [
      'a global before a local',
      [symbol('l', 0x1000, 4, { binding: 'local' }), symbol('global', 0x1000, 4)],
      0x1000,
      'global',
    ],
    ['a sized one before a label', [symbol('l', 0x1000), symbol('sized', 0x1000, 4)], 0x1002, 'sized+0x2'],
    ['no absolute symbol', [symbol('__stack_size', 0x1000, 0, absolute)], 0x1000, '0x00001000'],
    ['no file and no section', [symbol('x.c', 0x1000, 4, { kind: 'file' })], 0x1000, '0x00001000'],
    ['no local label of a compiler', [symbol('.L12', 0x1000)], 0x1000, '0x00001000'],
    ['a signed address', [symbol('f', 0x80000000, 8)], 0x80000004 | 0, 'f+0x4'],
    ['the last byte of the address space', [symbol('f', 0xfffffff0, 16)], 0xffffffff, 'f+0xf'],
    ['two that overlap', [symbol('a', 0x1000, 8), symbol('b', 0x1004, 8)], 0x100a, 'b+0x6'],
  ])('finds %s', (_, symbols, address, expected) => {
    expect(new SymbolTable(symbols).format(address)).toBe(expected);
    expect(new SymbolTable([...symbols].reverse()).format(address)).toBe(expected);
  });

  it('finds by name: a global before a local, nothing undefined', () => {
    const table = new SymbolTable([
      symbol('init', 0x1000, 4, { binding: 'local' }),
      symbol('init', 0x1100, 4),
      symbol('weak_hook', 0, 0, { defined: false, ...absolute }),
      symbol('__stack_size', 0x400, 0, absolute),
    ]);
    expect(table.lookup('init')!.address).toBe(0x1100);
    expect(table.lookup('weak_hook')).toBeUndefined();
    expect(table.lookup('__stack_size')!.address).toBe(0x400);
    expect(table.lookup('constructor')).toBeUndefined();
  });

  it('completes and suggests', () => {
    const table = new SymbolTable(
      ['sched', 'schedule', 'main', 'task_yield'].map((name, index) => symbol(name, 0x1000 + 8 * index, 8)),
    );
    expect(table.complete('sch')).toEqual(['sched', 'schedule']);
    expect(table.complete('s', 1)).toEqual(['sched']);
    expect(table.suggest('shed')).toEqual(['sched']);
    expect(table.suggest('mian')).toEqual(['main']);
    expect(table.suggest('Task_Yeild')).toEqual(['task_yield']);
    expect(table.suggest('nothing_like_it')).toEqual([]);
  });

  it('says what may have been meant', () => {
    const table = new SymbolTable([symbol('sched', 0x1000, 8)]);
    expect(table.require('sched').address).toBe(0x1000);
    const refusal = (name: string, of = table) => {
      try {
        of.require(name);
      } catch (error) {
        if (error instanceof UserError) return `${error.message} ${error.hint}`;
      }
      return 'nothing';
    };
    expect(refusal('shed')).toMatch(/^No symbol `shed`; did you mean `sched`\? Give a symbol/);
    expect(refusal('zzzzzz')).toMatch(/^No symbol `zzzzzz`\. Give a symbol/);
    expect(refusal('main', new SymbolTable([]))).toMatch(/has no symbols/);
  });

  it('agrees with a search through all symbols', () => {
    const symbols: ImageSymbol[] = [];
    for (let index = 0; index < 60; index++) {
      const address = 0x1000 + ((index * 7919) % 61) * 16;
      symbols.push(symbol(`f${index}`, address, 16));
    }
    const table = new SymbolTable(symbols);
    for (let address = 0xff0; address < 0x1410; address += 3) {
      const expected = symbols.find((entry) => address >= entry.address && address < entry.address + 16);
      expect(table.at(address)?.symbol).toBe(expected);
    }
  });
});
