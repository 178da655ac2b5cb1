/**
 * Bus accesses carried out by the core of a Cortex-M board of QEMU, by a small bare program (armv7m-probe.S): what
 * is read, which accesses fault, which interrupt lines are high, and at which tick of the core clock each was.
 * The same accesses at the same cycles can then be made on bluesim's devices.
 *
 * The program runs under -icount, in which each instruction takes a nanosecond of virtual time, and nothing else
 * takes any (sleep=off), so that answers and times are the same each time. QEMU's test protocol (-qtest) would be no substitute: its accesses never fault, and
 * Debian's QEMU has no accelerator that lets it move the clock.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccessWidth } from '../../src/bus/device.ts';

export const ARM_PROBE_TOOLS = ['qemu-system-arm', 'arm-none-eabi-gcc'] as const;

interface ArmAccess {
  readonly address: number;
  readonly width: AccessWidth;
  /** With unprivileged rights, by LDRT or STRT. */
  readonly unprivileged?: boolean;
}

export type ArmOperation =
  | ({ readonly kind: 'read' } & ArmAccess)
  | ({ readonly kind: 'write'; readonly value: number; readonly phase?: number } & ArmAccess)
  /** Lets ticks pass, 3 at least; every other operation takes some, too. */
  | { readonly kind: 'delay'; readonly ticks: number }
  /** Interrupt lines 32 × `group` and up. */
  | { readonly kind: 'lines'; readonly group: number }
  /** How often NMI was taken. */
  | { readonly kind: 'nmi' };

export interface ArmAnswer {
  /** What was read; of `lines`, a bit for each line that is high. */
  value: number;
  /** CFSR of an access, 0 when it did not fault; of `lines`, a bit for each line that was high since the last time, which counts. */
  status: number;
  /** When it was done, in ticks of the core clock since power-on. */
  tick: number;
}

export const load = (address: number, width: AccessWidth = 4): ArmOperation => ({
  kind: 'read',
  address,
  width,
});
/**
 * @param phase when in its tick, 0 to 23. QEMU rounds a timer's count up when it is looked at in the nanosecond of
 *   a tick: a store that stops or changes a timer needs a greater phase than the one that started it.
 */
export const store = (address: number, value: number, width: AccessWidth = 4, phase = 0): ArmOperation => ({
  kind: 'write',
  address,
  width,
  value,
  phase,
});
/** The number of phases of a store. */
export const PHASES = 24;
export const delay = (ticks: number): ArmOperation => ({ kind: 'delay', ticks });
export const lines = (group = 0): ArmOperation => ({ kind: 'lines', group });
export const nmi: ArmOperation = { kind: 'nmi' };

/** Nanoseconds of a tick, which are the instructions that the program counts, by board. */
const TICK_NANOSECONDS = { 'mps2-an385': 40, lm3s6965evb: 80 } as const;
export type ArmBoard = keyof typeof TICK_NANOSECONDS;

const SOURCE = fileURLToPath(new URL('armv7m-probe.S', import.meta.url));
const WIDTHS: readonly AccessWidth[] = [1, 2, 4];
const TICK_MASK = 0xff_ffff;
/** The program starts SysTick one tick after power-on, which takes up its first value after one more. */
const FIRST_TICK = 2;

function encode(operation: ArmOperation): [operation: number, address: number, value: number] {
  switch (operation.kind) {
    case 'read':
      return [(operation.unprivileged ? 10 : 1) + WIDTHS.indexOf(operation.width), operation.address, 0];
    case 'write':
      return [
        (operation.unprivileged ? 13 : 4) + WIDTHS.indexOf(operation.width) + ((operation.phase ?? 0) << 8),
        operation.address,
        operation.value,
      ];
    case 'delay':
      return [7, 0, operation.ticks];
    case 'lines':
      return [8, 0, operation.group];
    default:
      return [9, 0, 0];
  }
}

/**
 * Carries out the operations, in order, on a machine fresh from reset.
 * @param options further options for QEMU.
 */
export function probeArm(
  board: ArmBoard,
  operations: readonly ArmOperation[],
  options: readonly string[] = [],
): ArmAnswer[] {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-probe-'));
  try {
    const link = ['-nostdlib', '-Wl,-Ttext=0', '-Wl,-Tbss=0x20000000', '-Wl,--no-warn-rwx-segments'];
    const tick = [`-Wa,--defsym,TICK=${TICK_NANOSECONDS[board]}`, '-Wl,-estart'];
    execFileSync('arm-none-eabi-gcc', ['-mcpu=cortex-m3', ...tick, ...link, '-o', 'probe.elf', SOURCE], {
      cwd: folder,
    });
    writeFileSync(join(folder, 'list.bin'), Uint32Array.from(operations.flatMap(encode)));
    const machine = [
      '-M',
      board,
      '-kernel',
      'probe.elf',
      '-icount',
      'shift=0,sleep=off',
      '-net',
      'none',
      ...options,
    ];
    const host = ['-display', 'none', '-serial', 'null', '-monitor', 'none'];
    const semihosting = ['-semihosting-config', 'enable=on,target=native'];
    execFileSync('qemu-system-arm', [...machine, ...host, ...semihosting], {
      cwd: folder,
      timeout: 120_000,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return decode(readFileSync(join(folder, 'answers.bin')), operations);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * SysTick counts down in 24 bits; no operation but a `delay` takes long, and that is given less than a round. QEMU
 * lets more bits than a narrow load has through from some devices: they are cut off.
 */
function decode(bytes: Buffer, operations: readonly ArmOperation[]): ArmAnswer[] {
  let now = FIRST_TICK;
  let last = TICK_MASK;
  return operations.map((operation, i) => {
    const current = bytes.readUInt32LE(12 * i + 8);
    now += (last - current) & TICK_MASK;
    last = current;
    const bits = operation.kind === 'read' ? 8 * operation.width : 32;
    return {
      value: bytes.readUInt32LE(12 * i) % 2 ** bits,
      status: bytes.readUInt32LE(12 * i + 4),
      tick: now,
    };
  });
}
