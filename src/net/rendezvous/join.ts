/** Joins a room of the rendezvous (docs/rendezvous.md) over one WebSocket. */
import { PROTOCOL_VERSION } from '../../rendezvous/protocol/client-message.ts';
import { explainCode, rendezvousAt } from '../explain-code.ts';
import type { Resolver } from '../lookup/resolver.ts';
import { createClient, type JoinResult } from './client.ts';
import { openRendezvousSocket, type RendezvousHost } from './socket.ts';

/** How long to wait for the answer to the join. */
const JOIN_TIMEOUT_MS = 10_000;

export interface JoinOptions {
  /** `ws://HOST:PORT` or `wss://…`; for a host alone wss is tried first, and ws is used if it does not speak TLS. */
  readonly url: string | RendezvousHost;
  readonly room: string;
  readonly id: string;
  readonly token?: string | undefined;
  /** The key from an earlier `joined`, to come back as the same peer. */
  readonly resumeKey?: string | undefined;
  /** A certificate authority in PEM, to trust in place of the system's. */
  readonly ca?: string | undefined;
  readonly resolver?: Resolver | undefined;
  /** Called with the URL at which a WebSocket was opened, however the join ends. */
  readonly onOpen?: ((url: string) => void) | undefined;
  /** Ends the attempt to join; afterwards it does nothing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Joins a room. Disposing of the client leaves it.
 * @throws UsageError when the URL is not a WebSocket URL; the signal's reason when it is aborted.
 */
export async function joinRendezvous(options: JoinOptions): Promise<JoinResult> {
  const { room, id, token, resumeKey, signal } = options;
  const { url, ca, resolver, onOpen } = options;
  const opened = await openRendezvousSocket(url, { ca, resolver, onOpen, signal });
  if (opened.outcome !== 'open') return opened;
  const { socket } = opened;
  const { promise, resolve, reject } = Promise.withResolvers<JoinResult>();
  const abort = (): void => reject(signal?.reason);
  const timer = setTimeout(() => {
    const reason = explainCode('no answer to the join', rendezvousAt(socket.url));
    resolve({ outcome: 'unreachable', reason, sign: 'broken-off' });
  }, JOIN_TIMEOUT_MS);
  const client = createClient(opened, resolve);
  signal?.addEventListener('abort', abort, { once: true });
  client.say({ type: 'join', version: PROTOCOL_VERSION, room, id, token, resumeKey });
  try {
    const result = await promise;
    if (result.outcome !== 'joined') socket.terminate();
    return result;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
