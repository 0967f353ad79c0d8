/**
 * Observes a NAT of either lab, by plain datagrams and without STUN: what source each public endpoint sees, and which
 * public endpoints can answer. lab/mismatches.ts holds the observation to the profile.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../src/endpoint.ts';
import type { Dependency, Early as EarlyFinding } from '../src/nat/behavior.ts';

/** Four public endpoints, two addresses by two ports, as a behaviour-discovery server has them (RFC 5780 §3). */
export interface PublicSide {
  readonly primary: Endpoint;
  /** The primary's address, another port. */
  readonly samePlaceOtherPort: Endpoint;
  /** The primary's port, another address. */
  readonly otherPlaceSamePort: Endpoint;
  /** Another address and another port. */
  readonly otherPlaceOtherPort: Endpoint;
}

const NEIGHBOUR = 'neighbour';
const NEIGHBOUR_OTHER = 'neighbour-other';
const NEIGHBOUR_SAME = 'neighbour-same-port';
/** Sockets of another host behind the same NAT, or of the client if there is no other; all other sockets are the client's. */
export const NEIGHBOUR_SOCKETS: readonly string[] = [NEIGHBOUR, NEIGHBOUR_OTHER, NEIGHBOUR_SAME];

/** So many that an arbitrary pool of four gives all of them the same address once in four million. */
const POOL_SOCKETS = Array.from({ length: 12 }, (_, index) => `pool-${index + 1}`);

/** A client behind the NAT under test and the public endpoints beyond it; each lab brings one. */
export interface ConformanceBed {
  readonly publicSide: PublicSide;
  /** Whether there is another host behind the NAT. */
  readonly hasNeighbour: boolean;
  /** Where the client's socket of that name is bound (opened at first use, at that port if one is named); nothing is sent. */
  local(socket: string, port?: number): Promise<Endpoint>;
  /** Sends a datagram from the client's socket of that name (opened at first use); the source seen at `to`, or null. */
  outbound(socket: string, to: Endpoint): Promise<Endpoint | null>;
  /**
   * Sends one datagram to `mapped` from each of `from`, in order, then one from `opened`, which the socket has sent to.
   * When that last one is there all others have come or been dropped, so silence needs no clock. For a socket that has
   * sent to nobody, the last one goes to `instead`, another socket of the client.
   * Answers which of `from` arrived at `socket`; fails when the last one does not.
   */
  inbound(
    socket: string,
    probe: {
      readonly mapped: Endpoint;
      readonly from: readonly Endpoint[];
      readonly opened: Endpoint;
      readonly instead?: { readonly socket: string; readonly mapped: Endpoint };
    },
  ): Promise<readonly Endpoint[]>;
  /**
   * Sends a datagram from `socket` to `mapped`, which is the public endpoint of the socket `at`; then one from `socket`
   * to `opened` and one from there to `mapped`. When that is there, the first one has come or been dropped.
   * Answers the source that `at` has seen, or null; fails when the last datagram does not come.
   */
  hairpin(
    socket: string,
    probe: { readonly at: string; readonly mapped: Endpoint; readonly opened: Endpoint },
  ): Promise<Endpoint | null>;
}

/** Whom a NAT lets in by hairpinning: nobody, or whomever such a filter does; `other-source`: not by the sender's public endpoint. */
export type Hairpin = 'none' | 'other-source' | Dependency;

/** What a packet that comes before its receiver has sent to its source does to the receiver's mapping toward it. */
export type Early = Exclude<EarlyFinding['behavior'], 'undetermined'>;

/** Whether a packet gets in to a port of the public address for which a socket of the host has sent nothing. */
export type Unsolicited = 'let-in' | 'dropped';

/** Whether the public addresses that the sockets of one host get are one, or several. */
export type Addresses = 'one' | 'several';

/**
 * What public endpoint a socket gets whose port another host of the NAT has too, and in use: another one, or the very same
 * (port overloading, RFC 4787 §4.2.1).
 */
export type Collision = 'avoided' | 'overloaded';

