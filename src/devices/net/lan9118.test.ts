import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Lan9118 } from './lan9118.ts';

const [TX_DATA, TX_STATUS, ID_REV, IRQ_CFG, INT_STS, INT_EN] = [0x20, 0x48, 0x50, 0x54, 0x58, 0x5c] as const;
const [BYTE_TEST, FIFO_INT, HW_CFG, TX_FIFO_INF, GPT_CFG, GPT_CNT] = [
  0x64, 0x68, 0x74, 0x80, 0x8c, 0x90,
] as const;
const [WORD_SWAP, FREE_RUN, MAC_CMD, MAC_DATA, E2P_CMD, E2P_DATA] = [
  0x98, 0x9c, 0xa4, 0xa8, 0xb0, 0xb4,
] as const;
const ACTIVE_HIGH = 0x111;
const BUSY = 0x8000_0000;
const READ = 0x4000_0000;
const [ADDRH, ADDRL, MII_ACC, MII_DATA] = [2, 3, 6, 7] as const;
/** INT_STS: TSFL, RXE, PHY, GPT, TX_IOC, RXSTOP, SW. */
const [TSFL, RXE, PHY, GPT, TX_IOC, RXSTOP, SW] = [7, 14, 18, 19, 21, 24, 31].map((bit) => 2 ** bit) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
const TICK = 2500;

function setUp() {
  const bench = new TestBench(25_000_000);
  const line = new Line('ethernet');
  const ethernet = bench.create(
    (context) =>
      new Lan9118(context, {
        name: 'ethernet',
        interrupt: line,
        macAddress: [0x52, 0x54, 0x00, 0x12, 0x34, 0x56],
      }),
  );
  const read = (offset: number) => ethernet.read(offset, 4);
  const write = (offset: number, value: number) => ethernet.write(offset, 4, value >>> 0);
  const readMac = (register: number) => {
    write(MAC_CMD, BUSY + READ + register);
    return read(MAC_DATA);
  };
  const writeMac = (register: number, value: number) => {
    write(MAC_DATA, value);
    write(MAC_CMD, BUSY + register);
  };
  return {
    ...{ bench, line, ethernet, read, write, readMac, writeMac },
    readPhy: (register: number, address = 1) => {
      writeMac(MII_ACC, (address << 11) | (register << 6));
      return readMac(MII_DATA);
    },
    writePhy: (register: number, value: number) => {
      writeMac(MII_DATA, value);
      writeMac(MII_ACC, (1 << 11) | (register << 6) | 2);
    },
  };
}

test('identity', () => {
  const { read } = setUp();
  expect([read(ID_REV), read(BYTE_TEST)]).toEqual([0x0118_0001, 0x8765_4321]);
});

describe('the interrupt output', () => {
  test('follows its configuration', () => {
    const { line, read, write } = setUp();
    expect(line.level).toBe(false);
    write(INT_EN, 0);
    expect(line.level).toBe(true);
    write(IRQ_CFG, ACTIVE_HIGH);
    expect([line.level, read(IRQ_CFG)]).toEqual([false, ACTIVE_HIGH]);
    write(INT_EN, SW);
    expect([line.level, read(IRQ_CFG), read(INT_STS)]).toEqual([true, ACTIVE_HIGH | (1 << 12), SW]);
    write(INT_STS, SW);
    expect(line.level).toBe(false);
  });

  test('of an empty receiver', () => {
    const { line, read, write } = setUp();
    write(IRQ_CFG, ACTIVE_HIGH);
    write(INT_EN, RXE);
    expect([read(0x00), read(INT_STS), line.level]).toEqual([0, RXE, true]);
  });

  test('of a receiver that is switched off', () => {
    const { read, writeMac } = setUp();
    writeMac(1, 4);
    expect(read(INT_STS)).toBe(0);
    writeMac(1, 0);
    expect(read(INT_STS)).toBe(RXSTOP);
  });
});

describe('transmission', () => {
  test('a frame in one segment: its tag is in the status FIFO', () => {
    const { line, read, write } = setUp();
    write(IRQ_CFG, ACTIVE_HIGH);
    write(INT_EN, TX_IOC);
    for (const word of [0x8000_3005, 0x1234_0005, 1]) write(TX_DATA, word);
    expect([read(TX_FIFO_INF), line.level]).toEqual([0x1200 - 12, false]);
    write(TX_DATA, 2);
    expect([read(TX_FIFO_INF), line.level, read(INT_STS)]).toEqual([0x1_1200, true, TX_IOC + TSFL]);
    expect([read(0x4c), read(TX_STATUS), read(TX_STATUS)]).toEqual([0x1234_0000, 0x1234_0000, 0]);
  });

  test('segments with offset and end alignment', () => {
    const { read, write } = setUp();
    // 4 bytes at offset 2, and 3 bytes padded to 16.
    for (const word of [0x0002_2004, 0x00aa_0007, 1, 2, 0x0100_1003, 0x00aa_0007, 3, 0, 0])
      write(TX_DATA, word);
    expect(read(TX_FIFO_INF) >>> 16).toBe(0);
    write(TX_DATA, 0);
    expect([read(TX_FIFO_INF), read(TX_STATUS)]).toEqual([0x1_1200, 0x00aa_0000]);
  });

  test('the status FIFO interrupts above its level and overflows', () => {
    const { read, write } = setUp();
    write(FIFO_INT, 0x4802_0000);
    const send = () => {
      for (const word of [0x3004, 4, 0]) write(TX_DATA, word);
    };
    send();
    send();
    expect(read(INT_STS)).toBe(0);
    send();
    expect(read(INT_STS)).toBe(TSFL);
    for (let i = 3; i < 128; i++) send();
    expect(read(INT_STS)).toBe(TSFL);
    send();
    expect([read(INT_STS), read(TX_FIFO_INF) >>> 16]).toEqual([TSFL + 2 ** 16, 128]);
    write(0x70, 0x8000);
    expect([read(TX_FIFO_INF), read(0x70)]).toEqual([0x1200, 0]);
  });
});

