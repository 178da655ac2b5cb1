/**
 * Images with one `nop` more in the context switch. No compiler is needed: each has, behind its way out, a jump that
 * is longer than it has to be. The shorter one makes the room, and nothing outside of the function moves.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadImage } from '../../src/machine/loader/image.ts';
import { ROOT } from './command.ts';

export const kernelImage = (name: string) => join(ROOT, 'firmware/images/kernel', `${name}.elf`);

interface Patch {
  readonly image: string;
  /** End of the function's name. */
  readonly symbol: string;
  /** Halfwords from an offset in the function, before and after. */
  readonly edits: readonly { offset: number; before: readonly number[]; after: readonly number[] }[];
}

/** `auipc t1; jr` to the fault becomes one `jal`; what lies between grows by the nop of four bytes in front of it. */
const RISCV: Patch = {
  image: 'pingpong-virt',
  symbol: 'bluekernel_switch',
  edits: [
    {
      // From the store of sp, behind the check of the stack, to the end.
      offset: 0x36,
      // biome-ignore format: a line is a group of instructions
      before: [
        0x2023, 0x0025, 0x424c, 0xc20c, 0xa103, 0x0005,
        0x4082, 0x4412, 0x44a2, 0x4932, 0x49c2, 0x4a52, 0x4ae2, 0x4b72, 0x5b82, 0x5c12, 0x5ca2, 0x5d32, 0x5dc2,
        0x6121, 0x8082,
        0x0317, 0x0000, 0x0067, 0x4883,
      ],
      // biome-ignore format: as above
      after: [
        0x0013, 0x0000,
        0x2023, 0x0025, 0x424c, 0xc20c, 0xa103, 0x0005,
        0x4082, 0x4412, 0x44a2, 0x4932, 0x49c2, 0x4a52, 0x4ae2, 0x4b72, 0x5b82, 0x5c12, 0x5ca2, 0x5d32, 0x5dc2,
        0x6121, 0x8082,
        0x006f, 0x4840,
      ],
    },
    // The branch to that jump, four bytes further.
    { offset: 0x32, before: [0x9763, 0x02e6], after: [0x9963, 0x02e6] },
  ],
};

/** `b.w` to the fault becomes `b.n`, and `bx lr` moves by the nop of two bytes in front of it. */
const ARM: Patch = {
  image: 'pingpong-mps2-an385',
  symbol: 'bluekernel_pend_sv',
  edits: [
    { offset: 0x26, before: [0x4770, 0xf000, 0xb91e], after: [0xbf00, 0x4770, 0xe11d] },
    { offset: 0x16, before: [0xd107], after: [0xd108] },
  ],
};

export const SLOWER = { virt: RISCV, 'mps2-an385': ARM };

/** Writes a kernel's image with one nop more in its context switch. */
export function writeSlower(board: keyof typeof SLOWER, path: string): void {
  const { image: name, symbol, edits } = SLOWER[board];
  const file = new Uint8Array(readFileSync(kernelImage(name)));
  const image = loadImage(file, name);
  const start = image.symbols.symbols.find((candidate) => candidate.name.endsWith(symbol))!.address;
  const segment = image.segments.find(
    ({ address, bytes }) => start >= address && start < address + bytes.length,
  )!;
  const at = segment.bytes.byteOffset + start - segment.address;
  const view = new DataView(file.buffer);
  for (const { offset, before, after } of edits) {
    for (const [index, halfword] of before.entries()) {
      const found = view.getUint16(at + offset + 2 * index, true);
      if (found !== halfword) throw new Error(`${name}: ${found.toString(16)} at ${offset + 2 * index}`);
    }
    for (const [index, halfword] of after.entries()) view.setUint16(at + offset + 2 * index, halfword, true);
  }
  writeFileSync(path, file);
}
