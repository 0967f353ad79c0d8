/** Making local candidates from what the owner of a socket knows of it (RFC 8445 §5.1.1). */
import type { Endpoint } from '../../endpoint.ts';
import type { LocalCandidate } from './candidate.ts';
import { foundationOf } from './foundation.ts';
import { candidatePriority } from './priority.ts';

/** A bound UDP socket. */
export interface HostSpec {
  readonly type: 'host';
  /** The name that the owner has given to the socket. */
  readonly socket: string;
  /** Where the socket is bound: an address of an interface, never a wildcard. */
  readonly endpoint: Endpoint;
  /** From 0 to 65,535; by default each base after the first is worth one less. */
  readonly localPreference?: number;
  /**
   * Whether nothing is sent from the socket to the candidates that are known already, but only to whoever checks it, and to
   * candidates that are added later; default: no.
   */
  readonly isPassive?: boolean;
}

/** An allocation on a TURN server. */
export interface RelayedSpec {
  readonly type: 'relay';
  /** The name that the owner has given to the allocation, which stands for a socket. */
  readonly socket: string;
  /** The relayed transport address of the allocation. */
  readonly endpoint: Endpoint;
  /** The mapped address that the server gave with the allocation. */
  readonly mapped: Endpoint;
}

/** A socket as a STUN server saw it. */
export interface ServerReflexiveSpec {
  readonly type: 'srflx';
  /** The name of a socket whose host candidate is known. */
  readonly socket: string;
  /** The mapped address that the server gave. */
  readonly endpoint: Endpoint;
  /** The IP address of that server. */
  readonly server: string;
}

/** What the owner knows of a local candidate. */
export type LocalCandidateSpec = HostSpec | RelayedSpec | ServerReflexiveSpec;

/** Makes a host candidate. @throws RangeError for a wildcard address, which no peer can send to. */
export function hostCandidate({ socket, endpoint }: HostSpec, localPreference: number): LocalCandidate {
  const { address } = endpoint;
  if (address === '0.0.0.0' || address === '::') throw new RangeError(`${address} is not an address of an interface`);
  return {
    type: 'host',
    socket,
    endpoint,
    base: endpoint,
    localPreference,
    foundation: foundationOf({ type: 'host', baseAddress: address }),
    priority: candidatePriority('host', localPreference),
    related: null,
  };
}

export function relayedCandidate({ socket, endpoint, mapped }: RelayedSpec, localPreference: number): LocalCandidate {
  const { address } = endpoint;
  return {
    type: 'relay',
    socket,
    endpoint,
    base: endpoint,
    localPreference,
    foundation: foundationOf({ type: 'relay', baseAddress: address, server: address }),
    priority: candidatePriority('relay', localPreference),
    related: mapped,
  };
}

/** Makes the candidate that a base is seen as by a STUN `server`, or by the peer. */
export function reflexiveCandidate(
  base: LocalCandidate,
  seen: { readonly type: 'srflx' | 'prflx'; readonly endpoint: Endpoint; readonly server?: string },
): LocalCandidate {
  const { type, endpoint, server } = seen;
  return {
    ...base,
    type,
    endpoint,
    foundation: foundationOf({ type, baseAddress: base.base.address, server }),
    priority: candidatePriority(type, base.localPreference),
    related: base.base,
  };
}
