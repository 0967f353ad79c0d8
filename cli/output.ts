/** Where commands write: text only, in which nothing but line feeds and the colours of our own is obeyed by a terminal. */
import { visibleLines } from '../src/visible.ts';
import { COLOUR } from './render/layout/colour.ts';

/** Below it, lines are as long as at it: words would come one by one. */
const COLUMNS_MIN = 40;

export interface TextOutput {
  /** Whatever strangers' words are in it; they had better be spelled out before (`visible`), as colours pass. */
  write(text: string): void;
  /** The width to keep to; null where it is not a terminal. */
  readonly columns: number | null;
}

/** Splits with a group: texts at even places, colours at odd ones. */
const AROUND_COLOURS = new RegExp(`(${COLOUR})`);

/** @param options.color whether colours are written; without, they are spelled out like all else. */
export function textOutput(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
  { color }: { readonly color: boolean },
): TextOutput {
  return {
    write: (text) => void stream.write(safeText(text, { color })),
    get columns() {
      const { isTTY, columns = 0 } = stream;
      return isTTY === true && columns > 0 ? Math.max(COLUMNS_MIN, columns) : null;
    },
  };
}

function safeText(text: string, { color }: { readonly color: boolean }): string {
  if (!color) return visibleLines(text);
  return text
    .split(AROUND_COLOURS)
    .map((piece, index) => (index % 2 === 1 ? piece : visibleLines(piece)))
    .join('');
}
