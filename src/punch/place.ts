/** Where two peers meet: a natcheck server's UDP endpoints, IPv4 first, and the URL of its rendezvous or where that is. */
import { isIP } from 'node:net';
import { DEFAULT_HTTP_PORT, type Endpoint, type Family, familyOf } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import { limitLookups } from '../net/lookup/limit.ts';
import { createResolver, type Resolver } from '../net/lookup/resolver.ts';
import { parseServerName, resolveServer } from '../net/lookup/server-name.ts';
import { isUnanswered } from '../net/lookup/silence.ts';
import type { RendezvousHost } from '../net/rendezvous/socket.ts';
import { localAddressToward } from '../net/udp-socket.ts';
import { createStunServers, type StunServers } from './reachability/stun-servers.ts';

/** The most that a detection takes: whoever waits an hour for a peer does not want to wait that long for a name. */
const LOOKUP_MAX_MS = 10_000;

export type Place =
  | {
      readonly outcome: 'found';
      readonly servers: readonly [Endpoint, ...Endpoint[]];
      readonly url: string | RendezvousHost;
    }
  /** The name has no address, or no name server answers. */
  | { readonly outcome: 'unknown-host' | 'dns-silent' };

export interface PlaceOptions extends LookupOptions {
  readonly server: string;
  readonly rendezvous?: string | undefined;
}

interface LookupOptions {
  /** The only family wanted; left out, both are. */
  readonly family?: Family | undefined;
  /** The local address to send from, whose family is then the only one. */
  readonly local?: string | undefined;
  readonly resolver?: Resolver | undefined;
  /** How long the lookup may take; at most LOOKUP_MAX_MS. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Finds the place. @throws UsageError when the server's name is not a valid one; the signal's reason when aborted. */
export async function placeOf(options: PlaceOptions): Promise<Place> {
  const { rendezvous, resolver = createResolver(), waitMs, signal } = options;
  const name = parseServerName(options.server);
  const family = familyWanted(options);
  signal?.throwIfAborted();
  using limit = limitLookups(Math.min(waitMs, LOOKUP_MAX_MS), signal);
  try {
    const resolved = await resolveServer(name, { family, resolver, signal: limit.signal });
    const [first, ...rest] = resolved.map(({ address, port }): Endpoint => ({ address, port }));
    if (!first) return { outcome: 'unknown-host' };
    const url = rendezvous ?? { host: name.host, port: DEFAULT_HTTP_PORT };
    return { outcome: 'found', servers: [first, ...rest], url };
  } catch (error) {
    signal?.throwIfAborted();
    return { outcome: isUnanswered(error) ? 'dns-silent' : 'unknown-host' };
  }
}

export type StunPlace =
  | { readonly outcome: 'found'; readonly first: Endpoint; readonly stun: StunServers }
  | Exclude<Place, { readonly outcome: 'found' }>;

/**
 * Finds the STUN servers of these names: the first that is known and that this host has a route to, and the others as they become known.
 * @throws UsageError when a name is not a valid one; the signal's reason when aborted.
 */
export async function stunPlaceOf(
  options: LookupOptions & { readonly names: readonly string[]; readonly resolver: Resolver },
): Promise<StunPlace> {
  const { resolver, waitMs, signal } = options;
  const family = familyWanted(options);
  const names = options.names.map(parseServerName);
  signal?.throwIfAborted();
  const limit = limitLookups(Math.min(waitMs, LOOKUP_MAX_MS), signal);
  const lookups = names.map(async (name): Promise<readonly Endpoint[]> => {
    const resolved = await resolveServer(name, { family, resolver, signal: limit.signal });
    return await reachable(resolved.map(({ address, port }) => ({ address, port })));
  });
  void Promise.allSettled(lookups).then(() => limit[Symbol.dispose]());
  try {
    const servers = await Promise.any(lookups.map(nonEmpty));
    const stun = createStunServers(servers[0]);
    for (const lookup of lookups)
      lookup.then(
        (more) => more.forEach(stun.add),
        () => {},
      );
    return { outcome: 'found', first: servers[0], stun };
  } catch (error) {
    signal?.throwIfAborted();
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    return { outcome: errors.some(isUnanswered) ? 'dns-silent' : 'unknown-host' };
  }
}

async function nonEmpty(lookup: Promise<readonly Endpoint[]>): Promise<readonly [Endpoint, ...Endpoint[]]> {
  const [first, ...rest] = await lookup;
  if (!first) throw new Error('the name has no address');
  return [first, ...rest];
}

/** Those that this host has a route to, IPv4 before IPv6; all of them where it has none to any. */
async function reachable(servers: readonly Endpoint[]): Promise<readonly Endpoint[]> {
  const locals = await Promise.all(servers.map((server) => localAddressToward(server).catch(() => null)));
  const there = servers.filter((_server, index) => locals[index] !== null);
  return there.length > 0 ? there : servers;
}

/** @throws UsageError when the local address is none, or is of another family than the wanted one. */
function familyWanted({ family, local }: LookupOptions): Family | null {
  if (local === undefined) return family ?? null;
  if (isIP(local) === 0) throw new UsageError(`'${local}' is not an IP address`);
  if (family !== undefined && family !== familyOf(local)) throw new UsageError(`${local} is not an ${family} address`);
  return familyOf(local);
}
