/**
 * Whether what natcheck says is so, while routers and servers restart at any instant: detections and punches in the simulated
 * lab, over links of up to 100 ms and 15 % loss each way, behind NATs of every kind. A restart during the last words of two
 * sides cannot be known to both: such runs are counted by themselves, and held to the rest.
 * node bench/detect/truth.ts [--runs N] [--seed FIRST]
 */
import { parseArgs } from 'node:util';
import { detectWithReboot } from '../../lab/sim/detect/reboot.ts';
import { type PunchTruth, punchWithFault } from '../../lab/sim/truth/punch.ts';
import { falseReasons } from '../punch/false-reasons.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const [runs, first] = [Number(values.runs), Number(values.seed)];
/** How many wrong runs are listed, by their seeds. */
const LISTED = 20;

const wrong: string[] = [];
const note = (what: string): void => {
  if (wrong.length < LISTED) wrong.push(what);
};

printDetections();
printPunches();
console.log(wrong.length === 0 ? 'nothing was wrong' : `wrong:\n${wrong.join('\n')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function printDetections(): void {
  const counts = { runs: 0, 'wrong verdicts': 0, 'other false findings or reasons': 0, inconclusive: 0 };
  for (let seed = first; seed < first + runs; seed++) {
    const { errors, isInconclusive } = detectWithReboot(seed);
    const isVerdictWrong = errors.some((error) => error.startsWith('verdict'));
    counts.runs++;
    counts['wrong verdicts'] += Number(isVerdictWrong);
    counts['other false findings or reasons'] += Number(errors.length > 0 && !isVerdictWrong);
    counts.inconclusive += Number(isInconclusive);
    if (errors.length > 0) note(`detection, seed ${seed}: ${errors.join(', ')}`);
  }
  console.table({ 'detections, a router restarts': counts });
}

function printPunches(): void {
  const rows: Record<string, ReturnType<typeof emptyRow>> = {};
  for (let seed = first; seed < first + runs; seed++) {
    const truth = punchWithFault(seed);
    rows[truth.fault.kind] ??= emptyRow();
    const row = rows[truth.fault.kind];
    if (row) count(row, truth);
  }
  console.table(rows);
}

function emptyRow() {
  return {
    runs: 0,
    direct: 0,
    relayed: 0,
    'no path': 0,
    'cut at the end': 0,
    disagreements: 0,
    'dead called alive': 0,
    'false path-lost': 0,
    'relay unused': 0,
    'false reasons': 0,
  };
}

function count(row: ReturnType<typeof emptyRow>, truth: PunchTruth): void {
  const { a, b } = truth.punch;
  row.runs++;
  if (truth.isCut) row['cut at the end']++;
  else if (a.outcome === b.outcome) row[a.outcome === 'failed' ? 'no path' : a.outcome]++;
  for (const error of truth.errors) row[error]++;
  const reasons = falseReasons(truth);
  if (reasons.length > 0) row['false reasons']++;
  const all = [...truth.errors, ...reasons.map((reason) => `false reason ${reason}`)];
  if (all.length > 0) note(`punch, seed ${truth.seed}, ${truth.fault.kind}: ${all.join(', ')}`);
}
