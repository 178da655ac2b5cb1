import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsrFile, type CsrHost } from './csr.ts';
import { csrNames, csrNumber } from './csr-names.ts';
import { Pmp } from './pmp.ts';
import { Privilege } from './trap.ts';

const csr = (name: string) => csrNumber(name)!;

/** A hart of which only the counts and what it is told are there; each instruction takes one cycle. */
class TestHost implements CsrHost {
  readonly pmp = new Pmp();
  readonly timeSource = { ticks: () => this.ticks };
  ticks = 0n;
  cycle = 0;
  instructions = 0;
  readonly told: string[] = [];

  now = () => this.cycle;
  retired = () => this.instructions;
  whenDone = (change: (cycle: number, retired: number) => void) =>
    change(this.cycle + 1, this.instructions + 1);
  accessRulesChanged = () => void this.told.push('accessRulesChanged');
  protectionChanged = () => void this.told.push('protectionChanged');
  interruptsChanged = () => void this.told.push('interruptsChanged');

  pass(instructions: number): void {
    this.cycle += instructions;
    this.instructions += instructions;
  }
}

function setUp() {
  const host = new TestHost();
  return { host, file: new CsrFile(host) };
}

describe('access', () => {
  // Privileged ISA 20240411, 2.1: bits 11 and 10 say whether a number is read-only, bits 9 and 8 who may access it.
  test('the number itself tells who may do what, for each that exists', () => {
    const { file } = setUp();
    file.mcounteren = -1;
    const numbers = Array.from({ length: 0x1000 }, (_, number) => number);
    const existing = numbers.filter((number) => file.has(number));
    const open = existing.filter((number) => (number & 0x300) === 0);
    const accessible = (isWrite: boolean, privilege: Privilege) =>
      numbers.filter((number) => file.accessible(number, isWrite, privilege));
    expect(accessible(false, Privilege.Machine)).toEqual(existing);
    expect(accessible(true, Privilege.Machine)).toEqual(existing.filter((number) => number < 0xc00));
    expect(accessible(false, Privilege.User)).toEqual(open);
    expect(accessible(true, Privilege.User)).toEqual(open.filter((number) => number < 0xc00));
  });

  test('mcounteren opens each counter to user mode by its bit, both halves', () => {
    const { file } = setUp();
    for (let bit = 0; bit < 32; bit++) {
      file.write(csr('mcounteren'), 1 << bit);
      for (const first of [0xc00, 0xc80]) {
        const counters = Array.from({ length: 32 }, (_, counter) => first + counter);
        expect(counters.filter((number) => file.accessible(number, false, Privilege.User))).toEqual([
          first + bit,
        ]);
      }
    }
  });

  test('what does not exist reads as zero and ignores writes', () => {
    const { file } = setUp();
    file.write(0x7c0, 5);
    expect(file.read(0x7c0)).toBe(0);
  });

  test('every register gives a signed integer of 32 bits', () => {
    const { file } = setUp();
    for (let number = 0; number < 0x1000; number++) {
      if (!file.has(number)) continue;
      file.write(number, -1);
      expect(Object.is(file.read(number), file.read(number) | 0), number.toString(16)).toBe(true);
    }
  });
});

/** The bits that a register keeps of what is written. */
const WRITABLE: Record<string, number> = {
  mstatus: 0x0022_1888,
  mie: 0x888,
  mip: 0,
  mepc: -2,
  mcause: -1,
  mtval: -1,
  mscratch: -1,
  mcounteren: -1,
  mcountinhibit: 5,
  menvcfg: 1,
  menvcfgh: 0,
  mstatush: 0,
  mhpmcounter3: 0,
  mhpmcounter31h: 0,
  mhpmevent17: 0,
  pmpaddr7: -1,
};

describe('fields', () => {
  test.each(Object.entries(WRITABLE))('%s keeps the bits that it has', (name, mask) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (first, second) => {
        const { file } = setUp();
        for (const value of [first, second]) {
          // Of a mode that the hart has not, mstatus keeps nothing (3.1.6.1).
          const kept =
            name === 'mstatus' && (value & 0x1800) !== 0x1800 ? value & mask & ~0x1800 : value & mask;
          file.write(csr(name), value);
          expect(file.read(csr(name))).toBe(kept);
        }
      }),
      { seed: 1 },
    );
  });

  test('a write to mtvec with a reserved mode changes nothing', () => {
    const { file } = setUp();
    file.write(csr('mtvec'), 0x8000_0001);
    for (const value of [2, 3, -1, 0x1234_5672]) {
      file.write(csr('mtvec'), value);
      expect(file.read(csr('mtvec')) >>> 0).toBe(0x8000_0001);
    }
  });

  test('misa tells of RV32IMAC and U, whatever is written', () => {
    const { file } = setUp();
    const letters = [...'ACIMU'].reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) - 65)), 1 << 30);
    file.write(csr('misa'), 0);
    expect(file.read(csr('misa'))).toBe(letters);
  });

  test('reset clears everything', () => {
    const { file, host } = setUp();
    for (const name of Object.keys(WRITABLE)) file.write(csr(name), -1);
    host.pmp.reset();
    file.reset();
    for (const name of Object.keys(WRITABLE)) expect(file.read(csr(name)), name).toBe(0);
  });
});

