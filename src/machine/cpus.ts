/** The processors that a board with an ARM core can have in place of its own. */
import { UserError } from '../errors.ts';
import type { Armv7mCoreDescription, BoardDescription } from './board.ts';
import { usesDspExtension } from './loader/arm-target.ts';
import type { Image } from './loader/image.ts';

export type CpuName = 'cortex-m3' | 'cortex-m4';

/** What differs between them. CPUID as on QEMU: r2p1 of the one is not claimed, nor r0p1 of the other. */
const CPUS: Readonly<Record<CpuName, Pick<Armv7mCoreDescription, 'cpuid' | 'dsp'>>> = {
  'cortex-m3': { cpuid: 0x410f_c231, dsp: false },
  'cortex-m4': { cpuid: 0x410f_c240, dsp: true },
};

export const CPU_NAMES = Object.keys(CPUS) as CpuName[];

/**
 * A board with another processor.
 * @param name undefined: the board as it is.
 * @throws UserError when there is no such processor, or none can be chosen on the board.
 */
export function withCpu(board: BoardDescription, name: CpuName | undefined): BoardDescription {
  if (name === undefined) return board;
  if (!Object.hasOwn(CPUS, name)) {
    throw new UserError(`there is no processor ${name}`, `Choose from ${CPU_NAMES.join(', ')}.`);
  }
  if (board.core.type !== 'armv7m') {
    throw new UserError(
      `the processor of ${board.name} is RISC-V, so it cannot be a ${name}`,
      'Leave out --cpu, or choose another board.',
    );
  }
  return { ...board, core: { ...board.core, ...CPUS[name] } };
}

/** The processor that an image needs and a board has not, if that is so. */
export function suggestCpu(image: Image, board: BoardDescription): CpuName | undefined {
  const { core } = board;
  return core.type === 'armv7m' && !core.dsp && usesDspExtension(image.attributes) ? 'cortex-m4' : undefined;
}
