/** Whatever a program prints, and whatever a lab file calls things: each form of results stays well-formed, bounded, and in sight. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderRun, renderRunProgress } from '../../../cli/render/grid/run-text.ts';
import { gridOfRun } from '../../../lab/results/grid-of-run.ts';
import { gridHtml } from '../../../lab/results/html/page.ts';
import { gridJunit } from '../../../lab/results/junit.ts';
import { gridMarkdown } from '../../../lab/results/markdown.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { gridSvg } from '../../../lab/results/svg.ts';
import { cellOf, HOSTILE_TEXT, LADDER, line, NO_PATH, runOf, side, step, tryOf } from './example.ts';
import { tagsOf } from './markup.ts';

const PIECES = [
  HOSTILE_TEXT,
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  ']]>',
  '<!--',
  '&amp;&#x3c;',
  '````',
  '\r```\r<b>\r',
  '~~~',
  '| a | b |',
  '\u001b]0;title\u0007\u001b[2J\u009b1m',
  '\u202e\u2066\u200f\u061c',
  '\u0000\u0008\u007f\ufffe\uffff',
  '\ud800',
  '\udc00',
  '\u2028\u2029\r\n\t\v\f',
  // What is left of bytes that are no UTF-8.
  Buffer.from([0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80]).toString('utf8'),
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 6 })
  .map((pieces) => pieces.join(''));

/** One pair that went wrong, in which every word is a stranger's. */
const results = fc.tuple(text, text, text, text, text).map(([name, a, b, reason, said]): RunResult => {
  const path = { ...NO_PATH, kind: 'relayed', via: [said], evidence: reason } as const;
  const steps = [step(1, { what: said, from: a, to: b, dropped: { at: reason, why: said } })];
  const failed = tryOf({
    ...{ outcome: 'none', isAsExpected: false, reason, ms: null, path },
    ladder: { ...LADDER, hosts: [a, b], steps },
    sides: [side(name, [line(1, said), line(2, reason, 'stderr'), line(3, `${said}${reason}`)])],
    faults: [{ atMs: 1, what: said }],
  });
  const cells = [cellOf([a, b], [failed], { outcome: 'direct', why: reason })];
  return runOf(cells, { name, rows: [a], columns: [b], pairs: 1, about: [{ name: said, value: reason }] });
});

/** What a reader does not see, or a terminal obeys, except for the ends of lines and tabs. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const ENTITY = /&(?!(?:amp|lt|gt|quot);)/;

const check = (holds: (result: RunResult) => void): void => fc.assert(fc.property(results, holds), { numRuns: 300 });

it('the page has no tags and attributes but its own, and nothing unseen', () => {
  const known = new Set(tagsOf(gridHtml(gridOfRun(runOf([]))).replace('<!doctype html>', '')));
  const more = ['section', 'h2', 'h3', 'b', 'small', 'a', 'dl', 'div', 'dt', 'dd', 'details', 'summary', 'pre', 'q'];
  const drawn = ['svg', 'g', 'title', 'path', 'text', 'td', 'th', 'tr', 'span', 'i', 'p'];
  const own = new Set([...known, ...more, ...drawn]);
  check((result) => {
    const page = gridHtml(gridOfRun(result)).replace('<!doctype html>', '');
    expect(tagsOf(page).filter((tag) => !own.has(tag))).toEqual([]);
    expect(page).not.toMatch(UNSEEN);
    expect(page).not.toMatch(ENTITY);
  });
});

it('the picture and the test cases are well-formed XML with their own tags', () => {
  const svg = new Set(['svg', 'title', 'desc', 'style', 'rect', 'g', 'text']);
  const junit = new Set(['testsuites', 'testsuite', 'testcase', 'properties', 'property', 'failure']);
  check((result) => {
    const grid = gridOfRun(result);
    const [head = '', ...rest] = gridJunit(grid).split('\n');
    expect(head).toBe('<?xml version="1.0" encoding="UTF-8"?>');
    for (const [form, own] of [
      [gridSvg(grid), svg],
      [rest.join('\n'), junit],
    ] as const) {
      expect(tagsOf(form).filter((tag) => !own.has(tag))).toEqual([]);
      expect(form).not.toMatch(UNSEEN);
      expect(form).not.toMatch(ENTITY);
    }
  });
});

it('Markdown has what programs say in fences that they cannot close, and no markup of theirs outside', () => {
  check((result) => {
    const markdown = gridMarkdown(gridOfRun(result));
    expect(markdown).not.toMatch(UNSEEN);
    const outside = markdown.replaceAll(/^(`{3,})text\n.*?\n\1$/gms, '').replaceAll('<br>', '');
    expect(outside.replaceAll(/\\[\\`*_<>|[\]&~#]/g, '').replaceAll(/^#+ |\*\*|\|/gm, '')).not.toMatch(/[`*<>[\]&~]/);
    // One table of two columns, and nothing else that is one.
    expect(outside.match(/^\|.*$/gm)?.map((row) => row.split(/(?<!\\)(?:\\\\)*\|/).length)).toEqual([4, 4, 4]);
  });
});

it('a terminal obeys nothing of it', () => {
  check((result) => {
    const [cell] = result.cells;
    const shown = renderRun(result, { color: false, paths: [], columns: 80 });
    expect(shown).not.toMatch(UNSEEN);
    if (cell) expect(renderRunProgress({ cell, done: 1, total: 1 })).not.toMatch(/\n|\t/);
    if (cell) expect(renderRunProgress({ cell, done: 1, total: 1 })).not.toMatch(UNSEEN);
  });
});

it('lines of a megabyte are cut in all forms but the JSON', () => {
  const long = Array.from({ length: 8 }, (_, index) => line(index, '<&\u202e'.repeat(350_000)));
  const failed = tryOf({ outcome: 'none', isAsExpected: false, ms: null, sides: [side('a', long)], ladder: null });
  const grid = gridOfRun(runOf([cellOf(['full-cone', 'symmetric'], [failed])]));
  expect(Buffer.byteLength(gridHtml(grid))).toBeLessThan(100_000);
  expect(Buffer.byteLength(gridMarkdown(grid))).toBeLessThan(50_000);
  expect(Buffer.byteLength(gridJunit(grid))).toBeLessThan(200_000);
  expect(Buffer.byteLength(gridSvg(grid))).toBeLessThan(20_000);
});
