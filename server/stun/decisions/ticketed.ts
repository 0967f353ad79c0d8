/**
 * A Binding with a ticket: short-term credentials (RFC 8489 §9.1) and a nonce. The nonce goes to the endpoint that the
 * request claims to come from, and the ticket binds only with it. Whoever forges a source never sees the nonce, so that
 * nobody can have the rendezvous send others to a victim.
 *
 *   Binding USERNAME MESSAGE-INTEGRITY-SHA256         -> 438 NONCE
 *   Binding USERNAME NONCE MESSAGE-INTEGRITY-SHA256   -> success XOR-MAPPED-ADDRESS MESSAGE-INTEGRITY-SHA256
 */
import type { Endpoint } from '../../../src/endpoint.ts';
import { checkIntegrity } from '../../../src/stun/integrity.ts';
import { attribute, isClassic, type StunMessage } from '../../../src/stun/message.ts';
import { badRequestBytes, boundBytes, staleNonceBytes, unauthenticatedBytes } from './reply.ts';
import type { TicketDesk } from './ticket-desk.ts';

/**
 * Whether the request has the pair of attributes that make a ticket. Other credentials are ignored, as on a server
 * without a rendezvous.
 */
export function hasTicket(request: StunMessage): boolean {
  if (isClassic(request) || attribute(request, 'USERNAME') === undefined) return false;
  return attribute(request, 'MESSAGE-INTEGRITY-SHA256') !== undefined;
}

export interface TicketAnswer {
  readonly bytes: Uint8Array;
  readonly bound?: { readonly ticket: string; readonly endpoint: Endpoint };
}

/** Answers a request that has a ticket. The longest reply is a 438 of 68 bytes, to a request of at least 84. */
export function answerToTicket(
  now: number,
  request: StunMessage,
  context: { readonly desk: TicketDesk; readonly datagram: Uint8Array; readonly remote: Endpoint },
): TicketAnswer {
  const { desk, datagram, remote } = context;
  const ticket = attribute(request, 'USERNAME') ?? '';
  const asker = { username: ticket, remote };
  const key = desk.keyOf(now, asker);
  if (key === null || checkIntegrity(datagram, { algorithm: 'sha256', key }) !== 'valid') {
    return { bytes: unauthenticatedBytes(request) };
  }
  // The reply has to go back to the endpoint that is bound, the way the request came.
  const change = attribute(request, 'CHANGE-REQUEST');
  if (change?.ip || change?.port || attribute(request, 'RESPONSE-PORT') !== undefined) {
    return { bytes: badRequestBytes(request) };
  }
  const nonce = attribute(request, 'NONCE');
  if (nonce === undefined || !desk.isFresh(now, nonce, asker)) {
    return { bytes: staleNonceBytes(request, desk.nonceFor(now, asker)) };
  }
  return { bytes: boundBytes(request, remote, key), bound: { ticket, endpoint: remote } };
}
