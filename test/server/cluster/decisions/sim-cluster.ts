/** A cluster under a test's clock, with peers on it. */
import { createFront } from './sim-peer.ts';
import { createClock, createRedis, startNode } from './sim-redis.ts';

/** Nodes that are serving, and past the quarantine of a new Redis. */
export function start(count = 2, regions: readonly string[] = []) {
  const clock = createClock();
  const redis = createRedis(clock);
  const nodes = Array.from({ length: count }, (_, index) => {
    const region = regions[index];
    return startNode({ clock, redis, node: index + 1, ...(region !== undefined && { region }) });
  });
  clock.pass(2_000);
  const [a, b = a] = nodes;
  if (!a || !b) throw new Error('no nodes');
  return { clock, redis, nodes, a, b, ...createFront(clock, nodes) };
}
