import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FILES } from './files.ts';
import { MemoryFiles } from './memory-files.ts';
import { Errno, Operation } from './operations.ts';
import { BASE, TestGuest } from './test-guest.ts';

const NOWHERE = 0x1000;

describe('the console', () => {
  it('takes characters, strings and buffers', () => {
    const guest = new TestGuest();
    guest.bytes[0x40] = 0x21;
    guest.semihosting.call(Operation.WriteCharacter, BASE + 0x40, guest);
    guest.semihosting.call(Operation.WriteString, guest.text(0x100, 'hello '), guest);
    const [out, error, appended] = [guest.open(':tt', 4), guest.open(':tt', 8), guest.open(':tt', 11)];
    expect([guest.write(out, 'world'), guest.write(error, 'oh'), guest.write(appended, '!')]).toEqual([
      0, 0, 0,
    ]);
    expect(guest.written).toEqual({ stdout: '!hello world', stderr: 'oh!' });
  });

  it('takes a string longer than a piece, in order', () => {
    const guest = new TestGuest({}, 0x8000);
    const long = 'abcdefg'.repeat(3000);
    guest.semihosting.call(Operation.WriteString, guest.text(0x100, long), guest);
    expect(guest.written.stdout).toBe(long);
  });

  it('gives input, waits while it may come, and then ends', () => {
    const guest = new TestGuest();
    const input = guest.open(':tt', 0);
    guest.semihosting.setInputOpen(true);
    expect(guest.outcome(Operation.ReadCharacter)).toEqual({ kind: 'wait-input' });
    expect(guest.outcome(Operation.Read, input, BASE + 0x800, 4)).toEqual({ kind: 'wait-input' });
    guest.semihosting.input(Uint8Array.of(0x61, 0x62, 0x63));
    expect(guest.call(Operation.ReadCharacter)).toBe(0x61);
    expect(guest.read(input, 4)).toEqual(['bc', 2]);
    expect(guest.semihosting.inputPending).toBe(0);
    guest.semihosting.setInputOpen(false);
    expect(guest.read(input, 4)).toEqual(['', 4]);
    expect(guest.call(Operation.ReadCharacter)).toBe(-1);
  });

  it('neither waits for nothing nor reads what it may not deliver', () => {
    const guest = new TestGuest();
    const input = guest.open(':tt', 0);
    guest.semihosting.setInputOpen(true);
    expect(guest.read(input, 0)).toEqual(['', 0]);
    guest.semihosting.input(Uint8Array.of(1, 2));
    expect(guest.call(Operation.Read, input, NOWHERE, 2)).toBe(2);
    expect(guest.errors).toEqual(['bad-pointer']);
    expect(guest.semihosting.inputPending).toBe(2);
  });

  it('keeps long input in order', () => {
    const guest = new TestGuest();
    const sent: number[] = [];
    const got: number[] = [];
    for (let round = 0; round < 50; round++) {
      const bytes = Uint8Array.from({ length: round * 3 }, (_, index) => (round + index) & 255);
      sent.push(...bytes);
      guest.semihosting.input(bytes);
      for (let count = 0; count < round && guest.semihosting.inputPending > 0; count++) {
        got.push(guest.call(Operation.ReadCharacter));
      }
    }
    while (guest.semihosting.inputPending > 0) got.push(guest.call(Operation.ReadCharacter));
    expect(got).toEqual(sent);
  });

  it('is a terminal that has no length and no position', () => {
    const guest = new TestGuest();
    const out = guest.open(':tt', 4);
    expect(guest.call(Operation.IsTty, out)).toBe(1);
    expect(guest.call(Operation.FileLength, out)).toBe(-1);
    expect(guest.call(Operation.Seek, out, 0)).toBe(-1);
    expect(guest.errno).toBe(Errno.ESPIPE);
    expect(guest.read(out, 3)).toEqual(['', 3]);
    expect(guest.write(guest.open(':tt', 0), 'abc')).toBe(3);
    expect(guest.errno).toBe(Errno.EBADF);
  });
});

