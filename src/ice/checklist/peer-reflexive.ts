/** Peer-reflexive remote candidates, which a check of the peer came from and nobody signalled (RFC 8445 §7.3.1.3). */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { type AgentState, emit } from '../agent-state.ts';
import type { Candidate, LocalCandidate } from '../candidates/candidate.ts';
import type { Pair } from './pair.ts';

/**
 * A peer behind a symmetric NAT has one for each address of this side; a peer with many sockets may be heard from all of
 * them at once. Beyond that number the oldest pair that is neither valid nor nominated gives way.
 */
const MAX_PEER_REFLEXIVE = 32;

/** The pair that a check from `found` belongs to, with a new candidate if need be; null when there is no room. */
export function learnPair(
  now: number,
  state: AgentState,
  { base, found }: { readonly base: LocalCandidate; readonly found: { endpoint: Endpoint; priority: number } },
): Pair | null {
  const { checklist, peerReflexive } = state;
  const known = checklist.pairs().find(({ remote }) => sameEndpoint(remote.endpoint, found.endpoint))?.remote;
  if (!known && !hasRoom(state)) return null;
  const foundation = `prflx${peerReflexive.found}`;
  const remote: Candidate = known ?? { type: 'prflx', ...found, foundation, related: null };
  const pair = checklist.add(base, remote);
  if (!pair || known) return pair;
  peerReflexive.found++;
  peerReflexive.pairs.push(pair);
  emit(now, state, { kind: 'remote-candidate', candidate: remote });
  return pair;
}

function hasRoom({ checklist, triggered, peerReflexive: { pairs } }: AgentState): boolean {
  if (pairs.length < MAX_PEER_REFLEXIVE) return true;
  const oldest = pairs.find(({ state, nomination }) => state !== 'succeeded' && nomination !== 'asked');
  if (!oldest) return false;
  pairs.splice(pairs.indexOf(oldest), 1);
  // It may have been signalled since.
  if (oldest.remote.type !== 'prflx') return true;
  triggered.delete(oldest);
  checklist.remove(oldest);
  return true;
}
