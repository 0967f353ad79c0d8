/** The own candidates: one base per socket, and how each socket looks from elsewhere (RFC 8445 §5.1.1). */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { foundationOf, type LocalCandidate } from './candidate.ts';
import { candidatePriority, MAX_LOCAL_PREFERENCE } from './priority.ts';

export type LocalCandidateSpec =
  /** A bound socket: the interface's own address, never a wildcard. */
  | {
      readonly type: 'host';
      readonly socket: string;
      readonly endpoint: Endpoint;
      /** Default: each base after the first is worth one less. */
      readonly localPreference?: number;
    }
  /** A socket of a TURN server, which stands for a local one; `mapped` is what that server saw of the own socket. */
  | { readonly type: 'relay'; readonly socket: string; readonly endpoint: Endpoint; readonly mapped: Endpoint }
  /** The endpoint that a STUN server saw; `server` is its IP address. */
  | { readonly type: 'srflx'; readonly socket: string; readonly endpoint: Endpoint; readonly server: string };

/** Only the authenticated peer adds peer-reflexive ones; a symmetric NAT gives one per address of the peer. */
const MAX_PER_SOCKET = 32;

export interface LocalCandidates {
  /** Null when it is redundant: the same endpoint on the same socket is known (RFC 8445 §5.1.3). @throws RangeError. */
  readonly add: (spec: LocalCandidateSpec) => LocalCandidate | null;
  readonly bases: () => readonly LocalCandidate[];
  readonly base: (socket: string) => LocalCandidate | undefined;
  readonly all: () => readonly LocalCandidate[];
  /** The candidate that the peer saw, made peer-reflexive when it is new (RFC 8445 §7.2.5.3.1). */
  readonly seenAs: (base: LocalCandidate, mapped: Endpoint) => { candidate: LocalCandidate; isNew: boolean };
}

export function createLocalCandidates(): LocalCandidates {
  const candidates: LocalCandidate[] = [];
  const bases = (): readonly LocalCandidate[] => candidates.filter(({ type }) => type === 'host' || type === 'relay');
  const base = (socket: string): LocalCandidate | undefined => bases().find((one) => one.socket === socket);
  const known = (socket: string, endpoint: Endpoint): LocalCandidate | undefined =>
    candidates.find((one) => one.socket === socket && sameEndpoint(one.endpoint, endpoint));

  const host = (spec: LocalCandidateSpec & { readonly type: 'host' }): LocalCandidate | null => {
    const { socket, endpoint } = spec;
    if (['0.0.0.0', '::'].includes(endpoint.address)) throw new RangeError(`${endpoint.address} is no interface's own`);
    if (base(socket)) return null;
    const localPreference = spec.localPreference ?? MAX_LOCAL_PREFERENCE - bases().length;
    return {
      type: 'host',
      socket,
      endpoint,
      base: endpoint,
      localPreference,
      foundation: foundationOf({ type: 'host', baseAddress: endpoint.address }),
      priority: candidatePriority('host', localPreference),
      related: null,
    };
  };
  const relayed = ({ socket, endpoint, mapped }: LocalCandidateSpec & { readonly type: 'relay' }): LocalCandidate => {
    const localPreference = MAX_LOCAL_PREFERENCE - bases().length;
    return {
      type: 'relay',
      socket,
      endpoint,
      base: endpoint,
      localPreference,
      foundation: foundationOf({ type: 'relay', baseAddress: endpoint.address, server: endpoint.address }),
      priority: candidatePriority('relay', localPreference),
      related: mapped,
    };
  };
  const reflexive = (options: {
    readonly type: 'srflx' | 'prflx';
    readonly of: LocalCandidate;
    readonly endpoint: Endpoint;
    readonly server?: string;
  }): LocalCandidate => {
    const { type, of, endpoint, server } = options;
    return {
      ...of,
      type,
      endpoint,
      foundation: foundationOf({ type, baseAddress: of.base.address, server }),
      priority: candidatePriority(type, of.localPreference),
      related: of.base,
    };
  };

  const createCandidate = (spec: LocalCandidateSpec, of: LocalCandidate | undefined): LocalCandidate | null => {
    switch (spec.type) {
      case 'host':
        return host(spec);
      case 'relay':
        return of ? null : relayed(spec);
      case 'srflx':
        return of ? reflexive({ ...spec, of }) : null;
    }
  };

  return {
    bases,
    base,
    all: () => [...candidates],
    add: (spec) => {
      const of = base(spec.socket);
      if (spec.type === 'srflx' && !of) throw new RangeError(`socket ${spec.socket} has no host candidate yet`);
      if (known(spec.socket, spec.endpoint)) return null;
      const added = createCandidate(spec, of);
      if (added) candidates.push(added);
      return added;
    },
    seenAs: (of, mapped) => {
      const same = known(of.socket, mapped);
      if (same) return { candidate: same, isNew: false };
      const candidate = reflexive({ type: 'prflx', of, endpoint: mapped });
      const isNew = candidates.filter(({ socket }) => socket === of.socket).length < MAX_PER_SOCKET;
      if (isNew) candidates.push(candidate);
      return { candidate, isNew };
    },
  };
}
