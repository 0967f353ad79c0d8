/** The state of a node: its lease, its rooms, its clients and those of other nodes. Only the rules beside this file change it. */
import type { StunOffer } from '../../../src/rendezvous/protocol/fields.ts';
import type { RendezvousInput } from '../../rendezvous/decisions/input-output.ts';
import type { RendezvousLimits } from '../../rendezvous/decisions/limits.ts';
import type { Rendezvous } from '../../rendezvous/decisions/rendezvous.ts';
import type { RelayOffer } from '../../turn/choice/offer.ts';
import type { ClusterOutput } from './input-output.ts';

export type ConnectionInput = Extract<RendezvousInput, { readonly kind: 'message' | 'pong' | 'ping' }>;

/** A connection of this node, or, with a negative number, one of another node whose room may be this one's. */
export interface Client {
  readonly number: number;
  readonly source: string;
  /** Whose it is, and its number there; null for this node's. */
  readonly guestOf: { readonly node: string; readonly number: number } | null;
  /** What its peer is told, where it is another node's. */
  readonly stun: StunOffer | undefined;
  /** The region of its node, where it is another node's. */
  readonly near: string | undefined;
  stage:
    | { readonly kind: 'new' }
    /** Its room is asked for; what it has said, the join first. */
    | ({ readonly kind: 'looking' } & Unmet)
    | { readonly kind: 'here' }
    /** Its room is at another node; with its join until that is answered. */
    | {
        readonly kind: 'away';
        readonly home: string;
        readonly unmet: Unmet | null;
        /** When it was sent there. */
        readonly since: number;
      };
  /** The state of its bucket of inputs (../../limit/bucket.ts), where its home is away. */
  arrivalMs: number;
}

/** A room that is asked for, and who waits for it. */
export interface Lookup {
  /** Which answer is waited for. */
  claim: number;
  /** When it is asked for again; infinite while there is no answer yet. */
  retryAt: number;
  readonly clients: Set<Client>;
}

/** A join, and what was said after it, that nobody has answered yet. */
export interface Unmet {
  readonly room: string;
  readonly said: ConnectionInput[];
}

export interface HomeRoom {
  /** The digests that Redis has been told. */
  readonly kept: Map<string, string>;
  /** The relay that was chosen for it. */
  relay: string | null;
  renewAt: number;
}

/** What goes to another node and comes from it. */
export interface Link {
  /** It changes when this node has lost what the other may have said. */
  epoch: string;
  /** The epoch before it, which the other may believe in until it hears of this one; and since when. */
  former: string | null;
  since: number;
  sent: number;
  /** The epoch of the other, and the number that comes next; null before its first message. */
  theirs: { readonly epoch: string; next: number } | null;
}

export interface ClusterCounts {
  /** How often all rooms were given up, since no beat had arrived for too long. */
  lapses: number;
  /** How often a link to another node was begun anew, since something on it may have been lost. */
  restarts: number;
  /** How often what a node offers was nothing that a node says. */
  badOffers: number;
}

/** The name of a node: the 32 bits in its tickets, as 8 hexadecimal digits. */
export function nodeName(node: number): string {
  return node.toString(16).padStart(8, '0');
}

export interface State {
  /** The name of this node. */
  readonly node: string;
  readonly stun: StunOffer;
  /** Where this node is; null where that is not told. */
  readonly region: string | null;
  /** Reads what this node's relay has to offer; null where there is none to hand out. */
  readonly readRelay: () => RelayOffer | null;
  readonly limits: Pick<RendezvousLimits, 'burst' | 'perSecond' | 'controlBurst' | 'controlPerSecond'>;
  readonly rendezvous: Rendezvous;
  readonly randomBytes: (length: number) => Uint8Array;
  isUp: boolean;
  /** Whether the node may act as the home of rooms: from its first beat on, until one is overdue. */
  isServing: boolean;
  isClosing: boolean;
  /** Whether it becomes the home of no further room. */
  isDraining: boolean;
  /** When the last beat that has arrived was sent. */
  provenAt: number;
  beatAt: number;
  term: string | null;
  /** The rooms that are this node's. */
  readonly rooms: Map<string, HomeRoom>;
  readonly lookups: Map<string, Lookup>;
  /** How often a room was asked for. */
  claims: number;
  readonly clients: Map<number, Client>;
  /** The numbers here of the clients of other nodes, by those nodes and their numbers there. */
  readonly guests: Map<string, Map<number, number>>;
  guestNumbers: number;
  readonly counts: ClusterCounts;
  /** The TURN users of sessions of this node, by the nodes whose relays they were offered. */
  readonly attending: Map<string, Set<string>>;
  /** The TURN users of other nodes' sessions that may use this node's relay, by those nodes. */
  readonly visiting: Map<string, Set<string>>;
  readonly links: Map<string, Link>;
  outputs: ClusterOutput[];
}
