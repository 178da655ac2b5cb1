import { expect, test } from 'vitest';
import type { BoardDescription } from './board.ts';
import { VIRT } from './boards/virt.ts';
import { CPU_NAMES, type CpuName, suggestCpu, withCpu } from './cpus.ts';
import { loadImage } from './loader/image.ts';
import { buildAttributes, buildElf } from './loader/test-images.ts';

const ARM: BoardDescription = {
  ...VIRT,
  name: 'arm',
  core: {
    type: 'armv7m',
    cpuid: 0x410f_c231,
    vectorTable: 0,
    vtorMask: 0xffff_ff80,
    interrupts: 32,
    priorityBits: 8,
    mpuRegions: 8,
    sysTickReferenceHz: undefined,
    bitBand: true,
    dsp: false,
  },
};

test('a board with an ARM core can have another one', () => {
  expect(withCpu(ARM, undefined)).toBe(ARM);
  expect(withCpu(ARM, 'cortex-m4').core).toEqual({ ...ARM.core, cpuid: 0x410f_c240, dsp: true });
  expect(withCpu(withCpu(ARM, 'cortex-m4'), 'cortex-m3')).toEqual(ARM);
  for (const name of CPU_NAMES) expect(withCpu(ARM, name).name).toBe('arm');
});

test('there are no others, and none for RISC-V', () => {
  expect(() => withCpu(ARM, 'cortex-m7' as CpuName)).toThrow('there is no processor cortex-m7');
  expect(() => withCpu(ARM, 'constructor' as CpuName)).toThrow('there is no processor constructor');
  expect(() => withCpu(VIRT, 'cortex-m4')).toThrow(/processor of virt is RISC-V/);
});

test('an image for ARMv7E-M asks for the DSP extension, where the board has not got it', () => {
  const image = (architecture: number) =>
    loadImage(
      buildElf({ machine: 40, attributes: buildAttributes('aeabi', [6, architecture, 7, 0x4d]) }),
      'x.elf',
    );
  expect(suggestCpu(image(13), ARM)).toBe('cortex-m4');
  expect(suggestCpu(image(10), ARM)).toBeUndefined();
  expect(suggestCpu(image(13), withCpu(ARM, 'cortex-m4'))).toBeUndefined();
  expect(suggestCpu(image(13), VIRT)).toBeUndefined();
});