export interface Observation {
  readonly mapping: Dependency;
  readonly filtering: Dependency;
  readonly hairpin: Hairpin;
  /** Null if every destination sees a different port anyway. */
  readonly early: Early | null;
  readonly unsolicited: Unsolicited;
  readonly addresses: Addresses;
  /** Whether every socket has its local address as the public one, toward the first destination. */
  readonly keepsAddress: boolean;
  /** Whether every socket has its local port as the public one, toward the first destination. */
  readonly keepsPorts: boolean;
  /** Whether every socket has an even public port if its local one is even, and an odd one if that is odd. */
  readonly keepsParity: boolean;
  /** Null if there is no other host. */
  readonly collision: Collision | null;
  /** The public endpoints seen by primary, other port, other address, both other. */
  readonly mapped: readonly Endpoint[];
}

/**
 * Observes mapping on one socket, filtering on a fresh one, early packets on another, hairpinning between others, a
 * socket that sends nothing, the public endpoints of many, and two hosts with one port (RFC 5780 §4.3, §4.4, §3.4, without
 * STUN).
 * @throws Error when an outbound datagram does not come out.
 */
export async function observe(given: ConformanceBed): Promise<Observation> {
  const { bed, taken } = watchNeighbour(given);
  const { primary, samePlaceOtherPort, otherPlaceSamePort, otherPlaceOtherPort } = bed.publicSide;
  const seen: Endpoint[] = [];
  for (const to of [primary, samePlaceOtherPort, otherPlaceSamePort, otherPlaceOtherPort]) {
    seen.push(await mappedBy(bed, 'mapping', to));
  }
  const [atPrimary, atPort, atPlace, atBoth] = seen as [Endpoint, Endpoint, Endpoint, Endpoint];
  const mapping: Dependency =
    sameEndpoint(atPrimary, atBoth) && sameEndpoint(atPrimary, atPlace) && sameEndpoint(atPrimary, atPort)
      ? 'endpoint-independent'
      : sameEndpoint(atPrimary, atPort) && sameEndpoint(atPlace, atBoth)
        ? 'address-dependent'
        : 'address-and-port-dependent';

  const mapped = await mappedBy(bed, 'filtering', primary);
  const filtering = await observeFiltering(bed, { socket: 'filtering', mapped });
  const early = mapping === 'endpoint-independent' ? await observeEarly(bed) : null;
  const unsolicited = await observeUnsolicited(bed, { socket: 'filtering', mapped });
  const hairpin = await observeHairpin(bed);
  const collision = bed.hasNeighbour ? await observeCollision(bed) : null;
  return {
    mapping,
    filtering,
    early,
    hairpin,
    unsolicited,
    collision,
    ...(await observePool(bed, taken)),
    mapped: seen,
  };
}

/** Notes the public ports that sockets of the other host are seen at. */
function watchNeighbour(bed: ConformanceBed): { readonly bed: ConformanceBed; readonly taken: ReadonlySet<number> } {
  const taken = new Set<number>();
  const outbound: ConformanceBed['outbound'] = async (socket, to) => {
    const mapped = await bed.outbound(socket, to);
    if (mapped && bed.hasNeighbour && NEIGHBOUR_SOCKETS.includes(socket)) taken.add(mapped.port);
    return mapped;
  };
  return { bed: { ...bed, outbound }, taken };
}

/** A socket of the client that has sent to the primary and to nobody else, and its public endpoint. */
interface Known {
  readonly socket: string;
  readonly mapped: Endpoint;
}

async function observeFiltering(bed: ConformanceBed, { socket, mapped }: Known): Promise<Dependency> {
  const { primary, samePlaceOtherPort, otherPlaceSamePort, otherPlaceOtherPort } = bed.publicSide;
  const from = [otherPlaceOtherPort, otherPlaceSamePort, samePlaceOtherPort];
  const arrived = await bed.inbound(socket, { mapped, from, opened: primary });
  const passes = (endpoint: Endpoint): boolean => arrived.some((other) => sameEndpoint(other, endpoint));
  if (passes(otherPlaceOtherPort) && passes(otherPlaceSamePort)) return 'endpoint-independent';
  return passes(samePlaceOtherPort) ? 'address-dependent' : 'address-and-port-dependent';
}

