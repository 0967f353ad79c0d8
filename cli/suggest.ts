/** What somebody may have meant who wrote a word that there is none of. */
import { closestMatch } from 'leven';

/** Shorter words are near to every other. */
const LENGTH_MIN = 3;

/** The nearest of the words that there are, at most a third of its letters away; null when none is that near. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length < LENGTH_MIN) return null;
  return closestMatch(word, known, { maxDistance: Math.ceil(word.length / 3) }) ?? null;
}
