import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Access, CTRL_ENABLE, CTRL_HFNMIENA, CTRL_PRIVDEFENA, Mpu } from './mpu.ts';

const { Read, Write, Execute } = Access;
const FULL = 3 << 24;
const XN = 1 << 28;

/** RASR of a region. @param log2 of its size in bytes. */
const rasr = (log2: number, attributes: number, disabledSubregions = 0) =>
  attributes | (disabledSubregions << 8) | ((log2 - 1) << 1) | 1;

function setUp(control = CTRL_ENABLE) {
  const mpu = new Mpu(8);
  let changes = 0;
  mpu.onChange = () => void changes++;
  mpu.writeControl(control);
  const region = (number: number, base: number, attributes: number) => {
    mpu.writeBase(base | 0x10 | number);
    mpu.writeAttributes(attributes);
  };
  /** What may be done at an address, as letters. */
  const rights = (address: number, privileged = true) =>
    `${mpu.allows(address, Read, privileged) ? 'r' : '-'}${mpu.allows(address, Write, privileged) ? 'w' : '-'}${mpu.allows(address, Execute, privileged) ? 'x' : '-'}`;
  return { mpu, region, rights, changes: () => changes };
}

describe('the default memory map', () => {
  const { rights } = setUp(0);
  test.each([
    [0x0000_0000, 'rwx'],
    [0x1fff_ffff, 'rwx'],
    [0x2000_0000, 'rwx'],
    [0x3fff_ffff, 'rwx'],
    [0x4000_0000, 'rw-'],
    [0x5fff_ffff, 'rw-'],
    [0x6000_0000, 'rwx'],
    [0x9fff_ffff, 'rwx'],
    [0xa000_0000, 'rw-'],
    [0xdfff_ffff, 'rw-'],
    [0xe000_0000, 'rw-'],
    [0xffff_fffe, 'rw-'],
  ])('at %i: %s', (address, expected) => {
    expect([rights(address), rights(address, false)]).toEqual([expected, expected]);
  });
});

describe('permissions', () => {
  // Table B3-15.
  test.each([
    [0, '---', '---'],
    [1, 'rwx', '---'],
    [2, 'rwx', 'r-x'],
    [3, 'rwx', 'rwx'],
    [4, '---', '---'],
    [5, 'r-x', '---'],
    [6, 'r-x', 'r-x'],
    [7, 'r-x', 'r-x'],
  ])('AP %i: %s, unprivileged %s', (ap, privileged, unprivileged) => {
    const { region, rights } = setUp();
    region(0, 0x2000_0000, rasr(12, ap << 24));
    expect([rights(0x2000_0010), rights(0x2000_0010, false)]).toEqual([privileged, unprivileged]);
    region(0, 0x2000_0000, rasr(12, (ap << 24) | XN));
    const dropped = [privileged, unprivileged].map((letters) => letters.replace('x', '-'));
    expect([rights(0x2000_0010), rights(0x2000_0010, false)]).toEqual(dropped);
  });

  test('system space is never executable', () => {
    const { region, rights } = setUp();
    region(0, 0, rasr(32, FULL));
    expect([rights(0x4000_0000), rights(0xe010_0000), rights(0xffff_fff0)]).toEqual(['rwx', 'rw-', 'rw-']);
  });

  test('the private peripheral bus has the default map whatever the regions say', () => {
    const { region, rights } = setUp();
    region(0, 0xe000_0000, rasr(28, 0));
    expect([rights(0xe000_ed00), rights(0xe00f_fffc), rights(0xe010_0000)]).toEqual(['rw-', 'rw-', '---']);
  });
});

