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
/**
 * So many of them may be ports of one address that one socket hears from. Where both mappings depend on the port, each check
 * comes from a new one and is answered from a new one, without end: those must not drive out the pairs of other addresses.
 */
const MAX_OF_ADDRESS = 8;

/** How the foundations of these candidates begin: those of signalled ones that take their place are others. */
const FOUNDATION = 'prflx';

interface LearnedCheck {
  /** The base that the check came to. */
  readonly base: LocalCandidate;
  readonly found: { readonly endpoint: Endpoint; readonly priority: number };
  readonly nominates: boolean;
}

/** The pair that a check from `found` belongs to, with a new candidate if need be; null when there is no room. */
export function learnPair(now: number, state: AgentState, check: LearnedCheck): Pair | null {
  const { base, found } = check;
  const { checklist, peerReflexive } = state;
  const known = checklist.pairs().find(({ remote }) => sameEndpoint(remote.endpoint, found.endpoint))?.remote;
  if (!known && !(isWorthLearning(state, check) && hasRoom(state, check))) return null;
  const foundation = `${FOUNDATION}${peerReflexive.found}`;
  const type = state.config.relays.has(found.endpoint.address) ? 'relay' : 'prflx';
  const remote: Candidate = known ?? { type, ...found, foundation, related: null };
  const pair = checklist.add(base, remote);
  if (!pair || known) return pair;
  peerReflexive.found++;
  peerReflexive.pairs.push(pair);
  emit(now, state, { kind: 'remote-candidate', candidate: remote });
  return pair;
}

/**
 * Where answers come from any port, each check comes from a new one as well, and makes its receiver answer from a new one:
 * only a nomination, or the first such check, tells more than the endpoint that the server saw.
 */
function isWorthLearning(
  { config, peerReflexive }: AgentState,
  { nominates }: { readonly nominates: boolean },
): boolean {
  return !config.answersFromAnyPort || nominates || peerReflexive.found === 0;
}

function hasRoom(state: AgentState, { base, found }: LearnedCheck): boolean {
  const { pairs } = state.peerReflexive;
  const kin = pairs.filter(
    ({ local, remote }) => local.socket === base.socket && remote.endpoint.address === found.endpoint.address,
  );
  if (kin.length >= MAX_OF_ADDRESS) return makeRoom(state, kin);
  return pairs.length < MAX_PEER_REFLEXIVE || makeRoom(state, pairs);
}

/** Forgets the oldest of those pairs that may be forgotten; false when there is none. */
function makeRoom({ checklist, triggered, peerReflexive }: AgentState, pairs: readonly Pair[]): boolean {
  const oldest = pairs.find(({ state, nomination }) => state !== 'succeeded' && nomination !== 'asked');
  if (!oldest) return false;
  peerReflexive.pairs.splice(peerReflexive.pairs.indexOf(oldest), 1);
  // It may have been signalled since.
  if (!oldest.remote.foundation.startsWith(FOUNDATION)) return true;
  triggered.delete(oldest);
  checklist.remove(oldest);
  return true;
}
