/** The STUN service of one family: the responder answers what comes to its sockets, within the rate limits. */
import { type Endpoint, familyOf, sameEndpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { RateLimit } from '../limit/per-source.ts';
import { headerOf, type StunCounts, type Transport, transportOf } from './counts.ts';
import { createPlainBinding } from './decisions/plain-binding.ts';
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

/** Answers on the layout's sockets from now on. */
export function serveStun(options: StunServiceOptions): void {
  const service: Service = { ...options, transport: transportOf(familyOf(options.layout.addresses[0])) };
  const desk = options.tickets?.desk;
  for (const socket of options.sockets) {
    const { local } = socket;
    const plain = createPlainAnswers(service, socket);
    socket.onDatagram((datagram, remote) => {
      if (!plain(datagram, remote)) handle(service, { datagram, local, remote, desk });
    });
  }
}

interface Service extends StunServiceOptions {
  readonly transport: Transport;
}

function handle(service: Service, arrival: ReceivedDatagram): void {
  const { layout, transport, counts, tickets, relay } = service;
  const { datagram, remote } = arrival;
  if (relay?.(datagram, { local: arrival.local, remote })) return;
  const header = headerOf(datagram);
  counts.received[transport][header.class][header.form]++;
  const now = service.now();
  const answer = respond(now, layout, arrival);
  if (answer.kind === 'drop') {
    counts.unanswered[answer.why]++;
    return;
  }
  if (answer.bound) tickets?.onBound(answer.bound);
  if (isWithinLimits(now, service, { reply: answer, remote })) send(service, answer);
  else counts.unanswered['rate-limited']++;
}

/** Answers what is plain (decisions/plain-binding.ts), as `handle` would; false for all else. */
function createPlainAnswers(service: Service, socket: UdpSocket): (datagram: Uint8Array, remote: Endpoint) => boolean {
  const { layout, transport, counts, limits, now } = service;
  const bytesFor = createPlainBinding(layout, socket.local);
  const { unanswered } = counts;
  const received = counts.received[transport].request;
  const replied = counts.replied[transport].success;
  const failed = (): void => {
    unanswered['send-failed']++;
  };
  return (datagram, remote) => {
    const bytes = bytesFor(datagram, remote);
    if (bytes === null) return false;
    received.modern++;
    if (limits.plain(now(), remote.address)) {
      replied.direct++;
      socket.send(bytes, remote, failed);
    } else unanswered['rate-limited']++;
    return true;
  };
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
