/**
 * Meeting one peer at the rendezvous: in the room, the socket shown by tickets, the peer asked for, until both are
 * introduced. A server that goes away is come back to; as long as the peer has not come, the socket is shown again.
 */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import { now } from '../net/driver.ts';
import { createInbox } from '../net/inbox.ts';
import type { RendezvousClient, RendezvousEvent } from '../net/rendezvous-client.ts';
import type { UdpSocket } from '../net/udp-socket.ts';
import type { PunchFailure } from '../punch-report.ts';
import type { ToldBehavior } from '../rendezvous/fields.ts';
import type { ServerMessageOf } from '../rendezvous/server-message.ts';
import { type CandidateAgent, candidateAgent } from './candidate-agent.ts';
import type { Membership } from './membership.ts';
import { bindTicket } from './socket.ts';

/**
 * RFC 8445 §11 keeps a mapping by a packet every 15 s: the shortest lifetimes seen are 20 to 30 s, on Linux 30 s for one
 * without a reply. By a ticket, so that the server learns when the mapping has become another one.
 */
const REFRESH_MS = 15_000;
/** A ticket that is refused is mostly one of a server that has just been started again, which the connection will tell. */
const REFUSALS_MAX = 3;

export type Introduction = ServerMessageOf<'introduction'>;

export interface MeetingOptions {
  readonly membership: Membership;
  readonly socket: UdpSocket;
  /** The UDP endpoint of the rendezvous. */
  readonly server: Endpoint;
  readonly peer: string;
  /** What the own NAT does, once it is known; asked for before the first ask. */
  readonly behavior: Promise<ToldBehavior>;
  /** How long to wait for the peer, from the first ask on. */
  readonly waitMs: number;
  /** Between two showings of the socket; default REFRESH_MS. */
  readonly refreshMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** The public endpoint, each time that it is a new one. */
  readonly onBound: (own: Endpoint) => void;
  readonly onNotice: (text: string) => void;
}

export type Met =
  | {
      readonly kind: 'introduced';
      readonly introduction: Introduction;
      /** When it came, by the driver's clock. */
      readonly at: number;
      readonly agentOf: CandidateAgent;
    }
  | { readonly kind: 'failed'; readonly reason: PunchFailure; readonly detail: string | null };

/** Of the peer, after the introduction: its connection was lost for good, or it asks for another introduction. */
export type PeerNews = 'lost' | 'anew';

export interface Meeting {
  /**
   * Until the next introduction. The socket's datagrams are taken meanwhile, and not afterwards.
   * @throws the signal's reason when aborted.
   */
  readonly introduce: () => Promise<Met>;
  /** Sets the one receiver of what is heard of the peer after an introduction. */
  readonly onPeerNews: (receive: (news: PeerNews) => void) => void;
}

/** Membership and socket stay the caller's. */
export function createMeeting(options: MeetingOptions): Meeting {
  const { membership, socket, server, peer, signal, refreshMs = REFRESH_MS, onBound, onNotice } = options;
  const inbox = createInbox<{ readonly event: RendezvousEvent; readonly at: number }>();
  let client: RendezvousClient | null = null;
  let ticket = { username: '', password: '', renewAt: 0 };
  let agentOf: CandidateAgent | null = null;
  let own: Endpoint | null = null;
  let hasAsked = false;
  let showAt = Number.NEGATIVE_INFINITY;
  let refusals = 0;
  let by = now() + options.waitMs;
  let interruption = new AbortController();
  let tellNews = (_news: PeerNews): void => {};

  const attach = (next: RendezvousClient): void => {
    client = next;
    ticket = ticketOf(next.joined.ticket);
    hasAsked = false;
    showAt = Number.NEGATIVE_INFINITY;
    next.onEvent((event) => {
      inbox.put({ event, at: now() });
      if (event.type === 'introduction' || event.type === 'closed') interruption.abort();
      if (!('peer' in event) || event.peer !== peer) return;
      if (event.type === 'peer-left' && event.reason === 'lost') tellNews('lost');
      if (event.type === 'wanted') tellNews('anew');
    });
  };

  /** Null when something came that matters more. */
  const bind = async () => {
    interruption = new AbortController();
    const either = signal ? AbortSignal.any([signal, interruption.signal]) : interruption.signal;
    try {
      return await bindTicket(socket, { server, ticket, signal: either });
    } catch (error) {
      signal?.throwIfAborted();
      if (interruption.signal.aborted) return null;
      throw error;
    }
  };

  /** Shows the socket to the server; a failure before it was ever seen. */
  const show = async (to: RendezvousClient): Promise<Extract<Met, { kind: 'failed' }> | null> => {
    const failed = (reason: PunchFailure, detail: string | null) => ({ kind: 'failed', reason, detail }) as const;
    showAt = now() + refreshMs;
    if (now() >= ticket.renewAt) {
      to.renewTicket();
      return null;
    }
    const binding = await bind();
    switch (binding?.outcome) {
      case undefined:
        return null;
      case 'bound':
        refusals = 0;
        if (own && sameEndpoint(own, binding.public)) return null;
        own = binding.public;
        agentOf = candidateAgent(socket, { seen: own, server: server.address });
        hasAsked = false;
        onBound(own);
        return null;
      case 'refused':
        if (!own && ++refusals === REFUSALS_MAX) return failed('udp-silent', `it refuses the ticket: ${binding.code}`);
        to.renewTicket();
        return null;
      case 'no-answer':
        if (!own) return failed('udp-silent', null);
        onNotice('the server does not answer over UDP any more');
        return null;
      case 'not-sent':
        if (!own) return failed('no-route', binding.code);
        onNotice(`the system refuses to send to the server: ${binding.code}`);
        return null;
    }
  };

  const ask = async (to: RendezvousClient, { candidates }: CandidateAgent): Promise<void> => {
    const isFirst = !hasAsked;
    hasAsked = true;
    to.ask(peer, { candidates, behavior: await options.behavior });
    if (isFirst) by = Math.max(by, now() + options.waitMs);
  };

  const introduce = async (): Promise<Met> => {
    hasAsked = false;
    for (;;) {
      if (!client) {
        const entry = await membership.enter({ by, signal });
        if (entry.kind === 'failed') return entry;
        attach(entry.client);
        continue;
      }
      if (now() >= showAt) {
        const failure = await show(client);
        if (failure) return failure;
      }
      if (agentOf && !hasAsked) await ask(client, agentOf);
      const came = await inbox.next({ by: Math.min(by, showAt), signal });
      if (came === null) {
        if (now() >= by) return { kind: 'failed', reason: 'no-peer', detail: null };
        continue;
      }
      const { event, at } = came;
      if (event.type === 'introduction' && event.peer === peer && agentOf) {
        return { kind: 'introduced', introduction: event, at, agentOf };
      }
      if (event.type === 'ticket') {
        ticket = ticketOf(event.ticket);
        showAt = Number.NEGATIVE_INFINITY;
      }
      if (event.type === 'closed') {
        client = null;
        onNotice(`the rendezvous is lost (${event.reason || event.code}): coming back`);
      }
    }
  };

  return {
    introduce,
    onPeerNews: (receive) => {
      tellNews = receive;
    },
  };
}

/** At half of its life there is time for several attempts. */
function ticketOf({ username, password, expiresInMs }: RendezvousClient['joined']['ticket']) {
  return { username, password, renewAt: now() + expiresInMs / 2 };
}
