/** @returns the Debian packages that are missing. */
export function missingPackages(): string[];
