/** What the candidates that a side has told reveal about it, apart from where it can be reached. */
import { type Endpoint, type Family, familyOf, sameEndpoint } from '../../../endpoint.ts';
import type { Candidate } from '../../../ice/candidates/candidate.ts';
import { parseCandidate } from '../../../ice/candidates/sdp.ts';
import type { Introduction } from '../../../rendezvous/protocol/server-message.ts';

/** Reads the candidates in SDP lines; a line that is not a candidate is left out. */
export function readCandidates(lines: readonly string[]): readonly Candidate[] {
  return lines.map(parseCandidate).flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []));
}

/** Whether a side that the server has seen at `seen` has told of nothing but the relay through which it was seen. */
export function tellsRelayOnly(lines: readonly string[], seen: Endpoint): boolean {
  const told = readCandidates(lines);
  return told.every(({ type }) => type === 'relay') && told.some(({ endpoint }) => sameEndpoint(endpoint, seen));
}

/** Returns the ports that a side's router has mapped: the reflexive endpoints of the socket that the server has seen at `seen`, other than that one. */
function mappedPorts(lines: readonly string[], seen: Endpoint): readonly Endpoint[] {
  const reflexive = readCandidates(lines).filter(({ type }) => type === 'srflx');
  // A socket without a NAT is seen where it is bound, and has no reflexive candidate of that endpoint.
  const base = reflexive.find(({ endpoint }) => sameEndpoint(endpoint, seen))?.related ?? seen;
  return reflexive.flatMap(({ endpoint, related }) =>
    !sameEndpoint(endpoint, seen) && (!related || sameEndpoint(related, base)) ? [endpoint] : [],
  );
}

/** Returns the ports that the routers of two introduced sides have mapped; `told` is what the peer was told. */
export function mappedBetween(
  told: readonly string[],
  { candidates, own, endpoint }: Pick<Introduction, 'candidates' | 'own' | 'endpoint'>,
): readonly Endpoint[] {
  return [...mappedPorts(told, own), ...mappedPorts(candidates, endpoint)];
}

/** Whether a side tells of a port that its router has mapped. */
export function tellsMappedPort(lines: readonly string[], seen: Endpoint): boolean {
  return mappedPorts(lines, seen).length > 0;
}

/** The addresses of the relays that the candidates tell of. */
export function relayAddresses(lines: readonly string[]): ReadonlySet<string> {
  const relayed = readCandidates(lines).filter(({ type }) => type === 'relay');
  return new Set(relayed.map(({ endpoint }) => endpoint.address));
}

/** Returns the IP versions in which a side that the server has seen at `seen` can be reached. */
export function familiesTold(lines: readonly string[], seen: Endpoint): readonly Family[] {
  const addresses = [seen.address, ...readCandidates(lines).map(({ endpoint }) => endpoint.address)];
  return [...new Set(addresses.map(familyOf))].toSorted();
}

/** Returns the addresses of relays that none of the two sides is at in another way. */
export function relaysApart(
  lines: readonly string[],
  { own, endpoint }: { readonly own: Endpoint; readonly endpoint: Endpoint },
): ReadonlySet<string> {
  const others = readCandidates(lines).flatMap((one) => (one.type === 'relay' ? [] : [one.endpoint.address]));
  const relays = [...relayAddresses(lines)];
  return new Set(relays.filter((address) => ![own.address, endpoint.address, ...others].includes(address)));
}
