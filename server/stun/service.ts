/** The STUN service of one family: what comes to its sockets is answered by the responder, within the rate limits. */
import { familyOf, sameEndpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { RateLimit } from '../limit/per-source.ts';
import { headerOf, type StunCounts, transportOf } from './counts.ts';
import { type Answer, type EndpointPair, type Layout, respond } from './decisions/responder.ts';
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

export type BoundTicket = NonNullable<Extract<Answer, { readonly kind: 'reply' }>['bound']>;

/** Answers on the layout's sockets from now on. */
export function serveStun({ layout, sockets, limits, counts, now, relay, tickets }: StunServiceOptions): void {
  const transport = transportOf(familyOf(layout.addresses[0]));

  const handle = (datagram: Uint8Array, arrival: EndpointPair): void => {
    if (relay?.(datagram, arrival)) return;
    const header = headerOf(datagram);
    counts.received[transport][header.class][header.form]++;
    const at = now();
    const answer = respond(at, layout, { ...arrival, datagram, desk: tickets?.desk });
    if (answer.kind === 'drop') {
      counts.unanswered[answer.why]++;
      return;
    }
    const { from, to, bytes, redirected, bound } = answer;
    if (bound) tickets?.onBound(bound);
    const limit = redirected ? limits.redirected : limits.plain;
    if (!bound && !limit(at, arrival.remote.address)) {
      counts.unanswered['rate-limited']++;
      return;
    }
    const kind = headerOf(bytes).class === 'error' ? 'error' : 'success';
    counts.replied[transport][kind][redirected ? 'redirected' : 'direct']++;
    const socket = sockets.find(({ local }) => sameEndpoint(local, from));
    socket?.send(bytes, to, () => {
      counts.unanswered['send-failed']++;
    });
  };

  for (const socket of sockets) {
    socket.onDatagram((datagram, remote) => handle(datagram, { local: socket.local, remote }));
  }
}
