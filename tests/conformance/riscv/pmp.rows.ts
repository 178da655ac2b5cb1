/** Physical memory protection and MPRV. Privileged ISA 20240411, 3.7.1 and 3.1.6.3. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { csr, read, readBack, write } from './csr.ts';
import {
  CODE,
  type Group,
  group,
  hexOf,
  NOWHERE,
  DATA as PAGES,
  program,
  RAM_END,
  type Row,
  type RowOptions,
  type Specials,
} from './row.ts';

// Table 3.10: the fields of a configuration byte.
const [R, W, X, L] = [1, 2, 4, 0x80];
const [OFF, TOR, NA4, NAPOT] = [0, 1 << 3, 2 << 3, 3 << 3];
const MPRV = 1 << 17;
const MPP_MACHINE = 3 << 11;

/** Configuration byte and pmpaddr. */
type Entry = readonly [configuration: number, address: number];

/** pmpaddr of a naturally aligned range of a power of two of bytes, at least 8 (table 3.11). */
function range(base: number, sizeBytes: number): number {
  if (base % sizeBytes !== 0) throw new Error(`no NAPOT range at ${base.toString(16)}`);
  return Math.floor((base + sizeBytes / 2 - 1) / 4);
}
/** pmpaddr of an address. */
const at = (address: number) => address / 4;

/** The registers for entries from 0 on; the addresses first, because a lock holds them. */
function protect(entries: readonly Entry[], last: Entry | undefined): Specials {
  const all = new Map(entries.entries());
  if (last !== undefined) all.set(15, last);
  const csrs: Record<string, number> = {};
  const words = [0, 0, 0, 0];
  for (const [index, [configuration, address]] of all) {
    csrs[`pmpaddr${index}`] = address;
    words[index >> 2]! |= configuration << (8 * (index & 3));
  }
  words.forEach((word, index) => {
    csrs[`pmpcfg${index}`] = word;
  });
  return csrs;
}

/** In the middle of PAGE below, and at the beginning of every smaller range. */
const PLACE = PAGES + 0x1_0000;

/** User mode needs to fetch its program, and may touch nothing else by this entry. */
const PROGRAM: Entry = [NAPOT | R | X, range(CODE, 0x1_0000)];

// --- Accesses -----------------------------------------------------------------------------------------------------

/** Bytes at PLACE - 16 and up: each tells where it is. */
const BASE = PLACE - 16;
const CONTENT = Array.from({ length: 48 }, (_, index) => (index + 1) & 0xff);
const contentAt = (address: number, sizeBytes: number) =>
  CONTENT.slice(address - BASE, address - BASE + sizeBytes);
const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex');
const WORD = 0x7766_5544;
const NEW_BYTES = [0x44, 0x55, 0x66, 0x77];
const SIZES: Record<string, number> = { lbu: 1, lhu: 2, lw: 4, sb: 1, sh: 2, sw: 4 };

interface Attempt {
  readonly kind: string;
  readonly address: number;
  readonly user?: boolean;
  readonly mstatus?: number;
  readonly entries: readonly Entry[];
  /** Entry 15. Default: in user mode the one that lets the program be fetched. */
  readonly last?: Entry;
  readonly allowed: boolean;
  readonly options?: RowOptions;
}

