/** A cell of a table in several lines. */
import { COLOUR } from './colour.ts';
import { widthOf } from './width.ts';

/** Colours before and after all of the text, as chalk writes them; a cell has them around the whole or not at all. */
const PAINTED = new RegExp(`^((?:${COLOUR})*)(.*?)((?:${COLOUR})*)$`, 's');
/** A piece of text that is not broken: up to a blank, or up to and with a hyphen. */
const PIECE = /[^\s-]*-+|[^\s-]+|\s+/g;

/** Returns how narrow the cell can be: as narrow as its longest piece. */
export function narrowestOf(cell: string): number {
  return Math.max(0, ...piecesOf(textOf(cell)).map((piece) => widthOf(piece.trim())));
}

/** Returns lines no wider than `width`, each in the cell's colour; a piece that is wider is cut. */
export function breakCell(cell: string, width: number): readonly string[] {
  const [, before = '', text = '', after = ''] = PAINTED.exec(cell) ?? [];
  if (widthOf(text) <= width) return [cell];
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text).flatMap((whole) => cut(whole, width))) {
    if (line !== '' && widthOf((line + piece).trimEnd()) > width) {
      lines.push(line);
      line = piece.trimStart();
    } else line += piece;
  }
  return [...lines, line].map((each) => `${before}${each.trimEnd()}${after}`);
}

function textOf(cell: string): string {
  return PAINTED.exec(cell)?.[2] ?? cell;
}

function piecesOf(text: string): readonly string[] {
  return text.match(PIECE) ?? [];
}

function cut(piece: string, width: number): readonly string[] {
  return widthOf(piece.trim()) <= width
    ? [piece]
    : (piece.match(new RegExp(`.{1,${Math.max(1, width)}}`, 'gsu')) ?? []);
}
