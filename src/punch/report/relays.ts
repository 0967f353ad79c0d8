/** What there was of relays, beside the cause of a punch that has opened no path. */
import { readCandidates } from '../attempt/candidates/told-candidates.ts';
import type { NoPathFacts } from './facts.ts';

/** Adds to the cause whose relay has let nothing through, or that there was none. */
export function withRelays(facts: NoPathFacts, cause: string): string {
  const { id, mode, introduction } = facts;
  const { peer } = introduction;
  const offered = relaysOf(facts);
  if (offered.length > 0) return `${cause}; nothing came through the relay of ${offered.join(' and that of ')}`;
  if (mode === 'direct-only') return `${cause}; neither ${id} (--direct-only) nor ${peer} has offered a relay`;
  return `${cause}; neither ${id} nor ${peer} has offered a relay (natcheck serve --relay, or --turn)`;
}

/** Returns the sides that have offered a relay. */
export function relaysOf({ id, introduction: { peer, candidates }, told }: NoPathFacts): readonly string[] {
  return [...(hasRelay(told.candidates) ? [id] : []), ...(hasRelay(candidates) ? [peer] : [])];
}

function hasRelay(lines: readonly string[]): boolean {
  return readCandidates(lines).some(({ type }) => type === 'relay');
}