describe('timers', () => {
  test('the general purpose timer counts tenths of milliseconds down, interrupts and goes on', () => {
    const { bench, line, read, write } = setUp();
    write(IRQ_CFG, ACTIVE_HIGH);
    write(INT_EN, GPT);
    write(GPT_CFG, 2 ** 29 + 3);
    expect([read(GPT_CNT), line.mayRise()]).toEqual([3, true]);
    bench.run(3 * TICK - 1);
    expect([read(GPT_CNT), line.level]).toEqual([1, false]);
    bench.run(1);
    expect([read(GPT_CNT), line.level, read(INT_STS)]).toEqual([0, true, GPT]);
    bench.run(TICK);
    expect(read(GPT_CNT)).toBe(0xffff);
    write(INT_STS, GPT);
    bench.run(0xffff * TICK);
    expect(line.level).toBe(true);
    write(GPT_CFG, 3);
    write(INT_STS, GPT);
    expect([read(GPT_CNT), line.mayRise()]).toEqual([0xffff, false]);
  });

  test('the free running counter counts 25 MHz from the last reset', () => {
    const { bench, read, write } = setUp();
    bench.run(1000);
    expect(read(FREE_RUN)).toBe(1000);
    write(HW_CFG, 1);
    bench.run(10);
    expect(read(FREE_RUN)).toBe(10);
  });
});

describe('MAC and PHY', () => {
  test('the address comes from the EEPROM', () => {
    const { readMac, writeMac, write } = setUp();
    expect([readMac(ADDRL), readMac(ADDRH)]).toEqual([0x1200_5452, 0x5634]);
    writeMac(ADDRL, 1);
    expect(readMac(ADDRL)).toBe(1);
    write(E2P_CMD, 0xf000_0000);
    expect(readMac(ADDRL)).toBe(0x1200_5452);
  });

  test('the PHY has a link', () => {
    const { readPhy, writePhy } = setUp();
    expect([0, 1, 2, 3, 5].map((register) => readPhy(register))).toEqual([0x3000, 0x782d, 7, 0xc0d1, 0x0f71]);
    expect(readPhy(1, 2)).toBe(0xffff);
    writePhy(4, 0xffff);
    writePhy(0, 0);
    expect([readPhy(4), readPhy(0)]).toEqual([0x2dff, 0]);
    writePhy(0, 0x8000);
    expect([readPhy(4), readPhy(0)]).toEqual([0x01e1, 0x3000]);
  });

  test('the PHY interrupts while its source is unread', () => {
    const { read, readPhy, writePhy } = setUp();
    writePhy(30, 0xff);
    expect(read(INT_STS)).toBe(PHY);
    expect(readPhy(29)).toBe(0xc0);
    expect([read(INT_STS), readPhy(29)]).toEqual([0, 0]);
  });
});

describe('EEPROM', () => {
  test('signature and address; written only after it was enabled', () => {
    const { read, write } = setUp();
    const byte = (address: number) => {
      write(E2P_CMD, BUSY + address);
      return read(E2P_DATA);
    };
    const put = (command: number, address: number, data: number) => {
      write(E2P_DATA, data);
      write(E2P_CMD, BUSY + command * 2 ** 28 + address);
    };
    expect([0, 1, 2, 3, 4, 5, 6].map(byte)).toEqual([0xa5, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56]);
    put(3, 10, 0x77);
    expect(byte(10)).toBe(0);
    put(2, 0, 0);
    put(3, 10, 0x77);
    expect([byte(10), byte(11)]).toEqual([0x77, 0]);
    put(5, 10, 0);
    expect(byte(10)).toBe(0xff);
    put(4, 0, 0x12);
    expect([byte(0), byte(127)]).toEqual([0x12, 0x12]);
    put(1, 0, 0);
    put(6, 0, 0);
    expect(byte(0)).toBe(0x12);
    put(2, 0, 0);
    put(6, 0, 0);
    expect(byte(0)).toBe(0xff);
    put(7, 0, 0);
    expect(read(E2P_CMD)).toBe(0x7000_0000);
  });
});

test('a soft reset keeps the polarity of the interrupt and the word swap', () => {
  const { bench, line, read, write } = setUp();
  write(IRQ_CFG, ACTIVE_HIGH);
  write(WORD_SWAP, 0xffff_ffff);
  write(INT_EN, SW);
  write(FIFO_INT, 5);
  const levels: boolean[] = [];
  line.listen((level) => levels.push(level));
  write(HW_CFG, 1);
  expect([IRQ_CFG, WORD_SWAP, INT_EN, FIFO_INT, HW_CFG].map(read)).toEqual([
    0x11, 0xffff_ffff, 0, 0x4800_0000, 0x0005_0004,
  ]);
  expect([levels, bench.errors]).toEqual([[false], []]);
});
