/** A terminal's text with its colours as an SVG picture, for documents that show what a command prints. */

import { stripVTControlCharacters } from 'node:util';

/** Select Graphic Rendition with one code (ECMA-48 §8.3.117). */
const SGR = new RegExp(`${String.fromCharCode(0x1b)}\\[(\\d+)m`);
const CELL_WIDTH = 8.4;
const LINE_HEIGHT = 20;
const MARGIN = 16;
const FOREGROUND = '#d6deeb';
const BACKGROUND = '#0d1b2a';

/** The SGR codes that the reports use: chalk's 16-colour level. */
const STYLE_OF_CODE: Readonly<Record<string, string>> = {
  1: 'font-weight:bold',
  2: 'opacity:0.6',
  31: 'fill:#ff6b6b',
  32: 'fill:#7bd88f',
  33: 'fill:#f6c177',
  36: 'fill:#6cc7e6',
};
const STYLES_ENDED_BY: Readonly<Record<string, readonly string[]>> = { 22: ['1', '2'], 39: ['31', '32', '33', '36'] };

export function terminalSvg(text: string): string {
  const lines = text.split('\n');
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
  const width = Math.ceil(columns * CELL_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map((line, row) => {
    const y = MARGIN + (row + 0.75) * LINE_HEIGHT;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spansOf(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="${FOREGROUND}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function spansOf(line: string): string {
  const active = new Set<string>();
  // Split with a group: texts at even places, codes at odd ones.
  const pieces = line.split(SGR);
  return pieces
    .map((piece, index) => {
      if (index % 2 === 1) {
        for (const ended of STYLES_ENDED_BY[piece] ?? []) active.delete(ended);
        if (piece in STYLE_OF_CODE) active.add(piece);
        return '';
      }
      if (piece === '') return '';
      const style = [...active].map((code) => STYLE_OF_CODE[code]).join(';');
      return style === '' ? escapeXml(piece) : `<tspan style="${style}">${escapeXml(piece)}</tspan>`;
    })
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
