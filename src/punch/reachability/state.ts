/** What is known about the ways to reach this side. Only the functions of this folder change it. */
import type { Endpoint } from '../../endpoint.ts';
import type { LocalCandidateSpec } from '../../ice/candidates/local-candidate.ts';
import type { SharedSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import type { OpenSocket, UdpSocket } from '../../net/udp-socket.ts';
import type { PathMode } from '../options.ts';
import type { MappedPort } from './mapped-port.ts';
import type { OtherSocket } from './other-sockets.ts';
import type { RelayResult } from './relay.ts';
import type { StunServers } from './stun-servers.ts';
import type { TurnServerChoice } from './turn-choice.ts';

export interface ReachabilityOptions {
  /** The socket to punch from; null in the mode `relay-only`. */
  readonly socket: UdpSocket | null;
  /** Opens the second socket; default: Node's own. */
  readonly openSocket?: OpenSocket | undefined;
  /** The server that sees the sockets at first, and all endpoints of its name; left out, there is no other. */
  readonly server: Endpoint;
  readonly servers?: readonly Endpoint[] | undefined;
  /** The STUN servers that see the sockets, where no server takes tickets. */
  readonly stun?: StunServers | undefined;
  readonly mode: PathMode;
  /** Asks the router to let everybody send to a socket, for as long as the caller wants; left out where routers are not asked. */
  readonly seekPinhole?: ((local: Endpoint) => void) | undefined;
  /** Whether a second socket may be opened, over the other family. */
  readonly mayHaveSecond: boolean;
  /** The sockets at other addresses of this host. */
  readonly others?: readonly OtherSocket[];
  /** The port of the router that leads to the socket; left out when none is sought. */
  readonly mappedPort?: Pick<MappedPort, 'toward' | 'onFound'> | null;
  readonly openRelay: (servers: readonly TurnServerChoice[], signal: AbortSignal) => Promise<RelayResult>;
  readonly onNotice: (text: string) => void;
}

export interface OwnRelay {
  readonly socket: RelaySocket;
  readonly shared: SharedSocket;
  /** The URL of its server. */
  readonly url: string;
}

/** Candidates that were not there when the peer was told of this side, all of one socket. */
export interface LateCandidates {
  readonly specs: readonly LocalCandidateSpec[];
  readonly name: string;
  readonly shared: SharedSocket;
}

export interface SecondSocket {
  readonly socket: UdpSocket;
  readonly shared: SharedSocket;
  readonly server: Endpoint;
  /** Where the server has last seen it, as attempts under way were told; null before that. */
  seen: Endpoint | null;
}

export interface State {
  readonly options: ReachabilityOptions;
  readonly direct: SharedSocket | null;
  /** The server that takes the tickets of the last join. */
  server: Endpoint;
  /** The socket over IPv6, once it is open; and where its server is. */
  second: SecondSocket | null;
  /** The sockets at other addresses of this host, which belong to the reachability. */
  others: readonly OtherSocket[];
  /** Aborted when the reachability ends. */
  readonly ended: AbortController;
  /** The TURN servers, as the last join has named them. */
  servers: readonly TurnServerChoice[];
  /** The relay, while there is one. */
  relay: OwnRelay | null;
  /** Whether the last relay was lost, and there is none in its place. */
  isLost: boolean;
  /** Whether the relay is being asked because nothing has been heard through it. */
  isDoubted: boolean;
  /** What is being done about the relay: a search for one, or a proof that it is still there; null when nothing is. */
  seeking: Promise<void> | null;
  /** Ends that. */
  search: AbortController;
  /** Returns how long the next search has to wait. */
  readonly nextSearchMs: (now: number) => number;
  /** The relays that are being given back. */
  readonly releases: Set<Promise<void>>;
  /** Why each TURN server gave no relay. */
  details: readonly string[];
  /** The callbacks for the loss of the relay. */
  readonly relayUsers: Set<() => void>;
  /** Called when there is something else to tell of than before. */
  onChanged: () => void;
  /** The callbacks for candidates that come while attempts are under way. */
  readonly lateUsers: Set<(late: LateCandidates) => void>;
  /** Where the server has last seen the first socket, as far as somebody has gathered for that. */
  own: Endpoint | null;
  /** Whether the server that is named was silent while that of the room, another one of many, has answered. */
  isNamedSilent: boolean;
  /** Whether the server is reached over the socket itself; null while that is not known. */
  isDirect: boolean | null;
}
