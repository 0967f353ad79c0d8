/**
 * A peer's side of the rendezvous (docs/rendezvous.md), over one WebSocket. A lost connection is an event: whether and
 * when to come back, with the resume key, is for the caller to decide.
 */
import { type RawData, WebSocket } from 'ws';
import type { NotJoined } from '../../rendezvous/introduction/output.ts';
import type { ClientMessage } from '../../rendezvous/protocol/client-message.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { parseMessage } from '../../rendezvous/protocol/parse.ts';
import { type ServerMessage, type ServerMessageOf, serverMessage } from '../../rendezvous/protocol/server-message.ts';
import { explainCode, rendezvousAt } from '../explain-code.ts';
import { signOfClose } from './server-sign.ts';

/** The server pings every 15 s; when three pings are missing, the connection is taken for dead. */
const SILENCE_MS = 45_000;

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
   * Sets the one receiver, which gets the events that came earlier at once, in order. If it throws, the connection ends,
   * and disposing of the client rejects with what it threw.
   */
  readonly onEvent: (receive: (event: RendezvousEvent) => void) => void;
  readonly say: (message: ClientMessage) => void;
  readonly ask: (
    peer: string,
    told: { readonly candidates: readonly string[]; readonly behavior: ToldBehavior },
  ) => void;
  readonly withdraw: (peer: string) => void;
  readonly signal: (peer: string, data: string) => void;
  /** Asks for a new ticket, which comes as an event. */
  readonly renewTicket: () => void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  /** Drops the connection without leaving, as a lost network does. */
  readonly drop: () => void;
}

interface State {
  readonly socket: WebSocket;
  /** The server's IP address. */
  readonly address: string;
  /** Called with how the join ended; only the first call counts. */
  readonly settle: (result: JoinResult) => void;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  /** The events that came before there was a receiver. */
  readonly waiting: RendezvousEvent[];
  receive: ((event: RendezvousEvent) => void) | null;
  hasJoined: boolean;
  /** Whether either side has ended the session, so that it cannot be resumed. */
  isOver: boolean;
  /** What the receiver has thrown. */
  failure: { readonly error: unknown } | null;
}

/** Reads the socket from now on, and calls `settle` with how the join ended; `say` sends the join itself. */
export function createClient(
  { socket, address }: Pick<State, 'socket' | 'address'>,
  settle: (result: JoinResult) => void,
): Pick<RendezvousClient, 'say'> {
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS).unref();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const progress = { receive: null, hasJoined: false, isOver: false, failure: null };
  const state: State = { socket, address, settle, closed, waiting: [], ...progress };
  socket.on('message', (data) => {
    silence.refresh();
    read(state, data);
  });
  socket.on('ping', () => silence.refresh());
  socket.on('close', (code, reason) => {
    clearTimeout(silence);
    const explained = explainCode(`WebSocket ${code}`, rendezvousAt(socket.url));
    emit(state, { type: 'closed', code, reason: reason.toString() || explained, canResume: !state.isOver });
    settle({ outcome: 'unreachable', reason: explained, sign: signOfClose(code) });
  });
  return { say: (message) => say(state, message) };
}

function read(state: State, data: RawData): void {
  const parsed = parseMessage(serverMessage, String(data));
  // A later version of the server may send messages that this client does not know.
  if (parsed.ok) handle(state, parsed.message);
}

function handle(state: State, message: ServerMessage): void {
  if (message.type === 'closing' || (message.type === 'error' && message.code === 'replaced')) state.isOver = true;
  if (state.hasJoined) {
    if (message.type !== 'joined') emit(state, message);
  } else if (message.type === 'joined') {
    state.hasJoined = true;
    state.settle({ outcome: 'joined', client: clientOf(state, message) });
  } else if (message.type === 'error') {
    const { code, message: text, retryInMs } = message;
    state.settle({ outcome: 'refused', code, message: text, retryInMs });
  } else if (message.type === 'closing') state.settle({ outcome: 'closing' });
}

/** Hands the receiver an event. If it throws, the connection ends rather than the process, since a socket calls this. */
function emit(state: State, event: RendezvousEvent): void {
  if (!state.receive) return void state.waiting.push(event);
  try {
    if (!state.failure) state.receive(event);
  } catch (error) {
    state.failure = { error };
    state.socket.terminate();
  }
}

function say({ socket }: State, message: ClientMessage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message), () => {});
}

/** The client of a connection that has joined. */
function clientOf(state: State, joined: ServerMessageOf<'joined'>): RendezvousClient {
  const { socket, address, closed } = state;
  return {
    joined,
    address,
    onEvent: (receive) => {
      state.receive = receive;
      for (const event of state.waiting.splice(0)) receive(event);
    },
    say: (message) => say(state, message),
    ask: (peer, { candidates, behavior }) => say(state, { type: 'ask', peer, candidates: [...candidates], behavior }),
    withdraw: (peer) => say(state, { type: 'withdraw', peer }),
    signal: (peer, data) => say(state, { type: 'signal', peer, data }),
    renewTicket: () => say(state, { type: 'ticket' }),
    closed,
    drop: () => socket.terminate(),
    [Symbol.asyncDispose]: () => leave(state),
  };
}

/** @throws what the receiver has thrown. */
async function leave(state: State): Promise<void> {
  const { socket, closed } = state;
  if (socket.readyState !== WebSocket.CLOSED) {
    state.isOver = true;
    say(state, { type: 'leave' });
    socket.close(1000);
    await closed;
  }
  if (state.failure) throw state.failure.error;
}
