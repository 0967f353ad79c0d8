/** Text that keeps to the width of a terminal. */
import { createRequire } from 'node:module';

/** Below it, what stands beside a label would come letter by letter. */
const ROOM_MIN = 10;
/** Printable ASCII, each character of which is one column wide. */
const PLAIN = /^[\x20-\x7e]*$/;

const require = createRequire(import.meta.url);

/**
 * A label and what stands beside it, broken between words at the terminal's width; the lines that follow begin below
 * the first word. Colour codes take no room. A word that is longer than the room is cut.
 * @param columns null leaves the text as it is: nobody sees it at a width.
 */
export function hang(label: string, text: string, columns: number | null): string {
  const whole = `${label}${text}`;
  if (columns === null || (whole.length <= columns && PLAIN.test(whole))) return whole;
  const { stringWidth, wrapAnsi } = loadWidths();
  const indent = stringWidth(label);
  const wrapped = wrapAnsi(text, Math.max(columns - indent, ROOM_MIN), { hard: true });
  return `${label}${wrapped.replaceAll('\n', `\n${' '.repeat(indent)}`)}`;
}

interface Widths {
  readonly stringWidth: typeof import('string-width').default;
  readonly wrapAnsi: typeof import('wrap-ansi').default;
}

/** Loads what knows how wide letters are, at the first line that needs it: it takes as long to load as yargs does. */
function loadWidths(): Widths {
  return { stringWidth: require('string-width').default, wrapAnsi: require('wrap-ansi').default };
}
