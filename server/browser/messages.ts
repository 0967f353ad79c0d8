/** What the process that has the pages, and the workers that have the sockets, tell each other. */
import type { Endpoint } from '../../src/endpoint.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';

/** A datagram that names a fragment which is there. */
export type FromWorkerForPages = { readonly kind: 'browser-datagram'; readonly bytes: Uint8Array } & EndpointPair;

export type FromPagesForWorker =
  /** A fragment that datagrams may name from now on, or no longer. */
  | { readonly kind: 'browser-fragment'; readonly fragment: string; readonly isThere: boolean }
  /** Send this from one of the server's endpoints. */
  | { readonly kind: 'transmit'; readonly from: Endpoint; readonly to: Endpoint; readonly bytes: Uint8Array };
