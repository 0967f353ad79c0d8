/** The grid of a page: a table in which each cell leads to its account. */
import { cellWords, type Grid, type GridCell, rowsOf } from '../grid.ts';
import { escapeXml } from '../printable.ts';

/** From so many columns on, details are cut, and are whole in the account. */
const DENSE_FROM = 7;

/** The table can be scrolled by itself, with the keyboard as well. */
export function gridTable(grid: Grid): string {
  const { corner, columns, rows } = grid;
  return [
    '<div class="scroll" role="region" aria-label="All pairs" tabindex="0">',
    `<table class="grid${columns.length >= DENSE_FROM ? ' dense' : ''}">`,
    `<thead><tr><th scope="col">${escapeXml(corner)}</th>${columns.map(columnHead).join('')}</tr></thead>`,
    '<tbody>',
    ...rowsOf(grid).map((cells, row) => `<tr>${rowHead(rows[row] ?? '')}${cells.map(gridCell).join('')}</tr>`),
    '</tbody></table></div>',
  ].join('\n');
}

function columnHead(name: string): string {
  return `<th scope="col">${escapeXml(name)}</th>`;
}

function rowHead(name: string): string {
  return `<th scope="row">${escapeXml(name)}</th>`;
}

function gridCell(cell: GridCell | null): string {
  if (!cell) return '<td class="none"><span>not run</span></td>';
  const words = `<b>${escapeXml(cell.result)}</b><span>${escapeXml(cell.detail)}</span>`;
  return `<td><a class="${cell.frame}" href="#${anchorOf(cell)}" title="${escapeXml(cellWords(cell))}">${words}</a></td>`;
}

/** The place of a cell's account within the page. */
export function anchorOf({ a, b }: Pick<GridCell, 'a' | 'b'>): string {
  return `pair-${encodeURIComponent(a.toWellFormed())}-x-${encodeURIComponent(b.toWellFormed())}`;
}
