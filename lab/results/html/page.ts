/**
 * A grid as one page in one file: the grid, and an account of each pair. It needs no script and nothing from anywhere, and
 * lets nothing in: whatever programs have said is text.
 */
import { type Fact, type Grid, wrongCells } from '../grid.ts';
import { escapeXml } from '../printable.ts';
import { accountHtml } from './account.ts';
import { gridTable } from './grid-table.ts';
import { LEVELS, type PageLevel } from './level.ts';
import { STYLE } from './style.ts';

/** What a mail or a browser on a phone takes without thinking about it. */
const BYTES_MAX = 3_000_000;
/** Nothing is loaded, and nothing runs (Content Security Policy 3). */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** At most 3 MB, as long as the grid itself is smaller: where there is more to tell, every pair is told in less detail. */
export function gridHtml(grid: Grid): string {
  for (const level of LEVELS.slice(0, -1)) {
    const page = pageOf(grid, level);
    if (Buffer.byteLength(page) <= BYTES_MAX) return page;
  }
  return pageOf(grid, LEVELS.at(-1) ?? LEVELS[0]);
}

function pageOf(grid: Grid, level: PageLevel): string {
  const { title, headline, note, about, cells } = grid;
  const wrong = wrongCells(grid);
  const right = cells.filter(({ isAsExpected }) => isAsExpected);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<title>${escapeXml(`${title}: ${headline}`)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<header id="grid"><h1>${escapeXml(title)}</h1>`,
    `<p class="headline${wrong.length > 0 ? ' bad' : ''}">${escapeXml(headline)}</p>`,
    `<p class="note">${escapeXml(note)}</p></header>`,
    '<main>',
    gridTable(grid),
    legendHtml(grid),
    aboutHtml(about),
    ...part(
      'Not as expected',
      wrong.map((cell) => accountHtml(cell, level.wrong)),
    ),
    ...part(
      'As expected',
      right.map((cell) => accountHtml(cell, level.right)),
    ),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const LEGEND = `\
<li><i class="open"></i>a path, as expected</li>\
<li><i class="closed"></i>no path, as expected</li>\
<li><i class="wrong"></i>✗ not as expected</li>`;
const TIMES = '<li>times are in seconds from the start of a pair; ! is stderr</li>';

function legendHtml({ cells }: Grid): string {
  const lines = cells.flatMap(({ tries }) => tries.flatMap(({ outputs }) => outputs.flatMap((output) => output.lines)));
  return `<ul class="legend">${LEGEND}${lines.some(({ atMs }) => atMs !== null) ? TIMES : ''}</ul>`;
}

function aboutHtml(about: readonly Fact[]): string {
  if (about.length === 0) return '';
  const each = about.map(({ name, value }) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`);
  return `<dl class="about">${each.join('')}</dl>`;
}

function part(title: string, accounts: readonly string[]): readonly string[] {
  return accounts.length === 0 ? [] : [`<h2>${title}</h2>`, ...accounts];
}
