/** To which addresses a peer, or a server that introduces one, may make this host send. */
import ipaddr from 'ipaddr.js';
import { scopeOf } from '../../address-scope.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';

export interface Surroundings {
  /** IP address of the server that the user has named. */
  readonly server: string;
  /** Those that this host's interfaces are in, such as `192.168.1.7/24`. */
  readonly networks: readonly string[];
}

/**
 * Any global address. A private one belongs to some network, which may be another one than the peer's: it has to be one
 * that this host is in, or the two have to share a public address, as behind one NAT. Where the server is in a private
 * network, so may be the endpoint at which it has seen the peer, and its relay; where it is on this host, all may be.
 */
export function isTarget(
  address: string,
  { own, endpoint }: Pick<Introduction, 'own' | 'endpoint'>,
  { server, networks }: Surroundings,
): boolean {
  const scope = scopeOf(address);
  if (scope === 'global') return true;
  const isSeen = scope === 'loopback' || address === endpoint.address || address === server;
  if (isSeen && scope === scopeOf(server)) return true;
  return scope === 'private' && (own.address === endpoint.address || networks.some((one) => isHostIn(address, one)));
}

/** Whether it is a host's in the network, and not the broadcast address (RFC 1122 §3.2.1.3). */
function isHostIn(address: string, network: string): boolean {
  const [parsed, range] = [ipaddr.parse(address), ipaddr.parseCIDR(network)];
  if (parsed.kind() !== range[0].kind() || !parsed.match(range)) return false;
  if (parsed instanceof ipaddr.IPv6 || range[1] > 30) return true;
  return address !== ipaddr.IPv4.broadcastAddressFromCIDR(network).toString();
}