/** A load or store, allowed or not. */
function access(title: string, attempt: Attempt): Row {
  const { kind, address, user = false, mstatus = 0, entries, allowed } = attempt;
  const isLoad = kind.startsWith('l');
  const code = isLoad
    ? encode(kind, { rd: 10, rs1: 11, imm: 0 })
    : encode(kind, { rs1: 11, rs2: 12, imm: 0 });
  const last = attempt.last ?? (user ? PROGRAM : undefined);
  const sizeBytes = SIZES[kind]!;
  const value = Buffer.from([...contentAt(address, sizeBytes), 0, 0, 0]).readInt32LE();
  const behind = [...CONTENT];
  behind.splice(address - BASE, sizeBytes, ...NEW_BYTES.slice(0, sizeBytes));
  const effect = isLoad ? { x: { 10: value } } : { memory: { [BASE]: hex(behind) } };
  return program(
    `${title}: ${kind} at ${address.toString(16)} from ${user ? 'user' : 'machine'} mode`,
    [code],
    {
      user,
      x: { 11: address, 12: WORD },
      memory: { [BASE]: hex(CONTENT) },
      csr: { mstatus, ...protect(entries, last) },
    },
    allowed ? effect : { trap: { cause: isLoad ? 5 : 7, value: address } },
    attempt.options,
  );
}

const FETCHED = encode('addi', { rd: 10, rs1: 0, imm: 77 });

/** A jump to an address, and the instruction there. */
function fetch(title: string, attempt: Omit<Attempt, 'kind'> & { readonly fault?: number }): Row {
  const { address, user = false, mstatus = 0, entries, allowed, fault = address } = attempt;
  const last = attempt.last ?? (user ? PROGRAM : undefined);
  return program(
    `${title}: fetch at ${address.toString(16)} from ${user ? 'user' : 'machine'} mode`,
    [encode('jalr', { rd: 0, rs1: 11, imm: 0 })],
    {
      user,
      x: { 11: address },
      memory: { [address]: hexOf(FETCHED) },
      csr: { mstatus, ...protect(entries, last) },
    },
    allowed ? { x: { 10: 77 }, pc: address + 4 } : { trap: { cause: 1, value: fault, pc: address } },
    { steps: 2, ...attempt.options },
  );
}

// --- Permissions and modes ----------------------------------------------------------------------------------------

const PAGE = range(PAGES, 0x2_0000);

/** Every legal permission, for every access, in user mode, in machine mode, and locked in machine mode. */
const permissions: Row[] = [0, R, R | W, X, R | X, R | W | X].flatMap((permission) =>
  [
    { user: true, lock: 0 },
    { user: true, lock: L },
    { user: false, lock: 0 },
    { user: false, lock: L },
  ].flatMap(({ user, lock }) => {
    const title = `${permission & R ? 'r' : '-'}${permission & W ? 'w' : '-'}${permission & X ? 'x' : '-'}${lock ? ' locked' : ''}`;
    const common = { address: PLACE, user, entries: [[NAPOT | permission | lock, PAGE]] as const };
    // 3.7.1.2: without the lock an entry binds user mode alone.
    const binds = user || lock !== 0;
    const allows = (access: number) => !binds || (permission & access) !== 0;
    return [
      access(title, { ...common, kind: 'lw', allowed: allows(R) }),
      access(title, { ...common, kind: 'sw', allowed: allows(W) }),
      fetch(title, { ...common, allowed: allows(X) }),
    ];
  }),
);

/** 3.7.1.3: without a matching entry machine mode may, user mode may not. */
const unmatched: Row[] = ['lw', 'sw'].flatMap((kind) => [
  access('no entry', { kind, address: PLACE, entries: [], allowed: true }),
  access('no entry but the one of the program', {
    kind,
    address: PLACE,
    user: true,
    entries: [],
    allowed: false,
  }),
  access('an entry that is off', {
    kind,
    address: PLACE,
    user: true,
    entries: [[OFF | R | W | X, PAGE]],
    allowed: false,
  }),
  access('a locked entry that is off', { kind, address: PLACE, entries: [[OFF | L, PAGE]], allowed: true }),
]);

const noEntries: Row[] = [
  program(
    'user mode without any entry cannot fetch',
    [encode('c.nop', { rd: 0, imm: 0 })],
    { user: true, csr: protect([], undefined) },
    { trap: { cause: 1, value: CODE } },
    { qemu: 'raises illegal instruction for mret to user mode while the PMP has no entry; Priv 3.3.2' },
  ),
  fetch('no entry', { address: PLACE, entries: [], allowed: true }),
  fetch('no entry but the one of the program', { address: PLACE, user: true, entries: [], allowed: false }),
];

