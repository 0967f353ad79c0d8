/** Renders the paragraphs at the end of a command's help at the terminal's width. */
import { hang } from './wrap.ts';

/** A term that is explained: a word at the left edge with at least two blanks after it. */
const TERM = /^(\S+ {2,})(.+)$/s;

/**
 * Lines are as long as the width allows, however long they are as written. A line that begins with blanks goes on with
 * the one before, and what explains a term is below itself.
 */
export function renderNotes(notes: string, columns: number): string {
  return notes
    .split('\n\n')
    .map((paragraph) =>
      itemsOf(paragraph)
        .map((item) => renderItem(item, columns))
        .join('\n'),
    )
    .join('\n\n');
}

/** A paragraph of terms has one item for each; any other is one item. */
function itemsOf(paragraph: string): readonly string[] {
  return TERM.test(paragraph) ? paragraph.split(/\n(?! )/) : [paragraph];
}

function renderItem(item: string, columns: number): string {
  const [, term = '', text = item] = TERM.exec(item) ?? [];
  return hang(term, text.replaceAll(/\s*\n\s*/g, ' '), columns);
}
