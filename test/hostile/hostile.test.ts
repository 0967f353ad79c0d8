/**
 * A hundred thousand hostile inputs: no exception, no run without end. `npm run bench:hostile` gives ten million of the
 * same; what it finds is kept in corpus/, and runs here from then on.
 */
import { expect, it } from 'vitest';
import { runTarget } from './target.ts';
import { TARGETS } from './targets/index.ts';

const INPUTS = 100_000;
const WEIGHTS = TARGETS.reduce((sum, { weight }) => sum + weight, 0);

it.each(TARGETS)('$name: whatever comes, nothing is thrown, and every run comes to its end', async (target) => {
  const inputs = Math.ceil((INPUTS * target.weight) / WEIGHTS);
  const tally = await runTarget(target, { inputs, seed: 1 });
  expect(tally.failures).toEqual([]);
  expect(tally.inputs).toBeGreaterThanOrEqual(inputs);
});

it('a run that throws is told by its seed and its input, and the next one goes on', async () => {
  const target = {
    name: 'broken',
    weight: 1,
    run: (_random: unknown, feed: (work: () => void) => void) => {
      feed(() => {});
      feed(() => {
        throw new Error('a bug');
      });
    },
  };
  const tally = await runTarget(target, { inputs: 4, seed: 7 });
  expect(tally).toMatchObject({ inputs: 4, runs: 2, failed: 2 });
  expect(tally.failures).toEqual([
    { target: 'broken', seed: 7, input: 2, error: new Error('a bug') },
    { target: 'broken', seed: 8, input: 2, error: new Error('a bug') },
  ]);
});
