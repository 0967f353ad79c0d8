/** Counts the wrong detections for the table of docs/detection.md: npm run docs:accuracy [RUNS=20000] */
import { writeFileSync } from 'node:fs';
import { type Losses, measureAccuracy, type RecordedAccuracy } from '../accuracy.ts';

const runs = Number(process.argv[2] ?? 20_000);

/** The share of the runs that each has: the rare cases are looked for where loss is usual. */
const ROWS: readonly (Losses & { readonly share: number })[] = [
  { loss: 0, lossBurst: 0, share: 1 },
  { loss: 0.1, lossBurst: 0, share: 1 },
  { loss: 0.1, lossBurst: 8, share: 1 / 4 },
  { loss: 0.3, lossBurst: 0, share: 1 / 4 },
];

const recorded = ROWS.map(({ share, ...losses }): RecordedAccuracy => {
  process.stderr.write(`${runs * share} runs with a loss of ${losses.loss}, in bursts of ${losses.lossBurst}\n`);
  return measureAccuracy(losses, runs * share);
});
writeFileSync(new URL('accuracy.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
