/** Name lookups: addresses by the system's own rules (hosts file, search list), services by DNS. */
import { Resolver as DnsResolver, lookup } from 'node:dns/promises';
import type { Family } from '../endpoint.ts';

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

export interface Resolver {
  readonly addresses: (host: string) => Promise<readonly ResolvedAddress[]>;
  /** Best first (RFC 2782). */
  readonly services: (name: string) => Promise<readonly Service[]>;
}

/** @param dnsServers `ADDRESS:PORT` of the DNS servers that are asked for services, the system's own if left out. */
export function createResolver(dnsServers?: readonly string[]): Resolver {
  return {
    addresses: async (host) => {
      const all = await lookup(host, { all: true });
      return all.map(({ address, family }) => ({ address, family: family === 6 ? 'IPv6' : 'IPv4' }));
    },
    services: async (name) => {
      const dns = new DnsResolver({ timeout: SRV_TIMEOUT_MS, tries: 1 });
      if (dnsServers) dns.setServers(dnsServers);
      const records = await dns.resolveSrv(name);
      return records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
    },
  };
}
