/** What is known of one path while it is driven, and what each thing that happens makes of it. */
import type { PairReport } from '../../ice/checklist/pair.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { SocketSet } from '../../net/socket-set.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { PathSession } from '../attempt/path-session.ts';
import { END_AFTER, type PathEnd } from './end.ts';
import { type PathState, STATE_AFTER } from './state.ts';

/**
 * The controlling side is connected once the other has answered its nomination, whose own check may still be open then:
 * who ends the path at once goes on answering for so long, or until data shows that the peer has its path too.
 */
const LINGER_MS = 300;
const LINGER_RTTS = 4;
/** Datagrams of the peer kept for a receiver that is not there yet. */
const MAX_EARLY = 64;

/** A number of datagrams, and of the bytes in them. */
export interface Traffic {
  datagrams: number;
  bytes: number;
}

export interface PathRecord {
  readonly session: PathSession;
  /** The sockets given. */
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  /** The sockets that the session has asked for. */
  readonly opened: SocketSet;
  /** What came before there was a receiver. */
  readonly early: Uint8Array[];
  /** Resolves when the peer does not need this side's answers any more. */
  readonly settled: PromiseWithResolvers<void>;
  readonly closed: PromiseWithResolvers<PathEnd>;
  readonly sent: Traffic;
  readonly received: Traffic;
  sendFailures: number;
  /** Until when the peer may need answers. */
  answersUntil: number;
  state: PathState;
  /** Null while it has not ended. */
  end: PathEnd | null;
  /** When it became connected; null before. */
  openedAt: number | null;
  /** The pair that was selected last, and when. */
  selected: { readonly pair: PairReport; readonly at: number } | null;
  pairSwitches: number;
  tellState: (state: PathState) => void;
  /** Null before there is a receiver. */
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
    receive: null,
  };
}

/** Takes in what the session tells, before its owner is told of it. */
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

/** Tells of the state that an event leads to, after its owner was told of the event. */
export function followEvent(record: PathRecord, { kind }: IceEvent): void {
  become(record, STATE_AFTER[kind] ?? record.state);
}

export function become(record: PathRecord, next: PathState): void {
  if (next === record.state) return;
  record.state = next;
  record.tellState(next);
}

/** Of several ends the first one counts. */
export function endPath(record: PathRecord, end: PathEnd): void {
  if (record.end) return;
  record.end = end;
  record.closed.resolve(end);
}

/** Takes in a datagram of the peer's own, which shows that the peer has its path too. */
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

/** What came before is given to the receiver at once. */
export function setReceiver(record: PathRecord, receive: (bytes: Uint8Array) => void): void {
  record.receive = receive;
  for (const bytes of record.early.splice(0)) receive(bytes);
}

/** It is given the present state at once, unless that is `live`. */
export function setStateReceiver(record: PathRecord, receive: (state: PathState) => void): void {
  record.tellState = receive;
  if (record.state !== 'live') receive(record.state);
}
