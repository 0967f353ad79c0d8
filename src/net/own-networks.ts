/** The networks that this host is in. */
import { networkInterfaces } from 'node:os';

/** In CIDR notation, with the address of the interface: `192.168.1.7/24`. */
export function ownNetworks(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.flatMap(({ cidr }) => cidr ?? []));
}
