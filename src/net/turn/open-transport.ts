/** Opens the transport to a TURN server, given by name or URL. */
import { isIP } from 'node:net';
import { canonicalAddress, familyOf } from '../../endpoint.ts';
import { UsageError } from '../../errors.ts';
import { parseTurnUrl, type TurnUrl } from '../../turn/url.ts';
import { explainCode } from '../explain-code.ts';
import { limitLookups } from '../lookup/limit.ts';
import { refusalOf } from '../lookup/named-address.ts';
import { createResolver, type ResolvedAddress, type Resolver } from '../lookup/resolver.ts';
import type { OpenSocket } from '../udp-socket.ts';
import { unlessAborted } from '../waits.ts';
import { openTurnDatagrams } from './datagram-transport.ts';
import { openTurnStream } from './stream-transport.ts';
import type { OpenedTransport } from './transport.ts';

/** How many addresses of a name are tried: a name with more would keep a client connecting for long. */
const ADDRESSES_MAX = 4;
/** How long the look-up may take: as long as a connection (stream-transport.ts). */
const LOOKUP_TIMEOUT_MS = 5_000;

export interface TurnTransportOptions {
  /** The server, or its URI (RFC 7065). */
  readonly server: TurnUrl | string;
  /** The local IP address; the one that routes to the server when left out. */
  readonly local?: string | undefined;
  /** Certificates to trust in PEM, in place of those that the system trusts. */
  readonly ca?: string | undefined;
  /** The name that a TLS server's certificate has to be for, where that is not its host. */
  readonly certificateName?: string | undefined;
  /** The IP address of the server that named this one, which may not name every address; left out where the user named it. */
  readonly namedBy?: string | undefined;
  readonly resolver?: Resolver | undefined;
  /** Opens the socket toward the server over UDP; default: one of Node's. */
  readonly openSocket?: OpenSocket | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the transport to the first of the server's addresses, IPv4 before IPv6, that has a route over UDP, or that accepts a
 * connection. The name is looked up once, so that the address that was judged is the one connected to. One address that may
 * not be named is enough to refuse a name.
 *
 * `unreachable` tells in a sentence why the last address was; a name without an address is `ENOTFOUND`.
 * @throws UsageError when the URI or the local address is not well formed; the signal's reason when aborted.
 */
export async function openTurnTransport(options: TurnTransportOptions): Promise<OpenedTransport> {
  const { local, ca, namedBy, resolver = createResolver(), openSocket, signal } = options;
  const { host, port, transport } = turnServer(options.server);
  if (local !== undefined && isIP(local) === 0) throw new UsageError(`'${local}' is not a local IP address`);
  signal?.throwIfAborted();
  const addresses = await addressesOf(host, { local, resolver, signal });
  const refusal = namedBy === undefined ? null : refusalOf(addresses, { host, namedBy });
  if (refusal !== null) return { outcome: 'refused', detail: refusal };
  const way = transport === 'udp' ? 'udp' : transport === 'tls' ? 'turns' : 'turn';
  let detail = explainCode('ENOTFOUND', { way, host, port });
  for (const address of addresses.slice(0, ADDRESSES_MAX)) {
    const to = { address, port };
    const tls = transport === 'tls' ? { name: options.certificateName ?? host, ca } : null;
    const opened = await (transport === 'udp'
      ? openTurnDatagrams({ to, local, openSocket })
      : openTurnStream({ to, local, tls, signal }));
    if (opened.outcome === 'open') return opened;
    detail =
      opened.outcome === 'unreachable' ? explainCode(opened.detail, { way, host: address, port }) : opened.detail;
  }
  return { outcome: 'unreachable', detail };
}

/** Reads a server that is given as text. @throws UsageError when it is not a TURN URI. */
export function turnServer(server: TurnUrl | string): TurnUrl {
  return typeof server === 'string' ? parseTurnUrl(server) : server;
}

/** Lists the addresses of the local address's family where there is one; none when the name cannot be looked up in time. */
async function addressesOf(
  host: string,
  {
    local,
    resolver,
    signal,
  }: { readonly local: string | undefined; readonly resolver: Resolver; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const all = isIP(host) === 0 ? await lookUp(host, { resolver, signal }) : [{ address: host }];
  return all
    .map(({ address }) => canonicalAddress(address))
    .filter((address) => local === undefined || familyOf(address) === familyOf(local))
    .toSorted((a, b) => familyOf(a).localeCompare(familyOf(b)));
}

/** @throws the signal's reason when aborted. */
async function lookUp(
  host: string,
  { resolver, signal }: { readonly resolver: Resolver; readonly signal: AbortSignal | undefined },
): Promise<readonly ResolvedAddress[]> {
  using limit = limitLookups(LOOKUP_TIMEOUT_MS, signal);
  return await unlessAborted(resolver.addresses(host, limit.signal), limit.signal).catch(() => {
    signal?.throwIfAborted();
    return [];
  });
}
