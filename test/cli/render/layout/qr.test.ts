import { describe, expect, it } from 'vitest';
import { textOutput } from '../../../../cli/output.ts';
import { renderQr } from '../../../../cli/render/layout/qr.ts';
import { readQr } from './qr-reader.ts';

const LINE = 'natcheck pipe 94qe2-s6bd8-tgjpc-ubpwe-xvzbn@stun.example.org';
const QUIET = 4;
const ESCAPE = '\u001b';
/** Which half of a character is drawn. */
const DRAWN: Readonly<Record<string, readonly [boolean, boolean]>> = {
  ' ': [false, false],
  '▀': [true, false],
  '▄': [false, true],
  '█': [true, true],
};

/** The modules that a terminal shows, true where the character's own colour is seen. */
function drawnIn(text: string): readonly (readonly boolean[])[] {
  return text.split('\n').flatMap((line) => {
    const halves = [...line].map((character) => DRAWN[character] ?? [false, false]);
    return [halves.map(([upper]) => upper), halves.map(([, lower]) => lower)];
  });
}

/** What a camera sees: the modules without the quiet zone, which has to be light. */
function photographed(text: string, isDark: (drawn: boolean) => boolean): string {
  const rows = drawnIn(text).map((row) => row.map(isDark));
  const width = rows[0]?.length ?? 0;
  const inner = rows.slice(QUIET, width - QUIET).map((row) => row.slice(QUIET, width - QUIET));
  const isQuiet = (row: number, column: number): boolean =>
    [row, column].some((place) => place < QUIET || place >= width - QUIET);
  const dark = rows.slice(0, width).flatMap((row, y) => row.filter((module, x) => module && isQuiet(y, x)));
  expect(dark).toEqual([]);
  return readQr(inner);
}

describe('a QR code', () => {
  it('is read as the line that it shows, with colour and without', () => {
    for (const line of [LINE, 'natcheck pipe 6rdjf-xnv9w-e5w32-rgnqy-9nfp2', `natcheck forward ${LINE} 8080`]) {
      const plain = renderQr(line, { columns: 80, color: false }) ?? '';
      expect(photographed(plain, (drawn) => !drawn)).toBe(line);
      const painted = renderQr(line, { columns: 80, color: true }) ?? '';
      const colours = [`${ESCAPE}[107m`, `${ESCAPE}[30m`, `${ESCAPE}[39m`, `${ESCAPE}[49m`];
      const bare = colours.reduce((text, colour) => text.replaceAll(colour, ''), painted);
      expect(bare).not.toContain(ESCAPE);
      expect(photographed(bare, (drawn) => drawn)).toBe(line);
    }
  });

  it('is shown where it fits, and nowhere else', () => {
    const columns = renderQr(LINE, { columns: 80, color: false })?.split('\n')[0]?.length ?? 0;
    expect(columns).toBe(33 + 2 * QUIET);
    expect(renderQr(LINE, { columns, color: false })).not.toBeNull();
    expect(renderQr(LINE, { columns: columns - 1, color: false })).toBeNull();
    expect(renderQr(LINE, { columns: null, color: false })).toBeNull();
  });

  it('is not shown of more than it can hold, however wide the terminal is', () => {
    const most = 'x'.repeat(2_953);
    expect(renderQr(most, { columns: 1_000, color: false })?.split('\n')[0]).toHaveLength(177 + 2 * QUIET);
    for (const line of [`${most}x`, 'ä'.repeat(1_477)]) {
      expect(renderQr(line, { columns: 1_000, color: false })).toBeNull();
    }
  });

  it('comes out of the output of a command as it is', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) } as unknown as NodeJS.WritableStream;
    const painted = renderQr(LINE, { columns: 80, color: true }) ?? '';
    textOutput(stream, { color: true }).write(painted);
    expect(written).toEqual([painted]);
  });
});
