/**
 * Thousands of random Thumb-2 programs end alike on bluesim and on QEMU: registers, APSR, masks, every exception on
 * the way, and memory. The seed is fixed; BLUESIM_SEED and BLUESIM_IMAGES choose others and more.
 */
import { disassemble } from '../../src/cpu/armv7m/disassemble.ts';
import type { Extension } from '../../src/cpu/armv7m/instructions/row.ts';
import { hex32 } from '../../src/errors.ts';
import { Machine } from '../../src/machine/machine.ts';
import { describeWith } from '../tools.ts';
import { LAYOUT, randomImage } from './armv7m-programs.ts';
import { Choices, IMAGES, type Listing, SEED, testRandomImage } from './random-images.ts';

const PROGRAMS = 300;
const QEMU = 'qemu-system-arm';

const listing: Listing = (code, start, end, base) => {
  const extensions = new Set<Extension>(['M', 'DSP']);
  const lines: string[] = [];
  let context = 0;
  for (let address = start; address < end; ) {
    const word = code.getUint16(address - base, true) | (code.getUint16(address - base + 2, true) << 16);
    const next = disassemble(word, address, { extensions, context });
    lines.push(`${hex32(address)}  ${next.text}`);
    address += next.length;
    context = next.context ?? 0;
  }
  return lines.join('\n');
};

describeWith([QEMU], 'random Thumb-2 programs against QEMU', () => {
  const cpus = [
    { cpu: 'cortex-m3', board: 'mps2-an385', extensions: [] },
    { cpu: 'cortex-m4', board: 'mps2-an386', extensions: ['DSP'] },
  ] as const;
  for (let i = 0; i < IMAGES; i++) {
    const { cpu, board, extensions } = cpus[i % 2]!;
    testRandomImage(`seed ${SEED + i}: ${PROGRAMS} programs for ${cpu}`, {
      layout: LAYOUT,
      image: () => randomImage(new Choices(SEED + i), PROGRAMS, { extensions, length: 60 }),
      machine: () => new Machine({ board: 'mps2-an385', cpu }),
      exit: { code: 0, reason: 'semihosting ADP_Stopped_ApplicationExit' },
      listing,
      qemu: [QEMU, '-M', `${board},memory-backend=ram`, '-semihosting-config', 'enable=on,target=native'],
    });
  }
});
