/**
 * What the STUN service does with a datagram: it has the responder decide, keeps within the rate limits, and counts; a
 * partner answers from an address that the server does not have.
 */
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { RateLimit } from '../limit/per-source.ts';
import { headerOf, type StunCounts, type Transport } from './counts.ts';
import { type HandOver, type HandOverRefusal, handedOverReply } from './decisions/hand-over.ts';
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
  /** Takes the datagrams on the same sockets that are for the measuring of browsers; false when one is not. */
  readonly browsers?: ((datagram: Uint8Array, arrival: EndpointPair) => boolean) | undefined;
  /** Gives what takes the datagrams on one of the sockets that are for the relay; null where none is. */
  readonly takerFor?: ((socket: UdpSocket) => TakeDatagram | null) | undefined;
  /** The server that answers from another address; left out, there is none. */
  readonly partner?: StunPartner | undefined;
  /** Takes tickets, and hears of each good one; left out, there are no tickets. */
  readonly tickets?: { readonly desk: TicketDesk; readonly onBound: (bound: BoundTicket) => void };
}

/** Takes a datagram; false when it is for somebody else. */
type TakeDatagram = (datagram: Uint8Array, remote: Endpoint) => boolean;

export interface StunPartner {
  /** Takes the datagrams on the same sockets that claim to be from a partner; false when one does not. */
  readonly take: (datagram: Uint8Array, arrival: EndpointPair) => boolean;
  /** The layout with what is known of the partner now; the same object as long as that stays the same. */
  readonly layout: (now: number) => Layout;
  /** Has the partner answer. */
  readonly handOver: (handOver: HandOver) => void;
}

type Reply = Extract<Answer, { readonly kind: 'reply' }>;
export type BoundTicket = NonNullable<Reply['bound']>;

/** The options, the transport that its datagrams are counted under, and the layout with what is known of a partner. */
export interface Service extends StunServiceOptions {
  readonly transport: Transport;
  readonly layoutAt: (now: number) => Layout;
}

/** Answers a datagram that came to one of the sockets, or passes it to whoever it is for. */
export function answer(service: Service, arrival: ReceivedDatagram): void {
  const { layoutAt, transport, counts, tickets, partner, browsers } = service;
  const { datagram, local, remote } = arrival;
  const ends = { local, remote };
  if (partner?.take(datagram, ends) || browsers?.(datagram, ends)) return;
  const header = headerOf(datagram);
  counts.received[transport][header.class][header.form]++;
  const now = service.now();
  const decided = respond(now, layoutAt(now), arrival);
  if (decided.kind === 'drop') {
    counts.unanswered[decided.why]++;
    return;
  }
  if (decided.bound) tickets?.onBound(decided.bound);
  if (!isWithinLimits(now, service, { reply: decided, remote })) counts.unanswered['rate-limited']++;
  else if (decided.handOver) partner?.handOver(decided.handOver);
  else send(service, decided);
}

/** The partner has its own limit for its clients; here the same addresses have the limit of this server. */
export function answerFor(service: Service, handOver: HandOver): HandOverRefusal | 'rate-limited' | null {
  const now = service.now();
  const reply = handedOverReply(service.layoutAt(now), handOver);
  if (typeof reply === 'string') return reply;
  if (!service.limits.redirected(now, reply.to.address)) return 'rate-limited';
  send(service, { ...reply, redirected: true });
  return null;
}

function isWithinLimits(
  now: number,
  { limits }: Service,
  { reply: { bound, redirected }, remote }: { readonly reply: Reply; readonly remote: Endpoint },
): boolean {
  if (bound) return true;
  return (redirected ? limits.redirected : limits.plain)(now, remote.address);
}

function send({ transport, sockets, counts }: Service, reply: Omit<Reply, 'kind'>): void {
  const { from, to, bytes, redirected } = reply;
  const kind = headerOf(bytes).class === 'error' ? 'error' : 'success';
  counts.replied[transport][kind][redirected ? 'redirected' : 'direct']++;
  const socket = sockets.find(({ local }) => sameEndpoint(local, from));
  socket?.send(bytes, to, () => {
    counts.unanswered['send-failed']++;
  });
}
