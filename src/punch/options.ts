/** The options of a punch, and of a room for several peers. */
import type { Endpoint, Family } from '../endpoint.ts';
import type { Resolver } from '../net/lookup/resolver.ts';
import type { DgramSocket, OpenSocket } from '../net/udp-socket.ts';
import type { RoomSeal } from './attempt/seal.ts';
import type { TurnServerChoice } from './reachability/turn-choice.ts';
import type { PunchFailure } from './report/report.ts';
import type { PunchEvent } from './report/steps.ts';
import type { PunchResult } from './result.ts';

/** The default for how long to wait for the peer. */
export const PUNCH_WAIT_MS = 60_000;

/** Which kinds of path are allowed: direct or relayed, or relayed only. */
export type PathMode = 'any' | 'direct-only' | 'relay-only';

/** Through MQTT brokers, from which the key keeps everything but that somebody meets there (docs/brokers.md). */
export interface BrokerMeetingPlace {
  readonly kind: 'broker';
  /** `mqtts://HOST[:PORT]`, `wss://HOST[:PORT]/PATH` and their like; default: public ones. Three are used at once. */
  readonly brokers?: readonly string[] | undefined;
  /** What both sides meet under at each broker: 1 to 64 characters of base64url. */
  readonly topic: string;
  /** What both sides share, and nobody else: 32 bytes. */
  readonly key: Uint8Array;
  /** A certificate authority in PEM, to trust in place of the system's. */
  readonly ca?: string | undefined;
  /** The notice where another side has your id; by default a sentence that names the id. */
  readonly sameId?: string | undefined;
}

/**
 * By two lines of fewer than 500 characters each that people pass on (docs/brokers.md). The ids of the two are `offer` and `answer`. Each
 * tries again at every whole ten seconds of its clock until there is a path, for as long as it waits.
 */
export interface ManualMeetingPlace {
  readonly kind: 'manual';
  /** The other side's line, where this side answers it; left out, this side makes an offer. */
  readonly offer?: string | undefined;
  /** What an offer carries for the two to share: 8 to 64 characters of base64url; random by default. `readManualLine` reads it. */
  readonly secret?: string | undefined;
  /** Called with this side's line, once it has been seen from outside. */
  readonly onLine: (line: string) => void;
  /** Called by the offering side for what the other has answered; again, with the reason, where that is of no use. */
  readonly paste: (problem: string | null) => Promise<string>;
}

/**
 * What one room of this side at a server leaves to the next one, which takes its place there although the server may not have
 * noticed that it is gone.
 */
export interface RoomSeat {
  resumeKey: string | undefined;
}

export interface RoomOptions {
  /** Your id in the room. */
  readonly id: string;
  /** `HOST` or `HOST:PORT` of a natcheck server; left out where `meeting` is given. */
  readonly server?: string | undefined;
  /** How to meet without a server: then only a relay that `turn` names can be had. */
  readonly meeting?: BrokerMeetingPlace | ManualMeetingPlace | undefined;
  /** `ws://` or `wss://` URL; by default the server's own, on port 3480, over TLS where it speaks it. */
  readonly rendezvous?: string | undefined;
  readonly room?: string | undefined;
  readonly token?: string | undefined;
  /**
   * What keeps signals and the key of the checks from the rendezvous, and from everybody else who has no part in the code that
   * it is made from. Only peers with the same one reach each other.
   */
  readonly seal?: RoomSeal | undefined;
  /**
   * Further STUN servers, as `HOST` or `HOST:PORT`, which show what a server with one address alone cannot; without a server those
   * that see this side's sockets, by default public ones.
   */
  readonly stunServers?: readonly string[] | undefined;
  /** TURN servers in addition to those that the rendezvous names. */
  readonly turn?: readonly TurnServerChoice[] | undefined;
  /**
   * Default `any`: direct where it is possible, else relayed. With `relay-only` this host sends packets
   * to the TURN servers and the rendezvous only, and nothing that the peer is told says where this host is.
   */
  readonly mode?: PathMode | undefined;
  /** Whether to ask this host's router for a port (UPnP-IGD, PCP, NAT-PMP), which delays nothing; default true. */
  readonly portMapping?: boolean | undefined;
  /**
   * The only family in which a direct path is tried. Left out, both are where this host and the server have both: the peer is
   * told of a socket of each.
   */
  readonly family?: Family | undefined;
  /**
   * The local address to send from, whose family is then the only one; default: that of the interface which leads to the
   * server, in each family.
   */
  readonly local?: string | undefined;
  /**
   * A bound UDP socket to punch from, in place of a new one. Its `message` events are taken as long as the punch or its path
   * lasts; closing it is up to you.
   */
  readonly socket?: DgramSocket | undefined;
  /** Opens the sockets that a path may go on; default: Node's own. `socket` takes the place of the first. */
  readonly openSocket?: OpenSocket | undefined;
  readonly resolver?: Resolver | undefined;
  /** Where the former room of this side, with the same id, has left its place. */
  readonly seat?: RoomSeat | undefined;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the server sees this side at another endpoint than before, and so first when peers can be met. */
  readonly onSeen?: ((own: Endpoint) => void) | undefined;
  /** Called with one line of text when something unusual happens to the room, and with what is done about it. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

/** A room of the rendezvous that this side is in, to meet any number of peers there; disposing of it ends all of that. */
export interface PunchRoom extends AsyncDisposable {
  /**
   * Opens a path to a peer, who has to connect to this one as well. Any number of peers can be connected to at once, each
   * one at a time; a path lasts until it, or the room, is disposed of.
   * @throws UsageError when the peer is this side itself, or is being connected to already; the signal's reason when
   * aborted, an AbortError when the room is left; what `onEvent` throws.
   */
  readonly connect: (peer: string, options?: ConnectOptions) => Promise<PunchResult>;
  /**
   * Yields the id of a peer each time that it asks for this one and is not being connected to, for as long as the room
   * lasts. At most 64 unread ids are kept, each once. There can be one reader only.
   */
  readonly incoming: AsyncIterable<string>;
  /**
   * Yields the id of each peer that is in the room when this side joins it, or comes later, as far as the server tells; again
   * when the room has been rejoined. At most 64 unread ids are kept, each once. There can be one reader only.
   */
  readonly present: AsyncIterable<string>;
  /** Resolves when nobody can be met in the room any more, with the reason; stays pending while somebody can. */
  readonly over: Promise<{ readonly reason: PunchFailure; readonly detail: string | null }>;
  /**
   * To be called when a path has fallen silent, or the network has changed: before the next peer is asked for, the server sees
   * anew where this side is, and the relay has to answer or is replaced.
   */
  readonly doubt: () => void;
  /** Resolves to whether this host sends from another address than the room does by now, so that another room has to be opened. */
  readonly isElsewhere: () => Promise<boolean>;
  /** Leaves the room at the rendezvous, so that the id is free, and keeps the paths. */
  readonly leave: () => Promise<void>;
}

/** How one peer is met. */
export interface ConnectOptions {
  /** How long to wait for the peer, from the moment that it is asked for; default PUNCH_WAIT_MS. */
  readonly waitMs?: number | undefined;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: PunchEvent) => void) | undefined;
}

export interface PunchOptions extends RoomOptions, ConnectOptions {
  /** The id of the peer. */
  readonly peer: string;
}
