import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runPlan } from './run-plans.ts';
import { runTunnel } from './tunnel-run.ts';

/** As many as go in some seconds; `node bench/tunnel/runs.ts` does 10,000. */
const RUNS = 60;
const AT_ONCE = 20;

it('nothing is lost or repeated, however the bytes are split, the ends ordered, and the path faulty or changed', async () => {
  const plans = fc.sample(runPlan, { numRuns: RUNS });
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = plans.pop(); next; next = plans.pop()) {
      const of = next;
      await runTunnel(of).catch((error: unknown) => failures.push({ error, plan: JSON.stringify(of) }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(failures).toEqual([]);
});
