/** One more way to be reached: a port of the own router that leads to the punching socket, if it maps one in time. */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import { parseCandidate } from '../ice/candidates/sdp.ts';

export interface MappedPort extends AsyncDisposable {
  /** What there is now, for a peer who is beyond the NAT that shows this side at `seen`. */
  readonly toward: (seen: Endpoint) => MappedCandidate | null;
}

/** Anyone may send to `endpoint`, whatever the NAT's mapping and filter: a static mapping of the `router`. */
export interface MappedCandidate {
  readonly endpoint: Endpoint;
  /** The IP address that told of it. */
  readonly router: string;
}

/** Begins to ask at once and holds up nothing. Disposing of it ends that, or takes the mapping back. */
export function seekMappedPort({ local }: { readonly local: Endpoint }): MappedPort {
  const ended = new AbortController();
  let found: MappedCandidate | null = null;
  const seek = async (): Promise<AsyncDisposable | null> => {
    const { openPortMapping } = await import('../port-mapping/port-mapping.ts');
    const result = await openPortMapping({ local, signal: ended.signal });
    if (result.outcome === 'none') return null;
    found = { endpoint: result.external, router: result.router.address };
    return result;
  };
  const seeking = seek().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
    return null;
  });
  // Whoever disposes of it is told.
  seeking.catch(() => {});
  return {
    // Behind another NAT, of the carrier or of a second router, the mapping leads nowhere.
    toward: (seen) => (found?.endpoint.address === seen.address ? found : null),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await (await seeking)?.[Symbol.asyncDispose]();
    },
  };
}

/** Whether what a side has told has more than the server has seen of it: a port of its router. */
export function tellsMappedPort(candidates: readonly string[], seen: Endpoint): boolean {
  return candidates.map(parseCandidate).some((parsed) => {
    if (parsed.kind !== 'candidate') return false;
    const { type, endpoint } = parsed.candidate;
    return type === 'srflx' && !sameEndpoint(endpoint, seen);
  });
}