describe('files', () => {
  it('are written, measured, read and removed', () => {
    const files = new MemoryFiles();
    const guest = new TestGuest({ files });
    const out = guest.open('a.txt', 4);
    expect(guest.write(out, 'one two')).toBe(0);
    expect(guest.call(Operation.FileLength, out)).toBe(7);
    expect(guest.call(Operation.Close, out)).toBe(0);
    const input = guest.open('a.txt', 0);
    expect(guest.call(Operation.IsTty, input)).toBe(0);
    expect(guest.read(input, 3)).toEqual(['one', 0]);
    expect(guest.read(input, 10)).toEqual([' two', 6]);
    expect(guest.read(input, 10)).toEqual(['', 10]);
    expect(guest.call(Operation.Seek, input, 4)).toBe(0);
    expect(guest.read(input, 3)).toEqual(['two', 0]);
    expect(guest.call(Operation.Rename, guest.text(0x100, 'a.txt'), 5, guest.text(0x200, 'b.txt'), 5)).toBe(
      0,
    );
    expect(guest.call(Operation.Remove, guest.text(0x100, 'b.txt'), 5)).toBe(0);
    expect(guest.call(Operation.Remove, guest.text(0x100, 'b.txt'), 5)).toBe(-1);
    expect(guest.errno).toBe(Errno.ENOENT);
  });

  it.each<[number, string, string, string | number]>([
    [0, 'r', 'no', 'old'],
    [2, 'r+', 'XYZ', 'XYZ'],
    [4, 'w', 'XYZ', 'XYZ'],
    [6, 'w+', 'X', 'X'],
    [8, 'a', 'XYZ', 'oldXYZ'],
    [10, 'a+', 'XYZ', 'oldXYZ'],
  ])('mode %i is fopen %s', (mode, _, text, expected) => {
    const files = new MemoryFiles();
    const guest = new TestGuest({ files });
    guest.write(guest.open('f', 4), 'old');
    const handle = guest.open('f', mode);
    const result = guest.write(handle, text);
    expect(result).toBe(mode === 0 ? text.length : 0);
    expect(new TextDecoder().decode(files.contents('f'))).toBe(expected);
    const readable = mode === 0 || (mode & 2) !== 0;
    guest.call(Operation.Seek, handle, 0);
    expect(guest.read(handle, 1)[1]).toBe(readable ? 0 : 1);
  });

  it.each([0, 1, 2, 3])('mode %i does not make a file', (mode) => {
    const guest = new TestGuest();
    expect(guest.open('new', mode)).toBe(-1);
    expect(guest.errno).toBe(Errno.ENOENT);
  });

  it('answer with what did not fit on the disk', () => {
    const guest = new TestGuest({ files: new MemoryFiles(10) });
    const handle = guest.open('f', 4);
    expect(guest.write(handle, '0123456789abcdef')).toBe(6);
    expect(guest.write(handle, 'x')).toBe(1);
    expect(guest.errno).toBe(Errno.ENOSPC);
  });

  it('do not grow past what SYS_FLEN can say', () => {
    const guest = new TestGuest();
    const handle = guest.open('f', 4);
    guest.call(Operation.Seek, handle, 0xffffffff);
    expect(guest.write(handle, 'x')).toBe(1);
    expect(guest.errno).toBe(Errno.EFBIG);
  });

  it('do not exist without a directory', () => {
    const guest = new TestGuest({ files: NO_FILES });
    for (const act of [
      () => guest.open('f', 4),
      () => guest.call(Operation.Remove, guest.text(0x100, 'f'), 1),
    ]) {
      expect(act()).toBe(-1);
      expect(guest.errno).toBe(Errno.EACCES);
    }
  });

  it('have handles from 1 on, the lowest free one, and not too many', () => {
    const guest = new TestGuest();
    expect([guest.open('a', 4), guest.open('b', 4), guest.open('c', 4)]).toEqual([1, 2, 3]);
    guest.call(Operation.Close, 2);
    expect(guest.call(Operation.Close, 2)).toBe(-1);
    expect(guest.errno).toBe(Errno.EBADF);
    expect(guest.open('d', 4)).toBe(2);
    for (let count = 4; count <= 64; count++) expect(guest.open('e', 4)).toBe(count);
    expect(guest.open('e', 4)).toBe(-1);
    expect(guest.errno).toBe(Errno.EMFILE);
  });

  it('are refused by mode, by reserved name, by length and by encoding', () => {
    const guest = new TestGuest();
    expect([guest.open('f', 12), guest.errno]).toEqual([-1, Errno.EINVAL]);
    expect([guest.open(':other', 0), guest.errno]).toEqual([-1, Errno.ENOENT]);
    expect([guest.open('f'.repeat(1025), 4), guest.errno]).toEqual([-1, Errno.ENAMETOOLONG]);
    guest.bytes[0x100] = 0xff;
    expect([guest.call(Operation.Open, BASE + 0x100, 4, 1), guest.errno]).toEqual([-1, Errno.EINVAL]);
  });

  it('have temporary names, the same for the same number', () => {
    const guest = new TestGuest();
    const name = (identifier: number, room = 32) => {
      const result = guest.call(Operation.TemporaryName, BASE + 0x100, identifier, room);
      return result === 0 ? new TextDecoder().decode(guest.bytes.subarray(0x100, 0x107)) : result;
    };
    expect([name(7), name(255), name(7)]).toEqual(['tmp007\0', 'tmp255\0', 'tmp007\0']);
    expect([name(256), name(1, 6)]).toEqual([-1, -1]);
  });
});

