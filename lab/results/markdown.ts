/** A grid as Markdown: the grid itself, then each cell that is not as expected, with what its programs have said last. */
import {
  cellWords,
  type Fact,
  type Grid,
  type GridCell,
  type GridOutput,
  type GridTry,
  rowsOf,
  wrongCells,
} from './grid.ts';
import { outputTail } from './output-text.ts';
import { printable } from './printable.ts';

/** What a program says last is why it failed. All of it is in the JSON. */
const TAIL = { lines: 20, characters: 500 };
/** Of a cell; the others went wrong as well. */
const TRIES_MAX = 3;
/** GitHub takes 1 MiB for the summary of a step (`GITHUB_STEP_SUMMARY`), to which others may add. */
const BYTES_MAX = 1_000_000;

/** At most 1 MB after the grid itself: the cells that would not fit are counted. */
export function gridMarkdown(grid: Grid): string {
  const { title, headline, note, corner, about, columns, rows } = grid;
  const lines = rowsOf(grid).map((cells, row) => [`**${plain(rows[row] ?? '')}**`, ...cells.map(cellText)]);
  const wrong = wrongCells(grid);
  const head = [
    `# ${plain(title)}`,
    '',
    `${plain(headline)}. ${note}`,
    '',
    line([corner, ...columns.map(plain)]),
    line(['---', ...columns.map(() => '---')]),
    ...lines.map(line),
    '',
    ...bullets(about),
    ...(wrong.length === 0 ? [] : ['## Not as expected', '']),
  ];
  return withSections(head.join('\n'), wrong);
}

function withSections(head: string, wrong: readonly GridCell[]): string {
  const texts = [head];
  let bytes = Buffer.byteLength(head);
  for (const cell of wrong) {
    const text = sectionOf(cell).join('\n');
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > BYTES_MAX)
      return [...texts, `${wrong.length + 1 - texts.length} more are in the other files.\n`].join('\n');
    texts.push(text);
  }
  return texts.join('\n');
}

function cellText(cell: GridCell | null): string {
  if (!cell) return '';
  const result = plain(cell.result);
  return `${cell.isAsExpected ? result : `**${result}**`}<br>${plain(cell.detail)}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function sectionOf(cell: GridCell): readonly string[] {
  const heading = [`### ${plain(cellWords(cell))}`, '', ...bullets(cell.facts)];
  const [first] = cell.tries;
  if (cell.tries.length === 1 && first) return [...heading, ...tryText(first)];
  const numbered = cell.tries.map((one, index) => ({
    one,
    heading: `#### ${plain(`Try ${index + 1}: ${one.result}`)}`,
  }));
  const wrong = numbered.filter(({ one }) => !one.isAsExpected);
  return [
    ...heading,
    ...wrong.slice(0, TRIES_MAX).flatMap(({ one, heading: its }) => [its, '', ...tryText(one)]),
    ...(wrong.length > TRIES_MAX ? [`${wrong.length - TRIES_MAX} more ended as they should not.`, ''] : []),
  ];
}

function tryText({ facts, outputs }: GridTry): readonly string[] {
  return [...bullets(facts), ...outputs.flatMap(outputText)];
}

function outputText(output: GridOutput): readonly string[] {
  return [`- ${plain(output.title)}`, '', ...fenced(outputTail(output, TAIL))];
}

function bullets(facts: readonly Fact[]): readonly string[] {
  return facts.length === 0 ? [] : [...facts.map(({ name, value }) => `- ${plain(`${name}: ${value}`)}`), ''];
}

/** Fences the text with more backticks than any run of them in it. */
function fenced(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const body = lines.join('\n');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, body, fence, ''];
}

/** A name or a word of a program, on one line, with nothing in it that Markdown would interpret. */
function plain(text: string): string {
  return printable(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_<>|[\]&~#]/g, '\\$&');
}
