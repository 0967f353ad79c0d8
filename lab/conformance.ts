/**
 * Holds a NAT of either lab to its profile, by plain datagrams and without STUN:
 * what source each public endpoint sees, and which public endpoints can answer.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../src/endpoint.ts';
import type { Dependency } from '../src/nat/behavior.ts';
import { DEFAULT_BLOCK_SIZE, type NatProfile } from './profiles.ts';

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
/** Sockets of another host behind the same NAT, or of the client if there is no other; all other sockets are the client's. */
export const NEIGHBOUR_SOCKETS: readonly string[] = [NEIGHBOUR, NEIGHBOUR_OTHER];

/** A client behind the NAT under test and the public endpoints beyond it; each lab brings one. */
export interface ConformanceBed {
  readonly publicSide: PublicSide;
  /** Sends a datagram from the client's socket of that name (opened at first use); the source seen at `to`, or null. */
  outbound(socket: string, to: Endpoint): Promise<Endpoint | null>;
  /**
   * Sends one datagram to `mapped` from each of `from`, in order, then one from `opened`, which the socket has sent to.
   * When that last one is there all others have come or been dropped, so silence needs no clock.
   * Answers which of `from` arrived; fails when the last one does not.
   */
  inbound(
    socket: string,
    probe: { readonly mapped: Endpoint; readonly from: readonly Endpoint[]; readonly opened: Endpoint },
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
export type Early = 'forgotten' | 'changes-port';

export interface Observation {
  readonly mapping: Dependency;
  readonly filtering: Dependency;
  readonly hairpin: Hairpin;
  /** Null if every destination sees a different port anyway. */
  readonly early: Early | null;
  /** The public endpoints seen by primary, other port, other address, both other. */
  readonly mapped: readonly Endpoint[];
}

/**
 * Observes mapping on one socket, filtering on a fresh one, early packets on another, and hairpinning between others
 * (RFC 5780 §4.3, §4.4, §3.4, without STUN).
 * @throws Error when an outbound datagram does not come out.
 */
export async function observe(bed: ConformanceBed): Promise<Observation> {
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
  const from = [otherPlaceOtherPort, otherPlaceSamePort, samePlaceOtherPort];
  const arrived = await bed.inbound('filtering', { mapped, from, opened: primary });
  const passes = (endpoint: Endpoint): boolean => arrived.some((other) => sameEndpoint(other, endpoint));
  const filtering: Dependency =
    passes(otherPlaceOtherPort) && passes(otherPlaceSamePort)
      ? 'endpoint-independent'
      : passes(samePlaceOtherPort)
        ? 'address-dependent'
        : 'address-and-port-dependent';
  const early = mapping === 'endpoint-independent' ? await observeEarly(bed) : null;
  return { mapping, filtering, early, hairpin: await observeHairpin(bed), mapped: seen };
}

async function observeEarly(bed: ConformanceBed): Promise<Early> {
  const { primary, otherPlaceOtherPort: source } = bed.publicSide;
  const mapped = await mappedBy(bed, 'early', primary);
  await bed.inbound('early', { mapped, from: [source], opened: primary });
  return sameEndpoint(await mappedBy(bed, 'early', source), mapped) ? 'forgotten' : 'changes-port';
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

/** The part of a profile that an observation can be held to; without `hairpin` there is nothing that could translate. */
export type Asked = Pick<NatProfile, 'name' | 'mapping' | 'filtering'> &
  Partial<Pick<NatProfile, 'hairpin' | 'inboundFirst' | 'ports' | 'portStep' | 'blockSize' | 'poolSize'>>;

/** Where an observation is not what the profile asks for: one `asked X, got Y` line each; none when it conforms. */
export function mismatches(profile: Asked, observation: Observation): readonly string[] {
  const { name, mapping, filtering } = profile;
  const asked = { mapping, filtering, hairpin: hairpinOf(profile), early: earlyOf(profile, observation) };
  const axes = (['mapping', 'filtering', 'hairpin', 'early'] as const)
    .filter((axis) => asked[axis] !== undefined && asked[axis] !== observation[axis])
    .map((axis) => `${name}: ${axis}: asked ${asked[axis]}, got ${observation[axis]}`);
  if (axes.length > 0) return axes;
  const ports = portsOf(mapping, observation);
  return fits(profile, ports) ? [] : [`${name}: ports: asked ${profile.ports}, got ${ports.join(', ')}`];
}

/** Hairpinned packets are filtered like any other. Only an endpoint-independent mapping has a source that is known beforehand. */
function hairpinOf({ mapping, filtering, hairpin }: Asked): Hairpin | undefined {
  if (hairpin === undefined || (hairpin && mapping !== 'endpoint-independent')) return undefined;
  return hairpin ? filtering : 'none';
}

/** A packet that the filter lets in is not early. Undefined where the observation cannot tell. */
function earlyOf({ filtering, inboundFirst }: Asked, { early }: Observation): Early | undefined {
  if (early === null) return undefined;
  return inboundFirst && filtering !== 'endpoint-independent' ? 'changes-port' : 'forgotten';
}

/** The public ports of the mapping socket, one for each mapping, in the order in which they were made. */
function portsOf(mapping: Dependency, { mapped }: Observation): readonly number[] {
  const perMapping = { 'endpoint-independent': 4, 'address-dependent': 2, 'address-and-port-dependent': 1 }[mapping];
  return mapped.filter((_, index) => index % perMapping === 0).map(({ port }) => port);
}

/** A counter wraps around within the user ports. Counters and blocks belong to one public address; a pool cannot be judged. */
const USER_PORT_COUNT = 65_536 - 1024;

function fits(asked: Asked, ports: readonly number[]): boolean {
  const { ports: allocation, portStep = 1, blockSize = DEFAULT_BLOCK_SIZE, poolSize = 1 } = asked;
  if (poolSize > 1) return true;
  const steps = ports.slice(1).map((port, index) => port - (ports[index] ?? 0));
  switch (allocation) {
    case 'sequential':
    case 'socket-sequential':
      return steps.every((step) => (step - portStep) % USER_PORT_COUNT === 0);
    case 'block':
      return Math.max(...ports) - Math.min(...ports) < blockSize;
    case 'random':
      return steps.length < 2 || steps.some((step) => step !== steps[0]);
    default:
      return true;
  }
}
