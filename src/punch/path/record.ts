/** The record of one path while it is driven, and how each event changes it. */
import type { PairReport } from '../../ice/checklist/pair.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { SocketSet } from '../../net/socket-set.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { PathSession } from '../attempt/path-session.ts';
import { type PathState, STATE_AFTER } from '../attempt/path-state.ts';
import { END_AFTER, type PathEnd } from './end.ts';

/**
 * The controlling side is connected once the other side has answered its nomination, while the check of the other side may
 * still be unanswered. So a side that ends the path at once goes on answering for this long, or until data from the peer
 * shows that the peer has its path too.
 */
const LINGER_MS = 300;
const LINGER_RTTS = 4;
/** How many datagrams of the peer are kept until there is a receiver. */
const MAX_EARLY = 64;

/** A number of datagrams, and of the bytes in them. */
export interface Traffic {
  datagrams: number;
  bytes: number;
}

export interface PathRecord {
  readonly session: PathSession;
  /** The sockets that were given. */
  readonly sockets: Record<string, UdpSocket>;
  /** The sockets that the session has asked for. */
  readonly opened: SocketSet;
  /** The datagrams that came before there was a receiver. */
  readonly early: Uint8Array[];
  /** Resolves when the peer no longer needs this side's answers. */
  readonly settled: PromiseWithResolvers<void>;
  readonly closed: PromiseWithResolvers<PathEnd>;
  readonly sent: Traffic;
  readonly received: Traffic;
  sendFailures: number;
  /** The time until which the peer may need answers. */
  answersUntil: number;
  state: PathState;
  /** How the path ended; null while it has not. */
  end: PathEnd | null;
  /** When the path became connected; null before that. */
  openedAt: number | null;
  /** The pair that was selected last, and when that was. */
  selected: { readonly pair: PairReport; readonly at: number } | null;
  pairSwitches: number;
  tellState: (state: PathState) => void;
  /** Called when another pair has been selected. */
  tellRoute: () => void;
  /** The receiver of datagrams; null before one is set. */
  receive: ((bytes: Uint8Array) => void) | null;
}

export function createRecord(parts: Pick<PathRecord, 'session' | 'sockets' | 'opened'>): PathRecord {
  return {
    ...parts,
    early: [],
    settled: Promise.withResolvers(),
    closed: Promise.withResolvers(),
    sent: { datagrams: 0, bytes: 0 },
    received: { datagrams: 0, bytes: 0 },
    sendFailures: 0,
    answersUntil: Number.NEGATIVE_INFINITY,
    state: 'live',
    end: null,
    openedAt: null,
    selected: null,
    pairSwitches: 0,
    tellState: () => {},
    tellRoute: () => {},
    receive: null,
  };
}

/** Records an event of the session, before its owner is told about it. */
export function noteEvent(record: PathRecord, event: IceEvent): void {
  if (event.kind === 'connected') {
    record.openedAt = event.at;
    record.answersUntil = event.at + Math.max(LINGER_MS, LINGER_RTTS * event.rttMs);
  }
  if (event.kind === 'pair-switched') record.pairSwitches++;
  if (event.kind === 'connected' || event.kind === 'pair-switched') {
    record.selected = { pair: event.pair, at: event.at };
  }
  const reason = END_AFTER[event.kind];
  if (reason) endPath(record, { reason, at: event.at });
}

/** Tells the state and the route that an event leads to, after the owner was told about the event. */
export function followEvent(record: PathRecord, { kind }: IceEvent): void {
  become(record, STATE_AFTER[kind] ?? record.state);
  if (kind === 'pair-switched') record.tellRoute();
}

export function become(record: PathRecord, next: PathState): void {
  if (next === record.state) return;
  record.state = next;
  record.tellState(next);
}

/** Records the end of the path; only the first end counts. */
export function endPath(record: PathRecord, end: PathEnd): void {
  if (record.end) return;
  record.end = end;
  record.closed.resolve(end);
}

/** Records a datagram of the peer's application, which shows that the peer has its path too. */
export function deliver(record: PathRecord, bytes: Uint8Array): void {
  count(record.received, bytes);
  record.settled.resolve();
  if (record.receive) record.receive(bytes);
  else if (record.early.length < MAX_EARLY) record.early.push(bytes);
}

export function count(traffic: Traffic, bytes: Uint8Array): void {
  traffic.datagrams++;
  traffic.bytes += bytes.length;
}

/** Sets the receiver, which gets what came earlier at once. */
export function setReceiver(record: PathRecord, receive: (bytes: Uint8Array) => void): void {
  record.receive = receive;
  for (const bytes of record.early.splice(0)) receive(bytes);
}

/** Sets the receiver of states, which gets the present state at once unless that is `live`. */
export function setStateReceiver(record: PathRecord, receive: (state: PathState) => void): void {
  record.tellState = receive;
  if (record.state !== 'live') receive(record.state);
}
