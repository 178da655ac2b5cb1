/**
 * Bus accesses carried out on QEMU's `virt` by a small bare program (access-probe.S): what is read, and which
 * accesses fault. Debug accesses through a GDB stub would not do: they take other paths in QEMU's devices.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccessWidth } from '../../src/bus/device.ts';

export const PROBE_TOOLS = ['qemu-system-riscv32', 'riscv64-unknown-elf-gcc'] as const;

export type Access =
  | { kind: 'read'; address: number; width: AccessWidth }
  | { kind: 'write'; address: number; width: AccessWidth; value: number }
  /** The interrupt-pending bits of the core. */
  | { kind: 'mip' };

export interface Answer {
  /** What was read; 0 after a write or a fault. */
  value: number;
  /** Trap cause, 0 when there was none. */
  cause: number;
}

const SOURCE = fileURLToPath(new URL('access-probe.S', import.meta.url));
const LIST_ADDRESS = 0x8400_0000;
/** Supervisor mode stays, so that the PLIC has its second context. */
const CPU = 'rv32,h=false';

export const read = (address: number, width: AccessWidth = 4): Access => ({ kind: 'read', address, width });
export const write = (address: number, value: number, width: AccessWidth = 4): Access => ({
  kind: 'write',
  address,
  width,
  value,
});

function encode(accesses: readonly Access[]): Uint32Array {
  const words = new Uint32Array(4 * (accesses.length + 1));
  accesses.forEach((access, i) => {
    if (access.kind === 'mip') words[4 * i] = 0x200;
    else words.set([access.width + (access.kind === 'write' ? 0x100 : 0), access.address], 4 * i);
    if (access.kind === 'write') words[4 * i + 2] = access.value;
  });
  return words;
}

/** Carries out the accesses, in order, on a machine fresh from reset. An instruction takes a nanosecond. */
export function probeQemu(accesses: readonly Access[]): Answer[] {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-probe-'));
  try {
    const isa = ['-march=rv32imac_zicsr', '-mabi=ilp32'];
    const link = ['-nostdlib', '-Wl,-Ttext=0x80000000', '-Wl,--no-warn-rwx-segments'];
    execFileSync('riscv64-unknown-elf-gcc', [...isa, ...link, '-o', 'probe.elf', SOURCE], { cwd: folder });
    writeFileSync(join(folder, 'list.bin'), encode(accesses));
    const board = ['-M', 'virt', '-cpu', CPU, '-bios', 'none', '-kernel', 'probe.elf', '-icount', 'shift=0'];
    const list = ['-device', `loader,file=list.bin,addr=${LIST_ADDRESS},force-raw=on`];
    const host = ['-display', 'none', '-serial', 'null', '-monitor', 'none'];
    const semihosting = ['-semihosting-config', 'enable=on,target=native'];
    execFileSync('qemu-system-riscv32', [...board, ...list, ...host, ...semihosting], {
      cwd: folder,
      timeout: 60_000,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const bytes = readFileSync(join(folder, 'answers.bin'));
    return accesses.map((_, i) => ({
      value: bytes.readUInt32LE(8 * i),
      cause: bytes.readUInt32LE(8 * i + 4),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