/** First and last byte inside, and the neighbours outside, by loads and stores from user mode. */
function edges(title: string, entries: readonly Entry[], start: number, end: number): Row[] {
  const inReach = (address: number) => address >= BASE && address < BASE + CONTENT.length;
  return ['lbu', 'sb'].flatMap((kind) =>
    [start - 1, start, end - 1, end]
      .filter(inReach)
      .map((address) =>
        access(title, { kind, address, user: true, entries, allowed: address >= start && address < end }),
      ),
  );
}

const RW = R | W;
const RWX = R | W | X;

const modes: Row[] = [
  ...edges('NA4', [[NA4 | RWX, at(PLACE)]], PLACE, PLACE + 4),
  ...edges('NA4', [[NA4 | RWX, at(PLACE + 4)]], PLACE + 4, PLACE + 8),
  ...[8, 16].flatMap((size) =>
    edges(`NAPOT of ${size}`, [[NAPOT | RWX, range(PLACE, size)]], PLACE, PLACE + size),
  ),
  ...edges('NAPOT of 8, the upper neighbour', [[NAPOT | RWX, range(PLACE + 8, 8)]], PLACE + 8, PLACE + 16),
  ...[32, 64, 4096, 0x1_0000].flatMap((size) =>
    edges(`NAPOT of ${size}`, [[NAPOT | RWX, range(PLACE, size)]], PLACE, PLACE + size),
  ),
  ...[64, 4096, 0x1_0000].flatMap((size) =>
    edges(`NAPOT of ${size} below`, [[NAPOT | RWX, range(PLACE - size, size)]], PLACE - size, PLACE),
  ),
  // Table 3.11: ones all over cover 2^35 bytes; with 29 ones it is the whole of 32 bits.
  ...[-1, 0x7fff_ffff, 0x3fff_ffff, 0x1fff_ffff].flatMap((address) =>
    edges(`NAPOT with pmpaddr ${(address >>> 0).toString(16)}`, [[NAPOT | RWX, address]], 0, 2 ** 32),
  ),
  ...edges('NAPOT of 2 GiB', [[NAPOT | RWX, range(0x8000_0000, 0x8000_0000)]], 0x8000_0000, 2 ** 32),
  ...edges('NAPOT of 2 GiB, the other half', [[NAPOT | RWX, range(0, 0x8000_0000)]], 0, 0x8000_0000),
  // 3.7.1.1: entry 0 begins at 0, the others at the address register before, whatever that entry's mode is.
  ...edges('TOR in entry 0', [[TOR | RWX, at(PLACE + 8)]], 0, PLACE + 8),
  ...edges(
    'TOR behind an entry that is off',
    [
      [OFF, at(PLACE - 4)],
      [TOR | RWX, at(PLACE + 8)],
    ],
    PLACE - 4,
    PLACE + 8,
  ),
  ...edges(
    'TOR of one word',
    [
      [OFF, at(PLACE)],
      [TOR | RWX, at(PLACE + 4)],
    ],
    PLACE,
    PLACE + 4,
  ),
  ...edges(
    'TOR behind a NAPOT',
    [
      [NAPOT | RWX, range(PLACE + 16, 8)],
      [TOR | RWX, at(PLACE + 24)],
    ],
    PLACE + 16,
    PLACE + 24,
  ),
  ...edges(
    'TOR in the last free entry',
    [...Array.from({ length: 13 }, (): Entry => [OFF, 0]), [OFF, at(PLACE)], [TOR | RWX, at(PLACE + 8)]],
    PLACE,
    PLACE + 8,
  ),
  ...edges(
    'TOR up to the end of 34 bits',
    [
      [OFF, at(PLACE)],
      [TOR | RWX, -1],
    ],
    PLACE,
    2 ** 34,
  ),
  // An empty range matches nothing.
  ...edges(
    'TOR that ends where it begins',
    [
      [OFF, at(PLACE)],
      [TOR | RWX, at(PLACE)],
    ],
    0,
    0,
  ),
  ...edges(
    'TOR that ends before it begins',
    [
      [OFF, at(PLACE + 8)],
      [TOR | RWX, at(PLACE - 8)],
    ],
    0,
    0,
  ),
  ...edges('TOR in entry 0 up to 0', [[TOR | RWX, 0]], 0, 0),
  ...edges(
    'TOR from beyond 32 bits',
    [
      [OFF, 0x4000_0000],
      [TOR | RWX, -1],
    ],
    0,
    0,
  ),
  ...edges('NA4 beyond 32 bits', [[NA4 | RWX, 0x4000_0000 + at(PLACE - 0x8000_0000)]], 0, 0),
];

