/** What a program has said, line by line, in a page. */
import type { GridLine, GridOutput } from '../grid.ts';
import { escapeXml, printable } from '../printable.ts';

/** What is longer is data. */
const CHARACTERS_MAX = 400;

/** Folded, unless it is to be `open`. Nothing of what was said is shown with `most` 0, but how much it was. */
export function outputHtml(
  { title, lines }: GridOutput,
  { most, open }: { readonly most: number; readonly open: boolean },
): string {
  const end = lines.findLastIndex(({ text }) => printable(text).trim() !== '') + 1;
  const omitted = Math.max(0, end - most);
  const count = omitted === 0 ? linesWords(end) : `the last ${end - omitted} of ${linesWords(end)}`;
  const head = `${escapeXml(title)} <small>${end === 0 ? 'no output' : count}</small>`;
  if (end === omitted) return `<p class="silent">${head}</p>`;
  const shown = lines.slice(omitted, end).map(lineHtml).join('');
  return `<details${open ? ' open' : ''}><summary>${head}</summary><pre tabindex="0">${shown}</pre></details>`;
}

function linesWords(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

/** The mark of stderr is text as well as a colour. */
function lineHtml({ atMs, isError, text }: GridLine): string {
  const time = atMs === null ? '' : `<i>${(atMs / 1000).toFixed(3)}${isError ? ' !' : ''}</i>`;
  const kind = atMs === null ? ' class="bare"' : isError ? ' class="err"' : '';
  const cut = text.length <= CHARACTERS_MAX ? text : `${text.slice(0, CHARACTERS_MAX)}…`;
  return `<span${kind}>${time}<q>${escapeXml(cut)}</q></span>`;
}
