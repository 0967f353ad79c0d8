/** The addresses to which a peer, or the server that introduces it, may make this host send. */
import ipaddr from 'ipaddr.js';
import { scopeOf } from '../../../address-scope.ts';
import type { Introduction } from '../../../rendezvous/protocol/server-message.ts';

export interface Surroundings {
  /** The IP address of the server that the user has named. */
  readonly server: string;
  /** The networks of this host's interfaces, such as `192.168.1.7/24`. */
  readonly networks: readonly string[];
}

/**
 * Whether this host may send to the address. Any global address is fine. A private one may mean another network here than
 * at the peer: either this host has to be in that network, or the two have to share a public address, as behind one NAT.
 * Where the server is in a private network, the endpoint at which it has seen the peer may be private too, and so may its
 * relay; where the server is on this host, every loopback address is fine.
 */
export function isTarget(
  address: string,
  { own, endpoint, also }: Pick<Introduction, 'own' | 'endpoint' | 'also'>,
  { server, networks }: Surroundings,
): boolean {
  const scope = scopeOf(address);
  if (scope === 'global') return true;
  const isSeen = [endpoint.address, also?.endpoint.address, server].includes(address) || scope === 'loopback';
  if (isSeen && scope === scopeOf(server)) return true;
  return scope === 'private' && (own.address === endpoint.address || networks.some((one) => isHostIn(address, one)));
}

/** Whether the address belongs to a host in the network, and is not the broadcast address (RFC 1122 §3.2.1.3). */
function isHostIn(address: string, network: string): boolean {
  const [parsed, range] = [ipaddr.parse(address), ipaddr.parseCIDR(network)];
  if (parsed.kind() !== range[0].kind() || !parsed.match(range)) return false;
  if (parsed instanceof ipaddr.IPv6 || range[1] > 30) return true;
  return address !== ipaddr.IPv4.broadcastAddressFromCIDR(network).toString();
}