/** 3.7.1.3: the entry with the lowest number that matches any byte decides. */
const priority: Row[] = ['lw', 'sw'].flatMap((kind) => {
  const user = { kind, address: PLACE, user: true };
  const narrow = range(PLACE, 8);
  return [
    access('deny before allow', {
      ...user,
      entries: [
        [NAPOT, narrow],
        [NAPOT | RW, PAGE],
      ],
      allowed: false,
    }),
    access('allow before deny', {
      ...user,
      entries: [
        [NAPOT | RW, narrow],
        [NAPOT, PAGE],
      ],
      allowed: true,
    }),
    access('beside the first', {
      ...user,
      address: PLACE + 8,
      entries: [
        [NAPOT, narrow],
        [NAPOT | RW, PAGE],
      ],
      allowed: true,
    }),
    access('off entries are passed over', {
      ...user,
      entries: [
        [OFF, narrow],
        [OFF, PAGE],
        [NAPOT | RW, PAGE],
      ],
      allowed: true,
    }),
    access('entry 14 before entry 15', {
      ...user,
      entries: [...Array.from({ length: 14 }, (): Entry => [OFF, 0]), [NAPOT, narrow]],
      last: [NAPOT | R | W | X, -1],
      allowed: false,
    }),
    access('an unlocked allow before a locked deny', {
      kind,
      address: PLACE,
      entries: [
        [NAPOT | RW, narrow],
        [NAPOT | L, PAGE],
      ],
      allowed: true,
    }),
    access('an unlocked deny before a locked deny', {
      kind,
      address: PLACE,
      entries: [
        [NAPOT, narrow],
        [NAPOT | L, PAGE],
      ],
      allowed: true,
    }),
    access('a locked deny before an allow', {
      kind,
      address: PLACE,
      entries: [
        [NAPOT | L, narrow],
        [NAPOT | RW, PAGE],
      ],
      allowed: false,
    }),
    access('beside a locked deny', {
      kind,
      address: PLACE + 8,
      entries: [[NAPOT | L, narrow]],
      allowed: true,
    }),
  ];
});

/**
 * 3.7.1.3: an entry that matches some bytes of an access but not all makes it fail, whatever L, R, W and X are.
 * A misaligned access here is one access. mtval is the address of the access.
 */
const partial: Row[] = ['lw', 'sw', 'lhu', 'sh'].flatMap((kind) => [
  ...partialAt(kind, PLACE),
  // In the middle of a page, and of what the PMP remembers as one.
  ...partialAt(kind, PLACE + 8),
]);

