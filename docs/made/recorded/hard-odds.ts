/** Counts how many punches of each hard pair end how, for the table of docs/punch.md: npm run docs:odds [RUNS=2000] */
import { writeFileSync } from 'node:fs';
import { HARD_PAIRS, measureHardPair } from '../../../bench/punch/hard-odds.ts';
import { firstRuns, type RecordedOdds } from '../hard-odds.ts';

const runs = Number(process.argv[2] ?? 2000);

const recorded = HARD_PAIRS.map((pair): RecordedOdds => {
  const [{ name: a }, { name: b }] = pair;
  process.stderr.write(`${a} × ${b}\n`);
  return { a, b, ...measureHardPair(pair, runs), first: firstRuns(pair) };
});
writeFileSync(new URL('hard-odds.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
