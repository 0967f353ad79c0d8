/** What the process that has the links to the partners, and the workers that have the sockets, tell each other. */
import type { Endpoint } from '../../src/endpoint.ts';
import type { HandOver } from '../stun/decisions/hand-over.ts';
import type { PartnerFacts, Passed } from './decisions/passage.ts';

export type { PartnerFacts } from './decisions/passage.ts';

export type FromWorkerForLink = Passed;

export type FromLinkForWorker =
  /** How it stands with the partner of each family; told again and again, since it counts for a while only. */
  | { readonly kind: 'partners'; readonly facts: readonly PartnerFacts[] }
  /** Send a sealed datagram from the primary socket. */
  | { readonly kind: 'send-to-partner'; readonly bytes: Uint8Array; readonly to: Endpoint }
  /** Answer a request that came to the partner. */
  | { readonly kind: 'answer-for-partner'; readonly handOver: HandOver };
