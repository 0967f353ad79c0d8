import { describe, expect, it } from 'vitest';
import type { GridCell } from '../../../lab/results/grid.ts';
import { gridOfRun } from '../../../lab/results/grid-of-run.ts';
import type { ExpectedCell, RunCell, Try } from '../../../lab/results/run-result.ts';
import { cellOf, DIRECT_PATH, LOST_TRY, NO_PATH, RUN, runOf, tryOf } from './example.ts';

const cellFor = (tries: RunCell['tries'], expected?: ExpectedCell): GridCell => {
  const [cell] = gridOfRun(runOf([cellOf(['full-cone', 'symmetric'], tries, expected)])).cells;
  if (!cell) throw new Error('no cell');
  return cell;
};
const words = ({ result, detail, frame }: GridCell) => [result, detail, frame];

it('each pair has its result, and beside it how, or what was expected', () => {
  expect(gridOfRun(RUN).cells.map(words)).toEqual([
    ['direct 117 ms', 'by simultaneous opening', 'open'],
    ['✗ no path', 'expected direct', 'wrong'],
    ['direct 12.3 s', 'relayed until 1204 ms', 'open'],
    ['relayed 530 ms', 'by lighthouse', 'open'],
  ]);
});

it.each<[string, Partial<Try>, ExpectedCell, readonly string[]]>([
  [
    'no path as expected',
    { ...LOST_TRY, isAsExpected: true },
    { outcome: 'none', why: 'needs a relay' },
    ['no path', 'needs a relay', 'closed'],
  ],
  [
    'a path, but no success',
    { outcome: 'none', ms: null, isAsExpected: false },
    { outcome: 'any-path', why: '' },
    ['✗ no success', 'expected any path', 'wrong'],
  ],
  [
    'a claim that no router confirms',
    { outcome: 'unseen', path: NO_PATH, isAsExpected: false },
    { outcome: 'direct', why: '' },
    ['✗ no path seen 117 ms', 'expected direct', 'wrong'],
  ],
  [
    'a program that could not be run',
    { outcome: 'error', ms: null, isAsExpected: false },
    { outcome: 'none', why: '' },
    ['✗ error', 'expected no path', 'wrong'],
  ],
])('%s is told as such', (_, one, expected, told) => {
  expect(words(cellFor([tryOf(one)], expected))).toEqual(told);
});

describe('a pair that is tried again and again', () => {
  const times = [88, 1350, 120];

  it('has how often it ended how, and the interval of its rate of success', () => {
    const cell = cellFor([tryOf({ ms: 116 }), ...times.map((ms) => tryOf({ ms })), LOST_TRY]);
    expect(words(cell)).toEqual(['✗ direct 4, no path 1 of 5', 'expected direct, 37–97 %', 'wrong']);
    expect(cell.facts).toEqual([
      { name: 'expected', value: 'direct, by simultaneous opening' },
      { name: 'success', value: '4 of 5, 37–97 % with 95 % confidence, median 116 ms' },
    ]);
    expect(cell.properties.slice(-4)).toEqual([
      { name: 'tries', value: '5' },
      { name: 'successes', value: '4' },
      { name: 'success-rate', value: '0.800' },
      { name: 'success-rate-95', value: '0.376 to 0.964' },
    ]);
    expect([cell.ms, cell.outcome]).toEqual([116, 'none']);
  });

  it('has its median where all is well', () => {
    const cell = cellFor([tryOf({ ms: 116 }), ...times.map((ms) => tryOf({ ms }))]);
    expect(words(cell)).toEqual(['direct 4 of 4', '51–100 %, median 116 ms', 'open']);
  });
});

it('what the routers saw, and what was done, are facts', () => {
  const [, , , relayed] = gridOfRun(RUN).cells;
  expect(relayed?.tries[0]?.facts).toEqual([
    { name: 'path', value: 'relayed by lighthouse' },
    { name: 'changes', value: 'relayed after 480 ms' },
    { name: 'bytes', value: 'relayed 90.0 kB from a, 1.2 MB from b' },
    { name: 'evidence', value: 'what both sent to lighthouse, and had from it' },
  ]);
  const idle = cellFor([tryOf({ path: { ...DIRECT_PATH, carriedPayload: false } })]);
  expect(idle.tries[0]?.facts[0]).toEqual({ name: 'path', value: 'direct, keepalives only' });
  const lost = cellFor([LOST_TRY]);
  expect(lost.tries[0]?.facts.filter(({ name }) => name === 'reason' || name === 'fault')).toEqual([
    { name: 'reason', value: 'no line of b matched /connected/ within 30 s' },
    { name: 'fault', value: "b's router forgets all mappings, after 3004 ms" },
    { name: 'fault', value: 'did not happen: lighthouse is killed: b did not print /up/ in time' },
  ]);
  expect(lost.tries[0]?.outputs.map(({ title }) => title)).toEqual([
    'a full-cone: ended by the lab',
    'b symmetric: exit 1',
    'lighthouse: ended by the lab',
  ]);
});

it('the headline says what is not there, and why', () => {
  const [first] = RUN.cells;
  const cells = first ? [first] : [];
  expect(gridOfRun(RUN).headline).toBe('3 of 4 pairs as expected, in 74.0 s');
  expect(gridOfRun(runOf(cells, { pairs: 1 })).headline).toBe('1 of 1 pairs as expected, in 74.0 s; 3 left out');
  expect(gridOfRun(runOf(cells, { pairs: 3, isComplete: false })).headline).toBe(
    '1 of 1 pairs as expected, in 74.0 s; cut short: 2 not reached; 1 left out',
  );
});
