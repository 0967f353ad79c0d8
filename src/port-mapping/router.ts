/** A router that answers when it is asked for a port, whatever the protocol. */
import { isIPv4 } from 'node:net';
import { scopeOf } from '../address-scope.ts';
import type { Endpoint } from '../endpoint.ts';
import type { MappingProtocol, MappingRefusal } from '../nat/router.ts';

export interface PortRequest {
  readonly internalPort: number;
  /** The port that is wished for; a router may give another one. */
  readonly externalPort: number;
  readonly lifetimeS: number;
}

export interface PortGrant {
  /** Where anyone may send to. */
  readonly external: Endpoint;
  /** As the router says, however long. */
  readonly lifetimeS: number;
}

export type MapResult =
  | ({ readonly outcome: 'granted' } & PortGrant)
  | {
      readonly outcome: 'refused';
      readonly reason: Extract<MappingRefusal, 'no-wan-address' | 'router-refuses'>;
      /** After how many seconds another answer may come, if the router says so. */
      readonly retryAfterS?: number;
    };

export const REFUSED = { outcome: 'refused', reason: 'router-refuses' } as const;
/** A router that does not say its address is not asked: nobody would know where the mapping is. */
export const NO_WAN_ADDRESS = { outcome: 'refused', reason: 'no-wan-address' } as const;

/** Its requests take no signal but end by themselves, in a few seconds: what was given must be known to be given back. */
export interface Router {
  readonly protocol: MappingProtocol;
  /** Where it answers. */
  readonly endpoint: Endpoint;
  /** Its address toward the outside; null when it does not say, has none, or says it only of a mapping. */
  readonly wan: string | null;
  /** Whether it translates nothing, and opens its firewall for the port: IPv6. */
  readonly isPinhole: boolean;
  /** Maps a UDP port to this host's address. The same request again renews. */
  readonly map: (request: PortRequest) => Promise<MapResult>;
  readonly unmap: (mapped: Pick<PortRequest, 'internalPort' | 'externalPort'>) => Promise<void>;
}

/** Searches until a router is found or the signal aborts, which gives null; then nothing of the search is left. */
export type FindRouter = (signal: AbortSignal) => Promise<Router | null>;

/** How long one request may take that has to be brought to its end. */
export const REQUEST_TIMEOUT_MS = 1_500;

/**
 * @returns null for what is no address that a router can have on its outside: RFC 6886 and routers without a link say
 * 0.0.0.0; what is no IPv4 address, or one of a loopback, a link or a group, would be reported as a NAT beyond the router.
 */
export function wanAddress(text: string | null | undefined): string | null {
  return text && isIPv4(text) && ['global', 'private'].includes(scopeOf(text)) ? text : null;
}
