/** The state of the rendezvous: connections, sessions in rooms, tickets. Only the rules beside this file change it. */
import type { Endpoint, Family } from '../../../src/endpoint.ts';
import type { StunOffer, ToldBehavior, TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import type { SocketName } from '../../stun/ticket/ticket-name.ts';
import type { Ticket, TicketAsked } from '../../stun/ticket/tickets.ts';
import type { ChosenRelays, NodeRelay, RelayOffer } from '../../turn/choice/offer.ts';
import type { RendezvousCounts } from './counts.ts';
import type { RendezvousOutput } from './input-output.ts';
import type { RendezvousLimits } from './limits.ts';

/** What all who share an address have together. */
export interface Source {
  connections: number;
  /** The peers that joined first from this source, including those that lost their connection. */
  peers: number;
  /** The rooms that it has opened and that are still there. */
  rooms: number;
  /** The state of its bucket of joins and tickets (../../limit/bucket.ts). */
  arrivalMs: number;
}

export interface Connection {
  readonly id: number;
  /** What its peer is told of STUN servers, where that is not the server's. */
  readonly stun: StunOffer | null;
  /** The region of the node that it is to; null where that has none. */
  readonly near: string | null;
  readonly source: Source;
  readonly openedAt: number;
  heardAt: number;
  /** The state of its bucket of messages. */
  arrivalMs: number;
  /** The state of its bucket of control frames. */
  controlArrivalMs: number;
  session: PeerSession | null;
  /** The ping that has not been answered yet. */
  ping: { readonly payload: string; readonly sentAt: number } | null;
  pingedAt: number;
  /** The last few round trips. */
  readonly rttsMs: number[];
}

export interface Ask {
  readonly candidates: readonly string[];
  readonly behavior: ToldBehavior;
  /** The same over IPv6, where the first socket is one over IPv4. */
  readonly behavior6?: ToldBehavior | undefined;
  /** Whether this ask has led to an introduction; the next one takes another ask. */
  readonly spent: boolean;
}

export interface IssuedTicket extends Omit<Ticket, 'password'> {
  readonly session: PeerSession;
  /** Which of the session's sockets it binds. */
  readonly socket: SocketName;
  /** The only family over which it is taken; null until the first socket has shown it. */
  family: Family | null;
}

export interface PeerSession {
  readonly id: string;
  /** The source that it joined from first. */
  readonly source: Source;
  readonly room: Room;
  readonly resumeKey: string;
  /** Its username for TURN servers, which reveals nothing, and which nobody else has. */
  readonly turnUser: string;
  /** The relays of other nodes that it was offered, which know of it until it ends. */
  readonly relays: Set<string>;
  connection: Connection | null;
  /** When the connection was lost. */
  lostAt: number;
  readonly tickets: Map<SocketName, IssuedTicket>;
  /** The endpoints that have shown a ticket of this connection, the first socket's first. */
  readonly endpoints: Map<SocketName, Endpoint>;
  /** The asks by the id of the peer that is asked for. */
  readonly asks: Map<string, Ask>;
}

export interface Room {
  readonly name: string;
  readonly opener: Source;
  readonly sessions: Map<string, PeerSession>;
  /** The names of the relays that were chosen for it. */
  relays: { readonly nodes: readonly string[]; readonly others: readonly string[] };
}

/** The TURN users of the sessions that are there, or kept for their owners. */
export interface TurnUsers {
  readonly has: (user: string) => boolean;
  readonly add: (user: string) => void;
  readonly delete: (user: string) => void;
}

export interface State {
  readonly limits: RendezvousLimits;
  readonly stun: StunOffer;
  /** The token that a join has to show; null lets everybody in. */
  readonly authToken: string | null;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The TURN servers to offer to a user, with credentials made at that moment. */
  readonly turnFor: (user: string, chosen: ChosenRelays) => readonly TurnServer[];
  /** The relays of all nodes, as was heard last. */
  relays: readonly NodeRelay[];
  /** Those that others run. */
  readonly otherRelays: readonly RelayOffer[];
  /** The name of this server's relay. */
  readonly ownRelay: string;
  /** Where this server is; null where that is not told. */
  readonly region: string | null;
  readonly connections: Map<number, Connection>;
  /** The sources by their names (../../limit/source.ts). */
  readonly sources: Map<string, Source>;
  readonly rooms: Map<string, Room>;
  /** The ids that are kept for owners who have not come to this node yet, by their rooms (kept.ts). */
  readonly kept: Map<string, Map<string, { readonly digest: string; readonly until: number }>>;
  /** The relays of such rooms, where allocations may be that go on. */
  readonly keptRelays: Map<string, { readonly relay: string; readonly until: number }>;
  /** The TURN users of all sessions. */
  readonly turnUsers: TurnUsers;
  readonly issueTicket: (now: number, asked: TicketAsked) => Ticket;
  /** The tickets that have not been replaced, by their usernames. */
  readonly tickets: Map<string, IssuedTicket>;
  sessions: number;
  /** Whether rooms are opened no more. */
  isDraining: boolean;
  readonly counts: RendezvousCounts;
  /** What the last input led to, until the caller takes it. */
  outputs: RendezvousOutput[];
}

/** The peer that has the id in the session's room. */
export function peerOf({ room }: PeerSession, id: string): PeerSession | undefined {
  return room.sessions.get(id);
}

/** Whether each of the two has asked for the other. */
export function arePaired(one: PeerSession, other: PeerSession): boolean {
  return one.asks.has(other.id) && other.asks.has(one.id);
}

export function createConnection(
  now: number,
  { id, source, stun, near }: Pick<Connection, 'id' | 'source' | 'stun' | 'near'>,
): Connection {
  return {
    id,
    source,
    stun,
    near,
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
