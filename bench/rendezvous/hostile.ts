/**
 * Feeds hostile input to everything that strangers can reach: introductions, signals, STUN and TURN answers, what a router says,
 * and the server's own machines. Each run follows from its seed, so that a failure can be repeated.
 * Usage: node bench/rendezvous/hostile.ts [--inputs 10000000] [--seed 1] [--target NAME]
 */
import { parseArgs } from 'node:util';
import { runTarget } from '../../test/hostile/target.ts';
import { TARGETS } from '../../test/hostile/targets/index.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
const chosen = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (!(inputs > 0) || !Number.isInteger(seed) || chosen.length === 0) {
  console.error(`--inputs above 0, a whole --seed, and --target one of: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
const rows: Record<string, string | number>[] = [];
let failed = 0;
for (const target of chosen) {
  const startedAt = performance.now();
  const run = await runTarget(target, { inputs: Math.ceil((inputs * target.weight) / weights), seed });
  const seconds = (performance.now() - startedAt) / 1000;
  // Whatever the garbage collector or another process has delayed is not slow a second time.
  const again = await runTarget(target, { inputs: 1, seed: run.slowestSeed });
  failed += run.failed;
  rows.push({
    target: target.name,
    inputs: run.inputs,
    seconds: seconds.toFixed(1),
    'inputs/s': Math.round(run.inputs / seconds),
    exceptions: run.failed,
    'slowest ms': run.slowestMs.toFixed(1),
    'again ms': again.slowestMs.toFixed(2),
    'of seed': run.slowestSeed,
  });
  for (const { seed: of, input, error } of run.failures) {
    console.error(`${target.name}, seed ${of}, input ${input}:`, error);
  }
}
console.table(rows);
const total = rows.reduce((sum, row) => sum + Number(row.inputs), 0);
console.log(`${total} inputs, ${failed} exceptions`);
process.exitCode = failed === 0 ? 0 : 1;
