/** Runs contestants in turns over one pair of sites after the other, and prints a table of the results. */
import type { Lab } from '../../../lab/index.ts';
import { progress } from '../../lab.ts';
import { quantile } from '../../statistics/quantile.ts';
import type { Contestant, Meetings, Pair, Times } from './contestant.ts';

/** How many runs of each pair are not counted, so that caches are warm afterwards. */
const WARM_UP_RUNS = 3;

export interface Comparison {
  readonly lab: Lab;
  readonly runs: number;
  /** The names of the sites, and who meets there. */
  readonly pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly contestants: readonly Contestant[];
  }[];
}

/** Prints the table, a line for each pair. */
export async function compare({ lab, runs, pairs }: Comparison): Promise<void> {
  const rows: Record<string, object> = {};
  const all: (Times | null)[] = [];
  for (const { a, b, contestants } of pairs) {
    const met = await meetInTurns({ lab, a: lab.nat(a), b: lab.nat(b) }, { contestants, runs });
    all.push(...met.flat());
    rows[`${a} × ${b.replace(/-2$/, '')}`] = { ...summary(met.flat()), failures: met.map(failures).join(', ') };
    progress(`${a} × ${b}`);
  }
  console.log(`Median ms (95th percentile), ${runs} runs per ordered pair; failures in the order of the columns`);
  console.table(rows);
  for (const [name, values] of Object.entries(summary(all))) console.log(`all: ${name}: ${values} ms`);
}

/** Runs all contestants in turns, and returns their runs by contestant; null is a run without a direct path. */
async function meetInTurns(
  pair: Pair,
  { contestants, runs }: { readonly contestants: readonly Contestant[]; readonly runs: number },
): Promise<readonly (Times | null)[][]> {
  await using started = new AsyncDisposableStack();
  const field: Meetings[] = [];
  for (const contestant of contestants) field.push(started.use(await contestant.start(pair)));
  const met = field.map((): (Times | null)[] => []);
  for (let run = -WARM_UP_RUNS; run < runs; run++) {
    for (const [index, meetings] of field.entries()) {
      const times = await meetings.meet().catch((error: Error) => {
        progress(error.message);
        return null;
      });
      if (run >= 0) met[index]?.push(times);
    }
  }
  return met;
}

/** Formats `median (p95)` of the values of each name. */
function summary(met: readonly (Times | null)[]): Readonly<Record<string, string>> {
  const counted = met.flatMap((times) => Object.entries(times ?? {}));
  const byName = Object.entries(Object.groupBy(counted, ([name]) => name));
  return Object.fromEntries(
    byName.map(([name, some = []]) => {
      const values = some.flatMap(([, times]) => times);
      return [name, `${quantile(values, 0.5).toFixed(1)} (${quantile(values, 0.95).toFixed(1)})`];
    }),
  );
}

const failures = (met: readonly (Times | null)[]): number => met.filter((times) => times === null).length;
