/** What is known of the ways to reach this side. Changed by the functions of this folder only. */
import type { Endpoint } from '../../endpoint.ts';
import type { SharedSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { PathMode } from '../options.ts';
import type { MappedPort } from './mapped-port.ts';
import type { RelayResult } from './relay.ts';
import type { TurnServerChoice } from './turn-choice.ts';

export interface ReachabilityOptions {
  /** Null in the mode `relay-only`. */
  readonly socket: UdpSocket | null;
  readonly server: Endpoint;
  readonly mode: PathMode;
  /** A port of the router that leads to the socket; left out, none is sought. */
  readonly mappedPort?: Pick<MappedPort, 'toward'> | null;
  readonly openRelay: (servers: readonly TurnServerChoice[], signal: AbortSignal) => Promise<RelayResult>;
  readonly onNotice: (text: string) => void;
}

export interface State {
  readonly options: ReachabilityOptions;
  readonly ended: AbortController;
  readonly direct: SharedSocket | null;
  /** The relay, as long as it is there. */
  relay: { readonly socket: RelaySocket; readonly shared: SharedSocket } | null;
  /** The search for a relay, once it has begun. */
  seeking: Promise<RelaySocket | null> | null;
  /** Why each TURN server gave no relay. */
  details: readonly string[];
  /** Those who are told when the relay is lost. */
  readonly relayUsers: Set<() => void>;
  /** Whether the server is reached over the socket itself; null while that is not known. */
  isDirect: boolean | null;
}
