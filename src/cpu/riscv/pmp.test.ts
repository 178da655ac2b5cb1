/**
 * Physical memory protection against a second, naive description of Privileged ISA 20240411, 3.7.1: entries are
 * sets of bytes as BigInt ranges, every byte of an access is looked at, and registers are plain lists.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Access, PMP_ENTRIES, Pmp } from './pmp.ts';

const [R, W, X, L] = [1, 2, 4, 0x80];
const [OFF, TOR, NA4, NAPOT] = [0x00, 0x08, 0x10, 0x18];

interface Entry {
  configuration: number;
  address: number;
}

// --- The naive reference ----------------------------------------------------------------------------------------

/** First byte and the one behind the last. */
function bytesOf(entries: readonly Entry[], index: number): [bigint, bigint] {
  const { configuration, address } = entries[index]!;
  const base = BigInt(address) * 4n;
  switch (configuration & 0x18) {
    case TOR:
      return [index === 0 ? 0n : BigInt(entries[index - 1]!.address) * 4n, base];
    case NA4:
      return [base, base + 4n];
    case NAPOT: {
      const ones = /1*$/.exec(BigInt(address).toString(2).padStart(32, '0'))![0].length;
      const size = 8n * 2n ** BigInt(ones);
      return [(base / size) * size, (base / size) * size + size];
    }
    default:
      return [0n, 0n];
  }
}

function permits(entries: readonly Entry[], address: number, size: number, access: number, machine: boolean) {
  const bytes = Array.from({ length: size }, (_, offset) => BigInt(address) + BigInt(offset));
  for (const [index, { configuration }] of entries.entries()) {
    const [start, end] = bytesOf(entries, index);
    const matching = bytes.filter((byte) => byte >= start && byte < end).length;
    if (matching === 0) continue;
    if (matching < size) return false;
    return (machine && (configuration & L) === 0) || (configuration & access) !== 0;
  }
  return machine;
}

/** Registers as the guest sees them: written in any order, locked for good. */
class NaiveRegisters {
  readonly entries: Entry[] = Array.from({ length: PMP_ENTRIES }, () => ({ configuration: 0, address: 0 }));

  writeConfiguration(index: number, value: number): void {
    for (let byte = 0; byte < 4; byte++) {
      const entry = this.entries[4 * index + byte]!;
      if (entry.configuration & L) continue;
      const written = (value >>> (8 * byte)) & 0x9f;
      // R = 0 with W = 1 is reserved: W is dropped.
      entry.configuration = (written & (R | W)) === W ? written - W : written;
    }
  }

  writeAddress(index: number, value: number): void {
    const above = this.entries[index + 1]?.configuration ?? 0;
    if (this.entries[index]!.configuration & L) return;
    if (above & L && (above & 0x18) === TOR) return;
    this.entries[index]!.address = value >>> 0;
  }
}

// --- What to try ------------------------------------------------------------------------------------------------

/** Addresses close to each other, so that entries meet, and the ends of the space. */
const pmpaddr = fc.oneof(
  { arbitrary: fc.integer({ min: 0x2000_0000, max: 0x2000_0040 }), weight: 6 },
  {
    arbitrary: fc.constantFrom(0, 1, 0x3fff_ffff, 0x4000_0000, 0x1fff_ffff, 0x7fff_ffff, 0xffff_ffff),
    weight: 1,
  },
  { arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }), weight: 1 },
);
const configurationByte = fc.oneof(
  fc.constantFrom(
    ...[OFF, TOR, NA4, NAPOT].flatMap((mode) =>
      [0, R, R | W, X, R | X, R | W | X].flatMap((permission) => [mode | permission, mode | permission | L]),
    ),
  ),
);
const entries = fc.array(fc.record({ configuration: configurationByte, address: pmpaddr }), {
  minLength: PMP_ENTRIES,
  maxLength: PMP_ENTRIES,
});
const accessOf = fc.record({
  address: fc.oneof(
    { arbitrary: fc.integer({ min: 0x8000_0000 - 8, max: 0x8000_0108 }), weight: 6 },
    { arbitrary: fc.constantFrom(0, 0xffff_fff8, 0xffff_fffc), weight: 1 },
    { arbitrary: fc.integer({ min: 0, max: 0xffff_fffc }), weight: 1 },
  ),
  size: fc.constantFrom(1, 2, 4),
  access: fc.constantFrom(Access.Read, Access.Write, Access.Execute),
  machine: fc.boolean(),
});

