/** The STUN service of one family: what comes to its sockets is answered by the responder, within the rate limits. */
import { type Endpoint, familyOf, sameEndpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { RateLimit } from '../limit/per-source.ts';
import { headerOf, type StunCounts, type Transport, transportOf } from './counts.ts';
import { type Answer, type Arrival, type EndpointPair, type Layout, respond } from './decisions/responder.ts';
import type { TicketDesk } from './decisions/ticket-desk.ts';

export interface StunServiceOptions {
  readonly layout: Layout;
  /** One for each endpoint of the layout; they stay the caller's to close. */
  readonly sockets: readonly UdpSocket[];
  readonly limits: {
    /** For what leaves from another socket, or for another port, than the request had. */
    readonly redirected: RateLimit;
    /** For all other replies, except to a ticket whose nonce has shown that its source is no forged one. */
    readonly plain: RateLimit;
  };
  readonly counts: StunCounts;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Takes what is for the relay on the same sockets; false when it is not. */
  readonly relay?: ((datagram: Uint8Array, arrival: EndpointPair) => boolean) | undefined;
  /** Where tickets are taken, and what is to happen when one was good. */
  readonly tickets?: { readonly desk: TicketDesk; readonly onBound: (bound: BoundTicket) => void };
}

type Reply = Extract<Answer, { readonly kind: 'reply' }>;
export type BoundTicket = NonNullable<Reply['bound']>;

/** Answers on the layout's sockets from now on. */
export function serveStun(options: StunServiceOptions): void {
  const desk = options.tickets?.desk;
  for (const socket of options.sockets) {
    socket.onDatagram((datagram, remote) => handle(options, { datagram, local: socket.local, remote, desk }));
  }
}

function handle(options: StunServiceOptions, arrival: Arrival): void {
  const { layout, counts, tickets, relay } = options;
  const { datagram, remote } = arrival;
  if (relay?.(datagram, { local: arrival.local, remote })) return;
  const transport = transportOf(familyOf(layout.addresses[0]));
  const header = headerOf(datagram);
  counts.received[transport][header.class][header.form]++;
  const now = options.now();
  const answer = respond(now, layout, arrival);
  if (answer.kind === 'drop') {
    counts.unanswered[answer.why]++;
    return;
  }
  if (answer.bound) tickets?.onBound(answer.bound);
  if (isWithinLimits(now, options, { reply: answer, remote })) send(options, transport, answer);
  else counts.unanswered['rate-limited']++;
}

function isWithinLimits(
  now: number,
  { limits }: StunServiceOptions,
  { reply: { bound, redirected }, remote }: { readonly reply: Reply; readonly remote: Endpoint },
): boolean {
  if (bound) return true;
  return (redirected ? limits.redirected : limits.plain)(now, remote.address);
}

function send({ sockets, counts }: StunServiceOptions, transport: Transport, reply: Reply): void {
  const { from, to, bytes, redirected } = reply;
  const kind = headerOf(bytes).class === 'error' ? 'error' : 'success';
  counts.replied[transport][kind][redirected ? 'redirected' : 'direct']++;
  const socket = sockets.find(({ local }) => sameEndpoint(local, from));
  socket?.send(bytes, to, () => {
    counts.unanswered['send-failed']++;
  });
}
