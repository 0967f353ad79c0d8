/**
 * One more way to be reached: a port of the local router that leads to the punching socket, if the router maps one in time. A
 * pinhole, which lets everybody send to the socket's own address, is kept as long but is no other endpoint to be told.
 */
import type { Endpoint } from '../../endpoint.ts';
import type { PortMapping } from '../../port-mapping/renewed-mapping.ts';
import type { MappedCandidate } from '../attempt/candidates/candidate-agent.ts';

export interface MappedPort extends AsyncDisposable {
  /** Returns the mapped port, if there is one now and it leads through the NAT behind which this side is seen at `seen`. */
  readonly toward: (seen: Endpoint) => MappedCandidate | null;
  /** Sets the one receiver, which is called when there is a port. */
  readonly onFound: (receive: () => void) => void;
}

/** Asks the router at once, and delays nothing. Disposing of it stops asking, or gives the mapping back. */
export function seekMappedPort({ local }: { readonly local: Endpoint }): MappedPort {
  const ended = new AbortController();
  let found: PortMapping | null = null;
  let tell = (): void => {};
  const seek = async (): Promise<AsyncDisposable | null> => {
    const { openPortMapping } = await import('../../port-mapping/port-mapping.ts');
    const result = await openPortMapping({ local, signal: ended.signal });
    if (result.outcome === 'none') return null;
    if (!result.isPinhole) {
      found = result;
      tell();
    }
    return result;
  };
  const seeking = seek().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
    return null;
  });
  // Whoever disposes of it gets the error.
  seeking.catch(() => {});
  return {
    // If the router is itself behind a NAT, the carrier's or a second router's, the mapping leads nowhere.
    toward: (seen) =>
      found?.external.address === seen.address ? { endpoint: found.external, router: found.router.address } : null,
    onFound: (receive) => {
      tell = receive;
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await (await seeking)?.[Symbol.asyncDispose]();
    },
  };
}
