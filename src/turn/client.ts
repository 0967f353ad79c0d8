/**
 * A TURN client (RFC 8656) as a sans-IO session: one allocation on one server, over UDP, or over TCP or TLS with messages
 * framed by stream.ts. Its owner sends what `poll` gives and hands in what comes.
 */
import { canonicalAddress, type Endpoint, type Family, familyOf } from '../endpoint.ts';
import type { Arrival, SendFailure } from '../session.ts';
import { TRANSACTION_ID_BYTES } from '../stun/header.ts';
import { createAllocation } from './allocation.ts';
import { createAuthentication } from './authentication.ts';
import { createChannels } from './channel.ts';
import { createClientState, createExit } from './client-state.ts';
import type { TurnCredentials } from './credentials.ts';
import type { TurnOutput } from './event.ts';
import { createInbound } from './inbound.ts';
import { createPermissions } from './permission.ts';
import { createTurnRejections, type TurnRejectionCause } from './rejection.ts';
import { createTransactions } from './transaction.ts';
import { encodeChannelData } from './wire/channel-data.ts';
import { encodeSend } from './wire/send-indication.ts';

/** Of one datagram to a peer: with every header around it, it still fits one UDP datagram and one STUN message. */
export const DATA_MAX_BYTES = 65_400;

/** Why a datagram was not taken, in the system's words. */
export type SendRefusal =
  /** There is no allocation yet, or none any more. */
  | 'ENOTCONN'
  /** The server does not relay to that address. */
  | 'EACCES'
  /** The relayed address is of another family. */
  | 'EAFNOSUPPORT'
  | 'EMSGSIZE'
  /** More peer addresses than a client keeps. */
  | 'ENOBUFS';

export interface TurnClientOptions {
  readonly server: Endpoint;
  /** The name of the socket toward the server, in what `poll` gives. */
  readonly socket: string;
  /** Whether that is TCP or TLS: nothing is sent again, and ChannelData is padded. */
  readonly isStream: boolean;
  readonly credentials: TurnCredentials;
  /** Of the relayed address; the server's choice, IPv4, when left out. */
  readonly family?: Family | undefined;
  /** Unpredictable bytes, for transaction ids. */
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface TurnClient {
  /**
   * Sends one datagram to a peer; it may wait for its permission. Null, or why it is not taken.
   * @throws Error when the peer's address is none.
   */
  readonly send: (now: number, peer: Endpoint, bytes: Uint8Array) => SendRefusal | null;
  /** Takes one datagram, or one message of the stream. */
  readonly handleDatagram: (now: number, arrival: Arrival) => void;
  /** The system would not send: the end while there is no allocation, one loss of many later. */
  readonly handleSendFailure: (now: number, failure: SendFailure) => void;
  /** The connection to the server is gone; `code` is the system's. */
  readonly handleDisconnect: (now: number, code: string) => void;
  readonly handleTimeout: (now: number) => void;
  readonly poll: (now: number) => TurnOutput;
  readonly rejected: () => Readonly<Partial<Record<TurnRejectionCause, number>>>;
  /** Gives the allocation back; `closed` comes with the server's answer, or a second later. */
  readonly close: (now: number) => void;
}

/** The Allocate goes out with the first `poll`. @throws RangeError when the user name is too long. */
export function createTurnClient(options: TurnClientOptions): TurnClient {
  const { server, socket, isStream, credentials, family, randomBytes } = options;
  const exit = createExit({ socket, to: server });
  const { transmit, emit, dequeue } = exit;
  const authentication = createAuthentication(credentials);
  const transactions = createTransactions({ authentication, isStream, randomBytes, transmit });
  const state = createClientState({ transactions, emit });
  const allocation = createAllocation(state, { family });
  const channels = createChannels(state);
  const rejections = createTurnRejections();

  const deliver = (_now: number, peer: Endpoint, bytes: Uint8Array): void => {
    const channel = channels.of(peer);
    if (channel === null) transmit(encodeSend({ transactionId: randomBytes(TRANSACTION_ID_BYTES), peer, bytes }));
    else transmit(encodeChannelData({ channel, data: bytes }, { padded: isStream }));
  };
  const permissions = createPermissions(state, deliver);
  const receive = createInbound(state, { server, permissions, channels });

  /** Does what is due; when the next thing will be. */
  const advance = (now: number): number => {
    transactions.advance(now);
    if (state.phase === 'closed') return Number.POSITIVE_INFINITY;
    const allocationAt = allocation.advance(now);
    const isInUse = state.phase === 'allocated';
    const permissionAt = isInUse ? permissions.advance(now) : Number.POSITIVE_INFINITY;
    const channelAt = isInUse ? channels.advance(now) : Number.POSITIVE_INFINITY;
    return Math.min(allocationAt, permissionAt, channelAt, transactions.dueAt());
  };

  /** What is under way cannot be finished any more. */
  const breakOff = (now: number, reason: 'unreachable' | 'connection-closed', detail: string): void => {
    const failure = { reason, code: null, detail };
    if (state.phase === 'allocating') emit(now, { kind: 'failed', alternate: null, ...failure });
    state.lose(now, failure);
  };

  return {
    send: (now, { address, port }, bytes) => {
      if (state.phase !== 'allocated' || !state.relayed) return 'ENOTCONN';
      if (familyOf(address) !== familyOf(state.relayed.address)) return 'EAFNOSUPPORT';
      if (bytes.length > DATA_MAX_BYTES) return 'EMSGSIZE';
      const peer = { address: canonicalAddress(address), port };
      switch (permissions.admit(now, peer, bytes)) {
        case 'granted':
          deliver(now, peer, bytes);
          return null;
        case 'waiting':
          return null;
        case 'refused':
          return 'EACCES';
        case 'too-many':
          return 'ENOBUFS';
      }
    },
    handleDatagram: (now, arrival) => {
      if (state.phase === 'closed') return;
      const cause = receive(now, arrival);
      if (cause) rejections.add(cause);
    },
    handleSendFailure: (now, { code }) => {
      if (state.phase === 'allocating') breakOff(now, 'unreachable', code);
    },
    handleDisconnect: (now, code) => {
      if (state.phase !== 'closed') breakOff(now, 'connection-closed', code);
    },
    handleTimeout: (now) => void advance(now),
    poll: (now) => {
      const until = advance(now);
      return dequeue() ?? (state.phase === 'closed' ? { kind: 'done', result: 'closed' } : { kind: 'wait', until });
    },
    rejected: rejections.counts,
    close: (now) => allocation.close(now, { isChallenged: authentication.isChallenged() }),
  };
}
