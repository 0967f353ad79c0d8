/** How often a detection is wrong over random NATs and links in the simulated lab: a table of docs/detection.md. */
import { judge, judgePorts, runSample } from '../../lab/sim/detect/accuracy.ts';
import recorded from './recorded/accuracy.json' with { type: 'json' };
import { markdownTable } from './table.ts';

export interface Losses {
  /** The share of the packets that is lost each way. */
  readonly loss: number;
  /** How many are lost in a row, on average; 0: each by itself. */
  readonly lossBurst: number;
}

/** What is kept of the runs of the seeds from 1 on, by `npm run docs:accuracy`. */
export interface RecordedAccuracy extends Losses {
  readonly runs: number;
  /** How many of them had a wrong verdict, and none. */
  readonly wrong: number;
  readonly inconclusive: number;
  /** How many had a NAT or a firewall through which UDP passes, so that ports were judged. */
  readonly judged: number;
  readonly allocationWrong: number;
  readonly allocationUndetermined: number;
  readonly poolingWrong: number;
  readonly translationWrong: number;
  readonly translationUndetermined: number;
  /** How the first ones ended, which shows whether the detections of today are still the ones that were counted. */
  readonly first: readonly string[];
}

export const RECORDED_ACCURACY: readonly RecordedAccuracy[] = recorded;

const FIRST_RUNS = 10;

/** How the detections of the first seeds end today, one line each. */
export function firstDetections(losses: Losses): readonly string[] {
  return Array.from({ length: FIRST_RUNS }, (_, index) => {
    const { report } = runSample({ seed: index + 1, ...losses });
    return `${report.verdict.type}, ${report.allocation.kind}, ${report.pooling.behavior}, ${report.elapsedMs} ms`;
  });
}

/** Runs so many seeds, from 1 on. */
export function measureAccuracy({ loss, lossBurst }: Losses, runs: number): RecordedAccuracy {
  const counts = {
    wrong: 0,
    inconclusive: 0,
    judged: 0,
    allocationWrong: 0,
    allocationUndetermined: 0,
    poolingWrong: 0,
    translationWrong: 0,
    translationUndetermined: 0,
  };
  for (let seed = 1; seed <= runs; seed++) {
    const sample = runSample({ seed, loss, lossBurst });
    const verdict = judge(sample);
    if (verdict !== 'right') counts[verdict] += 1;
    const ports = judgePorts(sample);
    if (!ports) continue;
    counts.judged += 1;
    counts.allocationWrong += Number(ports.allocation === 'wrong');
    counts.allocationUndetermined += Number(ports.allocation === 'undetermined');
    counts.poolingWrong += Number(ports.pooling === 'wrong');
    counts.translationWrong += Number(ports.translation === 'wrong');
    counts.translationUndetermined += Number(ports.translation === 'undetermined');
  }
  return { loss, lossBurst, runs, ...counts, first: firstDetections({ loss, lossBurst }) };
}

export function accuracy(): string {
  const heads = ['loss each way', 'runs', 'verdict wrong', 'inconclusive', 'allocation wrong', 'undetermined'];
  const rows = RECORDED_ACCURACY.map((one) => [
    lossText(one),
    one.runs.toLocaleString('en'),
    share(one.wrong, one.runs),
    share(one.inconclusive, one.runs),
    share(one.allocationWrong, one.judged),
    share(one.allocationUndetermined, one.judged),
    share(one.poolingWrong, one.judged),
    share(one.translationWrong, one.judged),
    share(one.translationUndetermined, one.judged),
  ]);
  return markdownTable(
    [...heads, 'pooling wrong', 'translation wrong', 'undetermined'].map((head) => ({ head })),
    rows,
  );
}

function lossText({ loss, lossBurst }: Losses): string {
  if (loss === 0) return 'none';
  return `${100 * loss} %${lossBurst > 0 ? `, in bursts of ${lossBurst}` : ''}`;
}

function share(count: number, of: number): string {
  return count === 0 ? '0' : `${Number(((100 * count) / of).toPrecision(1))} %`;
}
