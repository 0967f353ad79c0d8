/** The rendezvous over real WebSockets: passes what comes in to the state machine, and carries out what it wants. */
import type { IncomingMessage } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { WEB_SOCKET_BOUNDS } from '../../src/net/rendezvous/web-socket-bounds.ts';
import { MESSAGE_MAX_BYTES } from '../../src/rendezvous/protocol/bounds.ts';
import { refuseUpgrade, type UpgradeRequest } from '../http/upgrades.ts';
import { sourceOf } from '../limit/source.ts';
import { type ServerLog, SILENT } from '../operations/log.ts';
import type { ConnectionOutput, RendezvousInput } from './decisions/input-output.ts';
import { TICK_MS } from './decisions/limits.ts';
import type { Rendezvous } from './decisions/rendezvous.ts';
import { createEventLog, type EventLog } from './event-log.ts';

/** How much may wait for a peer that reads slowly before the peer is cut off. `ws` bounds the pongs by itself. */
const BUFFERED_MAX_BYTES = MESSAGE_MAX_BYTES;

export interface RendezvousService extends AsyncDisposable {
  /** Takes a WebSocket of a peer. */
  readonly upgrade: (upgrade: UpgradeRequest) => void;
  readonly handle: (input: RendezvousInput) => void;
  /** Does what the rendezvous wants done later than with an input. */
  readonly carryOut: (output: ConnectionOutput) => void;
  /** How many WebSockets are open, those of peers in rooms of other servers included. */
  readonly connections: () => number;
  /** How many peers were cut off because they did not read what was sent to them. */
  readonly slowReaders: () => number;
}

interface State {
  readonly handle: (input: RendezvousInput) => void;
  readonly events: EventLog;
  readonly webSockets: WebSocketServer;
  /** The sockets by the numbers of their connections. */
  readonly sockets: Map<number, WebSocket>;
  opened: number;
  slowReaders: number;
  isClosing: boolean;
  onEmpty: () => void;
}

/** Serves the rendezvous; its disposal tells every peer, and closes all of their connections within a second. */
export function serveRendezvous(options: {
  readonly rendezvous: Pick<Rendezvous, 'handle'>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly log?: ServerLog | undefined;
}): RendezvousService {
  const { rendezvous, now, log = SILENT } = options;
  const events = createEventLog(log);
  const sockets = new Map<number, WebSocket>();
  const obey = (output: ConnectionOutput): void => {
    events.output(output);
    carryOut(state, output);
  };
  const handle = (input: RendezvousInput): void => {
    for (const output of rendezvous.handle(now(), input)) {
      // Without a cluster there is no other node.
      if (output.kind !== 'attend' && output.kind !== 'chosen') obey(output);
    }
  };
  const webSockets = new WebSocketServer({ ...WEB_SOCKET_BOUNDS, noServer: true, clientTracking: false });
  const counted = { opened: 0, slowReaders: 0 };
  const state: State = { handle, events, webSockets, sockets, ...counted, isClosing: false, onEmpty: () => {} };
  const ticking = setInterval(() => handle({ kind: 'tick' }), TICK_MS).unref();
  return {
    upgrade: (asked) => upgrade(state, asked),
    handle,
    carryOut: obey,
    connections: () => sockets.size,
    slowReaders: () => state.slowReaders,
    [Symbol.asyncDispose]: () => {
      clearInterval(ticking);
      return closeAll(state);
    },
  };
}

/** One for all: a function made where a request is at hand would keep the request for as long as its socket is open. */
function doNothing(): void {}

function upgrade(state: State, { request, socket, head }: UpgradeRequest): void {
  if (state.isClosing) refuseUpgrade(socket, '503 Service Unavailable');
  else state.webSockets.handleUpgrade(request, socket, head, (upgraded) => admit(state, upgraded, request));
}

function admit(state: State, socket: WebSocket, { socket: { remoteAddress } }: IncomingMessage): void {
  // Without an address it has ended already.
  if (remoteAddress === undefined) {
    socket.terminate();
    return;
  }
  const { handle, events, sockets } = state;
  const connection = state.opened++;
  sockets.set(connection, socket);
  hear(state, socket, connection);
  // After an error, for instance a message that is too long, the close that follows does all there is to do.
  socket.on('error', doNothing);
  socket.on('close', () => {
    sockets.delete(connection);
    events.closed(connection);
    handle({ kind: 'closed', connection });
    if (sockets.size === 0) state.onEmpty();
  });
  events.opened(connection, remoteAddress);
  handle({ kind: 'opened', connection, source: sourceOf(remoteAddress) });
}

/** Passes what the peer says to the state machine. */
function hear({ handle }: State, socket: WebSocket, connection: number): void {
  const take = (input: RendezvousInput): void => {
    // A peer that goes on after the server's close is not read any further; its connection ends when its answer is
    // overdue.
    if (socket.readyState === socket.CLOSING) socket.pause();
    else handle(input);
  };
  socket.on('message', (data, isBinary) => take({ kind: 'message', connection, text: isBinary ? null : textOf(data) }));
  socket.on('pong', (payload) => take({ kind: 'pong', connection, payload: payload.toString('latin1') }));
  socket.on('ping', () => take({ kind: 'ping', connection }));
}

async function closeAll(state: State): Promise<void> {
  state.isClosing = true;
  const emptied = new Promise<void>((resolve) => {
    state.onEmpty = resolve;
  });
  state.handle({ kind: 'closing' });
  if (state.sockets.size > 0) await emptied;
}

function carryOut(state: State, output: ConnectionOutput): void {
  const socket = state.sockets.get(output.connection);
  if (socket?.readyState !== socket?.OPEN) return;
  switch (output.kind) {
    case 'send':
      socket?.send(JSON.stringify(output.message), () => {});
      break;
    case 'ping':
      socket?.ping(output.payload, undefined, () => {});
      break;
    case 'close':
      socket?.close(output.code, output.reason);
      break;
  }
  if (!socket || socket.bufferedAmount <= BUFFERED_MAX_BYTES) return;
  state.slowReaders++;
  state.events.slow(output.connection);
  socket.terminate();
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString();
}
