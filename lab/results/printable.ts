/** Makes text of unknown origin, such as the output of a program, fit for an XML document. */
import { stripVTControlCharacters } from 'node:util';
import { visibleLines } from '../../src/visible.ts';

/** Characters that XML 1.0 does not allow even when they are escaped (§2.2), and the control characters that it discourages. */
const UNPRINTABLE = /[^\t\n\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * Removes a terminal's colours and cursor moves, which nothing would obey, and spells out what a reader would not see, or
 * would see in another order; lines end with a line feed.
 */
export function printable(text: string): string {
  const kept = stripVTControlCharacters(text).replaceAll(/\r\n?/g, '\n').replaceAll(UNPRINTABLE, '');
  return kept.split('\t').map(visibleLines).join('\t');
}

/** For content, and for attributes in double quotes. */
export function escapeXml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
