/** Where two peers meet: a natcheck server's UDP endpoint, and the URL of its rendezvous or where that is. */
import type { Endpoint } from '../endpoint.ts';
import { limitLookups } from '../net/lookup/limit.ts';
import { createResolver, type Resolver } from '../net/lookup/resolver.ts';
import { parseServerName, resolveServer } from '../net/lookup/server-name.ts';
import { isUnanswered } from '../net/lookup/silence.ts';
import type { RendezvousHost } from '../net/rendezvous/socket.ts';
import { DEFAULT_HTTP_PORT } from '../ports.ts';

/** The most that a detection takes: whoever waits an hour for a peer does not want to wait that long for a name. */
const LOOKUP_MAX_MS = 10_000;

export type Place =
  | { readonly outcome: 'found'; readonly server: Endpoint; readonly url: string | RendezvousHost }
  /** The name has no address, or no name server answers. */
  | { readonly outcome: 'unknown-host' | 'dns-silent' };

export interface PlaceOptions {
  readonly server: string;
  readonly rendezvous?: string | undefined;
  readonly resolver?: Resolver | undefined;
  /** How long the lookup may take; at most LOOKUP_MAX_MS. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Finds the place. @throws UsageError when the server's name is not a valid one; the signal's reason when aborted. */
export async function placeOf(options: PlaceOptions): Promise<Place> {
  const { rendezvous, resolver = createResolver(), waitMs, signal } = options;
  const name = parseServerName(options.server);
  signal?.throwIfAborted();
  using limit = limitLookups(Math.min(waitMs, LOOKUP_MAX_MS), signal);
  try {
    const [identity] = await resolveServer(name, { family: null, resolver, signal: limit.signal });
    if (!identity) return { outcome: 'unknown-host' };
    const { address, port } = identity;
    const url = rendezvous ?? { host: name.host, port: DEFAULT_HTTP_PORT };
    return { outcome: 'found', server: { address, port }, url };
  } catch (error) {
    signal?.throwIfAborted();
    return { outcome: isUnanswered(error) ? 'dns-silent' : 'unknown-host' };
  }
}
