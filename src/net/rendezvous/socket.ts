/** The WebSocket to a rendezvous, whose URL or only whose host is known. */
import { formatEndpoint } from '../../endpoint.ts';
import { createResolver } from '../lookup/resolver.ts';
import { sharedLookup } from '../lookup/shared-lookup.ts';
import { connectSecureFirst } from './secure-first.ts';
import { type OpenResult, openWebSocket, type WebSocketOptions } from './web-socket.ts';

/** A server that may speak TLS or not. */
export interface RendezvousHost {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface RendezvousSocketOptions extends Omit<WebSocketOptions, 'connection'> {
  /** Called with the URL that a WebSocket was opened at. */
  readonly onOpen?: ((url: string) => void) | undefined;
}

/** @throws UsageError when the URL is not one of a WebSocket; the signal's reason when it is aborted. */
export async function openRendezvousSocket(
  at: string | RendezvousHost,
  options: RendezvousSocketOptions,
): Promise<OpenResult> {
  const { onOpen = () => {}, resolver = createResolver(), ...rest } = options;
  const open = async (url: string, more: Partial<WebSocketOptions>): Promise<OpenResult> => {
    const opened = await openWebSocket(url, { ...rest, resolver, ...more });
    if (opened.outcome === 'open') onOpen(url);
    return opened;
  };
  if (typeof at === 'string') return open(at, {});
  const { host, port } = at;
  const { ca, signal } = rest;
  const connected = await connectSecureFirst({ host, port, ca, signal, lookup: sharedLookup(resolver, signal) });
  if (connected.outcome === 'unreachable') return connected;
  const { scheme, socket } = connected;
  // A plain connection that has been closed while it waited is opened again.
  const connection = socket.destroyed ? undefined : socket;
  return open(`${scheme}://${formatEndpoint({ address: host, port })}`, { connection });
}
