/** How much the rendezvous takes from its clients, and how long it waits for them. */
import { ROOM_PEERS_MAX } from '../../../src/rendezvous/protocol/bounds.ts';

export interface RendezvousLimits {
  /** Sessions in all, including those that lost their connection. */
  readonly peers: number;
  /**
   * Sessions that joined first from one source (../../limit/source.ts), and rooms that it has opened. It may join, and
   * ask for tickets, twice as often at once, and as often again in each minute.
   */
  readonly peersPerSource: number;
  /** At most ROOM_PEERS_MAX, which clients count on. */
  readonly peersPerRoom: number;
  readonly rooms: number;
  /** A connection's messages: `burst` at once, and then `perSecond`. */
  readonly burst: number;
  readonly perSecond: number;
  /**
   * A connection's pings, and pongs that nobody asked for, likewise. Those between the fragments of a message are kept
   * with whatever was read together with them, so that without a bound a small fragment would hold a whole read in
   * memory.
   */
  readonly controlBurst: number;
  readonly controlPerSecond: number;
  readonly joinTimeoutMs: number;
  readonly pingIntervalMs: number;
  /**
   * A connection that brings neither a message nor a pong for this long is dead. It spans three pings, so that two may
   * be lost.
   */
  readonly silenceMs: number;
  /**
   * How long an id is kept for its owner after the connection is lost. A client that sees its connection end comes back
   * at once; a longer time would keep out the same peer in a new process, which has no resume key.
   */
  readonly resumeMs: number;
  readonly ticketMs: number;
}

export const DEFAULT_LIMITS: RendezvousLimits = {
  peers: 12_000,
  // This is a twenty-third of all. A carrier's NAT has some hundred customers behind an address, few of whom meet peers
  // at the same time; a developer's swarm of 64 fits eight times.
  peersPerSource: 512,
  peersPerRoom: ROOM_PEERS_MAX,
  rooms: 12_000,
  // A WebRTC agent trickles some 40 candidates at once.
  burst: 128,
  perSecond: 32,
  // A client that checks whether its server is there pings once every few seconds.
  controlBurst: 32,
  controlPerSecond: 2,
  joinTimeoutMs: 5_000,
  pingIntervalMs: 15_000,
  silenceMs: 45_000,
  resumeMs: 5_000,
  ticketMs: 120_000,
};

/** How often the timeouts are checked; each is late by at most this much. */
export const TICK_MS = 1_000;
/** When a peer is to come back that wanted to open a room of a server which is about to end. */
export const DRAIN_RETRY_MS = 1_000;
/** When a join may find out whether the owner of its id is there, who has just joined and not answered yet. */
export const UNANSWERED_RETRY_MS = 1_000;
