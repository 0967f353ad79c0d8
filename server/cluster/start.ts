/** Starts a node of a cluster where there is to be one; without Redis a server is the home of all its rooms. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { now } from '../../src/net/driver.ts';
import type { Owner } from '../../src/net/owner.ts';
import type { StunOffer } from '../../src/rendezvous/protocol/fields.ts';
import type { RendezvousLimits } from '../rendezvous/decisions/limits.ts';
import type { Rendezvous } from '../rendezvous/decisions/rendezvous.ts';
import { createCluster } from './decisions/cluster.ts';
import { addClusterMetrics } from './metrics.ts';
import { type ClusterEntry, type ClusterService, createClusterService, enterCluster } from './service.ts';

const SECRET_BYTES = 32;

/** A server by itself: the number of its tickets, and their secret. */
export type Entry = Pick<ClusterEntry, 'node' | 'secret'> | ClusterEntry;

export interface ClusterOptions {
  readonly redis?: string | undefined;
  readonly limits?: Partial<RendezvousLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reaches Redis, if there is one. @throws StartError when that cannot be done; the signal's reason when aborted. */
export async function enterFrom({ redis, signal }: ClusterOptions, owner: Owner): Promise<Entry> {
  const own = { node: randomBytes(4).readUInt32BE(), secret: randomBytes(SECRET_BYTES) };
  return redis === undefined ? own : owner.use(await enterCluster(redis, { ...own, signal }));
}

/** Returns what stands in the place of the rendezvous; null where that stands for itself. */
export function startCluster(
  { limits }: ClusterOptions,
  {
    entry,
    owner,
    metrics,
    ...node
  }: {
    readonly entry: Entry;
    readonly rendezvous: Rendezvous;
    readonly stun: StunOffer;
    readonly metrics: Registry;
    readonly owner: Owner;
  },
): ClusterService | null {
  if (!('connection' in entry)) return null;
  const cluster = createCluster({ ...node, node: entry.node, limits, randomBytes });
  addClusterMetrics(metrics, cluster);
  return owner.use(createClusterService({ cluster, entry, now }));
}
