/** The addresses of this host, and the networks that it is in, as they are now: both come and go. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { canonicalAddress } from '../endpoint.ts';

/** As RFC 5952 writes them, where they are IPv6. */
export function hostAddresses(): readonly string[] {
  return interfaces().map(({ address }) => canonicalAddress(address));
}

/** In CIDR notation, with the address of the interface: `192.168.1.7/24`. */
export function hostNetworks(): readonly string[] {
  return interfaces().flatMap(({ cidr }) => cidr ?? []);
}

function interfaces(): readonly NetworkInterfaceInfo[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}