function partialAt(kind: string, place: number): Row[] {
  const odd = kind === 'lhu' || kind === 'sh' ? place - 1 : place - 2;
  const whole: Entry = [NAPOT | RW, PAGE];
  return [
    access('half in an allowing entry', {
      kind,
      address: odd,
      user: true,
      entries: [[NA4 | RW, at(place)]],
      allowed: false,
    }),
    access('half in each of two allowing entries', {
      kind,
      address: odd,
      user: true,
      entries: [
        [NA4 | RW, at(place)],
        [NA4 | RW, at(place - 4)],
      ],
      allowed: false,
    }),
    access('half in the first of two allowing entries', {
      kind,
      address: odd,
      user: true,
      entries: [[NA4 | RW, at(place)], whole],
      allowed: false,
    }),
    access('half in an unlocked entry', {
      kind,
      address: odd,
      entries: [[NA4 | RW, at(place)]],
      allowed: false,
    }),
    access('half in a locked allowing entry', {
      kind,
      address: odd,
      entries: [[NA4 | RW | L, at(place)]],
      allowed: false,
    }),
    // 3.7.1.1: an entry whose top is not above its bottom matches nothing, wherever it lies.
    access('an empty entry between the bytes', {
      kind,
      address: odd,
      user: true,
      entries: [[OFF, at(place)], [TOR, at(place - 8)], [OFF, at(place)], [TOR, at(place)], whole],
      allowed: true,
    }),
    access('all in one entry, misaligned', {
      kind,
      address: odd,
      user: true,
      entries: [whole],
      allowed: true,
    }),
    access('beside the entry', {
      kind,
      address: odd - 4,
      user: true,
      entries: [[NA4, at(place)], whole],
      allowed: true,
    }),
  ];
}

// --- Fetches ------------------------------------------------------------------------------------------------------

const fetches: Row[] = [
  fetch('the first instruction of an entry', {
    address: PLACE,
    user: true,
    entries: [[NAPOT | X, range(PLACE, 8)]],
    allowed: true,
  }),
  fetch('the last one', {
    address: PLACE + 4,
    user: true,
    entries: [[NAPOT | X, range(PLACE, 8)]],
    allowed: true,
  }),
  fetch('behind it', {
    address: PLACE + 8,
    user: true,
    entries: [[NAPOT | X, range(PLACE, 8)]],
    allowed: false,
  }),
  // Priv 3.1.16: mtval points to the portion that faults, mepc to the beginning of the instruction.
  fetch('the second half outside', {
    address: PLACE + 6,
    user: true,
    entries: [[NAPOT | X, range(PLACE, 8)]],
    allowed: false,
    fault: PLACE + 8,
    options: {
      qemu: 'fetches a whole instruction by the permission of its first half; Priv 3.7.1.3 and 3.1.16',
    },
  }),
  fetch('the first half outside', {
    address: PLACE - 2,
    user: true,
    entries: [[NAPOT | X, range(PLACE, 8)]],
    allowed: false,
  }),
  // Halfwords are fetched one by one here: two entries may share an instruction.
  fetch('one half in each of two entries', {
    address: PLACE + 6,
    user: true,
    entries: [
      [NAPOT | X, range(PLACE, 8)],
      [NAPOT | X, range(PLACE + 8, 8)],
    ],
    allowed: true,
  }),
  fetch('locked without x', { address: PLACE, entries: [[NAPOT | L | RW, range(PLACE, 8)]], allowed: false }),
  fetch('beside a locked one without x', {
    address: PLACE + 8,
    entries: [[NAPOT | L | RW, range(PLACE, 8)]],
    allowed: true,
  }),
  program(
    'user mode runs out of its entry',
    [
      encode('c.nop', { rd: 0, imm: 0 }),
      encode('c.nop', { rd: 0, imm: 0 }),
      encode('c.nop', { rd: 0, imm: 0 }),
    ],
    { user: true, csr: protect([[NA4 | X, at(CODE)]], undefined) },
    { trap: { cause: 1, value: CODE + 4, pc: CODE + 4 } },
  ),
];

// --- Atomics ------------------------------------------------------------------------------------------------------

