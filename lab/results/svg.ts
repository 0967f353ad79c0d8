/**
 * A grid as a picture with a background, light or dark as its reader prefers. Words and the frame say what a cell
 * means; colour only repeats it.
 */
import { cellWords, type Grid, type GridCell, rowsOf } from './grid.ts';
import { DARK, LIGHT, type Palette } from './palette.ts';
import { escapeXml } from './printable.ts';

const MARGIN = 16;
const GAP = 4;
/** A character of the widest common sans-serif at 13 px, rounded up. */
const CHARACTER_WIDTH = 7.6;
const PADDING = 10;
const CELL_HEIGHT = 44;
const HEAD_HEIGHT = 58;
/** How much larger the headline's letters are than the others. */
const HEAD_SCALE = 15 / 13;

const STYLE = `\
text{font:13px system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
.head{font-size:15px;font-weight:600}
.name,.result{font-weight:600}
.detail{font-size:12px}
.wrong{stroke-width:3;stroke-dasharray:6 3}
${colors(LIGHT)}
@media (prefers-color-scheme:dark){
${colors(DARK)}
}`;

function colors({ text, ground, edge, open, openEdge, closed, closedEdge, wrong, wrongEdge }: Palette): string {
  return [
    `text{fill:${text}}`,
    `.ground{fill:${ground};stroke:${edge}}`,
    `.open{fill:${open};stroke:${openEdge}}`,
    `.closed{fill:${closed};stroke:${closedEdge}}`,
    `.wrong{fill:${wrong};stroke:${wrongEdge}}`,
  ].join('\n');
}

export function gridSvg(grid: Grid): string {
  const { title, rows, columns, cells } = grid;
  const words = cells.flatMap(({ result, detail }) => [result, detail]);
  const nameWidth = widthOf(rows);
  const cellWidth = widthOf([...columns, ...words]);
  const headline = `${title}: ${grid.headline}`;
  const gridWidth = nameWidth + columns.length * (cellWidth + GAP);
  const width = Math.ceil(Math.max(gridWidth, widthOf([headline]) * HEAD_SCALE)) + 2 * MARGIN;
  const height = HEAD_HEIGHT + rows.length * (CELL_HEIGHT + GAP) + MARGIN;
  const leftOf = (column: number): number => MARGIN + nameWidth + column * (cellWidth + GAP) + GAP;
  const topOf = (row: number): number => HEAD_HEIGHT + row * (CELL_HEIGHT + GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="matrix-title matrix-desc">`,
    `<title id="matrix-title">${escapeXml(headline)}</title>`,
    `<desc id="matrix-desc">${escapeXml(cells.map(sentence).join(' '))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    text(headline, { kind: 'head', x: MARGIN, y: 28 }),
    ...columns.map((name, column) => text(name, { kind: 'name', x: leftOf(column) + PADDING, y: HEAD_HEIGHT - 8 })),
    ...rowsOf(grid).flatMap((row, index) => [
      text(rows[index] ?? '', { kind: 'name', x: MARGIN, y: topOf(index) + 27 }),
      ...row.flatMap((cell, column) =>
        cell ? [box(cell, { x: leftOf(column), y: topOf(index), width: cellWidth })] : [],
      ),
    ]),
    '</svg>',
    '',
  ].join('\n');
}

function box(cell: GridCell, { x, y, width }: Place & { readonly width: number }): string {
  return [
    `<g><title>${escapeXml(sentence(cell))}</title>`,
    `<rect class="${cell.frame}" x="${x}" y="${y}" width="${width}" height="${CELL_HEIGHT}" rx="4"/>`,
    text(cell.result, { kind: 'result', x: x + PADDING, y: y + 19 }),
    `${text(cell.detail, { kind: 'detail', x: x + PADDING, y: y + 36 })}</g>`,
  ].join('\n');
}

function sentence(cell: GridCell): string {
  return `${cellWords(cell)}.`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** `kind` is a class of `STYLE`. */
function text(words: string, { kind, x, y }: Place & { readonly kind: string }): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escapeXml(words)}</text>`;
}

function widthOf(texts: readonly string[]): number {
  const longest = Math.max(0, ...texts.map((one) => one.length));
  return Math.ceil(longest * CHARACTER_WIDTH) + 2 * PADDING;
}
