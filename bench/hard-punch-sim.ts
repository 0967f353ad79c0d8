/**
 * Compares the odds that the plan prints with what happens: the hard pairs in the simulated lab, without loss, so that only
 * the NATs decide. A measured share is right when its 99 % interval (Clopper and Pearson) contains the formula's value.
 * Usage: node bench/hard-punch-sim.ts [RUNS=2000]
 */
import {
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
} from '../lab/profiles.ts';
import { symmetricLink } from '../lab/sim/network/link.ts';
import { punchInSim } from '../lab/sim/punch/punch.ts';
import { formatOdds } from '../src/punch/attempt/plan-text.ts';
import { quantile } from './quantile.ts';

const runs = Number(process.argv[2] ?? 2000);
const CONFIDENCE = 0.99;
const link = symmetricLink({ latencyMs: 10, jitterMs: 2 });

const PAIRS: readonly (readonly [NatProfile, NatProfile])[] = [
  [PORT_RESTRICTED, SYMMETRIC],
  [PORT_RESTRICTED, SYMMETRIC_ADDRESS],
  [PORT_RESTRICTED, SYMMETRIC_BLOCK],
  [PORT_RESTRICTED, SYMMETRIC_SEQUENTIAL],
  [SYMMETRIC_SEQUENTIAL, SYMMETRIC_SEQUENTIAL],
  [SYMMETRIC_SEQUENTIAL, SYMMETRIC],
  [SYMMETRIC, SYMMETRIC],
];

const rows: Record<string, object> = {};
for (const [a, b] of PAIRS) {
  const times: number[] = [];
  const packets: number[] = [];
  let plan: ReturnType<typeof punchInSim>['plan'] | null = null;
  for (let seed = 1; seed <= runs; seed++) {
    const punch = punchInSim({ a: behind(a), b: behind(b), seed, linkA: link, linkB: link });
    plan = punch.plan;
    packets.push(punch.a.packetsSent + punch.b.packetsSent);
    if (punch.a.outcome === 'direct' && punch.b.outcome === 'direct') times.push(Math.max(punch.a.ms, punch.b.ms));
  }
  if (!plan) continue;
  const [low, high] = interval(times.length, runs);
  const odds = plan.probability ?? Number.NaN;
  rows[`${a.name} × ${b.name}`] = {
    technique: plan.technique,
    formula: formatOdds(odds),
    'measured %': ((100 * times.length) / runs).toFixed(3),
    '99 % interval': `${(100 * low).toFixed(3)} to ${(100 * high).toFixed(3)}`,
    'formula in it': odds >= low && odds <= high,
    'median ms': times.length === 0 ? '-' : Math.round(quantile(times, 0.5)),
    'p95 ms': times.length === 0 ? '-' : Math.round(quantile(times, 0.95)),
    'median packets': quantile(packets, 0.5),
  };
  console.error(`${a.name} × ${b.name}`);
}
console.table(rows);
console.log(`${runs} runs each, 40 ms round trip between the peers, no loss`);

function behind(profile: NatProfile) {
  return { kind: 'nat', layers: [profile] } as const;
}

/** Returns the exact interval of a share, with equal tails. */
function interval(successes: number, count: number): readonly [number, number] {
  const tail = (1 - CONFIDENCE) / 2;
  const low = successes === 0 ? 0 : solve((p) => 1 - atMost(successes - 1, { count, p }) - tail);
  const high = successes === count ? 1 : solve((p) => tail - atMost(successes, { count, p }));
  return [low, high];
}

/** Finds the p at which a rising function is 0. */
function solve(rising: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Returns P(X <= k) of the binomial distribution, summed in logarithms. */
function atMost(k: number, { count, p }: { readonly count: number; readonly p: number }): number {
  if (p <= 0) return 1;
  if (p >= 1) return k >= count ? 1 : 0;
  let logTerm = count * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 0; i < k; i++) {
    logTerm += Math.log((count - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}
