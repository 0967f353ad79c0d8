/**
 * Holds a NAT of either lab to its profile, by plain datagrams and without STUN:
 * what source each public endpoint sees, and which public endpoints can answer.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../src/endpoint.ts';
import type { Dependency } from '../src/nat/behavior.ts';
import type { NatProfile } from './profiles.ts';

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
}

export interface Observation {
  readonly mapping: Dependency;
  readonly filtering: Dependency;
  /** The public endpoints seen by primary, other port, other address, both other. */
  readonly mapped: readonly Endpoint[];
}

/**
 * Observes mapping on one socket and filtering on a fresh one (RFC 5780 §4.3, §4.4, without STUN).
 * @throws Error when an outbound datagram does not come out.
 */
export async function observe(bed: ConformanceBed): Promise<Observation> {
  const { primary, samePlaceOtherPort, otherPlaceSamePort, otherPlaceOtherPort } = bed.publicSide;
  const seen: Endpoint[] = [];
  for (const to of [primary, samePlaceOtherPort, otherPlaceSamePort, otherPlaceOtherPort]) {
    const source = await bed.outbound('mapping', to);
    if (source === null) throw new Error(`nothing from the client reaches ${formatEndpoint(to)}`);
    seen.push(source);
  }
  const [atPrimary, atPort, atPlace, atBoth] = seen as [Endpoint, Endpoint, Endpoint, Endpoint];
  const mapping: Dependency =
    sameEndpoint(atPrimary, atBoth) && sameEndpoint(atPrimary, atPlace) && sameEndpoint(atPrimary, atPort)
      ? 'endpoint-independent'
      : sameEndpoint(atPrimary, atPort) && sameEndpoint(atPlace, atBoth)
        ? 'address-dependent'
        : 'address-and-port-dependent';

  const mapped = await bed.outbound('filtering', primary);
  if (mapped === null) throw new Error(`nothing from the client reaches ${formatEndpoint(primary)}`);
  const from = [otherPlaceOtherPort, otherPlaceSamePort, samePlaceOtherPort];
  const arrived = await bed.inbound('filtering', { mapped, from, opened: primary });
  const passes = (endpoint: Endpoint): boolean => arrived.some((other) => sameEndpoint(other, endpoint));
  const filtering: Dependency =
    passes(otherPlaceOtherPort) && passes(otherPlaceSamePort)
      ? 'endpoint-independent'
      : passes(samePlaceOtherPort)
        ? 'address-dependent'
        : 'address-and-port-dependent';
  return { mapping, filtering, mapped: seen };
}

/** What of a profile an observation can be held to. */
export type Asked = Pick<NatProfile, 'name' | 'mapping' | 'filtering'>;

/** Where an observation is not what the profile asks for: one `asked X, got Y` line each; none when it conforms. */
export function mismatches(profile: Asked, observation: Observation): readonly string[] {
  const lines: string[] = [];
  for (const axis of ['mapping', 'filtering'] as const) {
    if (profile[axis] !== observation[axis]) {
      lines.push(`${profile.name}: ${axis}: asked ${profile[axis]}, got ${observation[axis]}`);
    }
  }
  return lines;
}
