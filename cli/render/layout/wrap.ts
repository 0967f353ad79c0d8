/** Text that keeps to the width of a terminal. */
import { createRequire } from 'node:module';
import { widthOf } from './width.ts';

/** Below it, what stands beside a label would come letter by letter. */
const ROOM_MIN = 10;
/** Printable ASCII, each character of which is one column wide. */
const ONE_LINE = /^[ -~]*$/;
/** Words of characters that are one column wide, with one blank between two. */
const PLAIN = /^(?:[!-~…→−×·—–]+(?: (?! |$)|$))*$/;

const require = createRequire(import.meta.url);

/**
 * A label and what stands beside it, broken between words at the terminal's width; the lines that follow begin below
 * the first word. Colour codes take no room. A word that is longer than the room is cut.
 * @param columns null leaves the text as it is: nobody sees it at a width.
 */
export function hang(label: string, text: string, columns: number | null): string {
  const whole = `${label}${text}`;
  if (columns === null || (whole.length <= columns && ONE_LINE.test(whole))) return whole;
  const indent = widthOf(label);
  const room = Math.max(columns - indent, ROOM_MIN);
  const wrapped = wrapPlain(text, room) ?? loadWrapAnsi()(text, room, { hard: true });
  return `${label}${wrapped.replaceAll('\n', `\n${' '.repeat(indent)}`)}`;
}

/** Null where the text is not plain, or has a word that is longer than the room. */
function wrapPlain(text: string, room: number): string | null {
  if (!PLAIN.test(text)) return null;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (word.length > room) return null;
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > room) lines.push(line);
    line = longer.length > room ? word : longer;
  }
  return [...lines, line].join('\n');
}

/** Loads it at the first line that needs it: with what it knows of letters, it takes as long to load as yargs does. */
function loadWrapAnsi(): typeof import('wrap-ansi').default {
  return require('wrap-ansi').default;
}
