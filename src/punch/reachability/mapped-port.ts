/** One more way to be reached: a port of the own router that leads to the punching socket, if it maps one in time. */
import type { Endpoint } from '../../endpoint.ts';
import type { MappedCandidate } from '../attempt/candidate-agent.ts';

export interface MappedPort extends AsyncDisposable {
  /** What there is now, for a peer who is beyond the NAT that shows this side at `seen`. */
  readonly toward: (seen: Endpoint) => MappedCandidate | null;
}

/** Begins to ask at once and holds up nothing. Disposing of it ends that, or takes the mapping back. */
export function seekMappedPort({ local }: { readonly local: Endpoint }): MappedPort {
  const ended = new AbortController();
  let found: MappedCandidate | null = null;
  const seek = async (): Promise<AsyncDisposable | null> => {
    const { openPortMapping } = await import('../../port-mapping/port-mapping.ts');
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