/** 3.7.1.2: LR needs R, SC needs W; an AMO needs both, and its fault is that of a store. */
const atomics: Row[] = [0, R, RW].flatMap((permission) => {
  const csrs = protect([[NAPOT | permission, PAGE]], PROGRAM);
  const memory = { [PLACE]: '01 00 00 00' };
  const x = { 11: PLACE, 12: 5 };
  const name = ['nothing', 'r', '', 'rw'][permission];
  const amo = encode('amoadd.w', { rd: 10, rs1: 11, rs2: 12 });
  const lr = encode('lr.w', { rd: 10, rs1: 11 });
  const sc = encode('sc.w', { rd: 14, rs1: 11, rs2: 12 });
  const fault = (cause: number) => ({ trap: { cause, value: PLACE } });
  return [
    program(
      `lr with ${name}`,
      [lr],
      { user: true, x, memory, csr: csrs },
      permission & R ? { x: { 10: 1 } } : fault(5),
    ),
    program(
      `amoadd with ${name}`,
      [amo],
      { user: true, x, memory, csr: csrs },
      permission & W ? { x: { 10: 1 }, memory: { [PLACE]: '06 00 00 00' } } : fault(7),
      permission === 0
        ? { qemu: 'raises cause 5; Priv 3.7.1.2 and table 3.6: an AMO raises store/AMO access fault' }
        : {},
    ),
    ...(permission & R
      ? [
          program(
            `lr and sc with ${name}`,
            [lr, sc],
            { user: true, x, memory, csr: csrs },
            permission & W
              ? { x: { 10: 1, 14: 0 }, memory: { [PLACE]: '05 00 00 00' } }
              : { x: { 10: 1 }, ...fault(7) },
          ),
        ]
      : []),
  ];
});

// --- MPRV ---------------------------------------------------------------------------------------------------------

/** 3.1.6.3: with MPRV loads and stores of machine mode go by the privilege in MPP; fetches do not. */
const modifyPrivilege: Row[] = [
  ...['lw', 'sw', 'lbu', 'sh'].flatMap((kind) => [
    access('MPRV to user mode, no entry', {
      kind,
      address: PLACE,
      mstatus: MPRV,
      entries: [],
      last: PROGRAM,
      allowed: false,
    }),
    access('MPRV to user mode, allowed', {
      kind,
      address: PLACE,
      mstatus: MPRV,
      entries: [[NAPOT | RW, PAGE]],
      allowed: true,
    }),
    access('MPRV to user mode, denied', {
      kind,
      address: PLACE,
      mstatus: MPRV,
      entries: [[NAPOT | X, PAGE]],
      allowed: false,
    }),
    access('MPRV to machine mode', {
      kind,
      address: PLACE,
      mstatus: MPRV | MPP_MACHINE,
      entries: [[NAPOT, PAGE]],
      allowed: true,
    }),
    access('MPP of user mode without MPRV', {
      kind,
      address: PLACE,
      mstatus: 0,
      entries: [[NAPOT, PAGE]],
      allowed: true,
    }),
  ]),
  fetch('MPRV to user mode', {
    address: PLACE,
    mstatus: MPRV,
    entries: [[NAPOT, PAGE]],
    last: PROGRAM,
    allowed: true,
  }),
  program(
    'MPRV is set and cleared between loads',
    [
      encode('lw', { rd: 10, rs1: 11, imm: 0 }),
      encode('csrrs', { rd: 0, rs1: 12, imm: csr('mstatus') }),
      encode('csrrc', { rd: 0, rs1: 12, imm: csr('mstatus') }),
      encode('lw', { rd: 13, rs1: 11, imm: 0 }),
      encode('csrrs', { rd: 0, rs1: 12, imm: csr('mstatus') }),
      encode('lw', { rd: 14, rs1: 11, imm: 0 }),
    ],
    {
      x: { 11: PLACE, 12: MPRV },
      memory: { [PLACE]: '07 00 00 00' },
      csr: protect([[NAPOT, PAGE]], undefined),
    },
    { x: { 10: 7, 13: 7 }, trap: { cause: 5, value: PLACE }, csr: { mstatus: MPRV | MPP_MACHINE } },
  ),
  program(
    'MPRV in an AMO',
    [encode('amoadd.w', { rd: 10, rs1: 11, rs2: 12 })],
    { x: { 11: PLACE }, csr: { mstatus: MPRV, ...protect([[NAPOT | R, PAGE]], undefined) } },
    { trap: { cause: 7, value: PLACE }, csr: { mstatus: MPRV | MPP_MACHINE } },
  ),
];

