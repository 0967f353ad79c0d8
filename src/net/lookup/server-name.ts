/** What a user writes for a server, and how it becomes addresses (RFC 8489 §8, RFC 5780 §6). */
import { isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { canonicalAddress, DEFAULT_PORT, type Family } from '../../endpoint.ts';
import { UsageError } from '../../errors.ts';
import { unlessAborted } from '../waits.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';

/** The SRV service of behaviour discovery (RFC 5780 §6). */
const SRV_SERVICE = '_stun-behavior._udp';

export interface ServerName {
  readonly host: string;
  /** Null asks DNS first, then takes DEFAULT_PORT. */
  readonly port: number | null;
}

/** One endpoint of a server. */
export interface ResolvedServer {
  /** The name or address it was asked for by. */
  readonly host: string;
  readonly port: number;
  /** An IP address of it. */
  readonly address: string;
}

/**
 * Reads `HOST`, `HOST:PORT`, `ADDRESS`, `ADDRESS:PORT`, an IPv6 address bare or `[ADDRESS]:PORT`.
 * @throws UsageError when it is none of these, or an address that only this host can read (`refuseHalfAddress`).
 */
export function parseServerName(text: string): ServerName {
  const name = readServerName(text);
  refuseHalfAddress(name.host);
  return name;
}

/**
 * Refuses two ways to write an IPv6 address. One with a zone (RFC 4007 §11) leads to a neighbour on one link, where no NAT
 * is found and no peer from elsewhere met; an IPv4 address in an IPv6 one (RFC 4291 §2.5.5.2) is IPv4, by whatever name.
 * @throws UsageError
 */
export function refuseHalfAddress(address: string): void {
  if (!isIPv6(address)) return;
  if (address.includes('%')) {
    throw new UsageError(`${address} has a zone, so it is on one link only: write an address without one`);
  }
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) {
    throw new UsageError(`${address} is an IPv4 address: write ${parsed.toIPv4Address()}`);
  }
}

function readServerName(text: string): ServerName {
  if (isIPv6(text)) return { host: text, port: null };
  const parts = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^:[\]\s/]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const host = parts?.ipv6 ?? parts?.name;
  const port = parts?.port === undefined ? null : Number(parts.port);
  const isValid =
    host && (parts?.ipv6 === undefined || isIPv6(host)) && (port === null || (port > 0 && port <= 0xffff));
  if (!isValid) throw new UsageError(`'${text}' is not a server: write HOST, HOST:PORT or [IPv6]:PORT`);
  return { host, port };
}

interface ResolveOptions {
  /** The wanted family; null takes both. */
  readonly family: Family | null;
  readonly resolver: Resolver;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds all endpoints of a server, best first; of the wanted family only, or IPv4 before IPv6.
 * An empty list is a name without an address of that family.
 * @throws the resolver's error when the name cannot be looked up; the signal's reason when it aborts, whatever the resolver
 * does then. Addresses that are known by then are taken without the services.
 */
export async function resolveServer(name: ServerName, options: ResolveOptions): Promise<readonly ResolvedServer[]> {
  const { host, port } = name;
  const { family } = options;
  const literal = isIP(host);
  if (literal !== 0) {
    const matches = family === null || (family === 'IPv6') === (literal === 6);
    return matches ? [{ host, address: canonicalAddress(host), port: port ?? DEFAULT_PORT }] : [];
  }
  const found = await lookUp(name, options);
  return found.addresses
    .filter((one) => family === null || one.family === family)
    .toSorted((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => ({ host, address, port: found.port ?? DEFAULT_PORT }));
}

/** Asks for the addresses of the name and, where no port is given, for its service at once; the service goes first. */
async function lookUp(
  { host, port }: ServerName,
  { resolver, signal }: ResolveOptions,
): Promise<{ readonly addresses: readonly ResolvedAddress[]; readonly port: number | null }> {
  const [plain, services] = await Promise.allSettled([
    unlessAborted(resolver.addresses(host, signal), signal),
    port === null ? unlessAborted(resolver.services(`${SRV_SERVICE}.${host}`, signal), signal) : [],
  ]);
  const [service] = services.status === 'fulfilled' ? services.value : [];
  if (service) {
    return { addresses: await unlessAborted(resolver.addresses(service.name, signal), signal), port: service.port };
  }
  if (plain.status === 'rejected') throw plain.reason;
  return { addresses: plain.value, port };
}
