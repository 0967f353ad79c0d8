/** What a program said last, for the sentence that says that it has ended. */
import type { Output } from '../program/output.ts';

const LINES = 3;

/** Such as `; its last words were "no such file"`. */
export function lastWords(output: Output): string {
  const lines = output.since(0).slice(-LINES);
  if (lines.length === 0) return ' without a word';
  return `; its last words were ${lines.map(({ text }) => `"${text.slice(0, 200)}"`).join(', ')}`;
}