// --- Locks and changes --------------------------------------------------------------------------------------------

const locked = (csrs: Specials) => ({ before: { csr: csrs } });

/** 3.7.1.2: writes to a locked entry's registers are ignored, and to the pmpaddr before a locked TOR entry. */
const locks: Row[] = [
  readBack('pmpcfg0', 0, 0x98, locked({ pmpaddr0: PAGE, pmpcfg0: NAPOT | L })),
  readBack('pmpcfg0', 0x0707_0707, 0x0707_0798 | 0, locked({ pmpaddr0: PAGE, pmpcfg0: NAPOT | L })),
  readBack('pmpcfg0', -1 & 0x1f1f_1f1f, 0x1f1f_9f1f | 0, locked({ pmpcfg0: (NAPOT | RWX | L) << 8 })),
  readBack('pmpcfg0', 0, 0x8f00_0000 | 0, locked({ pmpcfg0: (TOR | RWX | L) << 24 })),
  readBack('pmpcfg0', 0, L, locked({ pmpcfg0: OFF | L })),
  readBack('pmpaddr0', 5, 7, locked({ pmpaddr0: 7, pmpcfg0: NAPOT | RWX | L })),
  readBack('pmpaddr0', 5, 7, locked({ pmpaddr0: 7, pmpcfg0: OFF | L })),
  readBack('pmpaddr1', 5, 5, locked({ pmpaddr1: 7, pmpcfg0: NAPOT | RWX | L })),
  readBack('pmpaddr0', 5, 7, locked({ pmpaddr0: 7, pmpcfg0: (TOR | RWX | L) << 8 })),
  readBack('pmpaddr1', 5, 7, locked({ pmpaddr1: 7, pmpcfg0: (TOR | RWX | L) << 8 })),
  readBack('pmpaddr2', 5, 5, locked({ pmpaddr2: 7, pmpcfg0: (TOR | RWX | L) << 8 })),
  // Neither an unlocked TOR entry nor a locked one of another mode holds the address before.
  readBack('pmpaddr0', 5, 5, locked({ pmpaddr0: 7, pmpcfg0: (TOR | RWX) << 8 })),
  readBack('pmpaddr0', 5, 5, locked({ pmpaddr0: 7, pmpcfg0: (NAPOT | RWX | L) << 8 })),
  // Across the border of two configuration registers, and at the end.
  readBack('pmpaddr3', 5, 7, locked({ pmpaddr3: 7, pmpcfg1: TOR | RWX | L })),
  readBack('pmpaddr15', 5, 7, locked({ pmpaddr15: 7, pmpcfg3: (NAPOT | RWX | L) << 24 })),
  readBack('pmpaddr14', 5, 7, locked({ pmpaddr14: 7, pmpcfg3: (TOR | RWX | L) << 24 })),
  program(
    'csrrc does not clear a lock',
    [encode('csrrc', { rd: 0, rs1: 11, imm: csr('pmpcfg0') }), read(10, 'pmpcfg0')],
    { x: { 11: -1 }, csr: { pmpcfg0: NAPOT | RWX | L } },
    { x: { 10: NAPOT | RWX | L } },
  ),
  program(
    'csrrs sets a lock and permissions at once',
    [encode('csrrs', { rd: 0, rs1: 11, imm: csr('pmpcfg0') }), write('pmpcfg0', 0), read(10, 'pmpcfg0')],
    { x: { 11: L | RWX } },
    { x: { 10: L | RWX } },
  ),
];

