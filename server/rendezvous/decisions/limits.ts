/** How much the rendezvous takes from strangers, and how long it waits for them. */
import { ROOM_PEERS_MAX } from '../../../src/rendezvous/protocol/bounds.ts';

export interface RendezvousLimits {
  /** Sessions in all, those that lost their connection among them. */
  readonly peers: number;
  /**
   * Sessions from one source (../limit/source.ts), counted where they joined first; and as many rooms that it has opened. It may join, and
   * ask for tickets, twice as often at once, and as often again in each minute.
   */
  readonly peersPerSource: number;
  /** At most ROOM_PEERS_MAX, which clients count on. */
  readonly peersPerRoom: number;
  readonly rooms: number;
  /** A connection's messages: a bucket of `burst`, and one more every 1000 / `perSecond` ms. */
  readonly burst: number;
  readonly perSecond: number;
  /**
   * A connection's pings, and pongs that nobody asked for: a bucket likewise. Between the fragments of a message they are
   * kept with what was read together with them, so that without a bound a small fragment holds a whole read.
   */
  readonly controlBurst: number;
  readonly controlPerSecond: number;
  readonly joinTimeoutMs: number;
  readonly pingIntervalMs: number;
  /** Neither message nor pong for that long: the connection is dead. Three pings, so that two may be lost. */
  readonly silenceMs: number;
  /**
   * How long an id is kept for its owner after the connection is lost: for coming back at once, which a client does that
   * sees its end. Longer would keep out the same peer in a new process, which knows no resume key.
   */
  readonly resumeMs: number;
  readonly ticketMs: number;
}

export const DEFAULT_LIMITS: RendezvousLimits = {
  peers: 12_000,
  // A twenty-third of all. A carrier's NAT has some hundred customers behind an address, of whom few meet peers at a time;
  // a developer's swarm of 64 fits eight times.
  peersPerSource: 512,
  peersPerRoom: ROOM_PEERS_MAX,
  rooms: 12_000,
  // A WebRTC agent trickles some 40 candidates at once.
  burst: 128,
  perSecond: 32,
  // A client that looks whether its server is there pings once in a few seconds.
  controlBurst: 32,
  controlPerSecond: 2,
  joinTimeoutMs: 5_000,
  pingIntervalMs: 15_000,
  silenceMs: 45_000,
  resumeMs: 5_000,
  ticketMs: 120_000,
};

/** How often the time-outs are looked at; each is late by that much at most. */
export const TICK_MS = 1_000;
