/** An address realm (RFC 2663 §2.1): a network in which addresses are unique, with at most one way out of it. */
import { isIPv4 } from 'node:net';
import type { Packet, Receive } from './packet.ts';

export interface Realm {
  readonly name: string;
  /** How many routers there are between any two stations of the realm. */
  readonly hops: number;
  /** Who takes packets for an address in this realm. */
  readonly stations: ReadonlyMap<string, Receive>;
  /** @throws RangeError when the address is taken. */
  readonly attach: (address: string, receive: Receive) => void;
  /** Where packets for any other address go; null in the public network. */
  gateway: Receive | null;
  /** The next unused address. */
  readonly allocate: () => string;
}

/** @param nextAddress gives out the realm's addresses, each once; those that are taken already are passed over. */
export function createRealm(
  name: string,
  nextAddress: () => string,
  { hops = 0 }: { readonly hops?: number } = {},
): Realm {
  const stations = new Map<string, Receive>();
  return {
    name,
    hops,
    stations,
    gateway: null,
    attach: (address, receive) => {
      if (stations.has(address)) throw new RangeError(`${address} is taken in ${name}`);
      stations.set(address, receive);
    },
    allocate: () => {
      let address = nextAddress();
      while (stations.has(address)) address = nextAddress();
      return address;
    },
  };
}

const LAST_HOST_PART = 254;

/**
 * The addresses from `prefix.first` to `prefix.254`, in order; the prefix is the first three parts.
 * @throws RangeError when the prefix is none, and from the pool when no address is left.
 */
export function addressPool(prefix: string, first: number): () => string {
  if (!isIPv4(`${prefix}.${first}`)) {
    throw new RangeError(`prefix is ${JSON.stringify(prefix)}; it must be three parts such as 192.168.1`);
  }
  let next = first;
  return () => {
    if (next > LAST_HOST_PART) throw new RangeError(`no address is left in ${prefix}.0/24`);
    return `${prefix}.${next++}`;
  };
}

/** Who takes the packet next in this realm; null when nobody does. */
export function nextHop(realm: Realm, packet: Packet): Receive | null {
  return realm.stations.get(packet.to.address) ?? realm.gateway;
}
