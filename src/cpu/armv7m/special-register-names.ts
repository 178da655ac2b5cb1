/**
 * Names of the special registers that MRS and MSR reach by SYSm. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, B5.1.1, table B5-1.
 */
export const SPECIAL_REGISTER_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'APSR'],
  [1, 'IAPSR'],
  [2, 'EAPSR'],
  [3, 'PSR'],
  [5, 'IPSR'],
  [6, 'EPSR'],
  [7, 'IEPSR'],
  [8, 'MSP'],
  [9, 'PSP'],
  [16, 'PRIMASK'],
  [17, 'BASEPRI'],
  [18, 'BASEPRI_MAX'],
  [19, 'FAULTMASK'],
  [20, 'CONTROL'],
]);

/** Suffixes by the mask of MSR: 2 for the flags, 1 for GE. B5.2.3 */
const MASKS = ['', '_g', '_nzcvq', '_nzcvqg'];

/** @param mask of MSR; undefined for MRS. */
export function specialRegisterName(sysm: number, mask?: number): string {
  const name = SPECIAL_REGISTER_NAMES.get(sysm);
  if (name === undefined) return `<reserved ${sysm}>`;
  const hasMask = sysm === 0 || (sysm <= 3 && mask !== 2);
  return mask !== undefined && hasMask ? name + MASKS[mask]! : name;
}
