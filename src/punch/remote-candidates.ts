/** What of a peer's introduction is checked at once, and what later. */
import ipaddr from 'ipaddr.js';
import { sameEndpoint } from '../endpoint.ts';
import type { Candidate } from '../ice/candidate.ts';
import { candidatePriority } from '../ice/priority.ts';
import { parseCandidate } from '../ice/sdp.ts';
import type { Introduction } from './meeting.ts';

/** RFC 1918, RFC 6598 and RFC 4193, as ipaddr.js names them. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal']);

/**
 * A private address of a peer with another public address than our own is one of another network in all likelihood, where
 * its checks can only cost time; it may be reached all the same (a VPN, two uplinks), and comes later. The endpoint that
 * the server has proven is a candidate also when the peer did not tell of it.
 *
 * @param options.isPredicted the ports at which the peer is met are told later: to send to any other would only move on
 * the own NAT's counter.
 */
export function remoteCandidates(
  { candidates, endpoint, own }: Introduction,
  { isPredicted = false }: { readonly isPredicted?: boolean } = {},
): {
  readonly likely: readonly Candidate[];
  readonly unlikely: readonly Candidate[];
} {
  const told = candidates.map(parseCandidate).flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []));
  const proven: Candidate = {
    type: 'srflx',
    endpoint,
    foundation: 'rendezvous',
    priority: candidatePriority('srflx'),
    related: null,
  };
  const known = told.some((one) => sameEndpoint(one.endpoint, endpoint)) ? told : [...told, proven];
  const all = isPredicted ? known.filter(({ type }) => type === 'relay') : known;
  const isUnlikely = ({ type, endpoint: { address } }: Candidate): boolean =>
    type === 'host' && endpoint.address !== own.address && PRIVATE_RANGES.has(ipaddr.parse(address).range());
  return { likely: all.filter((one) => !isUnlikely(one)), unlikely: all.filter(isUnlikely) };
}
