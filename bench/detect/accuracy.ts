/**
 * Measures how often detection is wrong: many runs over random NATs and links in the simulated lab.
 * node bench/detect/accuracy.ts [--runs N] [--seed FIRST] [--loss P] [--burst PACKETS]
 * node bench/detect/accuracy.ts --trace SEED [--loss P] [--burst PACKETS]
 */
import { parseArgs } from 'node:util';
import { judge, judgePorts, PORT_AXES, runSample, type Sample, wrongFindings } from '../../lab/sim/detect/accuracy.ts';
import { formatTraceEntry } from '../../lab/sim/network/trace-text.ts';
import { VERDICT_TYPES, type VerdictType } from '../../src/nat/verdict.ts';

/** How many single runs are listed, so that `--trace` can explain them. */
const LISTED_RUNS = 10;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    loss: { type: 'string', default: '0.1' },
    burst: { type: 'string', default: '0' },
    trace: { type: 'string' },
  },
});
const losses = { loss: Number(values.loss), lossBurst: Number(values.burst) };

if (values.trace === undefined) measure({ runs: Number(values.runs), first: Number(values.seed) });
else explain(Number(values.trace));

function explain(seed: number): void {
  const sample = runSample({ seed, ...losses, trace: (entry) => console.log(formatTraceEntry(entry)) });
  console.log(JSON.stringify(sample, null, 2));
}

/** What is kept of a run. */
interface Row {
  readonly seed: number;
  readonly expected: VerdictType;
  readonly got: VerdictType;
  readonly judgement: ReturnType<typeof judge>;
  readonly wrongFindings: readonly string[];
  readonly ports: ReturnType<typeof judgePorts>;
  /** What is said of ports and public addresses. */
  readonly portsText: string;
  /** Why the verdict is inconclusive; or, beside a verdict, why an axis is not known. */
  readonly reasons: string;
  readonly elapsedMs: number;
}

function rowOf(sample: Sample): Row {
  const { seed, expected, report } = sample;
  const { type: got, reason } = report.verdict;
  const axes = got === 'udp-blocked' ? [] : [report.mapping, report.filtering];
  const reasons = reason ?? axes.flatMap((axis) => axis.reason ?? []).join(', ');
  const { elapsedMs, allocation, pooling, translation } = report;
  return {
    seed,
    expected,
    got,
    judgement: judge(sample),
    wrongFindings: wrongFindings(sample),
    ports: judgePorts(sample),
    portsText: `${[allocation.kind, allocation.step, allocation.reason].filter((one) => one !== null).join(' ')}, ${pooling.behavior}, ${translation.kind}`,
    reasons,
    elapsedMs,
  };
}

function measure({ runs, first }: { readonly runs: number; readonly first: number }): void {
  const startedAt = performance.now();
  const rows = Array.from({ length: runs }, (_, index) => rowOf(runSample({ seed: first + index, ...losses })));
  const seconds = (performance.now() - startedAt) / 1000;
  printConfusion(rows);
  const { loss, lossBurst } = losses;
  const kind = lossBurst > 0 ? `in runs of ${lossBurst} on average` : 'independent';
  console.log(`\n${runs} runs, seeds ${first} to ${first + runs - 1}, loss ${loss} each way, ${kind}`);
  printOutcomes(rows);
  printPorts(rows);
  const elapsed = rows.map(({ elapsedMs }) => elapsedMs).sort((a, b) => a - b);
  const quantiles = [0.5, 0.9, 0.99, 1].map((q) => elapsed[Math.ceil(q * runs) - 1]);
  console.log(`elapsed ms: median, 90 %, 99 %, max    ${quantiles.join(', ')}`);
  console.log(`speed                                  ${Math.round(runs / seconds)} runs/s`);
}

function printConfusion(rows: readonly Row[]): void {
  const cell = (text: string | number): string => String(text).padStart(16);
  const countOf = (expected: VerdictType, got: VerdictType): number =>
    rows.filter((row) => row.expected === expected && row.got === got).length;
  console.log(['expected \\ got'.padEnd(16), ...VERDICT_TYPES.map(cell)].join(''));
  for (const expected of VERDICT_TYPES.filter((type) => type !== 'inconclusive')) {
    const cells = VERDICT_TYPES.map((got) => cell(countOf(expected, got) || '.'));
    console.log([expected.padEnd(16), ...cells].join(''));
  }
}

function printOutcomes(rows: readonly Row[]): void {
  const right = rows.filter(({ judgement }) => judgement === 'right');
  const groups = {
    'wrong verdict': rows.filter(({ judgement }) => judgement === 'wrong'),
    inconclusive: rows.filter(({ judgement }) => judgement === 'inconclusive'),
    'right verdict, an axis wrong': right.filter((row) => row.wrongFindings.length > 0),
    'right verdict, an axis not known': right.filter(({ reasons }) => reasons !== ''),
  };
  for (const [name, group] of Object.entries(groups)) {
    console.log(`${name.padEnd(38)} ${((100 * group.length) / rows.length).toFixed(3)} % (${group.length})`);
    const byReason = Object.entries(Object.groupBy(group, ({ reasons }) => reasons || 'believed'));
    for (const [reason, some] of byReason) console.log(`  ${reason.padEnd(36)} ${some?.length}`);
  }
  const { 'right verdict, an axis not known': _unlisted, ...listed } = groups;
  for (const { seed, expected, got, reasons, wrongFindings: wrong } of Object.values(listed)
    .flat()
    .slice(0, LISTED_RUNS)) {
    console.log(`--trace ${seed}: expected ${expected}, got ${[got, reasons, ...wrong].filter(Boolean).join(', ')}`);
  }
}

/** Judges what is said of ports and public addresses where UDP passes. */
function printPorts(rows: readonly Row[]): void {
  const judged = rows.filter(({ ports }) => ports !== null);
  for (const axis of PORT_AXES) {
    const countOf = (judgement: string): number => judged.filter(({ ports }) => ports?.[axis] === judgement).length;
    const share = (judgement: string): string =>
      `${judgement} ${((100 * countOf(judgement)) / judged.length).toFixed(3)} % (${countOf(judgement)})`;
    console.log(`${axis.padEnd(38)} ${['right', 'wrong', 'undetermined'].map(share).join(', ')}`);
    for (const row of judged.filter(({ ports }) => ports?.[axis] === 'wrong').slice(0, LISTED_RUNS)) {
      console.log(`--trace ${row.seed}: ${axis}: got ${row.portsText}`);
    }
  }
}