function withEntries(list: readonly Entry[]): Pmp {
  const pmp = new Pmp();
  for (const [index, { address }] of list.entries()) pmp.writeAddress(index, address);
  for (let word = 0; word < PMP_ENTRIES / 4; word++) {
    pmp.writeConfiguration(
      word,
      list.slice(4 * word, 4 * word + 4).reduceRight((value, entry) => (value << 8) | entry.configuration, 0),
    );
  }
  return pmp;
}

describe('accesses', () => {
  test('check and allowed agree with the naive reference', () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(accessOf, { minLength: 1, maxLength: 40 }),
        // Without entries that match everything the later ones are seen more often.
        fc.nat({ max: PMP_ENTRIES }),
        (list, accesses, used) => {
          const shown = list.map((entry, index) => (index < used ? entry : { ...entry, configuration: 0 }));
          const pmp = withEntries(shown);
          for (const { address, size, access, machine } of accesses) {
            const expected = permits(shown, address, size, access, machine);
            expect(pmp.check(address, size, access, machine)).toBe(expected);
            // Twice: what was found is remembered.
            expect(pmp.allowed(address, size, access, machine)).toBe(expected);
            expect(pmp.allowed(address, size, access, machine)).toBe(expected);
          }
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  test('ranges longer than an access, as the run loop asks about all of RAM', () => {
    fc.assert(
      fc.property(entries, accessOf, fc.constantFrom(64, 256), (list, { address, access, machine }, size) => {
        fc.pre(address + size <= 2 ** 32);
        expect(withEntries(list).check(address, size, access, machine)).toBe(
          permits(list, address, size, access, machine),
        );
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  test('nothing is remembered across a change', () => {
    const pmp = withEntries([{ configuration: NAPOT | R | W | X, address: 0xffff_ffff }]);
    expect(pmp.allowed(0x8000_0000, 4, Access.Read, false)).toBe(true);
    pmp.writeConfiguration(0, NAPOT);
    expect(pmp.allowed(0x8000_0000, 4, Access.Read, false)).toBe(false);
    pmp.writeConfiguration(0, NAPOT | R);
    expect(pmp.allowed(0x8000_0000, 4, Access.Read, false)).toBe(true);
    pmp.writeAddress(0, 0);
    expect(pmp.allowed(0x8000_0000, 4, Access.Read, false)).toBe(false);
  });

  test('after reset machine mode may everything and user mode nothing', () => {
    const pmp = withEntries([{ configuration: NAPOT | L, address: 0xffff_ffff }]);
    expect(pmp.allowed(0, 4, Access.Read, true)).toBe(false);
    pmp.reset();
    expect(pmp.allowed(0, 4, Access.Read, true)).toBe(true);
    expect(pmp.allowed(0, 4, Access.Read, false)).toBe(false);
  });
});

const write = fc.oneof(
  fc.record({
    kind: fc.constant('configuration' as const),
    index: fc.nat({ max: 3 }),
    // Locks are rare, or soon nothing changes any more.
    value: fc.tuple(fc.integer(), fc.boolean()).map(([v, lock]) => (lock ? v : v & 0x7f7f_7f7f)),
  }),
  fc.record({ kind: fc.constant('address' as const), index: fc.nat({ max: 15 }), value: pmpaddr }),
);

describe('registers', () => {
  test('any sequence of writes leaves what the naive registers hold, and says whether it changed anything', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const pmp = new Pmp();
        const naive = new NaiveRegisters();
        for (const { kind, index, value } of writes) {
          const before = JSON.stringify(naive.entries);
          const changed =
            kind === 'address' ? pmp.writeAddress(index, value) : pmp.writeConfiguration(index, value);
          if (kind === 'address') naive.writeAddress(index, value);
          else naive.writeConfiguration(index, value);
          expect(changed).toBe(JSON.stringify(naive.entries) !== before);
        }
        expect([...pmp.address]).toEqual(naive.entries.map(({ address }) => address));
        expect([...pmp.configuration]).toEqual(naive.entries.map(({ configuration }) => configuration));
        for (let word = 0; word < 4; word++) {
          const bytes = naive.entries.slice(4 * word, 4 * word + 4).map(({ configuration }) => configuration);
          expect(pmp.readConfiguration(word)).toBe(Buffer.from(bytes).readInt32LE());
        }
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
