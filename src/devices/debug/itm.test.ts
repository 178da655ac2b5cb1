import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Itm } from './itm.ts';

const TER = 0xe00;
const TPR = 0xe40;
const TCR = 0xe80;
const LAR = 0xfb0;
const LSR = 0xfb4;

function setUp(enabled = true) {
  const bench = new TestBench();
  const traceEnable = new Line('trcena');
  const itm = bench.create((context) => new Itm(context, { name: 'itm', traceEnable }));
  const stimuli: number[][] = [];
  itm.onStimulus = (port, width, value) => void stimuli.push([port, width, value]);
  if (enabled) {
    traceEnable.set(true);
    itm.write(LAR, 4, 0xc5ac_ce55);
    itm.write(TCR, 4, 1);
    itm.write(TER, 4, 0xffff_ffff);
  }
  return { bench, traceEnable, itm, stimuli };
}

test('a port sends what is written, with the width of the write', () => {
  const { itm, stimuli } = setUp();
  itm.write(0, 1, 0x41);
  itm.write(0, 2, 0x4342);
  itm.write(0, 4, 0x4746_4544);
  itm.write(0x7c, 4, 0x1234_5678);
  expect(stimuli).toEqual([
    [0, 1, 0x41],
    [0, 2, 0x4342],
    [0, 4, 0x4746_4544],
    [31, 4, 0x1234_5678],
  ]);
});

test('a port is ready, and sends, only while TRCENA, ITMENA and its own bit are set', () => {
  const { traceEnable, itm, stimuli } = setUp();
  expect([itm.read(0, 4), itm.read(4, 4)]).toEqual([1, 1]);
  itm.write(TER, 4, 2);
  expect([itm.read(0, 4), itm.read(4, 4)]).toEqual([0, 1]);
  itm.write(0, 1, 0x41);
  itm.write(TER, 4, 1);
  itm.write(TCR, 4, 0);
  itm.write(0, 1, 0x42);
  itm.write(TCR, 4, 1);
  traceEnable.set(false);
  itm.write(0, 1, 0x43);
  expect(stimuli).toEqual([]);
  traceEnable.set(true);
  itm.write(0, 1, 0x44);
  expect(stimuli).toEqual([[0, 1, 0x44]]);
});

test('control registers are locked until the key is written', () => {
  const { bench, itm } = setUp(false);
  expect(itm.read(LSR, 4)).toBe(3);
  itm.write(TCR, 4, 1);
  expect(itm.read(TCR, 4)).toBe(0);
  expect(bench.errors).toEqual(['locked: a write to a control register before LAR was written is ignored']);
  itm.write(LAR, 4, 0xc5ac_ce55);
  itm.write(TCR, 4, 1);
  expect([itm.read(LSR, 4), itm.read(TCR, 4)]).toEqual([1, 1]);
  itm.write(LAR, 4, 1);
  itm.write(TCR, 4, 0);
  expect([itm.read(LSR, 4), itm.read(TCR, 4)]).toEqual([3, 1]);
});

describe('unprivileged code', () => {
  test('writes the ports that TPR leaves to it', () => {
    const { itm, stimuli } = setUp();
    itm.write(TPR, 4, 0b0110);
    itm.unprivileged = true;
    for (const port of [0, 7, 8, 23, 24]) itm.write(4 * port, 4, port);
    expect(stimuli.map(([port]) => port)).toEqual([0, 7, 24]);
  });

  test('enables the ports that TPR leaves to it, and changes nothing else', () => {
    const { bench, itm } = setUp();
    itm.write(TPR, 4, 0b0110);
    itm.unprivileged = true;
    itm.write(TER, 4, 0);
    itm.write(TPR, 4, 0);
    itm.write(TCR, 4, 0);
    expect([itm.read(TER, 4), itm.read(TPR, 4), itm.read(TCR, 4)]).toEqual([0x00ff_ff00, 6, 1]);
    expect(bench.errors.length).toBe(2);
  });
});
