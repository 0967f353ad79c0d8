/** The local candidates: one base per socket, and its reflexive candidates (RFC 8445 §5.1.1). */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { LocalCandidate } from './candidate.ts';
import { hostCandidate, type LocalCandidateSpec, reflexiveCandidate, relayedCandidate } from './local-candidate.ts';
import { MAX_LOCAL_PREFERENCE } from './priority.ts';

/** Only the authenticated peer adds peer-reflexive candidates; a symmetric NAT gives one for each address of the peer. */
const MAX_PER_SOCKET = 32;

export interface LocalCandidates {
  /**
   * Adds a candidate; null when it is redundant: the same endpoint on the same socket is known (RFC 8445 §5.1.3).
   * @throws RangeError for a wildcard address, or a reflexive candidate before its base.
   */
  readonly add: (spec: LocalCandidateSpec) => LocalCandidate | null;
  /** The host and relayed candidates. */
  readonly bases: () => readonly LocalCandidate[];
  readonly base: (socket: string) => LocalCandidate | undefined;
  readonly all: () => readonly LocalCandidate[];
  /** The candidate that the peer saw, made peer-reflexive when it is new (RFC 8445 §7.2.5.3.1). */
  readonly seenAs: (base: LocalCandidate, mapped: Endpoint) => { candidate: LocalCandidate; isNew: boolean };
}

export function createLocalCandidates(): LocalCandidates {
  const candidates: LocalCandidate[] = [];
  const bases = (): readonly LocalCandidate[] => candidates.filter(isBase);
  const base = (socket: string): LocalCandidate | undefined =>
    candidates.find((one) => one.socket === socket && isBase(one));
  const known = (socket: string, endpoint: Endpoint): LocalCandidate | undefined =>
    candidates.find((one) => one.socket === socket && sameEndpoint(one.endpoint, endpoint));

  return {
    bases,
    base,
    all: () => [...candidates],
    add: (spec) => {
      const { socket, endpoint } = spec;
      const of = base(socket);
      if (spec.type === 'srflx' && !of) throw new RangeError(`socket ${socket} has no host candidate yet`);
      if (known(socket, endpoint)) return null;
      const added = candidateOf(spec, of, MAX_LOCAL_PREFERENCE - bases().length);
      if (added) candidates.push(added);
      return added;
    },
    seenAs: (of, mapped) => {
      const same = known(of.socket, mapped);
      if (same) return { candidate: same, isNew: false };
      const candidate = reflexiveCandidate(of, { type: 'prflx', endpoint: mapped });
      const isNew = candidates.filter(({ socket }) => socket === of.socket).length < MAX_PER_SOCKET;
      if (isNew) candidates.push(candidate);
      return { candidate, isNew };
    },
  };
}

function isBase({ type }: LocalCandidate): boolean {
  return type === 'host' || type === 'relay';
}

/** Makes the candidate of a socket that may have a `base` already: then a second one is redundant. */
function candidateOf(
  spec: LocalCandidateSpec,
  base: LocalCandidate | undefined,
  localPreference: number,
): LocalCandidate | null {
  switch (spec.type) {
    case 'host': {
      const candidate = hostCandidate(spec, spec.localPreference ?? localPreference);
      return base ? null : candidate;
    }
    case 'relay':
      return base ? null : relayedCandidate(spec, localPreference);
    case 'srflx':
      return base ? reflexiveCandidate(base, spec) : null;
  }
}
