/** Counts the direct paths between every two kinds of NAT, for the table of docs/punch.md: npm run docs:behaviors [RUNS=50] */
import { writeFileSync } from 'node:fs';
import { BEHAVIOR_PAIRS, measurePair, type RecordedPair } from '../behaviors.ts';

const runs = Number(process.argv[2] ?? 50);

const recorded = BEHAVIOR_PAIRS.map((pair): RecordedPair => {
  process.stderr.write(`${pair.map(({ name }) => name).join(' × ')}\n`);
  return measurePair(pair, runs);
});
writeFileSync(new URL('behaviors.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
