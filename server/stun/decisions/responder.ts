/**
 * The STUN server's decision on one datagram (RFC 8489 §6.3, RFC 5780 §6, classic RFC 3489 §8.1), as a pure function.
 */
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { hasValidFingerprint } from '../../../src/stun/fingerprint.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute, isClassic, type StunMessage, unknownRequired } from '../../../src/stun/message.ts';
import type { HandOver } from './hand-over.ts';
import { departure, hasAlternate, isOwn, type Layout, NO_CHANGE } from './layout.ts';
import { badRequestBytes, successBytes, unknownAttributesBytes } from './reply.ts';
import type { TicketDesk } from './ticket-desk.ts';
import { answerToTicket, hasTicket, type TicketAnswer } from './ticketed.ts';
import { understood } from './understood.ts';

export type { Layout } from './layout.ts';

/** The two ends of a datagram's way: the socket that it came to, and where it came from. */
export interface EndpointPair {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export const DROP_REASONS = [
  /** It is not STUN, or not well formed. */
  'malformed',
  /** It is an indication or a response: answering one is how loops begin. */
  'not-a-request',
  /** Its method is not Binding. */
  'unknown-method',
  /** Its FINGERPRINT does not match. */
  'bad-fingerprint',
  /**
   * It comes from, or its reply would go to, one of the server's sockets: the source is forged, and would make a loop.
   */
  'own-endpoint',
  /** It comes from port 0, to which nothing can be sent. */
  'port-zero',
] as const;

/** A datagram as it came to one of the sockets. */
export interface ReceivedDatagram extends EndpointPair {
  readonly datagram: Uint8Array;
  /** Takes tickets; left out, they are ignored. */
  readonly desk?: TicketDesk | undefined;
}

export type StunDropReason = (typeof DROP_REASONS)[number];

export type Answer =
  | {
      readonly kind: 'reply';
      readonly from: Endpoint;
      readonly to: Endpoint;
      readonly bytes: Uint8Array;
      /** Whether it leaves from another socket, or for another port, than the request had. */
      readonly redirected: boolean;
      /** The ticket that the request showed from an endpoint which has proven to receive what is sent to it. */
      readonly bound?: { readonly ticket: string; readonly endpoint: Endpoint };
      /** What to tell the partner where `from` is an endpoint of the partner, which is to make this reply and send it. */
      readonly handOver?: HandOver;
    }
  | { readonly kind: 'drop'; readonly why: StunDropReason };

/**
 * Decides what to answer to a datagram that came to one socket of `layout`. `now` is in ms of any one monotonic clock.
 * @throws RangeError when `arrival.local` is not one of the layout's sockets.
 */
export function respond(now: number, layout: Layout, arrival: ReceivedDatagram): Answer {
  const { remote, datagram, desk } = arrival;
  if (remote.port === 0) return drop('port-zero');
  if (isOwn(layout, remote)) return drop('own-endpoint');
  const decoded = decode(datagram);
  if (!decoded.ok) return drop('malformed');
  const request = decoded.message;
  if (request.class !== 'request') return drop('not-a-request');
  if (request.method !== METHOD.binding) return drop('unknown-method');
  if (hasBadFingerprint(request, datagram)) return drop('bad-fingerprint');

  const unknown = unknownRequired(request, understood(layout, request));
  if (unknown.length > 0) return replyAsCame(arrival, { bytes: unknownAttributesBytes(request, unknown) });
  if (desk && hasTicket(request)) return replyAsCame(arrival, answerToTicket(now, request, { desk, datagram, remote }));
  return bindingAnswer(layout, request, arrival);
}

/** Answers a Binding whose attributes are all understood. */
function bindingAnswer(layout: Layout, request: StunMessage, arrival: ReceivedDatagram): Answer {
  const { local, remote, datagram } = arrival;
  const responsePort = attribute(request, 'RESPONSE-PORT');
  // RFC 5780 §6.1: PADDING and RESPONSE-PORT exclude each other.
  const padsElsewhere = responsePort !== undefined && attribute(request, 'PADDING') !== undefined;
  if (responsePort === 0 || padsElsewhere) return replyAsCame(arrival, { bytes: badRequestBytes(request) });

  const from = departure(layout, local, attribute(request, 'CHANGE-REQUEST') ?? NO_CHANGE);
  const to = { address: remote.address, port: responsePort ?? remote.port };
  if (isOwn(layout, to)) return drop('own-endpoint');
  const redirected = !sameEndpoint(from, local) || !sameEndpoint(to, remote);
  const bytes = successBytes(request, {
    mapped: remote,
    origin: from,
    other: hasAlternate(layout) ? departure(layout, local, { ip: true, port: true }) : null,
    software: layout.software,
    redirected,
    requestBytes: datagram.length,
  });
  const reply = { kind: 'reply', from, to, bytes, redirected } as const;
  return from.address === layout.partner?.address
    ? { ...reply, handOver: handOverOf(layout, request, { arrival, reply }) }
    : reply;
}

function handOverOf(
  { port }: Layout,
  request: StunMessage,
  {
    arrival,
    reply,
  }: { readonly arrival: ReceivedDatagram; readonly reply: { readonly from: Endpoint; readonly to: Endpoint } },
): HandOver {
  const { local, remote, datagram } = arrival;
  return {
    transactionId: request.transactionId,
    hasFingerprint: !isClassic(request) && attribute(request, 'FINGERPRINT') !== undefined,
    mapped: remote,
    toPort: reply.to.port,
    arrivedAt: local.port === port ? 'port' : 'altPort',
    changesPort: reply.from.port !== local.port,
    requestBytes: datagram.length,
  };
}

/**
 * Whether the FINGERPRINT does not match, which makes it another protocol's datagram (RFC 8489 §7.3). Classic senders
 * know none.
 */
function hasBadFingerprint(request: StunMessage, datagram: Uint8Array): boolean {
  if (isClassic(request) || attribute(request, 'FINGERPRINT') === undefined) return false;
  return !hasValidFingerprint(datagram);
}

function drop(why: StunDropReason): Answer {
  return { kind: 'drop', why };
}

/** Sends the reply back the way that the request came. */
function replyAsCame({ local, remote }: EndpointPair, answer: TicketAnswer): Answer {
  return { kind: 'reply', from: local, to: remote, redirected: false, ...answer };
}
