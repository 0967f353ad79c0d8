/** How long to wait for an answer before the same question is asked again. */
import { expect, it } from 'vitest';
import { createPace } from '../../../src/nat/probes/pace.ts';

const gaps = (pace: ReturnType<typeof createPace>) => Array.from({ length: 9 }, (_, index) => pace.gapMs(index + 1));

it('before any answer, the gaps are long enough for a satellite', () => {
  expect(gaps(createPace())).toEqual([200, 300, 500, 500, 500, 500, 500, 500, 500]);
});

it('after one, they follow the slowest round trip, and grow when several answers are missing', () => {
  const pace = createPace();
  pace.sample(100);
  pace.sample(20);
  expect(gaps(pace)).toEqual([200, 200, 200, 200, 400, 800, 1500, 1500, 1500]);
  expect(pace.patienceMs()).toBe(200);
});

it('on a path without latency the seven sends of a question span half a second', () => {
  const pace = createPace();
  pace.sample(0);
  expect(gaps(pace)).toEqual([50, 50, 50, 50, 100, 200, 400, 400, 400]);
});
