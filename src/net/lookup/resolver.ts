/** Name lookups: addresses by the hosts file, DNS and the system, services by DNS. */
import { type Family, familyOf } from '../../endpoint.ts';
import { addressesOf, cancellable } from './addresses.ts';

/** Services are optional: a resolver that knows none must not hold up a detection. */
const SRV_TIMEOUT_MS = 500;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: Family;
}

export interface Service {
  readonly name: string;
  readonly port: number;
}

/** A lookup is of no use any more when its signal aborts; a resolver that does not know of signals is left alone then. */
export interface Resolver {
  readonly addresses: (host: string, signal?: AbortSignal) => Promise<readonly ResolvedAddress[]>;
  /** The best one comes first (RFC 2782). */
  readonly services: (name: string, signal?: AbortSignal) => Promise<readonly Service[]>;
}

/** @param dnsServers `ADDRESS:PORT` of the DNS servers that are asked, the system's own if left out. */
export function createResolver(dnsServers?: readonly string[]): Resolver {
  return {
    addresses: async (host, signal) => {
      const all = await addressesOf(host, { dnsServers, signal });
      return all.map((address) => ({ address, family: familyOf(address) }));
    },
    services: async (name, signal) => {
      using dns = cancellable({ dnsServers, signal, timeoutMs: SRV_TIMEOUT_MS, tries: 1 });
      const records = await dns.resolver.resolveSrv(name);
      return records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
    },
  };
}
