/** What the plan promises for the hard pairs of NATs, and what happened in many simulated punches: a table of docs/punch.md. */
import { HARD_PAIRS, type HardOdds, punchHardPair } from '../../bench/punch/hard-odds.ts';
import { exactInterval } from '../../bench/statistics/interval.ts';
import { formatOdds } from '../../src/punch/attempt/plan-text.ts';
import recorded from './recorded/hard-odds.json' with { type: 'json' };
import { markdownTable } from './table.ts';

/** What is kept of each pair, by `npm run docs:odds`. */
export interface RecordedOdds extends HardOdds {
  readonly a: string;
  readonly b: string;
  /** How the runs of the first seeds ended, which shows whether the punches of today are still the ones that were counted. */
  readonly first: readonly FirstRun[];
}

interface FirstRun {
  readonly outcome: string;
  readonly ms: number;
  readonly packets: number;
}

export const RECORDED_ODDS: readonly RecordedOdds[] = recorded;

/** How the runs of the first seeds of a pair end today. */
export function firstRuns(pair: (typeof HARD_PAIRS)[number]): readonly FirstRun[] {
  return [1, 2, 3].map((seed) => {
    const { a, b } = punchHardPair(pair, seed);
    return { outcome: a.outcome, ms: Math.round(Math.max(a.ms, b.ms)), packets: a.packetsSent + b.packetsSent };
  });
}

export function hardOdds(): string {
  const heads = ['pair', 'technique', 'formula', 'measured', '99 % interval', 'median', '95th percentile'];
  const table = markdownTable(
    [...heads, 'packets, median'].map((head) => ({ head })),
    HARD_PAIRS.map(rowOf),
  );
  const runs = Math.min(...RECORDED_ODDS.map((odds) => odds.runs)).toLocaleString('en');
  return [
    `The table shows ${runs} punches of each hard pair in the simulated lab, with a round trip of 40 ms between the peers and no loss. Every formula is within the 99 % confidence interval of what was measured (Clopper and Pearson).`,
    '',
    table,
  ].join('\n');
}

function rowOf(pair: (typeof HARD_PAIRS)[number]): readonly string[] {
  const names = pair.map(({ name }) => name);
  const odds = RECORDED_ODDS.find(({ a, b }) => a === names[0] && b === names[1]);
  const { plan } = punchHardPair(pair, 1);
  if (!odds || !plan) throw new Error(`${names.join(' × ')} has not been measured: run npm run docs:odds`);
  const { runs, direct, medianMs, p95Ms, medianPackets } = odds;
  const [low, high] = exactInterval(direct, runs).map(percent);
  return [
    names.join(' × '),
    plan.technique,
    `${formatOdds(plan.probability ?? Number.NaN)}${plan.probability === 0 ? ' direct' : ''}`,
    `${percent(direct / runs)} %`,
    `${low} to ${high} %`,
    milliseconds(medianMs),
    milliseconds(p95Ms),
    `${medianPackets}`,
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(3);
}

function milliseconds(ms: number | null): string {
  return ms === null ? '–' : `${ms.toLocaleString('en')} ms`;
}
