/** A cluster under a test's clock, with peers on it. */
import { createFront } from './sim-peer.ts';
import { createClock, createRedis, startNode } from './sim-redis.ts';

/** Nodes that are serving, and past the quarantine of a new Redis. */
export function start(count = 2) {
  const clock = createClock();
  const redis = createRedis(clock);
  const nodes = Array.from({ length: count }, (_, index) => startNode({ clock, redis, node: index + 1 }));
  clock.pass(2_000);
  const [a, b = a] = nodes;
  if (!a || !b) throw new Error('no nodes');
  return { clock, redis, nodes, a, b, ...createFront(clock, nodes) };
}
