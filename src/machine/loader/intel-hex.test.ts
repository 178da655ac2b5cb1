import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { looksLikeIntelHex, parseIntelHex } from './intel-hex.ts';
import { buildHex } from './test-images.ts';

const END = { type: 1 };
const encode = (text: string) => new TextEncoder().encode(text);

function refusal(text: string): string {
  try {
    parseIntelHex(encode(text), 'x.hex');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.hint).toMatch(/\.$/);
    return error.message;
  }
  throw new Error('the file was accepted');
}

function parse(text: string) {
  const { segments, entry } = parseIntelHex(encode(text), 'x.hex');
  return { entry, segments: segments.map(({ address, bytes }) => [address, ...bytes]) };
}

describe('parseIntelHex', () => {
  it("reads the example that is everyone's first", () => {
    const text = ':10010000214601360121470136007EFE09D2190140\r\n:00000001FF\r\n';
    const [segment] = parseIntelHex(encode(text), 'x.hex').segments;
    expect(segment!.address).toBe(0x100);
    expect([...segment!.bytes.subarray(0, 4)]).toEqual([0x21, 0x46, 0x01, 0x36]);
  });

  it('joins records that touch, in any order, and keeps gaps', () => {
    const text = buildHex([
      { type: 0, offset: 4, data: [5, 6] },
      { type: 0, offset: 0, data: [1, 2, 3, 4] },
      { type: 0, offset: 8, data: [9] },
      END,
    ]);
    expect(parse(text).segments).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [8, 9],
    ]);
  });

  it('applies linear addresses up to the last byte of the address space', () => {
    const text = buildHex([{ type: 4, data: [0xff, 0xff] }, { type: 0, offset: 0xffff, data: [7] }, END]);
    expect(parse(text).segments).toEqual([[0xffffffff, 7]]);
  });

  it('applies segment addresses, which wrap within 64 KiB', () => {
    const text = buildHex([{ type: 2, data: [0x10, 0x00] }, { type: 0, offset: 0xffff, data: [1, 2] }, END]);
    expect(parse(text).segments).toEqual([
      [0x10000, 2],
      [0x1ffff, 1],
    ]);
  });

  it('reads both kinds of entry', () => {
    expect(parse(buildHex([{ type: 5, data: [0x80, 0, 1, 0] }, END])).entry).toBe(0x80000100);
    expect(parse(buildHex([{ type: 3, data: [0x12, 0x34, 0, 5] }, END])).entry).toBe(0x12345);
  });

  it('accepts lower case, blank lines and no line feed at the end', () => {
    expect(parse('\n  :0100000001fe \r\n\n:00000001ff').segments).toEqual([[0, 1]]);
  });

  it.each<[string, string, RegExp]>([
    ['a wrong checksum', ':0100000001FE\n:0100010001FE\n', /line 2: the checksum is FE and should be FD/],
    ['a character that is no digit', ':01000000G1FE\n', /line 1: there is a character/],
    ['no colon', 'hello\n', /line 1: a record begins with a colon/],
    ['a record cut off', ':0100\n', /line 1: the record is cut off/],
    ['an odd count of digits', ':0100000001FE0\n', /line 1: the record is cut off/],
    ['a wrong length', ':0200000001FD\n', /line 1: the record states 2 data bytes and has 1/],
    ['a line without end', `:${'0'.repeat(1000)}\n`, /line 1: the record is too long/],
    ['an unknown type', buildHex([{ type: 6 }]), /line 1: record type 6/],
    ['a wrong payload', buildHex([{ type: 4, data: [1] }]), /type 4 has 2 data bytes, not 1/],
    ['an end with data', buildHex([{ type: 1, data: [1] }]), /type 1 has 0 data bytes, not 1/],
    ['something after the end', `${buildHex([END])}:00000001FF\n`, /line 2: there is something after/],
    ['a missing end', buildHex([{ type: 0, data: [1] }]), /no end-of-file record/],
    [
      'data past 2^32',
      buildHex([
        { type: 4, data: [255, 255] },
        { type: 0, offset: 0xffff, data: [1, 2] },
      ]),
      /line 2: the data runs past/,
    ],
    [
      'two values for an address',
      buildHex([{ type: 0, offset: 2, data: [1, 2] }, { type: 0, data: [1, 2, 3] }, END]),
      /two values for address 0x00000002: in the data from line 2 and from line 1/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it('is recognised by its first record', () => {
    expect(looksLikeIntelHex(encode(':00000001FF'))).toBe(true);
    expect(looksLikeIntelHex(encode('\r\n:00000001FF'))).toBe(true);
    expect(looksLikeIntelHex(encode(': hello'))).toBe(false);
    expect(looksLikeIntelHex(encode(''))).toBe(false);
  });

  it('reads back whatever was written, at any record length and in any order', () => {
    const chunk = fc.record({
      gap: fc.integer({ min: 1, max: 70_000 }),
      data: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    });
    fc.assert(
      fc.property(
        fc.array(chunk, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 255 }),
        (chunks, size) => {
          const pieces: { type: number; offset: number; data: number[]; high: number }[] = [];
          const expected: number[][] = [];
          let address = 0x8000_0000;
          for (const { gap, data } of chunks) {
            address += gap;
            expected.push([address, ...data]);
            for (let start = 0; start < data.length; ) {
              const at = address + start;
              const count = Math.min(size, data.length - start, 0x10000 - (at % 0x10000));
              pieces.push({
                type: 0,
                high: at >>> 16,
                offset: at & 0xffff,
                data: [...data.subarray(start, start + count)],
              });
              start += count;
            }
            address += data.length;
          }
          const records = pieces
            .reverse()
            .flatMap(({ high, ...record }) => [{ type: 4, data: [high >> 8, high & 255] }, record]);
          expect(parse(buildHex([...records, END])).segments).toEqual(expected);
        },
      ),
      { seed: 4711, numRuns: 200 },
    );
  });
});
