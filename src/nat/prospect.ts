/** What a behaviour means for reaching a peer: whether the plain seven steps open the pair, by arithmetic. */
import type { Dependency } from './behavior.ts';
import type { VerdictType } from './verdict.ts';

export interface Behavior {
  readonly mapping: Dependency | 'none';
  readonly filtering: Dependency;
}

/** `direct`: by simultaneous opening; `prediction`: if the peer's next port can be told; `relay`: not at all. */
export type Prospect = 'direct' | 'prediction' | 'relay';

/** The four kinds of peer that a report speaks of; a symmetric NAT is taken at its strictest. */
export const CLASSIC_PEERS = {
  'full-cone': { mapping: 'endpoint-independent', filtering: 'endpoint-independent' },
  restricted: { mapping: 'endpoint-independent', filtering: 'address-dependent' },
  'port-restricted': { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' },
  symmetric: { mapping: 'address-and-port-dependent', filtering: 'address-and-port-dependent' },
} as const satisfies Partial<Record<VerdictType, Behavior>>;

/**
 * Whether two peers who know each other's public endpoint, as a server saw it, get through.
 *
 * A destination-dependent mapping makes the endpoint that the server saw useless to the peer, and makes packets come from
 * another port of the same address: a filter that looks at the port stops them, since it was opened toward the old one.
 */
export function prospectOf(a: Behavior, b: Behavior): Prospect {
  const [stableA, stableB] = [isStable(a), isStable(b)];
  if (stableA && stableB) return 'direct';
  if (!stableA && !stableB) return 'relay';
  const stable = stableA ? a : b;
  return stable.filtering === 'address-and-port-dependent' ? 'prediction' : 'direct';
}

/** Whether the endpoint that a server saw is the one that every peer will see. */
export function isStable({ mapping }: Pick<Behavior, 'mapping'>): boolean {
  return mapping === 'none' || mapping === 'endpoint-independent';
}
