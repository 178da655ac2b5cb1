import { expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { StellarisI2c } from './stellaris-i2c.ts';

const [MSA, MCS, MIMR, MRIS, MMIS, MICR, MCR] = [0x00, 0x04, 0x10, 0x14, 0x18, 0x1c, 0x20] as const;
const IDLE = 0x20;
const NOT_ACKNOWLEDGED = IDLE | 0x06;
const START_AND_STOP = 7;

function setUp() {
  const bench = new TestBench();
  const interrupt = new Line('irq');
  const port = bench.create((context) => new StellarisI2c(context, { name: 'i2c0', interrupt }));
  return {
    ...{ bench, interrupt, port },
    read: (offset: number) => port.read(offset, 4),
    write: (offset: number, value: number) => port.write(offset, 4, value),
  };
}

test('nobody acknowledges an address', () => {
  const { read, write, interrupt, port } = setUp();
  write(MSA, 0x76);
  write(MCS, START_AND_STOP);
  expect([read(MCS), read(MRIS)]).toEqual([IDLE, 0]);
  write(MIMR, 1);
  write(MCR, 0x10);
  write(MCS, START_AND_STOP);
  expect([read(MCS), read(MRIS), read(MMIS), interrupt.level]).toEqual([NOT_ACKNOWLEDGED, 1, 1, true]);
  write(MICR, 1);
  expect([read(MRIS), interrupt.level]).toEqual([0, false]);
  port.reset();
  expect(read(MCS)).toBe(IDLE);
});

test('loopback is reported', () => {
  const { write, bench } = setUp();
  write(MCR, 0x31);
  expect(bench.errors).toEqual(['unimplemented: I2CMCR: loopback is not modelled']);
});
