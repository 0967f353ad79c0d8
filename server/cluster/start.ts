/** Starts a node of a cluster where there is to be one; without Redis a server is the home of all its rooms. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { now } from '../../src/net/driver.ts';
import type { Owner } from '../../src/net/owner.ts';
import type { StunOffer } from '../../src/rendezvous/protocol/fields.ts';
import type { RendezvousLimits } from '../rendezvous/decisions/limits.ts';
import type { Rendezvous } from '../rendezvous/decisions/rendezvous.ts';
import type { TurnUsers } from '../rendezvous/decisions/state.ts';
import type { RelayOffer } from '../turn/choice/offer.ts';
import { createCluster } from './decisions/cluster.ts';
import { nodeName } from './decisions/state.ts';
import { addClusterMetrics } from './metrics.ts';
import { createSecrets } from './secrets.ts';
import { type ClusterEntry, type ClusterService, createClusterService, enterCluster } from './service.ts';

/** A server by itself: the number of its tickets, and its secrets. */
export type Entry = Pick<ClusterEntry, 'node' | 'name' | 'secrets'> | ClusterEntry;

export interface ClusterOptions {
  readonly redis?: string | undefined;
  readonly region?: string | undefined;
  readonly limits?: Partial<RendezvousLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reaches Redis, if there is one. @throws StartError when that cannot be done; the signal's reason when aborted. */
export async function enterFrom({ redis, signal }: ClusterOptions, owner: Owner): Promise<Entry> {
  const node = randomBytes(4).readUInt32BE();
  const own = { node, name: nodeName(node), secrets: createSecrets(randomBytes) };
  return redis === undefined ? own : owner.use(await enterCluster(redis, { ...own, signal }));
}

/** Returns what stands in the place of the rendezvous; null where that stands for itself. */
export function startCluster(
  { limits, region }: ClusterOptions,
  {
    entry,
    owner,
    metrics,
    turnUsers,
    ...node
  }: {
    readonly entry: Entry;
    readonly rendezvous: Rendezvous;
    readonly stun: StunOffer;
    /** Reads what this node's relay has to offer; null where there is none to hand out. */
    readonly readRelay: () => RelayOffer | null;
    /** Keeps the TURN users of other nodes' sessions. */
    readonly turnUsers: TurnUsers;
    readonly metrics: Registry;
    readonly owner: Owner;
  },
): ClusterService | null {
  if (!('connection' in entry)) return null;
  const cluster = createCluster({ ...node, node: entry.node, limits, region, randomBytes });
  addClusterMetrics(metrics, cluster);
  return owner.use(createClusterService({ cluster, entry, turnUsers, now }));
}
