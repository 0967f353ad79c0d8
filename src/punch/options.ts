/** What a punch, or a room for several, is opened with. */
import type { Resolver } from '../net/lookup/resolver.ts';
import type { DgramSocket } from '../net/udp-socket.ts';
import type { TurnServerChoice } from './reachability/turn-choice.ts';
import type { PunchEvent } from './report/steps.ts';
import type { PunchResult } from './result.ts';

/** How long to wait for the peer. */
export const PUNCH_WAIT_MS = 60_000;

/** Which of the two ways a path may take: straight to the peer, or through a relay. */
export type PathMode = 'any' | 'direct-only' | 'relay-only';

export interface RoomOptions {
  /** Your id in the room. */
  readonly id: string;
  /** `HOST` or `HOST:PORT` of a natcheck server. */
  readonly server: string;
  /** `ws://` or `wss://` URL; by default the server's own, on port 3480, over TLS where it speaks it. */
  readonly rendezvous?: string | undefined;
  readonly room?: string | undefined;
  readonly token?: string | undefined;
  /** TURN servers beside those that the rendezvous tells of. */
  readonly turn?: readonly TurnServerChoice[] | undefined;
  /**
   * Default `any`: direct where it is possible, else relayed. With `relay-only` no packet leaves this host but toward the
   * TURN servers and the rendezvous, and nothing that the peer is told says where this host is.
   */
  readonly mode?: PathMode | undefined;
  /** Whether this host's router is asked for a port (UPnP-IGD, NAT-PMP), which holds up nothing; default true. */
  readonly portMapping?: boolean | undefined;
  /** The local address to send from; default: that of the interface which leads to the server. */
  readonly local?: string | undefined;
  /**
   * A bound UDP socket to punch from, in place of one of natcheck's own. Its `message` events are taken as long as the
   * punch or its path lasts; it stays yours to close.
   */
  readonly socket?: DgramSocket | undefined;
  readonly resolver?: Resolver | undefined;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called with one line about what is out of the ordinary with the room, and what is done about it. */
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
   * Gives the ids of peers that ask for this one, each once until it is connected to, for as long as the room lasts. At
   * most 64 are kept for who does not read them. There is one reader.
   */
  readonly incoming: AsyncIterable<string>;
}

/** How one peer is met. */
export interface ConnectOptions {
  /** From the moment that the peer is asked for; default PUNCH_WAIT_MS. */
  readonly waitMs?: number | undefined;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: PunchEvent) => void) | undefined;
}

export interface PunchOptions extends RoomOptions, ConnectOptions {
  /** The id of the peer. */
  readonly peer: string;
}
