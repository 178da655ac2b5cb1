export type TortureIsa = 'riscv32' | 'armv7m';
export const ISAS: Record<TortureIsa, { title: string }>;
/** @returns the Debian packages that are missing. */
export function missingPackages(isa: TortureIsa): string[];
