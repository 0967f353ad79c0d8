/**
 * A peer's side of the rendezvous (docs/rendezvous.md), over one WebSocket. A lost connection is an event: whether and
 * when to come back, with the resume key, is the caller's to decide.
 */
import { WebSocket } from 'ws';
import type { NotJoined } from '../../rendezvous/introduction/output.ts';
import { type ClientMessage, PROTOCOL_VERSION } from '../../rendezvous/protocol/client-message.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { parseMessage } from '../../rendezvous/protocol/parse.ts';
import { type ServerMessage, type ServerMessageOf, serverMessage } from '../../rendezvous/protocol/server-message.ts';
import type { Resolver } from '../lookup/resolver.ts';
import { openRendezvousSocket, type RendezvousHost } from './socket.ts';

/** The server pings every 15 s; three of them missing is a connection that is dead without saying so. */
const SILENCE_MS = 45_000;
/** For the answer to the join. */
const JOIN_TIMEOUT_MS = 10_000;

export interface JoinOptions {
  /** `ws://HOST:PORT` or `wss://…`; of a host alone wss is tried first, and ws taken where it speaks no TLS. */
  readonly url: string | RendezvousHost;
  readonly room: string;
  readonly id: string;
  readonly token?: string | undefined;
  /** From an earlier `joined`, to come back as the same peer. */
  readonly resumeKey?: string | undefined;
  /** PEM of a certificate authority to trust in place of the system's. */
  readonly ca?: string | undefined;
  readonly resolver?: Resolver | undefined;
  /** Called with the URL that a WebSocket was opened at, however the join ends. */
  readonly onOpen?: ((url: string) => void) | undefined;
  /** Ends the attempt to join; afterwards it does nothing. */
  readonly signal?: AbortSignal | undefined;
}

export type JoinResult = { readonly outcome: 'joined'; readonly client: RendezvousClient } | NotJoined;

export type RendezvousEvent =
  | Exclude<ServerMessage, { readonly type: 'joined' }>
  /** The last event. A session that was not ended by either side can be resumed. */
  | { readonly type: 'closed'; readonly code: number; readonly reason: string; readonly canResume: boolean };

export interface RendezvousClient extends AsyncDisposable {
  readonly joined: ServerMessageOf<'joined'>;
  /** The server's IP address. */
  readonly address: string;
  /**
   * Sets the one receiver; what came before it was there is given to it at once, in order. If it throws, the connection
   * ends, and disposing of the client rejects with that.
   */
  readonly onEvent: (receive: (event: RendezvousEvent) => void) => void;
  readonly say: (message: ClientMessage) => void;
  readonly ask: (
    peer: string,
    told: { readonly candidates: readonly string[]; readonly behavior: ToldBehavior },
  ) => void;
  readonly withdraw: (peer: string) => void;
  readonly signal: (peer: string, data: string) => void;
  /** For a new ticket; it comes as an event. */
  readonly renewTicket: () => void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  /** Drops the connection without leaving, as a lost network does. */
  readonly drop: () => void;
}

/**
 * Joins a room. Disposing of the client leaves it.
 * @throws UsageError when the URL is not one of a WebSocket; the signal's reason when it is aborted.
 */
export async function joinRendezvous(options: JoinOptions): Promise<JoinResult> {
  const { room, id, token, resumeKey, signal } = options;
  const { url, ca, resolver, onOpen } = options;
  const opened = await openRendezvousSocket(url, { ca, resolver, onOpen, signal });
  if (opened.outcome !== 'open') return opened;
  const { socket } = opened;
  const { promise, resolve, reject } = Promise.withResolvers<JoinResult>();
  const abort = (): void => reject(signal?.reason);
  const timer = setTimeout(() => resolve({ outcome: 'unreachable', reason: 'no answer to the join' }), JOIN_TIMEOUT_MS);
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

/** Reads the socket from now on; `settle` is called with how the join ended. */
function createClient(
  { socket, address }: { readonly socket: WebSocket; readonly address: string },
  settle: (result: JoinResult) => void,
) {
  const waiting: RendezvousEvent[] = [];
  let receive: ((event: RendezvousEvent) => void) | null = null;
  let hasJoined = false;
  let isOver = false;
  let failure: { readonly error: unknown } | null = null;
  /** What the receiver throws ends the connection, in place of the process: it is called by a socket. */
  const emit = (event: RendezvousEvent): void => {
    if (!receive) return void waiting.push(event);
    try {
      if (!failure) receive(event);
    } catch (error) {
      failure = { error };
      socket.terminate();
    }
  };
  const say = (message: ClientMessage): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message), () => {});
  };
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS).unref();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));

  const clientOf = (joined: ServerMessageOf<'joined'>): RendezvousClient => ({
    joined,
    address,
    onEvent: (next) => {
      receive = next;
      for (const event of waiting.splice(0)) next(event);
    },
    say,
    ask: (peer, { candidates, behavior }) => say({ type: 'ask', peer, candidates: [...candidates], behavior }),
    withdraw: (peer) => say({ type: 'withdraw', peer }),
    signal: (peer, data) => say({ type: 'signal', peer, data }),
    renewTicket: () => say({ type: 'ticket' }),
    closed,
    drop: () => socket.terminate(),
    [Symbol.asyncDispose]: async () => {
      if (socket.readyState !== WebSocket.CLOSED) {
        isOver = true;
        say({ type: 'leave' });
        socket.close(1000);
        await closed;
      }
      if (failure) throw failure.error;
    },
  });
  const handle = (message: ServerMessage): void => {
    if (message.type === 'closing' || (message.type === 'error' && message.code === 'replaced')) isOver = true;
    if (hasJoined) {
      if (message.type !== 'joined') emit(message);
    } else if (message.type === 'joined') {
      hasJoined = true;
      settle({ outcome: 'joined', client: clientOf(message) });
    } else if (message.type === 'error') {
      const { code, message: text, retryInMs } = message;
      settle({ outcome: 'refused', code, message: text, retryInMs });
    } else if (message.type === 'closing') settle({ outcome: 'closing' });
  };

  socket.on('message', (data) => {
    silence.refresh();
    const parsed = parseMessage(serverMessage, String(data));
    // A later version of the server may say what this one does not know.
    if (parsed.ok) handle(parsed.message);
  });
  socket.on('ping', () => silence.refresh());
  socket.on('close', (code, reason) => {
    clearTimeout(silence);
    emit({ type: 'closed', code, reason: reason.toString(), canResume: !isOver });
    settle({ outcome: 'unreachable', reason: `closed with ${code}` });
  });
  return { say };
}
