/** What the rendezvous knows: connections, sessions in rooms, tickets. Changed by the rules beside this file only. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { ToldBehavior, TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import type { RendezvousCounts } from './counts.ts';
import type { RendezvousOutput } from './input-output.ts';
import type { RendezvousLimits } from './limits.ts';

/** Those who share an address, together. */
export interface Source {
  connections: number;
  /** Who joined from it first, those that lost their connection among them. */
  peers: number;
  /** Those that it has opened and that are still there. */
  rooms: number;
  /** Its bucket of joins and tickets, as the theoretical arrival time (GCRA). */
  arrivalMs: number;
}

export interface Connection {
  readonly id: number;
  readonly source: Source;
  readonly openedAt: number;
  heardAt: number;
  /** Of its message bucket: the theoretical arrival time (GCRA). */
  arrivalMs: number;
  /** The same of its bucket of control frames. */
  controlArrivalMs: number;
  session: Session | null;
  /** The ping that is under way. */
  ping: { readonly payload: string; readonly sentAt: number } | null;
  pingedAt: number;
  /** The last round trips, in ms. */
  readonly rttsMs: number[];
}

export interface Ask {
  readonly candidates: readonly string[];
  readonly behavior: ToldBehavior;
  /** Introduced on the strength of this ask: the next introduction takes another one. */
  readonly spent: boolean;
}

export interface Ticket {
  readonly username: string;
  readonly password: string;
  readonly expiresAt: number;
  readonly session: Session;
}

export interface Session {
  readonly id: string;
  /** From which it joined first. */
  readonly source: Source;
  readonly room: Room;
  readonly resumeKey: string;
  /** As whom it uses TURN servers: a name that tells nothing, and is nobody else's. */
  readonly turnUser: string;
  connection: Connection | null;
  /** When the connection was lost. */
  lostAt: number;
  ticket: Ticket | null;
  /** What came with a ticket of this connection. */
  endpoint: Endpoint | null;
  /** By the id of the peer that is asked for. */
  readonly asks: Map<string, Ask>;
}

export interface Room {
  readonly name: string;
  readonly opener: Source;
  readonly sessions: Map<string, Session>;
}

export interface State {
  readonly limits: RendezvousLimits;
  readonly stun: { readonly port: number; readonly altPort: number };
  /** What a join has to show; null lets everybody in. */
  readonly authToken: string | null;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The TURN servers that a user is told of, with credentials made at that moment. */
  readonly turnFor: (user: string) => readonly TurnServer[];
  readonly connections: Map<number, Connection>;
  /** By name (../limit/source.ts). */
  readonly sources: Map<string, Source>;
  readonly rooms: Map<string, Room>;
  /** As whom the sessions that there are use TURN servers. */
  readonly turnUsers: Set<string>;
  /** By username. */
  readonly tickets: Map<string, Ticket>;
  sessions: number;
  readonly counts: RendezvousCounts;
  /** What the last input led to, until it is taken. */
  outputs: RendezvousOutput[];
}

/** The peer of that id in the session's room. */
export function peerOf({ room }: Session, id: string): Session | undefined {
  return room.sessions.get(id);
}

/** Whether each of the two has asked for the other. */
export function arePaired(one: Session, other: Session): boolean {
  return one.asks.has(other.id) && other.asks.has(one.id);
}

export function createConnection(now: number, id: number, source: Source): Connection {
  return {
    id,
    source,
    openedAt: now,
    heardAt: now,
    arrivalMs: now,
    controlArrivalMs: now,
    session: null,
    ping: null,
    pingedAt: now,
    rttsMs: [],
  };
}
