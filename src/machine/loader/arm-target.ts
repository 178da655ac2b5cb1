/**
 * Whether an ARM image can run on an ARMv7-M processor without a floating-point unit: what its ELF header and its
 * build attributes say it was built for. Where they say nothing, it is taken at its word that it can.
 *
 * Arm IHI 0044 (ELF for the Arm Architecture, 2023Q3), 5.3; Arm IHI 0045 (Addenda to the ABI, 2023Q3), 3.3.
 */
import { UserError } from '../../errors.ts';
import type { BuildAttributes } from './elf-attributes.ts';

const EF_ARM_ABI_FLOAT_HARD = 0x400;

/** Tags of build attributes. */
const Tag = { CpuArch: 6, CpuArchProfile: 7, FpArch: 10, AbiVfpArgs: 28 } as const;
/** Values of Tag_CPU_arch that run here: v7 (with profile M or none), v6-M, v6S-M, v7E-M. */
const V7 = 10;
const V7E_M = 13;
const RUNNING = new Set([V7, 11, 12, V7E_M]);
/** ARMv8-M: Baseline, Mainline and 8.1. */
const V8_M = new Set([16, 17, 21]);

const BUILD = 'Build with -mcpu=cortex-m3 -mthumb (Rust: thumbv7m-none-eabi).';
const BUILD_SOFT = 'Build with -mfloat-abi=soft (Rust: thumbv7em-none-eabi or thumbv7m-none-eabi).';

function attribute(attributes: BuildAttributes | undefined, tag: number): number | undefined {
  const value = attributes?.entries.find((entry) => entry.tag === tag)?.value;
  return typeof value === 'number' ? value : undefined;
}

/**
 * @param flags e_flags of the ELF header.
 * @returns what may go wrong all the same, in sentences without a full stop.
 * @throws UserError when the image cannot run.
 */
export function checkArmTarget(
  flags: number,
  attributes: BuildAttributes | undefined,
  name: string,
): string[] {
  const profile = attribute(attributes, Tag.CpuArchProfile) ?? 0;
  if (profile === 0x41 || profile === 0x52) {
    throw new UserError(
      `\`${name}\` is built for an ARM ${String.fromCharCode(profile)}-profile core; only the M profile is emulated.`,
      BUILD,
    );
  }
  const architecture = attribute(attributes, Tag.CpuArch);
  if (architecture !== undefined && V8_M.has(architecture)) {
    throw new UserError(
      `\`${name}\` is built for ARM${attributes!.architecture} (Cortex-M23, M33 and later), which is not emulated; ARMv6-M and ARMv7-M are.`,
      BUILD,
    );
  }
  if (architecture !== undefined && !RUNNING.has(architecture)) {
    throw new UserError(
      `\`${name}\` is built for ARM${attributes!.architecture ?? ` architecture ${architecture}`}, whose ARM instructions an M-profile core has not.`,
      BUILD,
    );
  }
  if ((flags & EF_ARM_ABI_FLOAT_HARD) !== 0 || attribute(attributes, Tag.AbiVfpArgs) === 1) {
    throw new UserError(
      `\`${name}\` is built for the hard-float ABI, which needs a floating-point unit (Cortex-M4F); none is emulated.`,
      BUILD_SOFT,
    );
  }
  if ((attribute(attributes, Tag.FpArch) ?? 0) === 0) return [];
  return [
    'parts of the image are built for a floating-point unit, which is not emulated: its instructions are UsageFaults (NOCP); -mfloat-abi=soft does without',
  ];
}

/** Whether an image is built for ARMv7E-M: ARMv7-M with the DSP extension. */
export function usesDspExtension(attributes: BuildAttributes | undefined): boolean {
  return attribute(attributes, Tag.CpuArch) === V7E_M;
}
