/** Suggests what somebody may have meant who wrote an unknown word. */
import { closestMatch } from 'leven';

/** The least length of a word that gets a suggestion; shorter words are near to every other. */
const LENGTH_MIN = 3;

/** Returns the nearest known word, at most a third of its letters away; null when none is that near. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length < LENGTH_MIN) return null;
  return closestMatch(word, known, { maxDistance: Math.ceil(word.length / 3) }) ?? null;
}
