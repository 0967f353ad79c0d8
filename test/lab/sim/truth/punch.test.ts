/** Some hundred punches in which routers and servers restart at any instant: what both sides say is so (bench/detect/truth.ts: 20,000). */
import { expect, it } from 'vitest';
import { falseReasons } from '../../../../bench/punch/false-reasons.ts';
import { punchWithFault } from '../../../../lab/sim/truth/punch.ts';
import { runs } from '../../../runs.ts';

const SEEDS = runs(400);
/** The runs of bench/detect/truth.ts in which something was not so before it was mended. */
const WRONG_ONCE = [3513, 7252, 13_306, 16_097, 18_157];
const TIMEOUT_MS = 120_000;

it(`${SEEDS} punches agree at the end, and say nothing of a path that is not so`, { timeout: TIMEOUT_MS }, () => {
  const wrong: object[] = [];
  const kinds = new Set<string>();
  for (const seed of [...WRONG_ONCE, ...Array.from({ length: SEEDS }, (_, index) => index + 1)]) {
    const truth = punchWithFault(seed);
    kinds.add(`${truth.fault.kind}: ${truth.punch.a.outcome}`);
    const reasons = falseReasons(truth);
    if (truth.errors.length + reasons.length > 0) wrong.push({ seed, errors: truth.errors, reasons });
  }
  expect(wrong).toEqual([]);
  // Each of the four kinds of trouble ends in each of the three ways.
  expect([...kinds].toSorted()).toEqual(
    ['none', 'router a restarts', 'router b restarts', 'the server restarts'].flatMap((kind) =>
      ['direct', 'failed', 'relayed'].map((outcome) => `${kind}: ${outcome}`),
    ),
  );
});
