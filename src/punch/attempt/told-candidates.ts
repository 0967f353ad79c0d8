/** What the candidates that a side has told of say of it, beside where it can be reached. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Candidate } from '../../ice/candidates/candidate.ts';
import { parseCandidate } from '../../ice/candidates/sdp.ts';

/** The candidates in SDP lines; what is none is left out. */
export function readCandidates(lines: readonly string[]): readonly Candidate[] {
  return lines.map(parseCandidate).flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []));
}

/** Whether a side that the server has seen at `seen` has told of nothing but a relay, through which it was seen as well. */
export function tellsRelayOnly(lines: readonly string[], seen: Endpoint): boolean {
  const told = readCandidates(lines);
  return told.every(({ type }) => type === 'relay') && told.some(({ endpoint }) => sameEndpoint(endpoint, seen));
}

/** Whether a side tells of more than the server has seen of it: a port of its router. */
export function tellsMappedPort(lines: readonly string[], seen: Endpoint): boolean {
  return readCandidates(lines).some(({ type, endpoint }) => type === 'srflx' && !sameEndpoint(endpoint, seen));
}

/** The addresses of the relays that the candidates tell of. */
export function relayAddresses(lines: readonly string[]): ReadonlySet<string> {
  const relayed = readCandidates(lines).filter(({ type }) => type === 'relay');
  return new Set(relayed.map(({ endpoint }) => endpoint.address));
}
