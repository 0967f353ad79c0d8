import { expect, it } from 'vitest';
import { runTarget } from '../../hostile/target.ts';
import { codeTarget } from '../../hostile/targets/code.ts';

const INPUTS = 100_000;

it(`${INPUTS} texts that are nearly codes: each is a code that is written as it was read, or has a sentence fit to print`, async () => {
  const counts = await runTarget(codeTarget, { inputs: INPUTS, seed: 1 });
  expect(counts.failures).toEqual([]);
  expect(counts.inputs).toBe(INPUTS);
});
