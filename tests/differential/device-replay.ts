/**
 * What a Cortex-M board of QEMU was asked (qemu-arm-probe.ts), asked of bluesim's devices: the same accesses at the
 * same cycles, through a bus, without a core.
 */
import { expect } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import type { Line } from '../../src/bus/line.ts';
import type { ArmAnswer, ArmOperation } from './qemu-arm-probe.ts';

/** PRECISERR and BFARVALID. */
const PRECISE_BUS_FAULT = 0x8200;

export interface Subject {
  readonly bus: Bus;
  /** By number; absent ones stay low. */
  readonly interrupts: readonly (Line | undefined)[];
  readonly nmi?: Line;
  /** Lets virtual time pass up to a cycle; what is due then happens. */
  runTo(cycle: number): void;
}

/** @param answers of QEMU, for their times. */
export function replay(
  subject: Subject,
  operations: readonly ArmOperation[],
  answers: readonly ArmAnswer[],
): ArmAnswer[] {
  const { bus, interrupts } = subject;
  const rose = new Set<number>();
  for (const [number, line] of interrupts.entries()) {
    line?.listen((level) => {
      if (level) rose.add(number);
    });
  }
  let nmis = 0;
  subject.nmi?.listen((level) => {
    if (level) nmis++;
  });
  const group = (first: number, isSet: (number: number) => boolean): number => {
    let set = 0;
    for (let bit = 0; bit < 32; bit++) if (isSet(first + bit)) set |= 1 << bit;
    return set >>> 0;
  };
  const carryOut = (operation: ArmOperation): [value: number, status: number] => {
    switch (operation.kind) {
      case 'delay':
        return [0, 0];
      case 'nmi':
        return [nmis, 0];
      case 'lines': {
        const first = 32 * operation.group;
        const high = group(first, (number) => interrupts[number]?.level === true);
        const pending = group(first, (number) => rose.delete(number));
        return [high, (high | pending) >>> 0];
      }
      default: {
        bus.fault = false;
        const { kind, address, width } = operation;
        const value = kind === 'read' ? bus.read(address, width) : 0;
        if (kind === 'write') bus.write(address, width, operation.value);
        return bus.fault ? [0, PRECISE_BUS_FAULT] : [value, 0];
      }
    }
  };
  return operations.map((operation, i) => {
    const { tick } = answers[i]!;
    subject.runTo(tick);
    const [value, status] = carryOut(operation);
    return { value, status, tick };
  });
}

export function describeOperation(operation: ArmOperation): string {
  switch (operation.kind) {
    case 'read':
      return `load ${operation.width} at 0x${operation.address.toString(16)}`;
    case 'write':
      return `store ${operation.width} of 0x${operation.value.toString(16)} at 0x${operation.address.toString(16)}`;
    case 'delay':
      return `delay ${operation.ticks}`;
    case 'lines':
      return `lines ${operation.group}`;
    default:
      return 'nmi';
  }
}

/** Expects the same outcome of the same operations, but for those excluded. */
export function expectEqualAnswers(
  operations: readonly ArmOperation[],
  ours: readonly ArmAnswer[],
  theirs: readonly ArmAnswer[],
  excluded: (operation: ArmOperation) => boolean = () => false,
): void {
  const lines = (answers: readonly ArmAnswer[]) =>
    operations.flatMap((operation, i) => {
      if (excluded(operation)) return [];
      const { value, status, tick } = answers[i]!;
      return [
        `${i} (${tick}) ${describeOperation(operation)}: 0x${value.toString(16)} 0x${status.toString(16)}`,
      ];
    });
  expect(lines(ours)).toEqual(lines(theirs));
}
