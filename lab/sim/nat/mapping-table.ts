/** The mappings of one NAT for one protocol: from internal endpoint and destination to public endpoint and back. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import type { NatProfile } from '../../profiles.ts';
import type { Random } from '../network/random.ts';
import { dependencyKey } from './dependency-key.ts';
import type { EarlyPackets } from './early-packets.ts';
import { createFilter, type Filter } from './filter.ts';
import { type AssignPort, createPortAssignment } from './port-assignment.ts';

interface Mapping {
  readonly internal: Endpoint;
  readonly external: Endpoint;
  readonly filter: Filter;
}

export interface MappingTable {
  /** The mapping for a packet that goes out, created or refreshed by it; null when no port is free. */
  readonly claim: (now: number, internal: Endpoint, remote: Endpoint) => Mapping | null;
  /** The live mapping with that public endpoint. */
  readonly find: (now: number, external: Endpoint) => Mapping | null;
}

export interface MappingTableOptions {
  readonly profile: NatProfile;
  /** The public addresses, `profile.poolSize` of them. */
  readonly addresses: readonly [string, ...string[]];
  readonly random: Random;
  readonly early: EarlyPackets;
}

/** A packet that goes out, and the key of its mapping. */
interface FlowOfKey {
  readonly key: string;
  readonly internal: Endpoint;
  readonly remote: Endpoint;
}

export function createMappingTable({ profile, addresses, random, early }: MappingTableOptions): MappingTable {
  const byKey = new Map<string, Mapping>();
  const byExternal = new Map<string, Mapping>();
  const addressesFor = createAddressChooser({ profile, addresses, random });
  const portAssignments = new Map<string, AssignPort>(
    addresses.map((address) => [address, createPortAssignment(profile, random.fork(`ports ${address}`))]),
  );

  const find = (now: number, external: Endpoint): Mapping | null => {
    const mapping = byExternal.get(formatEndpoint(external));
    return mapping?.filter.isLive(now) ? mapping : null;
  };

  const live = (now: number, key: string): Mapping | null => {
    const mapping = byKey.get(key);
    return mapping?.filter.isLive(now) ? mapping : null;
  };

  const create = (now: number, internal: Endpoint, remote: Endpoint): Mapping | null => {
    for (const address of addressesFor(internal)) {
      const isFree = (port: number): boolean =>
        find(now, { address, port }) === null && !early.holds(now, { address, port }, remote);
      const port = portAssignments.get(address)?.({ internal, isFree }) ?? null;
      if (port !== null) return { internal, external: { address, port }, filter: createFilter(profile) };
    }
    return null;
  };

  const keep = (mapping: Mapping | null, keys: readonly string[]): Mapping | null => {
    if (!mapping) return null;
    for (const key of keys) byKey.set(key, mapping);
    byExternal.set(formatEndpoint(mapping.external), mapping);
    return mapping;
  };

  /**
   * Of a router that has a flow for each remote, as Linux does: a flow that is there keeps its mapping. A new one takes that
   * of the last flow, unless an early packet of this remote is in its way; it has another mapping then, which later flows take.
   */
  const claimFlow = (now: number, { key, internal, remote }: FlowOfKey): Mapping | null => {
    const flowKey = `${formatEndpoint(internal)} flow ${formatEndpoint(remote)}`;
    const flow = live(now, flowKey);
    if (flow?.filter.allows(now, remote)) return flow;
    const last = live(now, `${key} last`) ?? live(now, key);
    if (!last) return keep(create(now, internal, remote), [key, flowKey]);
    const isFree = !early.holds(now, last.external, remote);
    return isFree ? keep(last, [flowKey]) : keep(create(now, internal, remote), [`${key} last`, flowKey]);
  };

  return {
    find,
    claim: (now, internal, remote) => {
      // RFC 4787 §4.1: the same internal endpoint has one mapping per value of this key.
      const key = `${formatEndpoint(internal)} ${dependencyKey(profile.mapping, remote)}`;
      const mapping = profile.inboundFirst
        ? claimFlow(now, { key, internal, remote })
        : (live(now, key) ?? keep(create(now, internal, remote), [key]));
      mapping?.filter.open(now, remote);
      return mapping;
    },
  };
}

/**
 * Which public address a new mapping gets (RFC 4787 §4.1): always the same for one internal address, or any. A NAT that
 * translates no port goes on to the next one where the port is taken.
 */
function createAddressChooser({
  profile,
  addresses,
  random,
}: Omit<MappingTableOptions, 'early'>): (internal: Endpoint) => readonly string[] {
  const draws = random.fork('addresses');
  const paired = new Map<string, string>();
  switch (profile.pooling) {
    case 'arbitrary':
      return () => {
        const first = addresses.indexOf(draws.pick(addresses));
        const inTurn = [...addresses.slice(first), ...addresses.slice(0, first)];
        return profile.translation === 'dynamic' ? inTurn : inTurn.slice(0, 1);
      };
    case 'paired':
      return ({ address }) => {
        const chosen = paired.get(address) ?? draws.pick(addresses);
        paired.set(address, chosen);
        return [chosen];
      };
  }
}
