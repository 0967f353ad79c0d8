/** Opens the WebSocket to a rendezvous of which the URL, or only the host, is known. */
import { formatEndpoint } from '../../endpoint.ts';
import { createResolver } from '../lookup/resolver.ts';
import { sharedLookup } from '../lookup/shared-lookup.ts';
import { connectSecureFirst } from './secure-first.ts';
import { type OpenResult, openWebSocket, type WebSocketOptions } from './web-socket.ts';

/** A server that may or may not speak TLS. */
export interface RendezvousHost {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface RendezvousSocketOptions extends Omit<WebSocketOptions, 'connection'> {
  /** Called with the URL at which a WebSocket was opened. */
  readonly onOpen?: ((url: string) => void) | undefined;
}

/** @throws UsageError when the URL is not a WebSocket URL; the signal's reason when it is aborted. */
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
  // If the plain connection was closed while it waited, it is opened again.
  const connection = socket.destroyed ? undefined : socket;
  return open(`${scheme}://${formatEndpoint({ address: host, port })}`, { connection });
}
