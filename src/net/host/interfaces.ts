/** The addresses of this host and the networks that it is in, read anew each time, since both come and go. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { canonicalAddress } from '../../endpoint.ts';

/** Returns this host's addresses; IPv6 addresses are written as in RFC 5952. */
export function hostAddresses(): readonly string[] {
  return interfaces().map(({ address }) => canonicalAddress(address));
}

/** Returns this host's networks in CIDR notation with the address of the interface: `192.168.1.7/24`. */
export function hostNetworks(): readonly string[] {
  return interfaces().flatMap(({ cidr }) => cidr ?? []);
}

function interfaces(): readonly NetworkInterfaceInfo[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}
