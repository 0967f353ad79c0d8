/** ICE candidates as plain data (RFC 8445 §5.1): one component, UDP, what is known of a transport address. */
import { crc32 } from 'node:zlib';
import { type AddressScope, scopeOf } from '../../address-scope.ts';
import { type Endpoint, familyOf } from '../../endpoint.ts';

export const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;
/** As SDP spells them (RFC 8839 §5.1). */
export type CandidateType = (typeof CANDIDATE_TYPES)[number];

/** The only component: data without RTCP (RFC 8445 §4). */
export const COMPONENT = 1;

export interface Candidate {
  readonly type: CandidateType;
  readonly endpoint: Endpoint;
  /** Equal for candidates that live or die together: same type, base address, server and protocol (RFC 8445 §5.1.1.3). */
  readonly foundation: string;
  readonly priority: number;
  /** The base of a reflexive candidate, what a relayed one was seen as (RFC 8839 §5.1); null for a host candidate. */
  readonly related: Endpoint | null;
}

export interface LocalCandidate extends Candidate {
  /** The local UDP socket that it belongs to. */
  readonly socket: string;
  /** Where that socket is bound: what is really sent from (RFC 8445 §4, "base"). */
  readonly base: Endpoint;
  /** Its place among the bases, 0 to 65,535 (RFC 8445 §5.1.2.1). */
  readonly localPreference: number;
}

/** @param options.server the IP address that told of the candidate, for a server-reflexive or relayed one. */
export function foundationOf(options: {
  readonly type: CandidateType;
  readonly baseAddress: string;
  readonly server?: string | undefined;
}): string {
  const { type, baseAddress, server = '' } = options;
  return String(crc32(`${type} ${baseAddress} ${server} udp`));
}

/** What is told as the related address of a candidate by a host that hides its own (RFC 8839 §5.1). */
export function hiddenRelated({ address }: Pick<Endpoint, 'address'>): Endpoint {
  return { address: familyOf(address) === 'IPv4' ? '0.0.0.0' : '::', port: 9 };
}

/** Reached only from within the same host or link. */
const NEAR: ReadonlySet<AddressScope> = new Set(['loopback', 'link-local']);
/** Addresses of nobody, or of everybody. */
const NOT_UNICAST: ReadonlySet<AddressScope> = new Set(['multicast', 'broadcast', 'unspecified']);

/**
 * Whether a packet may go from one to the other: one family, only to one host, and from loopback or a link to the same
 * (RFC 8445 §6.1.2.2), so that no peer's word leads to a service of this host, or to all hosts of a network.
 */
export function canPair(local: Candidate, remote: Candidate): boolean {
  const { address: from } = local.endpoint;
  const { address: to } = remote.endpoint;
  if (familyOf(from) !== familyOf(to)) return false;
  const [near, far] = [scopeOf(from), scopeOf(to)];
  return !NOT_UNICAST.has(far) && (near === far || !(NEAR.has(near) || NEAR.has(far)));
}
