/** Text that keeps to the width of a terminal. */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Below it, what stands beside a label would come letter by letter. */
const ROOM_MIN = 10;

/**
 * A label and what stands beside it, broken between words at the terminal's width; the lines that follow begin below
 * the first word. Colour codes take no room. A word that is longer than the room is cut.
 * @param columns null leaves the text as it is: nobody sees it at a width.
 */
export function hang(label: string, text: string, columns: number | null): string {
  if (columns === null) return `${label}${text}`;
  const indent = stringWidth(label);
  const wrapped = wrapAnsi(text, Math.max(columns - indent, ROOM_MIN), { hard: true });
  return `${label}${wrapped.replaceAll('\n', `\n${' '.repeat(indent)}`)}`;
}
