/** What a program said last, for the sentence that says that it has ended. */
import type { Output } from '../program/output.ts';

const LINES = 3;

/** Such as `; its last words were "no such file"`. */
export function lastWords(output: Output): string {
  return lastOf(output, LINES) || ' without a word';
}

/** The same of one line; empty if there is none. */
export function lastLine(output: Output): string {
  return lastOf(output, 1);
}

function lastOf(output: Output, count: number): string {
  const lines = output.since(0).slice(-count);
  if (lines.length === 0) return '';
  return `; its last words were ${lines.map(({ text }) => `"${text.slice(0, 200)}"`).join(', ')}`;
}
