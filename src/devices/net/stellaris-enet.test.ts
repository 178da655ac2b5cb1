import { expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { StellarisEnet } from './stellaris-enet.ts';

const [RIS, IM, DATA, IA0, IA1, MCTL, MRXD, NP, TR] = [
  0x00, 0x04, 0x10, 0x14, 0x18, 0x20, 0x30, 0x34, 0x38,
] as const;
const TXEMP = 4;

function setUp() {
  const interrupt = new Line('irq');
  const port = new TestBench().create(
    (context) => new StellarisEnet(context, { name: 'eth', interrupt, address: [0x1200_5452, 0x5634] }),
  );
  return {
    interrupt,
    read: (offset: number) => port.read(offset, 4),
    write: (offset: number, value: number) => port.write(offset, 4, value),
  };
}

test('has its address, and a PHY that does not answer', () => {
  const { read, write } = setUp();
  expect([read(IA0), read(IA1)]).toEqual([0x1200_5452, 0x5634]);
  write(MCTL, 0x9);
  expect([read(MCTL), read(MRXD)]).toEqual([0x8, 0]);
});

test('what is sent is sent at once', () => {
  const { read, write, interrupt } = setUp();
  for (let i = 0; i < 16; i++) write(DATA, i);
  write(TR, 1);
  expect([read(TR), read(RIS), interrupt.level]).toEqual([0, TXEMP, true]);
  write(IM, 0);
  expect(interrupt.level).toBe(false);
  write(IM, 0x7f);
  write(RIS, TXEMP);
  expect([read(RIS), interrupt.level, read(NP), read(DATA)]).toEqual([0, false, 0, 0]);
});
