/** What of a peer's introduction is checked at once, and what later. */
import { scopeOf } from '../../address-scope.ts';
import { sameEndpoint } from '../../endpoint.ts';
import type { Candidate } from '../../ice/candidates/candidate.ts';
import { candidatePriority } from '../../ice/candidates/priority.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import { isTarget, type Surroundings } from './targets.ts';
import { readCandidates } from './told-candidates.ts';

/**
 * A private address of a peer with another public address than our own is one of another network in all likelihood, where
 * its checks can only cost time; where this host is in a network of that name (a VPN, two uplinks) it may be reached all
 * the same, and comes later. The endpoint that the server has proven is a candidate also when the peer did not tell of it.
 *
 * @param options.isPredicted the ports at which the peer is met are told later: to send to any other would only move on
 * the own NAT's counter.
 */
export function remoteCandidates(
  introduction: Introduction,
  { isPredicted = false, ...surroundings }: Surroundings & { readonly isPredicted?: boolean },
): {
  readonly likely: readonly Candidate[];
  readonly unlikely: readonly Candidate[];
} {
  const { candidates, endpoint, own } = introduction;
  const told = readCandidates(candidates);
  const proven: Candidate = {
    type: 'srflx',
    endpoint,
    foundation: 'rendezvous',
    priority: candidatePriority('srflx'),
    related: null,
  };
  const known = told.some((one) => sameEndpoint(one.endpoint, endpoint)) ? told : [...told, proven];
  const all = (isPredicted ? known.filter(({ type }) => type === 'relay') : known).filter((one) =>
    isTarget(one.endpoint.address, introduction, surroundings),
  );
  const isUnlikely = ({ type, endpoint: { address } }: Candidate): boolean =>
    type === 'host' && endpoint.address !== own.address && scopeOf(address) === 'private';
  return { likely: all.filter((one) => !isUnlikely(one)), unlikely: all.filter(isUnlikely) };
}
