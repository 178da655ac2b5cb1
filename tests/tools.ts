/**
 * Programs that a test compares with: QEMU, binutils, compilers. Where one is missing its tests are skipped
 * under a name that says so; with BLUESIM_REQUIRE_TOOLS=1, as in CI, they fail instead.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** @returns the path of a program in PATH, or undefined. */
export function tool(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** A `describe` whose tests need programs. `body` is called only when all are there. */
export function describeWith(names: readonly string[], title: string, body: () => void): void {
  describeUnlessMissing(
    names.filter((name) => tool(name) === undefined),
    title,
    body,
  );
}

/** A `describe` whose tests are skipped when something is missing. @param missing names of what is. */
export function describeUnlessMissing(missing: readonly string[], title: string, body: () => void): void {
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const reason = `needs ${missing.join(', ')}`;
  describe(title, () => {
    if (process.env.BLUESIM_REQUIRE_TOOLS === '1') {
      it(reason, () => {
        throw new Error(`${reason}, and BLUESIM_REQUIRE_TOOLS=1 forbids to skip`);
      });
    } else it.skip(reason, () => {});
  });
}
