/**
 * Thousands of random programs end alike on bluesim and on QEMU: registers, CSRs, every trap on the way, and
 * memory. The seed is fixed; BLUESIM_SEED and BLUESIM_IMAGES choose others and more.
 */
import { disassemble } from '../../src/cpu/riscv/disassemble.ts';
import type { Extension } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS } from '../../src/cpu/riscv/instructions/table.ts';
import { hex32 } from '../../src/errors.ts';
import { Machine } from '../../src/machine/machine.ts';
import { describeWith } from '../tools.ts';
import { IMAGES, type Listing, SEED, testRandomImage } from './random-images.ts';
import { LAYOUT, randomImage } from './riscv-programs.ts';

const PROGRAMS = 300;
const QEMU = 'qemu-system-riscv32';

const listing: Listing = (code, start, end, base) => {
  const extensions = new Set<Extension>([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]);
  const lines: string[] = [];
  for (let address = start; address < end; ) {
    const low = code.getUint16(address - base, true);
    const word = (low & 3) === 3 ? code.getUint32(address - base, true) : low;
    const { text, length } = disassemble(word, address, { extensions });
    lines.push(`${hex32(address)}  ${text}`);
    address += length;
  }
  return lines.join('\n');
};

function qemuCpu(extensions: readonly Extension[]): string {
  const bits = ['zba', 'zbb', 'zbs'].map((name) => {
    return `${name}=${extensions.some((extension) => extension.toLowerCase() === name)}`;
  });
  return `rv32,h=false,s=false,f=false,d=false,mmu=false,zbc=false,${bits.join(',')}`;
}

describeWith([QEMU], 'random programs against QEMU', () => {
  const sets: (readonly Extension[])[] = [[], OPTIONAL_EXTENSIONS];
  for (let i = 0; i < IMAGES; i++) {
    const extensions = sets[i % 2]!;
    testRandomImage(`seed ${SEED + i}: ${PROGRAMS} programs of RV32IMAC ${extensions.join(' ')}`, {
      layout: LAYOUT,
      image: () => randomImage(SEED + i, PROGRAMS, { extensions, length: 60 }),
      machine: () => new Machine({ board: 'virt', ramBytes: LAYOUT.ram.sizeBytes, extensions }),
      exit: { code: 0, reason: 'test finisher' },
      listing,
      qemu: [QEMU, '-M', 'virt,memory-backend=ram', '-cpu', qemuCpu(extensions), '-bios', 'none'],
    });
  }
});
