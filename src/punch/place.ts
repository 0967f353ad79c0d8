/** Where two peers meet: a natcheck server's UDP endpoint, and the URL of its rendezvous. */
import type { Endpoint } from '../endpoint.ts';
import { createResolver } from '../net/resolver.ts';
import { parseServerName, resolveServer } from '../net/server-name.ts';
import { DEFAULT_HTTP_PORT } from '../ports.ts';

export interface Place {
  readonly server: Endpoint;
  readonly url: string;
}

/** Null when the server's name leads nowhere. @throws UsageError when it is none. */
export async function placeOf({
  server,
  rendezvous,
}: {
  readonly server: string;
  readonly rendezvous?: string | undefined;
}): Promise<Place | null> {
  const name = parseServerName(server);
  const [identity] = await resolveServer(name, { family: null, resolver: createResolver() }).catch(() => []);
  if (!identity) return null;
  const { address, port } = identity;
  const host = name.host.includes(':') ? `[${name.host}]` : name.host;
  return { server: { address, port }, url: rendezvous ?? `ws://${host}:${DEFAULT_HTTP_PORT}` };
}