describe('the features file', () => {
  it('announces extended exit and separate stderr', () => {
    const guest = new TestGuest();
    const handle = guest.open(':semihosting-features', 1);
    expect(guest.call(Operation.FileLength, handle)).toBe(5);
    expect(guest.read(handle, 10)).toEqual(['SHFB\x03', 5]);
    guest.call(Operation.Seek, handle, 4);
    expect(guest.read(handle, 1)).toEqual(['\x03', 0]);
    expect(guest.call(Operation.IsTty, handle)).toBe(0);
    expect(guest.write(handle, 'x')).toBe(1);
    expect(guest.open(':semihosting-features', 4)).toBe(-1);
  });
});

describe('time', () => {
  it('is virtual', () => {
    const guest = new TestGuest();
    guest.cycles = 2 ** 40 + 7;
    expect(guest.call(Operation.Clock)).toBe(Math.floor((2 ** 40 + 7) / 1_000_000));
    expect(guest.call(Operation.Time)).toBe(1_000_000_000 + Math.floor((2 ** 40 + 7) / 100_000_000));
    expect(guest.call(Operation.TickFrequency)).toBe(100_000_000);
    expect(guest.call(Operation.Elapsed)).toBe(0);
    expect([guest.view.getUint32(0, true), guest.view.getUint32(4, true)]).toEqual([7, 256]);
  });
});

describe('the environment', () => {
  it('gives the command line where there is room', () => {
    const guest = new TestGuest();
    expect(guest.call(Operation.GetCommandLine, BASE + 0x100, 16)).toBe(0);
    expect(new TextDecoder().decode(guest.bytes.subarray(0x100, 0x110))).toBe('program one two\0');
    expect(guest.view.getUint32(4, true)).toBe(15);
    expect(guest.call(Operation.GetCommandLine, BASE + 0x100, 15)).toBe(-1);
    expect(guest.errno).toBe(Errno.E2BIG);
  });

  it('gives heap and stack through a pointer to the block', () => {
    const guest = new TestGuest();
    guest.call(Operation.HeapInfo, BASE + 0x100);
    const words = [0, 4, 8, 12].map((offset) => guest.view.getUint32(0x100 + offset, true));
    expect(words).toEqual([0x80001000, 0x80002000, 0x80004000, 0x80003000]);
  });

  it('runs no commands', () => {
    const guest = new TestGuest();
    expect(guest.call(Operation.System, guest.text(0x100, 'ls'), 2)).toBe(-1);
  });

  it('tells errors from results', () => {
    const guest = new TestGuest();
    expect([guest.call(Operation.IsError, 0xffffffff), guest.call(Operation.IsError, 5)]).toEqual([1, 0]);
  });
});

describe('the end', () => {
  const guest = new TestGuest();
  it.each([
    [0x20026, 0, 'ADP_Stopped_ApplicationExit'],
    [0x20023, 1, 'ADP_Stopped_RunTimeErrorUnknown'],
    [0, 1, '0x0'],
  ])('SYS_EXIT with %i is %i', (reason, code, name) => {
    expect(guest.semihosting.call(Operation.Exit, reason, guest)).toEqual({
      kind: 'exit',
      code,
      reason: name,
    });
  });

  it.each([
    [0x20026, 0, 0],
    [0x20026, 42, 42],
    [0x20026, 256, 256],
    [0x20026, 0xffffffff, -1],
    [0x20024, 0, 1],
  ])('SYS_EXIT_EXTENDED with %i, %i is %i', (reason, subcode, code) => {
    expect(guest.outcome(Operation.ExitExtended, reason, subcode)).toMatchObject({ kind: 'exit', code });
  });
});

