/** Pairing candidates as they become known, before or while checks go on (RFC 8445 §6.1.2.2, RFC 8838 §10, §11). */
import { sameEndpoint } from '../../endpoint.ts';
import { type AgentState, reject } from '../agent-state.ts';
import type { Candidate, LocalCandidate } from '../candidates/candidate.ts';
import type { LocalCandidateSpec } from '../candidates/local-candidate.ts';

/** How many candidates of the peer are kept to pair with sockets that come later. */
const MAX_REMOTE_CANDIDATES = 100;

/** Null when it is redundant. @throws RangeError for a wildcard address, or a reflexive candidate before its base. */
export function addLocalCandidate(state: AgentState, spec: LocalCandidateSpec): LocalCandidate | null {
  const { localCandidates, remoteCandidates, checklist } = state;
  const added = localCandidates.add(spec);
  const isPassive = spec.type === 'host' && spec.isPassive;
  // A reflexive candidate is sent from its base, which has its pairs already (RFC 8445 §6.1.2.4).
  if (added && added.type !== 'srflx' && !isPassive)
    for (const remote of remoteCandidates) checklist.add(added, remote);
  return added;
}

/** @param from the one socket that is to check it, of those that there are; all when left out. */
export function addRemoteCandidate(state: AgentState, candidate: Candidate, from?: string): void {
  const { localCandidates, remoteCandidates, checklist } = state;
  const { endpoint } = candidate;
  if (remoteCandidates.length >= MAX_REMOTE_CANDIDATES) {
    reject(state, 'too-many-candidates');
    return;
  }
  if (remoteCandidates.some((known) => sameEndpoint(known.endpoint, endpoint))) return;
  remoteCandidates.push(candidate);
  // A peer-reflexive remote candidate is the same one, found before it was signalled (RFC 8838 §11, step 4).
  for (const pair of checklist.pairs()) if (sameEndpoint(pair.remote.endpoint, endpoint)) pair.remote = candidate;
  checklist.sort();
  for (const base of localCandidates.bases()) {
    if (from === undefined || base.socket === from) checklist.add(base, candidate);
  }
}
