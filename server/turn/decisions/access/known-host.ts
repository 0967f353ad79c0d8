/** What the relay knows about its host, and the operator's policy on peers. */
import ipaddr from 'ipaddr.js';
import type { Endpoint } from '../../../../src/endpoint.ts';

export interface PeerPolicy {
  /** Allows private and loopback addresses, and the server itself, which suits a lab or a private network. */
  readonly allowPrivate: boolean;
  /** Networks, `ADDRESS/BITS`, that may be relayed to although they are private, or on a link of the server. */
  readonly allowPeers?: readonly string[];
  /** Endpoints of the server that may be reached all the same; a peer without UDP shows its relayed endpoint there. */
  readonly services?: readonly Endpoint[];
}

/** The addresses and networks of the host, which may change while it runs. */
export interface HostAddresses {
  /** Every address of the host; IPv6 is written as RFC 5952 has it. */
  readonly addresses: readonly string[];
  /** The networks on its links, `ADDRESS/BITS`, where neighbours may trust the host because it is near. */
  readonly networks: readonly string[];
}

/** The host, parsed. */
export interface KnownHost {
  readonly addresses: ReadonlySet<string>;
  readonly networks: readonly Network[];
}

export type Network = ReturnType<typeof ipaddr.parseCIDR>;

export function knownHost({ addresses, networks }: HostAddresses): KnownHost {
  return { addresses: new Set(addresses), networks: networks.map((one) => ipaddr.parseCIDR(one)) };
}
