/** What was measured once for the pages is what would be measured today, as far as that takes no time. */
import { describe, expect, it } from 'vitest';
import { HARD_PAIRS, punchHardPair } from '../../bench/punch/hard-odds.ts';
import { exactInterval } from '../../bench/statistics/interval.ts';
import { firstDetections, RECORDED_ACCURACY } from '../../docs/made/accuracy.ts';
import { BEHAVIOR_PAIRS, RECORDED_PAIRS } from '../../docs/made/behaviors.ts';
import { FOREIGN_PROGRAMS } from '../../docs/made/foreign-programs.ts';
import { firstRuns, RECORDED_ODDS } from '../../docs/made/hard-odds.ts';
import { recordedMatrix } from '../../docs/made/lab-matrix.ts';
import { recordedResult } from '../../docs/made/lab-results.ts';
import { CLASSIC_NATS } from '../../lab/profiles.ts';
import { expectedProspect } from '../../lab/sim/punch/sample.ts';

it.each(HARD_PAIRS.map((pair, at) => [pair.map(({ name }) => name).join(' × '), pair, at] as const))(
  'the punches of %s in docs/punch.md end as those of today, and as often as their plan says',
  (_names, pair, at) => {
    const recorded = RECORDED_ODDS[at];
    expect(recorded?.first, 'docs/punch.md counts other punches than those of today: run "npm run docs:odds"').toEqual(
      firstRuns(pair),
    );
    const [low, high] = exactInterval(recorded?.direct ?? 0, recorded?.runs ?? 0);
    const odds = punchHardPair(pair, 1).plan?.probability ?? Number.NaN;
    expect({ low: low <= odds, high: odds <= high }).toEqual({ low: true, high: true });
  },
);

it.each(RECORDED_ACCURACY)(
  'the detections of docs/detection.md with a loss of $loss, in bursts of $lossBurst, end as those of today',
  ({ loss, lossBurst, first }) => {
    expect(first, 'docs/detection.md counts other detections than those of today: run "npm run docs:accuracy"').toEqual(
      firstDetections({ loss, lossBurst }),
    );
  },
);

it('the matrix of docs/lab.md has every pair of the classic NATs, each as is expected today', () => {
  const names = CLASSIC_NATS.map(({ name }) => name);
  const { rows, columns, cells, isAsExpected } = recordedMatrix();
  expect({ rows, columns }, 'docs/lab.md shows other NATs: run "npm run docs:lab"').toEqual({
    rows: names,
    columns: names,
  });
  expect(cells.map(({ a, b }) => [a, b])).toEqual(names.flatMap((a) => names.map((b) => [a, b])));
  expect(cells.map(({ actual }) => actual.techniques)).toEqual(
    cells.map(({ expected: { technique } }) => [technique, technique]),
  );
  expect(isAsExpected, 'docs/lab.md shows another end than is expected: run "npm run docs:lab"').toBe(true);
});

describe('the table of all kinds of NAT', () => {
  it.each(BEHAVIOR_PAIRS)('$0.name × $1.name is as often direct as the plan says', (a, b) => {
    const found = RECORDED_PAIRS.filter((pair) => pair.a === a.name && pair.b === b.name);
    const runs = found[0]?.runs ?? 0;
    expect(runs).toBeGreaterThanOrEqual(50);
    expect(found).toEqual([{ a: a.name, b: b.name, runs, direct: expectedProspect(a, b) === 'relay' ? 0 : runs }]);
  });
});

it.each(FOREIGN_PROGRAMS)(
  '$name was recorded between every two NATs of its lab file, each as is expected today',
  (program) => {
    const { rows, columns, cells, isAsExpected } = recordedResult(program);
    const pairs = rows.flatMap((a) => columns.map((b) => ({ a, b })));
    const stale = `docs/lab-results.md is stale: run "npm run lab:foreign -- ${program.name}"`;
    expect(
      cells.map(({ a, b }) => ({ a, b })),
      stale,
    ).toEqual(pairs);
    expect(isAsExpected, stale).toBe(true);
  },
);
