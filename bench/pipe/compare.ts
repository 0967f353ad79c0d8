/** Runs contestants in turns, so that whatever else the machine does hits all alike, and prints a table of their medians. */
import { progress } from '../lab.ts';
import { quantile } from '../statistics/quantile.ts';
import type { Contestant, Transfer } from './contestant.ts';
import { carry, type Measured } from './transfer.ts';

export interface Round extends Pick<Transfer, 'lab' | 'from' | 'to'> {
  readonly contestant: Contestant;
  /** What its rate is divided by in the table. */
  readonly limit: Contestant;
}

export interface PipeComparison {
  readonly title: string;
  readonly rounds: readonly Round[];
  readonly bytes: number;
  readonly runs: number;
}

type Outcome = Measured | { readonly failed: string };

/** The number of the last transfer, which no other transfer has had. */
let transfers = 0;

/** Prints the table, a line for each contestant. */
export async function comparePipes({ title, rounds, bytes, runs }: PipeComparison): Promise<void> {
  const outcomes = new Map<Contestant, Outcome[]>(rounds.map(({ contestant }) => [contestant, []]));
  for (let run = 1; run <= runs; run++) {
    for (const { contestant, limit: _, ...where } of rounds) {
      const carried = Math.min(bytes, contestant.maxBytes ?? bytes);
      const outcome = await carry(contestant, { ...where, bytes: carried, number: ++transfers }).catch(failure);
      outcomes.get(contestant)?.push(outcome);
      progress(`${title}, ${run} of ${runs}: ${contestant.name}: ${JSON.stringify(outcome)}`);
    }
  }
  console.log(`${title}: ${bytes / 1e6} MB, medians of ${runs} runs`);
  console.table(Object.fromEntries(rounds.map((round) => [round.contestant.name, rowOf(round, outcomes)])));
}

const failure = (error: Error): Outcome => ({ failed: error.message });

function rowOf({ contestant, limit }: Round, outcomes: ReadonlyMap<Contestant, readonly Outcome[]>): object {
  const told = outcomes.get(contestant) ?? [];
  const failed = told.flatMap((outcome) => ('failed' in outcome ? [outcome.failed] : []));
  const rate = medianOf(told, 'megabytesPerSecond');
  return {
    'MB/s': rate?.toFixed(1),
    [`of ${limit.name}`]: ratio(rate, medianOf(outcomes.get(limit) ?? [], 'megabytesPerSecond')),
    'CPU s/GB': medianOf(told, 'cpuSecondsPerGigabyte')?.toFixed(1),
    'first byte ms': medianOf(told, 'firstByteMs')?.toFixed(0),
    failures: failed.length === 0 ? 0 : `${failed.length}: ${failed.at(-1)}`,
  };
}

function medianOf(outcomes: readonly Outcome[], value: keyof Measured): number | undefined {
  const values = outcomes.flatMap((outcome) => ('failed' in outcome ? [] : [outcome[value]]));
  return values.length === 0 ? undefined : quantile(values, 0.5);
}

function ratio(rate: number | undefined, limit: number | undefined): string | undefined {
  return rate === undefined || limit === undefined ? undefined : (rate / limit).toFixed(2);
}
