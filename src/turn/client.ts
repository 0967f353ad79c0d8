/**
 * A TURN client (RFC 8656) as a sans-IO session: one allocation on one server, over UDP, or over TCP or TLS with messages
 * framed by wire/stream.ts. Its owner sends what `poll` gives and hands in what comes.
 */
import type { Endpoint, Family } from '../endpoint.ts';
import type { EventOutput, Session } from '../session.ts';
import { advanceAllocation, close, refreshNow } from './allocation.ts';
import { advanceChannels } from './channel.ts';
import { type TurnCredentials, USERNAME_MAX_BYTES } from './credentials.ts';
import { type SendRefusal, send } from './data.ts';
import type { TurnEvent, TurnOutput } from './event.ts';
import { NO_LEASE } from './pace.ts';
import { advancePermissions } from './permission.ts';
import { receive } from './receive.ts';
import { emit, lose, type State, type TurnRejectionCause } from './state.ts';
import { advanceRequests, requestsDueAt } from './transactions.ts';

export interface TurnClientOptions {
  readonly server: Endpoint;
  /** The name of the socket toward the server, in what `poll` gives. */
  readonly socket: string;
  /** Whether that is TCP or TLS: nothing is sent again, and ChannelData is padded. */
  readonly isStream: boolean;
  readonly credentials: TurnCredentials;
  /** The family of the relayed address; the server's choice, IPv4, when left out. */
  readonly family?: Family | undefined;
  /** Unpredictable bytes, for transaction ids. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/**
 * `handleDatagram` takes one datagram, or one message of the stream. `handleSendFailure` ends the client while there is no
 * allocation; later it is one loss of many.
 */
export interface TurnClient extends Session<'closed', EventOutput<TurnEvent>> {
  /**
   * Sends one datagram to a peer; it may wait for its permission. Null, or why it is not taken.
   * @throws Error when the peer's address is not an IP address.
   */
  send(now: number, peer: Endpoint, bytes: Uint8Array): SendRefusal | null;
  /**
   * Asks the server at once whether it still has the allocation, unless that is being asked: `refreshed`, `not-refreshed` or
   * `lost` tells. Without an allocation it does nothing.
   */
  refresh(now: number): void;
  /** To be called when the connection to the server is gone; `code` is the system's. */
  handleDisconnect(now: number, code: string): void;
  poll(now: number): TurnOutput;
  /** How often something that came was not believed, by cause. */
  rejected(): Readonly<Partial<Record<TurnRejectionCause, number>>>;
  /** Gives the allocation back; `done` comes with the server's response, or a second later. */
  close(now: number): void;
}

/** The Allocate goes out with the first `poll`. @throws RangeError when the user name is too long. */
export function createTurnClient(options: TurnClientOptions): TurnClient {
  const state = initialState(options);
  return {
    send: (now, peer, bytes) => send(now, state, { peer, bytes }),
    handleDatagram: (now, arrival) => {
      const cause = state.phase === 'closed' ? null : receive(now, state, arrival);
      if (cause) state.rejected[cause] = (state.rejected[cause] ?? 0) + 1;
    },
    handleSendFailure: (now, { code }) => {
      if (state.phase === 'allocating') breakOff(now, state, { reason: 'unreachable', detail: code });
    },
    refresh: (now) => refreshNow(now, state),
    handleDisconnect: (now, code) => {
      if (state.phase !== 'closed') breakOff(now, state, { reason: 'connection-closed', detail: code });
    },
    handleTimeout: (now) => void advance(now, state),
    poll: (now) => poll(now, state),
    rejected: () => ({ ...state.rejected }),
    close: (now) => close(now, state),
  };
}

function initialState({ server, socket, isStream, credentials, family, randomBytes }: TurnClientOptions): State {
  if (Buffer.byteLength(credentials.username) > USERNAME_MAX_BYTES) {
    throw new RangeError(`a TURN user name has at most ${USERNAME_MAX_BYTES} bytes`);
  }
  return {
    ...{ server, socket, isStream, credentials, family, randomBytes },
    phase: 'allocating',
    challenge: null,
    relayed: null,
    hasAskedToAllocate: false,
    allocation: { ...NO_LEASE },
    requests: new Map(),
    permissions: new Map(),
    channels: new Map(),
    channelsByPeer: new Map(),
    rejected: {},
    outputs: [],
  };
}

/** What time brings about comes after what is there already: each datagram is something, and time seldom brings anything. */
function poll(now: number, state: State): TurnOutput {
  const first = state.outputs.shift();
  if (first) return first;
  const until = advance(now, state);
  const output = state.outputs.shift();
  if (output) return output;
  return state.phase === 'closed' ? { kind: 'done', result: 'closed' } : { kind: 'wait', until };
}

/** Does what is due; when the next thing will be. */
function advance(now: number, state: State): number {
  advanceRequests(now, state);
  if (state.phase === 'closed') return Number.POSITIVE_INFINITY;
  const allocationAt = advanceAllocation(now, state);
  const isInUse = state.phase === 'allocated';
  const permissionAt = isInUse ? advancePermissions(now, state) : Number.POSITIVE_INFINITY;
  const channelAt = isInUse ? advanceChannels(now, state) : Number.POSITIVE_INFINITY;
  return Math.min(allocationAt, permissionAt, channelAt, requestsDueAt(state));
}

/** Ends the client, since what is under way cannot be finished any more. */
function breakOff(
  now: number,
  state: State,
  { reason, detail }: { readonly reason: 'unreachable' | 'connection-closed'; readonly detail: string },
): void {
  const failure = { reason, code: null, detail };
  if (state.phase === 'allocating') emit(now, state, { kind: 'failed', alternate: null, ...failure });
  lose(now, state, failure);
}