async function observeEarly(bed: ConformanceBed): Promise<Early> {
  const { primary, otherPlaceOtherPort: source } = bed.publicSide;
  const mapped = await mappedBy(bed, 'early', primary);
  await bed.inbound('early', { mapped, from: [source], opened: primary });
  return sameEndpoint(await mappedBy(bed, 'early', source), mapped) ? 'forgotten' : 'changes-port';
}

async function observeUnsolicited(bed: ConformanceBed, known: Known): Promise<Unsolicited> {
  const { primary } = bed.publicSide;
  const mapped = { address: known.mapped.address, port: (await bed.local('silent')).port };
  const arrived = await bed.inbound('silent', { mapped, from: [primary], opened: primary, instead: known });
  return arrived.length > 0 ? 'let-in' : 'dropped';
}

/** @param taken public ports that another host has, which no socket can keep. */
async function observePool(
  bed: ConformanceBed,
  taken: ReadonlySet<number>,
): Promise<Pick<Observation, 'addresses' | 'keepsAddress' | 'keepsPorts' | 'keepsParity'>> {
  const addresses = new Set<string>();
  let [keepsAddress, keepsPorts, keepsParity] = [true, true, true];
  for (const socket of POOL_SOCKETS) {
    const mapped = await bed.outbound(socket, bed.publicSide.primary);
    // A NAT may have no more ports than this.
    if (mapped === null) break;
    addresses.add(mapped.address);
    const local = await bed.local(socket);
    if (mapped.address !== local.address) keepsAddress = false;
    if (taken.has(local.port)) continue;
    if (mapped.port !== local.port) keepsPorts = false;
    if (mapped.port % 2 !== local.port % 2) keepsParity = false;
  }
  return { addresses: addresses.size === 1 ? 'one' : 'several', keepsAddress, keepsPorts, keepsParity };
}

/** The second host must not have the first one's public endpoint, not even toward whom that one has never sent to. */
async function observeCollision(bed: ConformanceBed): Promise<Collision> {
  const { primary, otherPlaceOtherPort } = bed.publicSide;
  const first = await mappedBy(bed, 'collision', primary);
  await bed.local(NEIGHBOUR_SAME, (await bed.local('collision')).port);
  for (const to of [otherPlaceOtherPort, primary]) {
    const second = await bed.outbound(NEIGHBOUR_SAME, to);
    // A NAT may have no other port.
    if (second && sameEndpoint(second, first)) return 'overloaded';
  }
  return 'avoided';
}

/** The receiver's filter is opened step by step: not at all, to the sender's address, to its very endpoint. */
async function observeHairpin(bed: ConformanceBed): Promise<Hairpin> {
  const opened = bed.publicSide.primary;
  const client = { at: 'hairpin', mapped: await mappedBy(bed, 'hairpin', opened), opened };
  const neighbour = { at: NEIGHBOUR, mapped: await mappedBy(bed, NEIGHBOUR, opened), opened };
  const otherPort = { at: NEIGHBOUR_OTHER, mapped: await mappedBy(bed, NEIGHBOUR_OTHER, opened), opened };

  const steps = [
    ['endpoint-independent', null],
    ['address-dependent', otherPort],
    ['address-and-port-dependent', neighbour],
  ] as const;
  for (const [filtering, toOpen] of steps) {
    if (toOpen) await bed.hairpin(client.at, toOpen);
    const source = await bed.hairpin(NEIGHBOUR, client);
    if (source !== null) return sameEndpoint(source, neighbour.mapped) ? filtering : 'other-source';
  }
  return 'none';
}

async function mappedBy(bed: ConformanceBed, socket: string, to: Endpoint): Promise<Endpoint> {
  const mapped = await bed.outbound(socket, to);
  if (mapped === null) throw new Error(`nothing from the client reaches ${formatEndpoint(to)}`);
  return mapped;
}
