/** A fault in each step of an introduction: it is done, at once or again by itself, and nothing is introduced twice. */
import { describe, expect, it } from 'vitest';
import { runs } from '../../../runs.ts';
import { FAULTS, meetWith, STEPS } from './steps.ts';

/** Two peers have met by then; in the soak the fault comes in every millisecond of it. */
const MEETING_MS = 60;
const count = runs(MEETING_MS);
const times = Array.from({ length: count }, (_, index) => Math.floor((index * MEETING_MS) / count));

describe.each(Object.entries(FAULTS))('two peers of whose cluster: %s', (name, fault) => {
  const outcomes = times.map((atMs) => ({ atMs, ...meetWith(fault, atMs) }));

  it('have a path by one introduction in the end, in whatever step it comes', () => {
    const undone = outcomes.filter(({ kind }) => kind === 'failed').map(({ atMs, step }) => [atMs, step]);
    expect(undone).toEqual([]);
    // The moments are spread over all steps but the shortest.
    expect(new Set(outcomes.map(({ step }) => step)).size).toBeGreaterThanOrEqual(STEPS.length - 2);
    if (name === 'third node killed') expect(outcomes.filter(({ kind }) => kind !== 'done')).toEqual([]);
  });

  it('are introduced once for one ask', () => {
    for (const { sides } of outcomes) {
      for (const side of sides) {
        expect(new Set(side.keys).size).toBe(side.keys.length);
        expect(side.keys.length).toBeLessThanOrEqual(side.asks());
      }
    }
  });
});
