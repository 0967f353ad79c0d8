/**
 * How often and how fast punches open in the simulated lab: every ordered pair of accesses, links of 5 to 200 ms one way
 * per side with jitter and loss each way. Times count from the common start until the later side is connected.
 * Usage: node bench/punch/punch-sim.ts [SEEDS=1000] [LOSS=0.05]
 */
import { expectedProspect, PUNCH_PEERS, samplePunch, summarize } from '../../lab/sim/punch/sample.ts';

const [seeds = 1000, loss = 0.05] = process.argv.slice(2).map(Number);
const startedAt = performance.now();

const rows = PUNCH_PEERS.flatMap((a) =>
  PUNCH_PEERS.map((b) => {
    const samples = Array.from({ length: seeds }, (_, index) => samplePunch({ a, b, seed: index + 1, loss }));
    const { direct, oneSided, medianMs, p95Ms, medianRtts, validRtts, checks } = summarize(samples);
    return {
      a: a.name,
      b: b.name,
      expected: expectedProspect(a, b),
      'success %': ((100 * direct) / seeds).toFixed(2),
      'one-sided': oneSided,
      'median ms': medianMs?.toFixed(0) ?? '-',
      'p95 ms': p95Ms?.toFixed(0) ?? '-',
      'median RTTs': medianRtts?.toFixed(2) ?? '-',
      'valid RTTs': validRtts?.toFixed(2) ?? '-',
      checks,
    };
  }),
);
console.table(rows);
const seconds = (performance.now() - startedAt) / 1000;
console.log(`${rows.length} pairs, seeds 1 to ${seeds} each, ${seconds.toFixed(1)} s`);
