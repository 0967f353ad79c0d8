/** Plans of runs, drawn at random: see tunnel-run.ts. */
import fc from 'fast-check';
import type { RunPlan, StreamPlan } from './tunnel-run.ts';

const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 6_000 })), {
  maxLength: 12,
});
/** Of all datagrams: up to 5 %. */
const share = fc.integer({ min: 0, max: 50 }).map((thousandths) => thousandths / 1_000);
const side = fc.constantFrom('initiator', 'responder');
const stream: fc.Arbitrary<StreamPlan> = fc.record({
  opener: side,
  there: sizes,
  back: sizes,
  reset: fc.option(
    fc.record({ by: fc.constantFrom('opener', 'acceptor'), after: fc.integer({ min: 1, max: 20_000 }) }),
  ),
  answers: fc.boolean(),
});
export const runPlan: fc.Arbitrary<RunPlan> = fc.record({
  seed: fc.nat(),
  loss: share,
  duplication: share,
  reordering: share,
  streams: fc.array(stream, { minLength: 1, maxLength: 4 }),
  moves: fc.array(fc.record({ after: fc.integer({ min: 0, max: 40_000 }), isDead: fc.boolean() }), { maxLength: 2 }),
});
