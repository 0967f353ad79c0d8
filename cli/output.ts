/** The outputs of commands: text in which a terminal obeys nothing but line feeds and natcheck's colours. */
import { visibleLines } from '../src/visible.ts';
import { COLOUR } from './render/layout/colour.ts';

/** The least width that lines are broken at; at a smaller one, each word would be on its own line. */
const COLUMNS_MIN = 40;

export interface TextOutput {
  /** Writes text that may hold strangers' words; those had better be spelled out before (`visible`), since colours pass. */
  write(text: string): void;
  /** The width to keep to; null where the output is not a terminal. */
  readonly columns: number | null;
}

/** Splits with a group, so that texts come at even places and colours at odd ones. */
const AROUND_COLOURS = new RegExp(`(${COLOUR})`);

/** Creates the output. @param options.color whether colours are written; if not, they are spelled out like everything else. */
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
