/** An address realm (RFC 2663 §2.1): a network in which addresses are unique, with at most one way out of it in each family. */
import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress, type Family, familyOf } from '../../../src/endpoint.ts';
import type { Packet, Receive } from './packet.ts';

export interface Realm {
  readonly name: string;
  /** How many routers there are between any two stations of the realm. */
  readonly hops: number;
  /** Who takes packets for an address in this realm. */
  readonly stations: ReadonlyMap<string, Receive>;
  /** @throws RangeError when the address is taken. */
  readonly attach: (address: string, receive: Receive) => void;
  /** Where packets for any other address go; the public network has none. */
  readonly gateways: Map<Family, Receive>;
  /** The next unused address; default: of IPv4. @throws RangeError when the realm gives out none of that family. */
  readonly allocate: (family?: Family) => string;
}

/** @param pools each gives out addresses of its family, each once; those that are taken already are passed over. */
export function createRealm(
  name: string,
  pools: ReadonlyMap<Family, () => string>,
  { hops = 0 }: { readonly hops?: number } = {},
): Realm {
  const stations = new Map<string, Receive>();
  return {
    name,
    hops,
    stations,
    gateways: new Map(),
    attach: (address, receive) => {
      if (stations.has(address)) throw new RangeError(`${address} is taken in ${name}`);
      stations.set(address, receive);
    },
    allocate: (family = 'IPv4') => {
      const nextAddress = pools.get(family);
      if (!nextAddress) throw new RangeError(`${name} has no ${family} addresses to give out`);
      let address = nextAddress();
      while (stations.has(address)) address = nextAddress();
      return address;
    },
  };
}

const LAST_HOST_PART: Readonly<Record<Family, number>> = { IPv4: 254, IPv6: 0xff_ff };

/**
 * The addresses from `prefix.first` to `prefix.254`, in order; the prefix is the first three parts. Of IPv6, those from
 * `prefix::first` to `prefix::ffff`; the prefix is up to seven parts.
 * @throws RangeError when the prefix is none, and from the pool when no address is left.
 */
export function addressPool(
  family: Family,
  { prefix, first }: { readonly prefix: string; readonly first: number },
): () => string {
  if (family === 'IPv6' ? !isIPv6(`${prefix}::`) : !isIPv4(`${prefix}.${first}`)) {
    throw new RangeError(`prefix is ${JSON.stringify(prefix)}; it must be three parts such as 192.168.1`);
  }
  let next = first;
  return () => {
    if (next > LAST_HOST_PART[family]) {
      throw new RangeError(`no address is left in ${family === 'IPv6' ? `${prefix}::/112` : `${prefix}.0/24`}`);
    }
    return addressIn(prefix, next++);
  };
}

/** The address with that number in the prefix, of IPv6 as RFC 5952 writes it. */
export function addressIn(prefix: string, number: number): string {
  if (familyOf(prefix) === 'IPv4') return `${prefix}.${number}`;
  return canonicalAddress(`${prefix}::${number.toString(16)}`);
}

/** Who takes the packet next in this realm; null when nobody does. */
export function nextHop(realm: Realm, packet: Packet): Receive | null {
  return realm.stations.get(packet.to.address) ?? realm.gateways.get(familyOf(packet.to.address)) ?? null;
}