describe('regions', () => {
  test('nothing matches: a fault, or the default map for privileged code with PRIVDEFENA', () => {
    const { mpu, rights } = setUp();
    expect([rights(0x2000_0000), rights(0x2000_0000, false)]).toEqual(['---', '---']);
    mpu.writeControl(CTRL_ENABLE | CTRL_PRIVDEFENA);
    expect([rights(0x2000_0000), rights(0x4000_0000), rights(0x2000_0000, false)]).toEqual([
      'rwx',
      'rw-',
      '---',
    ]);
  });

  test('of several the highest number counts', () => {
    const { region, rights } = setUp();
    region(0, 0x2000_0000, rasr(16, FULL));
    region(5, 0x2000_4000, rasr(12, 6 << 24));
    region(2, 0x2000_4000, rasr(14, 0));
    expect([0x2000_3ffc, 0x2000_4000, 0x2000_4fff, 0x2000_5000, 0x2000_8000].map((a) => rights(a))).toEqual([
      'rwx',
      'r-x',
      'r-x',
      '---',
      'rwx',
    ]);
  });

  test('a subregion that is disabled lets what is below show', () => {
    const { region, rights } = setUp();
    region(0, 0x2000_0000, rasr(16, 6 << 24));
    region(1, 0x2000_0000, rasr(11, FULL, 0b1000_0010));
    const seen = Array.from({ length: 9 }, (_, i) => rights(0x2000_0000 + 0x100 * i));
    expect(seen).toEqual(['rwx', 'r-x', 'rwx', 'rwx', 'rwx', 'rwx', 'rwx', 'r-x', 'r-x']);
  });

  test('from 32 bytes to all of memory', () => {
    const { region, rights } = setUp();
    region(0, 0x2000_0020, rasr(5, FULL));
    expect([0x2000_001c, 0x2000_0020, 0x2000_003c, 0x2000_0040].map((a) => rights(a))).toEqual([
      '---',
      'rwx',
      'rwx',
      '---',
    ]);
    region(0, 0, rasr(32, FULL, 0b0001_0000));
    expect([0, 0x7fff_fffc, 0x8000_0000, 0xa000_0000, 0xffff_fffc].map((a) => rights(a))).toEqual([
      'rwx',
      'rwx',
      '---',
      'rwx',
      'rw-',
    ]);
  });

  test('SRD does not count below 256 bytes, nor SIZE 0', () => {
    const { region, rights } = setUp();
    region(0, 0x2000_0000, rasr(7, FULL, 0xff));
    expect(rights(0x2000_0000)).toBe('rwx');
    region(0, 0x2000_0000, rasr(1, FULL));
    expect(rights(0x2000_0000)).toBe('---');
    region(0, 0x2000_0000, rasr(2, FULL));
    expect([rights(0x2000_0003), rights(0x2000_0004)]).toEqual(['rwx', '---']);
  });

  test('base bits below the size do not count', () => {
    const { region, rights } = setUp();
    region(0, 0x2000_0fe0, rasr(12, FULL));
    expect([rights(0x2000_0000), rights(0x2000_1000)]).toEqual(['rwx', '---']);
  });
});

describe('negative priorities', () => {
  test('switch the MPU off unless HFNMIENA', () => {
    const { mpu, rights } = setUp();
    mpu.negativePriority = true;
    expect([mpu.active, rights(0x2000_0000)]).toEqual([false, 'rwx']);
    mpu.writeControl(CTRL_ENABLE | CTRL_HFNMIENA);
    expect([mpu.active, rights(0x2000_0000)]).toEqual([true, '---']);
  });

  test('HFNMIENA without ENABLE is no MPU', () => {
    const { mpu } = setUp(CTRL_HFNMIENA);
    expect(mpu.active).toBe(false);
  });
});

describe('registers', () => {
  test('a write of RBAR with VALID selects the region', () => {
    const { mpu } = setUp();
    mpu.writeBase(0x2000_0013);
    expect([mpu.regionNumber, mpu.readBase() >>> 0]).toEqual([3, 0x2000_0003]);
    mpu.writeRegionNumber(5);
    mpu.writeBase(0x3000_0007);
    expect([mpu.regionNumber, mpu.readBase() >>> 0]).toEqual([5, 0x3000_0005]);
  });

  test('a region that does not exist is ignored', () => {
    const { mpu } = setUp();
    mpu.writeRegionNumber(8);
    mpu.writeBase(0x2000_001f);
    expect([mpu.regionNumber, mpu.readBase()]).toEqual([0, 0]);
  });

  test('RASR has its fields and no other bits', () => {
    const { mpu } = setUp();
    mpu.writeAttributes(-1);
    expect(mpu.readAttributes() >>> 0).toBe(0x173f_ff3f);
  });

  test('every write that matters is told', () => {
    const { mpu, changes } = setUp();
    const before = changes();
    mpu.writeControl(0);
    mpu.writeBase(0x2000_0010);
    mpu.writeAttributes(rasr(12, FULL));
    mpu.writeRegionNumber(1);
    expect(changes() - before).toBe(3);
  });

  test('without regions everything reads as zero', () => {
    const mpu = new Mpu(0);
    mpu.writeRegionNumber(1);
    mpu.writeBase(0x2000_0010);
    mpu.writeAttributes(-1);
    expect([mpu.regionNumber, mpu.readBase(), mpu.readAttributes()]).toEqual([0, 0, 0]);
  });
});

