/** What the STUN service does with a datagram: it has the responder decide, keeps within the rate limits, and counts. */
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { RateLimit } from '../limit/per-source.ts';
import { headerOf, type StunCounts, type Transport } from './counts.ts';
import { type Answer, type EndpointPair, type Layout, type ReceivedDatagram, respond } from './decisions/responder.ts';
import type { TicketDesk } from './decisions/ticket-desk.ts';

export interface StunServiceOptions {
  readonly layout: Layout;
  /** One socket for each endpoint of the layout; the caller closes them. */
  readonly sockets: readonly UdpSocket[];
  readonly limits: {
    /** Limits the replies that leave from another socket, or for another port, than the request had. */
    readonly redirected: RateLimit;
    /** Limits all other replies, except to a ticket whose nonce has shown that its source is not forged. */
    readonly plain: RateLimit;
  };
  readonly counts: StunCounts;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Takes the datagrams on the same sockets that are for the relay; false when one is not. */
  readonly relay?: ((datagram: Uint8Array, arrival: EndpointPair) => boolean) | undefined;
  /** Takes tickets, and hears of each good one; left out, there are no tickets. */
  readonly tickets?: { readonly desk: TicketDesk; readonly onBound: (bound: BoundTicket) => void };
}

type Reply = Extract<Answer, { readonly kind: 'reply' }>;
export type BoundTicket = NonNullable<Reply['bound']>;

/** The options, and the transport that its datagrams are counted under. */
export interface Service extends StunServiceOptions {
  readonly transport: Transport;
}

/** Answers a datagram that came to one of the sockets, or passes it to the relay. */
export function answer(service: Service, arrival: ReceivedDatagram): void {
  const { layout, transport, counts, tickets, relay } = service;
  const { datagram, remote } = arrival;
  if (relay?.(datagram, { local: arrival.local, remote })) return;
  const header = headerOf(datagram);
  counts.received[transport][header.class][header.form]++;
  const now = service.now();
  const decided = respond(now, layout, arrival);
  if (decided.kind === 'drop') {
    counts.unanswered[decided.why]++;
    return;
  }
  if (decided.bound) tickets?.onBound(decided.bound);
  if (isWithinLimits(now, service, { reply: decided, remote })) send(service, decided);
  else counts.unanswered['rate-limited']++;
}

function isWithinLimits(
  now: number,
  { limits }: Service,
  { reply: { bound, redirected }, remote }: { readonly reply: Reply; readonly remote: Endpoint },
): boolean {
  if (bound) return true;
  return (redirected ? limits.redirected : limits.plain)(now, remote.address);
}

function send({ transport, sockets, counts }: Service, reply: Reply): void {
  const { from, to, bytes, redirected } = reply;
  const kind = headerOf(bytes).class === 'error' ? 'error' : 'success';
  counts.replied[transport][kind][redirected ? 'redirected' : 'direct']++;
  const socket = sockets.find(({ local }) => sameEndpoint(local, from));
  socket?.send(bytes, to, () => {
    counts.unanswered['send-failed']++;
  });
}
