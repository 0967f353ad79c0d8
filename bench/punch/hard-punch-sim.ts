/**
 * Compares the odds that the plan prints with what happens: the hard pairs in the simulated lab, without loss, so that only
 * the NATs decide. A measured share is right when its 99 % interval (Clopper and Pearson) contains the formula's value.
 * Usage: node bench/punch/hard-punch-sim.ts [RUNS=2000]
 */
import { formatOdds } from '../../src/punch/attempt/plan-text.ts';
import { exactInterval } from '../statistics/interval.ts';
import { HARD_PAIRS, measureHardPair, punchHardPair } from './hard-odds.ts';

const runs = Number(process.argv[2] ?? 2000);

const rows: Record<string, object> = {};
for (const pair of HARD_PAIRS) {
  const { direct, medianMs, p95Ms, medianPackets } = measureHardPair(pair, runs);
  const { plan } = punchHardPair(pair, 1);
  const [low, high] = exactInterval(direct, runs);
  const odds = plan?.probability ?? Number.NaN;
  const name = pair.map((nat) => nat.name).join(' × ');
  rows[name] = {
    technique: plan?.technique,
    formula: formatOdds(odds),
    'measured %': ((100 * direct) / runs).toFixed(3),
    '99 % interval': `${(100 * low).toFixed(3)} to ${(100 * high).toFixed(3)}`,
    'formula in it': odds >= low && odds <= high,
    'median ms': medianMs ?? '-',
    'p95 ms': p95Ms ?? '-',
    'median packets': medianPackets,
  };
  console.error(name);
}
console.table(rows);
console.log(`${runs} runs each, 40 ms round trip between the peers, no loss`);
