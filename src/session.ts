/**
 * The one contract between a sans-IO session and whoever drives it: real sockets (net/driver) or the simulated lab.
 *
 * A session holds no socket, timer, clock or randomness. After every `handle…` call its driver polls until `wait` or
 * `done`. Times are milliseconds of any one monotonic clock, and come first.
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

/** A datagram to be sent. */
export interface Transmit {
  readonly kind: 'transmit';
  readonly socket: string;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  /** How many routers it may pass; the system's own number when left out. */
  readonly ttl?: number;
}

/** Nothing is to be done before `until`, or before a datagram comes; Infinity waits for a datagram only. */
export interface Wait {
  readonly kind: 'wait';
  readonly until: number;
}

/** Asks for a TCP connection; answered by `handleConnect`. */
export interface Connect {
  readonly kind: 'connect';
  /** It leaves from the local address of that socket, so that it goes the way that the socket's datagrams go. */
  readonly socket: string;
  readonly to: Endpoint;
}

/** Nothing more will come. */
export interface Done<Result> {
  readonly kind: 'done';
  readonly result: Result;
}

/** Something that happened, for the session's owner. */
export interface EventOutput<Event> {
  readonly kind: 'event';
  readonly event: Event;
}

/** What every driver does for a session. */
export type Output<Result> = Transmit | Wait | Connect | Done<Result>;

/**
 * `Extra` are outputs beyond these, which the driver hands to the session's owner: events, for most.
 * What `handleDatagram` returns is for who calls it directly.
 */
export interface Session<Result, Extra extends { readonly kind: string } = never> {
  handleDatagram(now: number, arrival: Arrival): unknown;
  handleSendFailure(now: number, failure: SendFailure): void;
  /** Only of a session that asks for connections. */
  handleConnect?(now: number, outcome: ConnectOutcome): void;
  /** To be called when the deadline of `wait` has come; earlier calls are harmless. */
  handleTimeout(now: number): void;
  poll(now: number): Output<Result> | Extra;
}

/** Whether it is an output that every driver knows. */
export function isCommon<Result, Extra extends { readonly kind: string }>(
  output: Output<Result> | Extra,
): output is Output<Result> {
  const { kind } = output;
  return kind === 'transmit' || kind === 'wait' || kind === 'connect' || kind === 'done';
}