describe('the hart is told', () => {
  test.each([
    ['mstatus', 0x1888, ['interruptsChanged', 'accessRulesChanged']],
    ['mie', 0x888, ['interruptsChanged']],
    ['pmpcfg0', 0x1f, ['protectionChanged']],
    ['pmpaddr0', 1, ['protectionChanged']],
    ['mscratch', 1, []],
  ])('of %s', (name, value, told) => {
    const { host, file } = setUp();
    file.write(csr(name), value);
    expect(host.told).toEqual(told);
  });

  test('of a change of the protection only', () => {
    const { host, file } = setUp();
    file.write(csr('pmpcfg0'), 0);
    file.write(csr('pmpaddr0'), 0);
    expect(host.told).toEqual([]);
  });
});

describe.each([
  ['mcycle', 'cycle', 1],
  ['minstret', 'instret', 4],
])('%s', (name, shadow, inhibit) => {
  const whole = (file: CsrFile, low = csr(name)) =>
    BigInt.asUintN(32, BigInt(file.read(low))) | (BigInt.asUintN(32, BigInt(file.read(low + 0x80))) << 32n);

  // 3.1.10 and Unprivileged ISA 7.1: a write takes the place of the count of its own instruction.
  test('counts on from what was written, over all 64 bits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat({ max: 2 ** 31 }),
        fc.nat({ max: 2 ** 31 }),
        (value, before, after) => {
          const { host, file } = setUp();
          host.pass(before);
          file.write(csr(`${name}h`), Number(BigInt.asIntN(32, value >> 32n)));
          host.pass(1);
          // The low half counted on meanwhile; now it is written too.
          file.write(csr(name), Number(BigInt.asIntN(32, value)));
          host.pass(1);
          const carried = whole(file) >> 32n !== value >> 32n;
          expect(carried).toBe(false);
          expect(whole(file)).toBe(value);
          expect(whole(file, csr(shadow))).toBe(value);
          host.pass(after);
          expect(whole(file)).toBe(BigInt.asUintN(64, value + BigInt(after)));
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  test('follows any sequence of steps, writes and stops like a counter that is counted one by one', () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('pass' as const), value: fc.nat({ max: 3 }) }),
      fc.record({ kind: fc.constant('low' as const), value: fc.constantFrom(0, 1, -1, -2, 0x7fff_ffff) }),
      fc.record({ kind: fc.constant('high' as const), value: fc.constantFrom(0, 1, -1) }),
      fc.record({
        kind: fc.constant('inhibit' as const),
        value: fc.constantFrom(0, 5, inhibit, 5 - inhibit),
      }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const { host, file } = setUp();
        let value = 0n;
        let stopped = false;
        const count = () => {
          if (!stopped) value = BigInt.asUintN(64, value + 1n);
        };
        for (const { kind, value: operand } of acts) {
          const bits = BigInt.asUintN(32, BigInt(operand));
          switch (kind) {
            case 'pass':
              for (let i = 0; i < operand; i++) count();
              host.pass(operand);
              break;
            case 'low':
              file.write(csr(name), operand);
              value = (value & ~0xffff_ffffn) | bits;
              host.pass(1);
              break;
            case 'high':
              file.write(csr(`${name}h`), operand);
              value = (value & 0xffff_ffffn) | (bits << 32n);
              host.pass(1);
              break;
            default: {
              // The instruction that stops the counter is counted; the one that starts it is not.
              file.write(csr('mcountinhibit'), operand);
              count();
              stopped = (operand & inhibit) !== 0;
              host.pass(1);
            }
          }
          expect(whole(file)).toBe(value);
        }
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

test('time shows the ticks of the platform', () => {
  const { host, file } = setUp();
  host.ticks = 0x1_8000_0001n;
  expect(file.read(csr('time')) >>> 0).toBe(0x8000_0001);
  expect(file.read(csr('timeh'))).toBe(1);
});

test('a snapshot restored into a fresh file gives the same registers and counts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(WRITABLE), 'mcycle', 'minstreth'), fc.integer())),
      fc.nat({ max: 1000 }),
      (writes, passed) => {
        const { host, file } = setUp();
        for (const [name, value] of writes) file.write(csr(name), value);
        host.pass(passed);
        const fresh = new CsrFile(host);
        fresh.restore(structuredClone(file.snapshot()));
        expect(fresh.snapshot()).toEqual(file.snapshot());
        host.pass(10);
        const all = (from: CsrFile) => [...csrNames().keys()].map((number) => from.read(number));
        expect(all(fresh)).toEqual(all(file));
      },
    ),
    { seed: 1, numRuns: 50 },
  );
});
