import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { checkArmTarget, usesDspExtension } from './arm-target.ts';
import { parseBuildAttributes } from './elf-attributes.ts';
import { buildAttributes } from './test-images.ts';

const EABI5 = 0x0500_0000;
const SOFT = EABI5 | 0x200;
const HARD = EABI5 | 0x400;
const [ARCH, PROFILE, FP, VFP_ARGS] = [6, 7, 10, 28];

function check(contents: number[], flags = SOFT) {
  return checkArmTarget(flags, parseBuildAttributes(buildAttributes('aeabi', contents)), 'x.elf');
}

function refusal(contents: number[], flags = SOFT): string {
  try {
    check(contents, flags);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/^`x\.elf` .*\.$/);
    return `${error.message} ${error.hint}`;
  }
  throw new Error('the image was accepted');
}

describe('an image runs that is built for', () => {
  it.each([
    ['ARMv7-M', [ARCH, 10, PROFILE, 0x4d]],
    ['ARMv7E-M', [ARCH, 13, PROFILE, 0x4d]],
    ['ARMv6-M', [ARCH, 11, PROFILE, 0x4d]],
    ['ARMv6S-M', [ARCH, 12, PROFILE, 0x4d]],
    ['ARMv7 of no profile', [ARCH, 10]],
    ['nothing that it says', []],
  ])('%s', (_, contents) => {
    expect(check(contents)).toEqual([]);
    expect(checkArmTarget(SOFT, undefined, 'x.elf')).toEqual([]);
  });
});

describe('an image is refused that is built for', () => {
  it.each([
    ['the application profile', [ARCH, 10, PROFILE, 0x41], /ARM A-profile core.*-mcpu=cortex-m3/],
    ['the real-time profile', [ARCH, 10, PROFILE, 0x52], /ARM R-profile core/],
    ['ARMv8-M Baseline', [ARCH, 16, PROFILE, 0x4d], /ARMv8-M\.baseline \(Cortex-M23/],
    ['ARMv8-M Mainline', [ARCH, 17, PROFILE, 0x4d], /ARMv8-M\.mainline \(Cortex-M23, M33/],
    ['ARMv8.1-M', [ARCH, 21, PROFILE, 0x4d], /ARMv8\.1-M\.mainline/],
    ['ARMv5TE', [ARCH, 4], /built for ARMv5TE, whose ARM instructions/],
    ['an architecture to come', [ARCH, 99], /built for ARM architecture 99/],
  ])('%s', (_, contents, expected) => {
    expect(refusal(contents)).toMatch(expected);
  });

  it('the hard-float ABI, by its header or by its attributes', () => {
    const m4 = [ARCH, 13, PROFILE, 0x4d, FP, 6];
    expect(refusal(m4, HARD)).toMatch(/hard-float ABI.*floating-point unit.*-mfloat-abi=soft/);
    expect(refusal([...m4, VFP_ARGS, 1], EABI5)).toMatch(/hard-float ABI/);
  });
});

it('an image that may use a floating-point unit is warned of', () => {
  const [warning, ...others] = check([ARCH, 13, PROFILE, 0x4d, FP, 6]);
  expect(warning).toMatch(/floating-point unit, which is not emulated.*NOCP.*-mfloat-abi=soft/);
  expect(others).toEqual([]);
});

it('tells ARMv7E-M', () => {
  const attributes = (contents: number[]) => parseBuildAttributes(buildAttributes('aeabi', contents));
  expect(usesDspExtension(attributes([ARCH, 13, PROFILE, 0x4d]))).toBe(true);
  expect(usesDspExtension(attributes([ARCH, 10, PROFILE, 0x4d]))).toBe(false);
  expect(usesDspExtension(undefined)).toBe(false);
});
