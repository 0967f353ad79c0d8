/** Candidates that come while an attempt is under way, of either side, told over the rendezvous (RFC 8838). */
import type { IceAgent } from '../../../ice/agent.ts';
import type { Candidate } from '../../../ice/candidates/candidate.ts';
import type { LocalCandidateSpec } from '../../../ice/candidates/local-candidate.ts';
import { formatCandidate } from '../../../ice/candidates/sdp.ts';
import type { Introduction } from '../../../rendezvous/protocol/server-message.ts';
import { isTarget, type Surroundings } from './targets.ts';
import { readCandidates } from './told-candidates.ts';

/** How many of them are remembered of a peer, which may tell as many as it likes; and about so many are told of this side. */
export const LATE_LINES_MAX = 32;

export interface LateLines {
  readonly own: string[];
  readonly peer: string[];
}

/** Gives the agent candidates of this side, and returns the lines of those that are new to it. */
export function addLateCandidates(
  agent: Pick<IceAgent, 'addLocalCandidate'>,
  specs: readonly LocalCandidateSpec[],
): string[] {
  return specs.flatMap((spec) => agent.addLocalCandidate(spec) ?? []).map(formatCandidate);
}

/** Returns the candidates among these lines of the peer to which this host may send. */
export function lateCandidatesOf(
  lines: readonly string[],
  introduction: Introduction,
  surroundings: Surroundings,
): readonly Candidate[] {
  return readCandidates(lines).filter(({ endpoint }) => isTarget(endpoint.address, introduction, surroundings));
}
