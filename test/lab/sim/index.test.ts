/** natcheck/sim as its users have it: the same seed gives the same trace. */
import { expect, it } from 'vitest';
import {
  createHost,
  createSite,
  createWorld,
  formatTraceEntry,
  runUntil,
  SYMMETRIC,
  symmetricLink,
  type TraceEntry,
} from '../../../lab/sim/index.ts';

/** A client behind a NAT with random ports, over a rough link, says a hundred things to an echo server. */
function traceOf(seed: number): readonly TraceEntry[] {
  const entries: TraceEntry[] = [];
  const world = createWorld({ seed, trace: (entry) => entries.push(entry) });
  const server = createHost(world, { name: 'server', addresses: ['203.0.113.10'] });
  const echo = server.open((from, bytes) => echo.send(from, bytes), { port: 7 });
  const link = symmetricLink({ latencyMs: 30, jitterMs: 20, loss: 0.1, reordering: 0.1, holdMs: 40, duplication: 0.1 });
  const client = createSite(world, { name: 'home', access: SYMMETRIC, link }).addHost('client');
  const heard: number[] = [];
  const socket = client.open((_from, [number = 0]) => heard.push(number));
  for (let number = 0; number < 100; number++) {
    world.clock.schedule(number * 10, () => socket.send(echo.local, client.random.bytes(4)));
  }
  expect(runUntil(world, () => false)).toBe('idle');
  expect(heard.length).toBeGreaterThan(50);
  return entries;
}

it('the same seed gives the same trace, in data and in text, and another seed gives another one', () => {
  const [first, second, other] = [traceOf(1), traceOf(1), traceOf(2)];
  expect(second).toEqual(first);
  const textOf = (entries: readonly TraceEntry[]): string => entries.map((entry) => formatTraceEntry(entry)).join('\n');
  expect(textOf(second)).toBe(textOf(first));
  expect(textOf(other)).not.toBe(textOf(first));
  expect(new Set(first.map(({ event }) => event))).toEqual(
    new Set(['sent', 'passed', 'delivered', 'dropped', 'duplicated']),
  );
});

it('what is done to one host does not change what chance does to another', () => {
  const drawsOf = (others: readonly string[]): readonly number[] => {
    const world = createWorld({ seed: 1 });
    for (const name of others) createHost(world, { name }).random.bytes(100);
    return [...createHost(world, { name: 'host' }).random.bytes(16)];
  };
  expect(drawsOf(['first', 'second'])).toEqual(drawsOf([]));
});
