import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { DirectoryFiles } from './host-files.ts';
import { Errno, openMode } from './operations.ts';
import { TestGuest } from './test-guest.ts';

const READ = openMode(0);
const UPDATE = openMode(2);
const WRITE = openMode(4);
const APPEND = openMode(8);

describe('DirectoryFiles', () => {
  let outside = '';
  let root = '';
  let files: DirectoryFiles;
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'bluesim-files-'));
    root = join(outside, 'root');
    mkdirSync(join(root, 'sub'), { recursive: true });
    writeFileSync(join(outside, 'secret'), 'secret');
    writeFileSync(join(root, 'inside'), 'inside');
    files = new DirectoryFiles(root);
  });
  afterEach(() => rmSync(outside, { recursive: true }));

  /** The errno of opening, or what the file holds. */
  function open(path: string, mode = READ): number | string {
    const file = files.open(path, mode);
    if (typeof file === 'number') return -file;
    const into = new Uint8Array(100);
    const count = file.read(0, into);
    file.close();
    return new TextDecoder().decode(into.subarray(0, Math.max(0, count)));
  }

  it.each(['inside', './inside', '/inside', 'sub/../inside', '//sub/.././inside'])('opens %s', (path) => {
    expect(open(path)).toBe('inside');
  });

  it.each<[string, number]>([
    ['../secret', Errno.EACCES],
    ['/../secret', Errno.EACCES],
    ['sub/../../secret', Errno.EACCES],
    ['../root/inside', Errno.EACCES],
    ['missing', Errno.ENOENT],
    ['missing/x', Errno.ENOENT],
    ['inside/x', Errno.ENOTDIR],
    ['sub', Errno.EISDIR],
    ['/', Errno.EISDIR],
    ['', Errno.EISDIR],
    ['a\0b', Errno.EINVAL],
    ['x'.repeat(500), Errno.ENAMETOOLONG],
  ])('refuses %j', (path, errno) => {
    expect(open(path)).toBe(errno);
  });

  it('follows links inside the root only', () => {
    symlinkSync('inside', join(root, 'good'));
    symlinkSync('..', join(root, 'sub', 'up'));
    symlinkSync('../secret', join(root, 'bad'));
    symlinkSync(outside, join(root, 'folder'));
    symlinkSync('../made', join(root, 'dangling'));
    symlinkSync('circle', join(root, 'circle'));
    expect(open('good')).toBe('inside');
    expect(open('sub/up/inside')).toBe('inside');
    expect(open('bad')).toBe(Errno.EACCES);
    expect(open('bad', WRITE)).toBe(Errno.EACCES);
    expect(open('folder/secret')).toBe(Errno.EACCES);
    expect(open('folder/new', WRITE)).toBe(Errno.EACCES);
    expect(open('dangling', WRITE)).toBe(Errno.ENOENT);
    expect(open('circle')).toBe(Errno.ELOOP);
    expect(existsSync(join(outside, 'made'))).toBe(false);
    expect(files.remove('folder/secret')).toBe(-Errno.EACCES);
    expect(files.rename('inside', 'folder/stolen')).toBe(-Errno.EACCES);
    expect(files.rename('folder/secret', 'got')).toBe(-Errno.EACCES);
    expect(files.remove('bad')).toBe(0);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  it('is not fooled by a sibling with a longer name', () => {
    mkdirSync(join(outside, 'root2'));
    writeFileSync(join(outside, 'root2', 'x'), 'x');
    symlinkSync('../root2', join(root, 'sibling'));
    expect(open('sibling/x')).toBe(Errno.EACCES);
  });

  it.skipIf(process.platform === 'win32')('opens no pipe, which would wait for ever', () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(open('pipe')).toBe(Errno.EACCES);
    expect(open('pipe', WRITE)).toBe(Errno.EACCES);
  });

  it('writes through, appends, truncates, renames and removes', () => {
    const guest = new TestGuest({ files });
    const handle = guest.open('sub/new', 4);
    expect(guest.write(handle, 'abc')).toBe(0);
    expect(readFileSync(join(root, 'sub/new'), 'utf8')).toBe('abc');
    const appended = guest.open('sub/new', 8);
    guest.write(appended, 'def');
    expect(readFileSync(join(root, 'sub/new'), 'utf8')).toBe('abcdef');
    expect(guest.call(0x0c, appended)).toBe(6);
    guest.open('sub/new', 4);
    expect(guest.call(0x0c, handle)).toBe(0);
    expect(files.rename('sub/new', 'moved')).toBe(0);
    expect(files.remove('moved')).toBe(0);
    expect(files.remove('moved')).toBe(-Errno.ENOENT);
    expect(files.remove('sub')).toBeLessThan(0);
    expect(files.rename('missing', 'x')).toBe(-Errno.ENOENT);
  });

  it('tells reading from writing', () => {
    const reading = files.open('inside', READ);
    const updating = files.open('inside', UPDATE);
    const appending = files.open('inside', APPEND);
    if (typeof reading === 'number' || typeof updating === 'number' || typeof appending === 'number')
      throw new Error('not opened');
    expect(reading.write(0, Uint8Array.of(1))).toBe(-Errno.EBADF);
    expect(updating.write(0, Uint8Array.of(0x49))).toBe(1);
    expect(appending.read(0, new Uint8Array(1))).toBe(-Errno.EBADF);
    expect(reading.length()).toBe(6);
    expect([reading.close(), updating.close(), appending.close()]).toEqual([0, 0, 0]);
    expect([reading.read(0, new Uint8Array(1)), reading.length(), reading.close()]).toEqual([-9, -9, -9]);
  });

  it('wants a root that is a directory', () => {
    expect(() => new DirectoryFiles(join(outside, 'nowhere'))).toThrow(UserError);
    expect(() => new DirectoryFiles(join(outside, 'secret'))).toThrow(/is not a directory/);
  });
});
