/**
 * What a Cortex-M board of QEMU was asked (qemu-arm-probe.ts), asked of bluesim's devices: the same accesses at the
 * same cycles, through a bus, without a core.
 */
import { expect } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import type { Line } from '../../src/bus/line.ts';
import { UNIT_MODEL } from '../../src/cpu/timing/unit.ts';
import { assert } from '../../src/errors.ts';
import type { BoardDescription } from '../../src/machine/board.ts';
import { buildBoard } from '../../src/machine/build.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
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

/**
 * @param answers of QEMU, for their times.
 * @param before called before each operation, at its time.
 */
export function replay(
  subject: Subject,
  operations: readonly ArmOperation[],
  answers: readonly ArmAnswer[],
  before: (operation: ArmOperation, index: number) => void = () => {},
): ArmAnswer[] {
  const { bus, interrupts } = subject;
  const pending = new Set<number>();
  for (const [number, line] of interrupts.entries()) {
    line?.listen((level) => {
      if (level) pending.add(number);
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
        const status = group(first, (number) => pending.has(number));
        // The probe clears what is pending, and QEMU leaves that whose line is high.
        for (const number of [...pending]) if (interrupts[number]?.level !== true) pending.delete(number);
        return [high, status];
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
    subject.runTo(tick - 1);
    const nmisEarlier = nmis;
    subject.runTo(tick);
    // The probe took NMI in the middle of the operation; its handler takes three ticks.
    if (nmis > nmisEarlier) subject.runTo(tick + 3);
    before(operation, i);
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

/**
 * Expects the same outcome of the same operations, but for those excluded.
 * @param excluded asked for an operation whose outcomes differ.
 */
export function expectEqualAnswers(
  operations: readonly ArmOperation[],
  ours: readonly ArmAnswer[],
  theirs: readonly ArmAnswer[],
  excluded: (operation: ArmOperation, index: number) => boolean = () => false,
): void {
  const text = ({ value, status }: ArmAnswer) => `0x${value.toString(16)}, 0x${status.toString(16)}`;
  const differences = operations.flatMap((operation, i) => {
    const [our, their] = [ours[i]!, theirs[i]!];
    if (our.value === their.value && our.status === their.status) return [];
    if (excluded(operation, i)) return [];
    const place = `operation ${i} at ${their.tick}: ${describeOperation(operation)}`;
    return [`${place} is ${text(our)}, on QEMU ${text(their)}`];
  });
  expect(differences).toEqual([]);
}

export interface BoardSubject extends Subject {
  /** When devices asked for a reset, which is not carried out. */
  readonly resets: readonly number[];
  /** Of the core clock, as the devices have set it. Ticks are cycles whatever it is. */
  readonly frequencyHz: number;
}

/** A board without a core. */
export function boardSubject(board: BoardDescription): BoardSubject {
  assert(board.core.type === 'armv7m', `${board.name} is no Cortex-M board`);
  const scheduler = new Scheduler();
  let now = 0;
  let { frequencyHz } = board;
  const clock = { now: () => now, frequencyHz: board.frequencyHz, onFrequencyChange() {} };
  const resets: number[] = [];
  const { bus, wires } = buildBoard({
    board,
    ramBytes: undefined,
    model: UNIT_MODEL,
    waitStates: {},
    surroundings: { clock, scheduler, guestError() {} },
    clockControl: {
      setFrequency: (hz) => {
        frequencyHz = hz;
      },
    },
    power: { exit() {}, reset: () => void resets.push(now) },
    pacedTransmit: false,
    epochSeconds: 0,
    foreignTouched() {},
  });
  const nonMaskable = wires.input('nmi');
  return {
    bus,
    resets,
    get frequencyHz() {
      return frequencyHz;
    },
    interrupts: wires.inputs(board.core.interrupts),
    ...(nonMaskable === undefined ? {} : { nmi: nonMaskable }),
    runTo(cycle) {
      while (scheduler.nextCycle <= cycle) {
        now = Math.max(now, scheduler.nextCycle);
        scheduler.fireDue(now);
      }
      now = cycle;
    },
  };
}
