import { describe, expect, it } from 'vitest';
import { gridOfMatrix } from '../../../../lab/docker/matrix/grid-of-matrix.ts';
import { gridOfRun } from '../../../../lab/results/grid-of-run.ts';
import { gridHtml } from '../../../../lab/results/html/page.ts';
import { DARK, LIGHT } from '../../../../lab/results/palette.ts';
import { WRONG_MATRIX } from '../../docker/matrix/example.ts';
import { cellOf, HOSTILE_TEXT, LADDER, LOST_TRY, line, RUN, runOf, side, step, tryOf } from '../example.ts';
import { contrast } from './contrast.ts';

const page = gridHtml(gridOfRun(RUN));

it('every cell of the grid leads to its account, and every account is there once', () => {
  const links = [...page.matchAll(/<td><a class="(\w+)" href="#([^"]+)"/g)].map(([, frame, id]) => [frame, id]);
  expect(links).toEqual([
    ['open', 'pair-full-cone-x-full-cone'],
    ['wrong', 'pair-full-cone-x-symmetric'],
    ['open', 'pair-symmetric-x-full-cone'],
    ['open', 'pair-symmetric-x-symmetric'],
  ]);
  const ids = [...page.matchAll(/<section class="pair" id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.toSorted()).toEqual(links.map(([, id]) => id));
  expect(ids[0]).toBe('pair-full-cone-x-symmetric');
});

it('a pair that went wrong is unfolded, with the reason, the packets, and what each program said and when', () => {
  const account = page.slice(page.indexOf('id="pair-full-cone-x-symmetric"'), page.indexOf('<h2>As expected'));
  expect(account).toContain('<dt>reason</dt><dd>no line of b matched /connected/ within 30 s</dd>');
  expect(account).toContain(
    '<details open><summary>Packets as the routers saw them <small>26 packets, 2 dropped</small>',
  );
  expect(account).toContain('<summary>b symmetric: exit 1 <small>25 lines</small></summary>');
  expect(account).toContain('<span><i>24.000</i><q>try 25</q></span>');
  expect(account).toContain('<span class="err"><i>4.000 !</i><q>');
  expect(page.slice(page.indexOf('<h2>As expected'))).not.toContain('<details open');
});

it('the page of a punch says beside a pair what was expected, and nothing of times that it does not have', () => {
  const punch = gridHtml(gridOfMatrix(WRONG_MATRIX));
  expect(punch).toContain('<b class="wrong">✗ one-sided</b><small>expected direct</small>');
  expect([page, punch].map((one) => one.includes('times are in seconds'))).toEqual([true, false]);
});

it('needs nothing from anywhere, runs nothing, and shows what programs say as text', () => {
  const names = [HOSTILE_TEXT, '"><img src=x onerror=alert(1)>'] as const;
  const hostile = tryOf({ sides: [side(HOSTILE_TEXT, [line(1, HOSTILE_TEXT)])], reason: HOSTILE_TEXT });
  const cells = [cellOf([names[0], names[1]], [hostile])];
  const text = gridHtml(
    gridOfRun(runOf(cells, { name: HOSTILE_TEXT, rows: [names[0]], columns: [names[1]], pairs: 1 })),
  );
  for (const one of [page, text]) {
    expect(one).not.toMatch(/<script|<img|javascript:|https?:/i);
    expect(one).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  }
});

it('a pair that was not run is an empty cell', () => {
  const [first] = RUN.cells;
  const text = gridHtml(gridOfRun(runOf(first ? [first] : [], { pairs: 1 })));
  expect(text.match(/<td class="none"><span>not run<\/span><\/td>/g)).toHaveLength(3);
});

it('of many tries, those that went wrong are told first, and the others counted', () => {
  const tries = [...Array.from({ length: 12 }, () => tryOf()), LOST_TRY] as unknown as Parameters<typeof cellOf>[1];
  const text = gridHtml(gridOfRun(runOf([cellOf(['full-cone', 'symmetric'], tries)])));
  expect(text.match(/<details class="try" open><summary>Try 13: ✗ no path/g)).toHaveLength(1);
  expect(text).toContain('3 of 13 tries are not shown.');
});

it('of 100 pairs that print and send much, all are told, in 3 MB', () => {
  const names = Array.from({ length: 10 }, (_, index) => `nat-${index}`);
  const steps = Array.from({ length: 400 }, (_, index) => step(index, { what: `kind ${(index * index) % 97}` }));
  const lines = Array.from({ length: 400 }, (_, index) => line(index, `${index} ${'x'.repeat(1000)}`));
  const loud = { ...LOST_TRY, ladder: { ...LADDER, steps }, sides: [side('a', lines), side('b', lines)] };
  const cells = names.flatMap((a) => names.map((b) => cellOf([a, b], [loud])));
  const text = gridHtml(gridOfRun(runOf(cells, { rows: names, columns: names, pairs: 100 })));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000_000);
  expect(text.match(/<section class="pair"/g)).toHaveLength(100);
  expect(text.match(/<small>the last \d+ of 400 lines<\/small>/g)).toHaveLength(200);
  expect(text.match(/packets not drawn/g)).toHaveLength(100);
});

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('in the %s', (_, palette) => {
  it.each(['ground', 'surface', 'open', 'closed', 'wrong'] as const)('text on %s can be read', (ground) => {
    expect(contrast(palette.text, palette[ground])).toBeGreaterThan(7);
  });

  it.each(['dim', 'link', 'alarm'] as const)('%s can be read on both grounds', (kind) => {
    expect(contrast(palette[kind], palette.ground)).toBeGreaterThan(7);
    expect(contrast(palette[kind], palette.surface)).toBeGreaterThan(7);
  });
});
