import { describe, expect, test } from 'vitest';
import { TestBench } from '../testing.ts';
import { CfiFlash } from './cfi-flash.ts';

const BLOCK = 0x4_0000;

function setUp() {
  const bench = new TestBench();
  const changes: [number, number][] = [];
  let direct = false;
  const array = {
    bytes: new Uint8Array(4 * BLOCK),
    changed: (offset: number, sizeBytes: number) => void changes.push([offset, sizeBytes]),
    setDirect: (value: boolean) => void (direct = value),
  };
  const flash = bench.create((context) => new CfiFlash(context, { name: 'flash0', array }));
  return {
    bench,
    flash,
    changes,
    bytes: array.bytes,
    isDirect: () => direct,
    /** A command to both chips. */
    command: (offset: number, value: number) => flash.write(offset, 4, value * 0x1_0001),
  };
}

describe('modes', () => {
  test('the array answers itself until a command is written', () => {
    const { flash, bytes, command, isDirect } = setUp();
    expect(isDirect()).toBe(true);
    bytes.set([1, 2, 3, 4], 8);
    expect([flash.read(8, 4), flash.read(9, 1), flash.read(10, 2)]).toEqual([0x0403_0201, 2, 0x0403]);
    command(0, 0x90);
    expect([isDirect(), flash.read(0, 4), flash.read(4, 4)]).toEqual([false, 0x89_0089, 0x18_0018]);
    command(0, 0xff);
    expect([isDirect(), flash.read(8, 4)]).toEqual([true, 0x0403_0201]);
  });

  test('the CFI query tells geometry: chips of half the size, equal blocks', () => {
    const { flash, command } = setUp();
    command(0x55 * 4, 0x98);
    const query = (index: number) => flash.read(4 * index, 1);
    expect(String.fromCharCode(query(0x10), query(0x11), query(0x12))).toBe('QRY');
    expect(2 ** query(0x27)).toBe(2 * BLOCK);
    expect(query(0x2d) + 256 * query(0x2e) + 1).toBe(4);
    expect((query(0x2f) + 256 * query(0x30)) * 256).toBe(BLOCK / 2);
  });

  test('an unknown command is reported and leads back to the array', () => {
    const { bench, command, isDirect } = setUp();
    command(0, 0x70);
    command(0, 0x33);
    expect([isDirect(), bench.errors]).toEqual([true, ['unimplemented: unknown flash command 0x33']]);
  });
});

describe('changing the array', () => {
  test('a word is programmed in its width', () => {
    const { flash, bytes, changes, command, isDirect } = setUp();
    command(0x100, 0x40);
    flash.write(0x102, 2, 0xabcd);
    expect([...bytes.subarray(0x100, 0x106)]).toEqual([0, 0, 0xcd, 0xab, 0, 0]);
    expect([changes, flash.read(0, 4), isDirect()]).toEqual([[[0x102, 2]], 0x80_0080, false]);
  });

  test('an erase sets a whole block to ones once it is confirmed', () => {
    const { flash, bytes, changes, command } = setUp();
    command(BLOCK + 0x500, 0x20);
    expect(changes).toEqual([]);
    command(BLOCK + 0x500, 0xd0);
    expect(changes).toEqual([[BLOCK, BLOCK]]);
    expect([bytes[BLOCK - 1], bytes[BLOCK], bytes[2 * BLOCK - 1], bytes[2 * BLOCK]]).toEqual([
      0, 255, 255, 0,
    ]);
    expect(flash.read(0, 1)).toBe(0x80);
  });

  test('an erase that is not confirmed is an error in the status until that is cleared', () => {
    const { bench, flash, changes, command } = setUp();
    command(0, 0x20);
    command(0, 0x11);
    expect([changes, flash.read(0, 1)]).toEqual([[], 0xb0]);
    expect(bench.errors).toEqual(['sequence: block erase confirmed with 0x11']);
    command(0, 0x50);
    command(0, 0x70);
    expect(flash.read(0, 1)).toBe(0x80);
  });

  test('a buffered program happens when it is confirmed, and only then', () => {
    const { flash, bytes, changes, command } = setUp();
    for (const confirm of [0x00, 0xd0]) {
      command(0, 0xe8);
      command(0, 1);
      flash.write(0, 4, 0x1111_1111);
      flash.write(4, 4, 0x2222_2222);
      expect(changes).toEqual([]);
      command(0, confirm);
    }
    expect(changes).toEqual([
      [0, 4],
      [4, 4],
    ]);
    expect([bytes[3], bytes[4], bytes[8]]).toEqual([0x11, 0x22, 0]);
  });

  test('locking does nothing, without complaint', () => {
    const { bench, flash, command } = setUp();
    for (const second of [0x01, 0xd0, 0x2f]) {
      command(0, 0x60);
      command(0, second);
    }
    expect([flash.read(0, 1), bench.errors]).toEqual([0x80, []]);
  });

  test('a reset leads back to the array, whose contents stay', () => {
    const { flash, bytes, command, isDirect } = setUp();
    command(0, 0x20);
    command(0, 0xd0);
    command(0, 0xe8);
    flash.reset();
    expect([isDirect(), bytes[0]]).toEqual([true, 255]);
  });
});
