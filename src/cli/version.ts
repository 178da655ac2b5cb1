/** The version of this bluesim, from its package.json: one level up in the bundle, two in the sources. */
import { readFileSync } from 'node:fs';

export function bluesimVersion(): string {
  for (const parent of ['..', '../..']) {
    try {
      const text = readFileSync(`${import.meta.dirname}/${parent}/package.json`, 'utf8');
      const description = JSON.parse(text) as { name?: string; version: string };
      if (description.name === 'bluesim') return description.version;
    } catch {
      // Not there: the other place.
    }
  }
  return 'of unknown version';
}
