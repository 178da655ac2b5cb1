/** What a person may have meant by a name that there is not. */
import { editDistance } from '../machine/loader/symbols.ts';
import { byText } from './ordering.ts';

/** @returns the names that are near enough to be meant, the nearest first. */
export function nearest(name: string, names: Iterable<string>): string[] {
  const tolerance = Math.min(4, Math.max(1, Math.floor(name.length / 3)));
  const wanted = name.toLowerCase();
  return [...names]
    .map((candidate) => ({
      candidate,
      distance: editDistance(wanted, candidate.toLowerCase(), tolerance),
    }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance || byText(a.candidate, b.candidate))
    .map(({ candidate }) => candidate);
}
