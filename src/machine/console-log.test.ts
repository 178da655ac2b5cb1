import { describe, expect, test } from 'vitest';
import { ConsoleLog, type Watch } from './console-log.ts';

function watched() {
  const log = new ConsoleLog();
  const seen: string[] = [];
  const watch = (pattern: RegExp): Watch => ({ pattern, seen: (match) => seen.push(match) });
  const print = (text: string) => {
    for (const character of text) log.append(character.charCodeAt(0));
  };
  return { log, seen, watch, print };
}

describe('what is looked for on the console', () => {
  test('is found at the byte that completes it', () => {
    const { log, seen, watch, print } = watched();
    log.watch([watch(/b\d/)]);
    print('a1b');
    expect(seen).toEqual([]);
    print('7');
    expect(seen).toEqual(['b7']);
  });

  test('may lie in two pieces of a run', () => {
    const { log, seen, watch, print } = watched();
    log.watch([watch(/hello/)]);
    print('hel');
    log.watch([watch(/hello/)]);
    print('lo');
    expect(seen).toEqual(['hello']);
  });

  test('is looked for anew after a match, and by other patterns', () => {
    const { log, seen, watch, print } = watched();
    log.watch([watch(/ready/)]);
    print('ready');
    log.watch([watch(/ready/)]);
    print('.');
    expect(seen).toEqual(['ready']);
    log.watch([watch(/abc/)]);
    print('ab');
    log.watch([watch(/abc|c/)]);
    print('c');
    expect(seen).toEqual(['ready', 'c']);
  });

  test('may span lines', () => {
    const { log, seen, watch, print } = watched();
    log.watch([watch(/one\r?\ntwo\n/)]);
    print('one\r\ntwo\n');
    expect(seen).toEqual(['one\r\ntwo\n']);
  });
});

describe('what was printed', () => {
  test('is there byte by byte', () => {
    const { log } = watched();
    for (let byte = 0; byte < 256; byte++) log.append(byte);
    expect(log.text).toBe(String.fromCharCode(...Array(256).keys()));
    expect(log.length).toBe(256);
  });

  test('is kept for the last 4 MiB at least', () => {
    const { log } = watched();
    const total = (10 << 20) + 5;
    for (let index = 0; index < total; index++) log.append(index % 251);
    expect(log.length).toBe(total);
    const { text } = log;
    expect(text.length).toBeGreaterThanOrEqual(4 << 20);
    expect(text.length).toBeLessThanOrEqual(8 << 20);
    expect(text.charCodeAt(text.length - 1)).toBe((total - 1) % 251);
    expect(text.charCodeAt(0)).toBe((total - text.length) % 251);
  });
});