const load = (rd: number) => encode('lw', { rd, rs1: 11, imm: 0 });

const changes: Row[] = [
  program(
    'a locked deny binds from the next instruction on',
    [load(10), write('pmpcfg0', 12), load(13)],
    { x: { 11: PLACE, 12: NAPOT | L }, memory: { [PLACE]: '07 00 00 00' }, csr: { pmpaddr0: PAGE } },
    { x: { 10: 7 }, trap: { cause: 5, value: PLACE } },
  ),
  program(
    'a changed address counts from the next instruction on',
    [load(10), write('pmpaddr0', 12), load(13)],
    {
      x: { 11: PLACE, 12: range(PLACE, 8) },
      memory: { [PLACE]: '07 00 00 00' },
      csr: {
        mstatus: MPRV,
        ...protect(
          [
            [NAPOT, range(PLACE + 8, 8)],
            [NAPOT | RW, PAGE],
          ],
          undefined,
        ),
      },
    },
    { x: { 10: 7 }, trap: { cause: 5, value: PLACE }, csr: { mstatus: MPRV | MPP_MACHINE } },
  ),
  program(
    'an entry switched off allows again',
    [write('pmpcfg0', 0), load(10)],
    {
      x: { 11: PLACE },
      memory: { [PLACE]: '07 00 00 00' },
      csr: { mstatus: MPRV, ...protect([[NAPOT, PAGE]], [NAPOT | RWX, -1]) },
    },
    { x: { 10: 7 } },
  ),
  program(
    'execution is forbidden under the running program',
    [write('pmpcfg0', 12), encode('addi', { rd: 10, rs1: 0, imm: 1 })],
    { x: { 12: NAPOT | L | RW }, csr: { pmpaddr0: range(CODE, 0x1000) } },
    { trap: { cause: 1, value: CODE + 4 } },
  ),
  program(
    'another device than RAM is protected too',
    [encode('lw', { rd: 10, rs1: 11, imm: 0 })],
    { user: true, x: { 11: 0x0200_0000 }, csr: protect([], PROGRAM) },
    { trap: { cause: 5, value: 0x0200_0000 } },
  ),
  program(
    'what is allowed and not there is a fault all the same',
    [encode('lw', { rd: 10, rs1: 11, imm: 0 })],
    { user: true, x: { 11: NOWHERE }, csr: protect([], [NAPOT | RWX, -1]) },
    { trap: { cause: 5, value: NOWHERE } },
  ),
  program(
    'the end of RAM, allowed',
    [encode('sw', { rs1: 11, rs2: 12, imm: 0 })],
    {
      user: true,
      x: { 11: RAM_END - 4, 12: WORD },
      memory: { [RAM_END - 4]: '00 00 00 00' },
      csr: protect([], [NAPOT | RWX, -1]),
    },
    { memory: { [RAM_END - 4]: '44 55 66 77' } },
  ),
];

export const PMP_GROUPS: readonly Group[] = [
  group('PMP: permissions', 'Priv 3.7.1.2', permissions),
  group('PMP: no matching entry', 'Priv 3.7.1.3', [...unmatched, ...noEntries]),
  group('PMP: address matching', 'Priv 3.7.1.1', modes),
  group('PMP: priority', 'Priv 3.7.1.3', priority),
  group('PMP: partial matches', 'Priv 3.7.1.3', partial),
  group('PMP: fetches', 'Priv 3.7.1.2, 3.1.16', fetches),
  group('PMP: atomics', 'Priv 3.7.1.2', atomics),
  group('MPRV', 'Priv 3.1.6.3', modifyPrivilege),
  group('PMP: locks', 'Priv 3.7.1.2', locks),
  group('PMP: changes', 'Priv 3.7.1', changes),
];
