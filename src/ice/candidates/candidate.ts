/** ICE candidates as plain data (RFC 8445 §5.1), for UDP and one component. */
import { type AddressScope, scopeOf } from '../../address-scope.ts';
import { type Endpoint, familyOf } from '../../endpoint.ts';

export const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;
/** Host, server-reflexive, peer-reflexive and relayed, as SDP spells them (RFC 8839 §5.1). */
export type CandidateType = (typeof CANDIDATE_TYPES)[number];

/** The id of the only component: there is no RTCP (RFC 8445 §4). */
export const COMPONENT = 1;

/** A transport address at which an agent may be reached. */
export interface Candidate {
  readonly type: CandidateType;
  readonly endpoint: Endpoint;
  /** The same for candidates of one type, base address, server and protocol (RFC 8445 §5.1.1.3). */
  readonly foundation: string;
  /** From 1 to 2³¹ − 1; the higher is preferred (RFC 8445 §5.1.2). */
  readonly priority: number;
  /** The base of a reflexive candidate, the mapped address of a relayed one (RFC 8839 §5.1); null for a host candidate. */
  readonly related: Endpoint | null;
}

/** A candidate of this agent. */
export interface LocalCandidate extends Candidate {
  /** The name of the socket that it belongs to. */
  readonly socket: string;
  /** The base: the transport address that the socket sends from (RFC 8445 §4). */
  readonly base: Endpoint;
  /** How its base is preferred to the others, from 0 to 65,535 (RFC 8445 §5.1.2.1). */
  readonly localPreference: number;
}

/** The related address that a host gives when it hides the real one (RFC 8839 §5.1). */
export function hiddenRelated({ address }: Pick<Endpoint, 'address'>): Endpoint {
  return { address: familyOf(address) === 'IPv4' ? '0.0.0.0' : '::', port: 9 };
}

/** Scopes that can be reached only from within the same host or link. */
const NEAR: ReadonlySet<AddressScope> = new Set(['loopback', 'link-local']);
/** Scopes whose addresses belong to no single host. */
const NOT_UNICAST: ReadonlySet<AddressScope> = new Set(['multicast', 'broadcast', 'unspecified']);

/**
 * Whether two candidates form a pair: they are of one family, the remote one belongs to a single host, and loopback and
 * link-local addresses pair with their like alone (RFC 8445 §6.1.2.2). So no peer can direct checks to a service of this
 * host, or to all hosts of a network.
 */
export function canPair(local: Candidate, remote: Candidate): boolean {
  const { address: from } = local.endpoint;
  const { address: to } = remote.endpoint;
  if (familyOf(from) !== familyOf(to)) return false;
  const [near, far] = [scopeOf(from), scopeOf(to)];
  return !NOT_UNICAST.has(far) && (near === far || !(NEAR.has(near) || NEAR.has(far)));
}
