/**
 * What the first process and its workers tell each other. The first process has HTTP, the WebSockets, the rendezvous, the
 * pages and the links to partners; each worker serves STUN and TURN on the same endpoints.
 */
import type { MetricObject } from 'prom-client';
import type { Endpoint } from '../../src/endpoint.ts';
import type { FromPagesForWorker, FromWorkerForPages } from '../browser/messages.ts';
import type { FromLinkForWorker, FromWorkerForLink, PartnerFacts } from '../partner/messages.ts';
import type { Tls } from '../sockets/tls.ts';
import type { StartErrorCode } from '../start-error.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import type { RelayServerOptions } from '../turn/options.ts';
import type { ServicesPlan } from './plan.ts';

/** All that a worker needs to know. */
export interface WorkerStart {
  /** With the ports that are bound. */
  readonly plan: ServicesPlan;
  readonly tls?: Tls | undefined;
  /** Its limits are the worker's share. */
  readonly relay?: RelayServerOptions | undefined;
  /** Whether everybody who joins a room may use the relay. */
  readonly isOpen: boolean;
  readonly ticketSecret: Uint8Array;
  /** The secret of the credentials that the rendezvous gives to peers; null where it gives none. */
  readonly sessionSecret: string | null;
  /** How many workers share what the server may answer. */
  readonly workers: number;
  /** The sessions whose TURN users are there. */
  readonly turnUsers: readonly string[];
  /** The relayed endpoints of the other workers. */
  readonly relayed: readonly Endpoint[];
  /** How it stands with the partners; null where there is to be none. */
  readonly partners: readonly PartnerFacts[] | null;
  /** The fragments that browsers may name now; null where there are no pages. */
  readonly browserFragments: readonly string[] | null;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly start: WorkerStart }
  | { readonly kind: 'turn-user'; readonly user: string; readonly isThere: boolean }
  /** A relayed endpoint of another worker. */
  | { readonly kind: 'relayed'; readonly endpoint: Endpoint; readonly isThere: boolean }
  /** Another certificate, for whoever connects from now on. */
  | { readonly kind: 'tls'; readonly tls: Tls }
  /** Make no allocation any more. */
  | { readonly kind: 'draining' }
  /** What servers share has other secrets. */
  | ({ readonly kind: 'secrets' } & Pick<WorkerStart, 'ticketSecret' | 'sessionSecret'>)
  | FromLinkForWorker
  | FromPagesForWorker
  | { readonly kind: 'read-metrics'; readonly asked: number };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: StartErrorCode; readonly message: string }
  /** A ticket was shown from that endpoint. */
  | { readonly kind: 'bound'; readonly ticket: string; readonly endpoint: Endpoint }
  | { readonly kind: 'relayed'; readonly endpoint: Endpoint; readonly isThere: boolean }
  | FromWorkerForLink
  | FromWorkerForPages
  /** How much of its share the relay has: 1 is all. */
  | { readonly kind: 'load'; readonly load: number }
  | { readonly kind: 'allocation'; readonly told: AllocationTold }
  | { readonly kind: 'metrics'; readonly asked: number; readonly metrics: readonly MetricObject[] };
