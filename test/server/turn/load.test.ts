/** How much of what it may have a relay says that it has. */
import { expect, it } from 'vitest';
import { createTurnCounts } from '../../../server/turn/decisions/counts.ts';
import { createLoadMeter } from '../../../server/turn/load.ts';

function create() {
  const counts = createTurnCounts();
  const present = { now: 0, allocations: 0 };
  const meter = createLoadMeter({
    counts,
    allocations: () => present.allocations,
    limits: { allocations: 10, bytesPerSecondInAll: 1_000 },
    now: () => present.now,
  });
  const pass = (ms: number): void => {
    present.now += ms;
    meter.tick();
  };
  return { counts, present, meter, pass };
}

it('the load is that of allocations or of bandwidth, whichever is more', () => {
  const { counts, present, meter, pass } = create();
  expect(meter.read()).toBe(0);
  present.allocations = 3;
  expect(meter.read()).toBe(0.3);
  counts.relayed['to-client'].bytes += 500;
  counts.relayed['to-peer'].bytes += 100;
  pass(1_000);
  expect(meter.read()).toBe(0.5);
  present.allocations = 8;
  expect(meter.read()).toBe(0.8);
});

it('the bandwidth is that of the time since it was looked at last', () => {
  const { counts, meter, pass } = create();
  counts.relayed['to-peer'].bytes += 500;
  pass(2_000);
  expect(meter.read()).toBe(0.25);
  pass(1_000);
  expect(meter.read()).toBe(0);
});

it('a relay that drops what goes beyond its bandwidth has all of it', () => {
  const { counts, meter, pass } = create();
  counts.relayed['to-peer'].bytes += 900;
  counts.dropped['total-bandwidth']++;
  pass(1_000);
  expect(meter.read()).toBe(1);
  pass(1_000);
  expect(meter.read()).toBe(0);
});
