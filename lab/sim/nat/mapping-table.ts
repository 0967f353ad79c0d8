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

  return {
    find,
    claim: (now, internal, remote) => {
      // RFC 4787 §4.1: the same internal endpoint has one mapping per value of this key.
      const key = `${formatEndpoint(internal)} ${dependencyKey(profile.mapping, remote)}`;
      // A remote that came early and collides with that mapping has another one to itself.
      const asideKey = profile.inboundFirst ? `${formatEndpoint(internal)} aside ${formatEndpoint(remote)}` : key;
      const known = live(now, asideKey) ?? live(now, key);
      const isAside = known !== null && early.holds(now, known.external, remote);
      const mapping = known && !isAside ? known : create(now, internal, remote);
      if (!mapping) return null;
      if (mapping !== known) {
        byKey.set(isAside ? asideKey : key, mapping);
        byExternal.set(formatEndpoint(mapping.external), mapping);
      }
      mapping.filter.open(now, remote);
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
