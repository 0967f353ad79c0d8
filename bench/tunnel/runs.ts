/**
 * Runs sessions over bad wires on loopback, with streams that end and are reset in any order while the path changes, and says how
 * many have lost, repeated or ended something wrongly. Each run follows from its plan, which is printed when it fails.
 * Usage: node bench/tunnel/runs.ts [--runs 10000] [--at-once 50] [--seed 1]
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { runPlan } from '../../test/tunnel/session/run-plans.ts';
import { type RunPlan, runTunnel } from '../../test/tunnel/session/tunnel-run.ts';
import { createTables } from '../../test/tunnel/session/wire.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    'at-once': { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
});
const [runs, atOnce, seed] = [Number(values.runs), Number(values['at-once']), Number(values.seed)];
if (!(runs > 0) || !(atOnce > 0) || !Number.isInteger(seed)) {
  console.error('--runs and --at-once above 0, and a whole --seed');
  process.exit(2);
}

interface Row {
  runs: number;
  streams: number;
  moves: number;
  resets: number;
  bytes: number;
  failed: number;
}

const rows: Record<string, Row> = {};
function rowOf({ moves }: RunPlan): Row {
  const dead = moves.filter(({ isDead }) => isDead).length;
  const name = moves.length === 0 ? 'one path' : `${moves.length} more, ${dead} after the former had died`;
  rows[name] ??= { runs: 0, streams: 0, moves: 0, resets: 0, bytes: 0, failed: 0 };
  return rows[name];
}

const tables = createTables();
const plans = fc.sample(runPlan, { numRuns: runs, seed });
const startedAt = performance.now();
async function worker(): Promise<void> {
  for (let plan = plans.pop(); plan; plan = plans.pop()) {
    const row = rowOf(plan);
    row.runs++;
    row.streams += plan.streams.length;
    try {
      const counts = await runTunnel(plan, tables);
      row.moves += counts.moves;
      row.resets += counts.resets;
      row.bytes += counts.bytes;
    } catch (error) {
      row.failed++;
      console.error(error, JSON.stringify(plan));
    }
  }
}
await Promise.all(Array.from({ length: atOnce }, worker));
console.table(rows);
const failed = Object.values(rows).reduce((sum, row) => sum + row.failed, 0);
console.log(`${runs} runs, ${failed} failed, ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
process.exitCode = failed === 0 ? 0 : 1;
