/** Text of others, such as what a program has said, in an XML document. */
import { stripVTControlCharacters } from 'node:util';

/** What XML 1.0 has no place for even when it is escaped (§2.2), and the control characters that it discourages. */
const UNPRINTABLE = /[^\t\n\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Without a terminal's colours and moves, where nothing would obey them; lines end with a line feed. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\r\n?/g, '\n').replaceAll(UNPRINTABLE, '');
}

/** For content, and for attributes in double quotes. */
export function escapeXml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
