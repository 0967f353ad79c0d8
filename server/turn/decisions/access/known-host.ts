/** What the relay is told of itself: the host that it runs on, and the operator's policy. */
import ipaddr from 'ipaddr.js';
import type { Endpoint } from '../../../../src/endpoint.ts';

export interface PeerPolicy {
  /** Private and loopback addresses too, and the server's own services: for a lab, or a network of one's own. */
  readonly allowPrivate: boolean;
  /** Networks, `ADDRESS/BITS`, that may be relayed to though they are private, or on a link of the server's. */
  readonly allowPeers?: readonly string[];
  /** Services of its own that may be reached all the same: where a peer without UDP shows its relayed endpoint. */
  readonly services?: readonly Endpoint[];
}

/** What the host has by now: it may get and lose addresses as long as it runs. */
export interface Host {
  /** Every address of it, as RFC 5952 writes it. */
  readonly addresses: readonly string[];
  /** The networks on its links, `ADDRESS/BITS`: its neighbours there may trust it for where it stands. */
  readonly networks: readonly string[];
}

/** The same, read. */
export interface KnownHost {
  readonly addresses: ReadonlySet<string>;
  readonly networks: readonly Network[];
}

export type Network = ReturnType<typeof ipaddr.parseCIDR>;

export function knownHost({ addresses, networks }: Host): KnownHost {
  return { addresses: new Set(addresses), networks: networks.map((one) => ipaddr.parseCIDR(one)) };
}