describe('a guest that errs', () => {
  it.each([0, 0x0b, 0x14, 0x17, 0x19, 0x32, 0x100, 0xffffffff])('with operation %i gets -1', (operation) => {
    const guest = new TestGuest();
    expect(guest.call(operation)).toBe(-1);
    expect(guest.errors).toEqual(['unimplemented']);
  });

  it.each(
    Object.entries(Operation).filter(([, operation]) => {
      const withoutBlock: number[] = [
        Operation.ReadCharacter,
        Operation.Clock,
        Operation.Time,
        Operation.System,
        Operation.Errno,
        Operation.Exit,
        Operation.TickFrequency,
      ];
      return !withoutBlock.includes(operation);
    }),
  )('with a bad pointer to %s gets -1', (_, operation) => {
    const guest = new TestGuest();
    for (const pointer of [
      NOWHERE,
      0xffffffff,
      0,
      BASE + 0x3fff + (operation === Operation.WriteCharacter ? 1 : 0),
    ]) {
      guest.bytes.fill(1);
      guest.errors.length = 0;
      expect(guest.semihosting.call(operation, pointer, guest)).toEqual({ kind: 'continue', result: -1 });
      expect(guest.errors).toEqual(['bad-pointer']);
    }
  });

  it('with a bad pointer inside the block gets -1, or the buffer as not transferred', () => {
    const guest = new TestGuest();
    const out = guest.open(':tt', 4);
    expect(guest.call(Operation.Write, out, NOWHERE, 5)).toBe(5);
    expect(guest.call(Operation.Write, out, BASE, 0xffffffff)).toBe(-1);
    expect(guest.call(Operation.Open, NOWHERE, 4, 5)).toBe(-1);
    expect(guest.call(Operation.GetCommandLine, NOWHERE, 80)).toBe(-1);
    expect(guest.call(Operation.HeapInfo, NOWHERE)).toBe(-1);
    expect(guest.errno).toBe(Errno.EFAULT);
    expect(guest.errors).toHaveLength(5);
    expect(guest.written.stdout).toBe('');
  });

  it('never throws, whatever it passes', () => {
    const guest = new TestGuest({ files: new MemoryFiles(4096) });
    guest.open(':tt', 0);
    guest.open('f', 6);
    const word = fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: BASE, max: BASE + 0x4000 }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 1024, 1025),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x33 }),
        fc.array(word, { minLength: 4, maxLength: 4 }),
        word,
        (operation, block, parameter) => {
          for (const target of [BASE, parameter]) {
            for (const [index, value] of block.entries()) guest.view.setUint32(4 * index, value, true);
            const outcome = guest.semihosting.call(operation, target, guest);
            if (outcome.kind === 'continue') expect(outcome.result).toBe(outcome.result | 0);
          }
        },
      ),
      { seed: 731, numRuns: 5000 },
    );
  });
});

describe('a snapshot', () => {
  it('carries open files, positions, errno and input into another machine', () => {
    const files = new MemoryFiles();
    const guest = new TestGuest({ files });
    guest.write(guest.open('f', 6), 'abcdef');
    guest.call(Operation.Seek, 1, 2);
    guest.open(':tt', 0);
    guest.open(':semihosting-features', 0);
    guest.open('gone', 4);
    guest.call(Operation.Seek, 3, 3);
    guest.call(Operation.Close, 99);
    guest.semihosting.input(Uint8Array.of(0x78, 0x79));
    guest.semihosting.setInputOpen(true);
    const state = guest.semihosting.snapshot();
    expect(guest.call(Operation.ReadCharacter)).toBe(0x78);
    files.remove('gone');

    const other = new TestGuest({ files });
    other.open('leftover', 4);
    other.semihosting.restore(state);
    expect(other.semihosting.snapshot()).toEqual(state);
    expect(other.errno).toBe(Errno.EBADF);
    expect(other.read(1, 3)).toEqual(['cde', 0]);
    expect(other.read(2, 5)).toEqual(['xy', 3]);
    expect(other.read(3, 2)).toEqual(['B\x03', 0]);
    expect(other.write(4, 'x')).toBe(1);
    expect(other.errno).toBe(Errno.EIO);
    expect(other.outcome(Operation.ReadCharacter)).toEqual({ kind: 'wait-input' });
  });

  it('does not empty a file that was open for writing', () => {
    const files = new MemoryFiles();
    const guest = new TestGuest({ files });
    guest.write(guest.open('f', 4), 'abc');
    guest.semihosting.restore(guest.semihosting.snapshot());
    guest.write(1, 'def');
    expect(new TextDecoder().decode(files.contents('f'))).toBe('abcdef');
  });

  it('is closed by a reset, which keeps the input', () => {
    const guest = new TestGuest();
    guest.open('f', 4);
    guest.semihosting.input(Uint8Array.of(1));
    guest.semihosting.reset();
    expect(guest.call(Operation.Close, 1)).toBe(-1);
    expect(guest.semihosting.inputPending).toBe(1);
  });
});
