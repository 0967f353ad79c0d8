/** Which of a peer's candidates are checked at once, and which later. */
import { scopeOf } from '../../../address-scope.ts';
import { type Endpoint, familyOf, sameEndpoint } from '../../../endpoint.ts';
import type { Candidate } from '../../../ice/candidates/candidate.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import type { Introduction } from '../../../rendezvous/protocol/server-message.ts';
import { isTarget, type Surroundings } from './targets.ts';
import { readCandidates } from './told-candidates.ts';

/**
 * Divides the peer's candidates. A private address of a peer whose public address is not ours most likely belongs to
 * another network, where checks only cost time. But if this host is in a network with that range (a VPN, two uplinks), the
 * address may be reachable all the same, so it is checked later. The endpoint that the server has proven is always a
 * candidate, even if the peer did not tell of it.
 *
 * @param options.isPredicted whether the peer's ports are predicted and told later: a packet to any other port of that family
 * would only advance the port counter of this side's NAT.
 */
export function remoteCandidates(
  introduction: Introduction,
  { isPredicted = false, ...surroundings }: Surroundings & { readonly isPredicted?: boolean },
): {
  readonly likely: readonly Candidate[];
  readonly unlikely: readonly Candidate[];
} {
  const { candidates, endpoint, own, also } = introduction;
  const told = readCandidates(candidates);
  const proven = [endpoint, ...(also ? [also.endpoint] : [])].filter(
    (seen) => !told.some((one) => sameEndpoint(one.endpoint, seen)),
  );
  const isAdvancing = (one: Candidate): boolean =>
    isPredicted && one.type !== 'relay' && familyOf(one.endpoint.address) === familyOf(endpoint.address);
  const all = [...told, ...proven.map(seenCandidate)].filter(
    (one) => !isAdvancing(one) && isTarget(one.endpoint.address, introduction, surroundings),
  );
  const isUnlikely = ({ type, endpoint: { address } }: Candidate): boolean =>
    type === 'host' && endpoint.address !== own.address && scopeOf(address) === 'private';
  return { likely: all.filter((one) => !isUnlikely(one)), unlikely: all.filter(isUnlikely) };
}

/** The candidate for an endpoint at which the server sees the peer. */
export function seenCandidate(endpoint: Endpoint): Candidate {
  return { type: 'srflx', endpoint, foundation: 'rendezvous', priority: candidatePriority('srflx'), related: null };
}