/** The check of one address as the pseudocode of B3.5.3 has it, region by region and bit by bit. */
function validate(mpu: Mpu, address: number, access: Access, privileged: boolean): boolean {
  let hit = privileged && (mpu.control & CTRL_PRIVDEFENA) !== 0;
  let ap = 3;
  let executeNever = [2, 5, 6, 7].includes(Math.floor(address / 2 ** 29));
  for (let r = 0; r < mpu.regionCount; r++) {
    const word = mpu.attributes[r]! >>> 0;
    if (word % 2 === 0) continue;
    const size = Math.floor(word / 2) % 32;
    if (size === 0) continue;
    const bytes = 2 ** (size + 1);
    const start = Math.floor((mpu.base[r]! >>> 0) / bytes) * bytes;
    if (address < start || address >= start + bytes) continue;
    const subregion = Math.floor((address - start) / (bytes / 8));
    if (size >= 7 && Math.floor(word / 2 ** (8 + subregion)) % 2 === 1) continue;
    hit = true;
    ap = Math.floor(word / 2 ** 24) % 8;
    executeNever = Math.floor(word / 2 ** 28) % 2 === 1 || address >= 0xe000_0000;
  }
  if (!hit) return false;
  const readable = privileged ? ap !== 0 && ap !== 4 : [2, 3, 6, 7].includes(ap);
  const writable = privileged ? [1, 2, 3].includes(ap) : ap === 3;
  if (access === Write) return writable;
  return readable && !(access === Execute && executeNever);
}

const anyRegion = fc.record({
  number: fc.nat(7),
  base: fc.nat(0x7f).map((n) => 0x2000_0000 + 0x20 * n),
  log2: fc.integer({ min: 1, max: 14 }),
  ap: fc.nat(7),
  xn: fc.boolean(),
  srd: fc.nat(255),
});

test('any set of regions decides as the pseudocode, and whole pages likewise', () => {
  const point = fc.nat(0x1fff).map((n) => 0x2000_0000 + n);
  fc.assert(
    fc.property(
      fc.array(anyRegion, { minLength: 1, maxLength: 8 }),
      fc.array(point, { minLength: 20, maxLength: 20 }),
      fc.boolean(),
      (regions, points, background) => {
        const { mpu, region } = setUp(background ? CTRL_ENABLE | CTRL_PRIVDEFENA : CTRL_ENABLE);
        for (const { number, base, log2, ap, xn, srd } of regions) {
          region(number, base & ~0x1f, rasr(log2, (ap << 24) | (xn ? XN : 0), srd));
        }
        for (const privileged of [true, false]) {
          for (const access of [Read, Write, Execute]) {
            for (const address of points) {
              const expected = validate(mpu, address, access, privileged);
              expect(mpu.allows(address, access, privileged)).toBe(expected);
            }
            for (const page of [0x2000_0000, 0x2000_1000]) {
              let all = true;
              for (let at = page; at < page + 4096 && all; at += 4) {
                all = mpu.allows(at, access, privileged);
              }
              expect(mpu.uniform(page, access, privileged)).toBe(all);
            }
          }
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('a snapshot restored into a fresh MPU is the same', () => {
  const { mpu, region, rights } = setUp();
  region(3, 0x2000_0000, rasr(12, FULL));
  const fresh = setUp(0);
  fresh.mpu.restore(structuredClone(mpu.snapshot()));
  expect(fresh.mpu.snapshot()).toEqual(mpu.snapshot());
  expect(fresh.rights(0x2000_0000)).toBe(rights(0x2000_0000));
});
