import { describe, expect, test } from 'vitest';
import { loadImageFile } from './loader/image.ts';
import { Machine } from './machine.ts';

function reportOf(name: string): string {
  const path = new URL(`../../firmware/images/${name}-riscv32.elf`, import.meta.url).pathname;
  const machine = Machine.fromImage(loadImageFile(path));
  expect(machine.run().kind).toBe('stuck');
  return machine.report();
}

describe('a report', () => {
  test('of a crash: the handler, the store, and the calls that led there', () => {
    const report = reportOf('crash');
    expect(report).toMatch(/^ {2}at {6}parked \(0x[0-9a-f]{8}\): j [0-9a-f]{8} <parked>\n/);
    expect(report).toMatch(
      / {2}mcause {2}7: store\/AMO access fault\n {2}mepc {4}store\w* \(0x\w+\): sw a1,0\(a0\)\n/,
    );
    expect(report).toMatch(/ {2}mtval {3}0x08000000: nothing is there\n/);
    const frames = [...report.matchAll(/^ {2}#\d+ +0x\w+ (\w+)/gm)].map((match) => match[1]);
    expect(frames.slice(0, 1).concat(frames.slice(2))).toEqual([
      'parked',
      'append',
      'log_sample',
      'take_sample',
      'take_samples',
      'main',
      '_start',
    ]);
    expect(report).toMatch(/#1 {2}0x\w+ store\w* {3}\[trap: store\/AMO access fault\]/);
    expect(report).toMatch(/ra +0x\w+ append\+0x\w+/);
  });

  test('of a trap vector that faults: where, and the cause', () => {
    const report = reportOf('stuck');
    expect(report).toMatch(/^ {2}at {6}0x08000000: there is no code\n/);
    expect(report).toMatch(/mcause {2}1: instruction access fault\n {2}mepc {4}0x08000000: there is no code/);
    expect(report).toMatch(/#1 {2}0x\w+ main\+0x\w+ {3}\[by ra alone\]/);
  });

  test('of endless sleep: no trap, and that nothing is enabled', () => {
    const report = reportOf('wfi-forever');
    expect(report).toMatch(/IRQs {4}off \(mstatus.MIE is 0\); enabled in mie: none; pending in mip: timer/);
    expect(report).not.toMatch(/Last trap/);
    expect(report).toMatch(/#0 .*machine_wait_for_interrupt.*\n {2}#1 .*main.*\n {2}#2 .*_start/);
  });

  test('begins with how the run ended, when it is told', () => {
    const machine = Machine.fromFile(
      new URL('../../firmware/images/spin-riscv32.elf', import.meta.url).pathname,
    );
    const hash = machine.stateHash();
    const first = machine.report(machine.run({ maxCycles: 0 })).split('\n')[0];
    expect(first).toBe('stopped at the cycle limit');
    expect(machine.stateHash()).toBe(hash);
    expect(machine.report(machine.run())).toMatch(/^the guest is stuck: a jump to itself.*\n {2}at {6}main/);
  });

  test('fits 100 columns', () => {
    for (const name of ['crash', 'stuck', 'spin', 'wfi-forever']) {
      for (const line of reportOf(name).split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    }
  });
});
