/** What the relay is told, and what it wants done. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { HostAddresses } from './access/known-host.ts';
import type { Credentials } from './access/users.ts';
import type { FiveTuple } from './five-tuple.ts';

/** What happens. */
export type TurnServerInput =
  /** A client has sent one datagram, or one message of a stream. */
  | { readonly kind: 'message'; readonly fiveTuple: FiveTuple; readonly bytes: Uint8Array }
  /** A connection has ended. */
  | { readonly kind: 'closed'; readonly fiveTuple: FiveTuple }
  /** A relayed socket is open, or could not be opened, as `open-relay` asked for. */
  | { readonly kind: 'opened'; readonly allocation: number }
  | { readonly kind: 'open-failed'; readonly allocation: number; readonly inUse: boolean }
  /** A datagram has come to a relayed socket. */
  | { readonly kind: 'from-peer'; readonly allocation: number; readonly from: Endpoint; readonly bytes: Uint8Array }
  /** The addresses or networks of the host have changed. */
  | ({ readonly kind: 'host' } & HostAddresses)
  /** Another process of this server has opened or closed a relayed socket. */
  | { readonly kind: 'relayed-elsewhere'; readonly endpoint: Endpoint; readonly isThere: boolean }
  /** TICK_MS have passed. */
  | { readonly kind: 'tick' }
  /** The server will end before long: it makes no allocation any more. */
  | { readonly kind: 'draining' }
  /** The server is about to end. */
  | { readonly kind: 'closing' };

/** Send to the client, padded as its transport needs. Data may be dropped when the client reads slowly. */
export interface ToClient {
  readonly kind: 'reply';
  readonly fiveTuple: FiveTuple;
  readonly bytes: Uint8Array;
  readonly isData: boolean;
}

/** Send from the relayed socket to a peer. */
export interface ToPeer {
  readonly kind: 'relay';
  readonly allocation: number;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** What is to be done. */
export type TurnServerOutput =
  | ToClient
  | ToPeer
  /** Open a relayed socket at that endpoint, and answer with `opened` or `open-failed`. */
  | { readonly kind: 'open-relay'; readonly allocation: number; readonly at: Endpoint }
  /** Close the relayed socket, if need be as soon as it is open. */
  | { readonly kind: 'close-relay'; readonly allocation: number; readonly reason: ReleaseReason }
  /** Nothing more: the allocation is made, and its client is told. */
  | {
      readonly kind: 'allocated';
      readonly allocation: number;
      readonly fiveTuple: FiveTuple;
      readonly relayed: Endpoint;
      readonly credentials: Pick<Credentials, 'user' | 'session'>;
    };

/** Why an allocation ends. */
export type ReleaseReason =
  /** Its socket could not be opened. */
  | 'not-opened'
  /** Its client wants it no more. */
  | 'given-up'
  /** Its client has not prolonged it. */
  | 'expired'
  /** The connection of its client has ended. */
  | 'disconnected'
  /** The session of its credentials is gone. */
  | 'orphaned'
  /** The server ends. */
  | 'closing';
