/** What is known about the ways to reach this side. Only the functions of this folder change it. */
import type { Endpoint } from '../../endpoint.ts';
import type { SharedSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { PathMode } from '../options.ts';
import type { MappedPort } from './mapped-port.ts';
import type { RelayResult } from './relay.ts';
import type { TurnServerChoice } from './turn-choice.ts';

export interface ReachabilityOptions {
  /** The socket to punch from; null in the mode `relay-only`. */
  readonly socket: UdpSocket | null;
  readonly server: Endpoint;
  readonly mode: PathMode;
  /** The port of the router that leads to the socket; left out when none is sought. */
  readonly mappedPort?: Pick<MappedPort, 'toward'> | null;
  readonly openRelay: (servers: readonly TurnServerChoice[], signal: AbortSignal) => Promise<RelayResult>;
  readonly onNotice: (text: string) => void;
}

export interface State {
  readonly options: ReachabilityOptions;
  readonly ended: AbortController;
  readonly direct: SharedSocket | null;
  /** The relay, while there is one. */
  relay: { readonly socket: RelaySocket; readonly shared: SharedSocket } | null;
  /** The search for a relay, once it has begun. */
  seeking: Promise<RelaySocket | null> | null;
  /** Why each TURN server gave no relay. */
  details: readonly string[];
  /** The callbacks for the loss of the relay. */
  readonly relayUsers: Set<() => void>;
  /** Whether the server is reached over the socket itself; null while that is not known. */
  isDirect: boolean | null;
}
