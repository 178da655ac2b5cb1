/** The version of this bluesim, from its package.json: one level up in the bundle, two in the sources. */
import { readFileSync } from 'node:fs';

export function bluesimVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const description = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version: string;
      };
      if (description.name === 'bluesim') return description.version;
    } catch {
      // Not there: the other place.
    }
  }
  return 'of unknown version';
}
