/** Makes text that strangers wrote safe to look at: what a terminal would obey, or a reader would not see, is spelled out. */

/**
 * Control characters (C0, DEL, C1), lone surrogates, line and paragraph separators, and what Unicode draws nothing for:
 * format characters, which the bidirectional ones are among, and default ignorable code points.
 */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** One line in which each unseen character is written as in JSON, such as `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, spelled);
}

/** The same of each line, where the text may have several: line feeds stay. */
export function visibleLines(text: string): string {
  return text.replaceAll(UNSEEN, (character) => (character === '\n' ? character : spelled(character)));
}

/** By UTF-16 units, so that text which is JSON stays the same JSON. */
function spelled(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
