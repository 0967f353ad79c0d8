/**
 * The contract between a sans-IO session and whatever drives it: real sockets (net/driver) or the simulated lab.
 * A session holds no socket, timer, clock or randomness. After every `handle…` call the driver polls until `wait` or
 * `done`. Times are milliseconds of any one monotonic clock.
 */
import type { Endpoint } from './endpoint.ts';

/** A datagram that came to one of the session's sockets. */
export interface Arrival {
  readonly socket: string;
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

/** A datagram that the system refused to send. */
export interface SendFailure {
  readonly socket: string;
  readonly to: Endpoint;
  /** The system's code, such as `ENETUNREACH`. */
  readonly code: string;
}

/** How a TCP connection attempt that the session asked for ended: `accepted`, or `failed` whatever the cause. */
export interface ConnectOutcome {
  readonly to: Endpoint;
  readonly outcome: 'accepted' | 'failed';
}

export type Output<Result> =
  | {
      readonly kind: 'transmit';
      readonly socket: string;
      readonly to: Endpoint;
      readonly bytes: Uint8Array;
      /** Routers that it may pass; the system's own number when left out. */
      readonly ttl?: number;
    }
  /** Try a TCP connection and answer with handleConnect. */
  | { readonly kind: 'connect'; readonly to: Endpoint }
  /** Nothing to do before `until`, or before a datagram comes; Infinity waits for a datagram only. */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'done'; readonly result: Result };

export interface Session<Result> {
  /** The names of the local UDP sockets that it uses; the driver opens one for each, all different. */
  readonly sockets: readonly string[];
  handleDatagram(now: number, arrival: Arrival): void;
  handleSendFailure(now: number, failure: SendFailure): void;
  handleConnect(now: number, outcome: ConnectOutcome): void;
  /** To be called when the deadline of `wait` has come; earlier calls are harmless. */
  handleTimeout(now: number): void;
  poll(now: number): Output<Result>;
}
