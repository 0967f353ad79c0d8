/**
 * Meeting one peer at the rendezvous: in the room, the socket shown by tickets, the peer asked for, until both are
 * introduced. A server that goes away is come back to; as long as the peer has not come, the socket is shown again.
 */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import { now } from '../net/driver.ts';
import { createInbox } from '../net/inbox.ts';
import type { RendezvousClient, RendezvousEvent } from '../net/rendezvous/client.ts';
import type { ToldBehavior } from '../rendezvous/protocol/fields.ts';
import type { Introduction } from '../rendezvous/protocol/server-message.ts';
import type { CandidateAgent } from './attempt/candidate-agent.ts';
import { createMailbox, UNREAD_MAX } from './mailbox.ts';
import type { Reachability } from './reachability.ts';
import type { PunchFailure } from './report/report.ts';
import type { Room } from './room.ts';
import type { TurnServerChoice } from './turn-choice.ts';

/**
 * RFC 8445 §11 keeps a mapping by a packet every 15 s: the shortest lifetimes seen are 20 to 30 s, on Linux 30 s for one
 * without a reply. By a ticket, so that the server learns when the mapping has become another one.
 */
const REFRESH_MS = 15_000;
/** From one showing, or request for a ticket, to the next, however short a server's tickets live and however often it refuses them. */
const SHOW_GAP_MIN_MS = 1_000;
/** A ticket that is refused is mostly one of a server that has just been started again, which the connection will tell. */
const REFUSALS_MAX = 3;

/** Beyond the detection: a relay that comes later is not told of. */
const RELAY_PATIENCE_MS = 1_500;
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };

export interface MeetingOptions {
  readonly membership: Room;
  readonly reachability: Reachability;
  /** TURN servers beside those that the rendezvous tells of. */
  readonly turn: readonly TurnServerChoice[];
  readonly peer: string;
  /** What this side's NAT does, once it is known, waited for before the first ask; null when it is not looked at. */
  readonly behavior: Promise<ToldBehavior> | null;
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
      /** As the peer was told of the own NAT. */
      readonly behavior: ToldBehavior;
    }
  | { readonly kind: 'failed'; readonly reason: PunchFailure; readonly detail: string | null };

/** Of the peer, after the introduction. */
export type PeerNews =
  /** Its connection was lost for good. */
  | { readonly kind: 'lost' }
  /** It asks for another introduction. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'signal'; readonly data: string };

export interface Meeting {
  /**
   * Until the next introduction. The socket's datagrams are taken meanwhile, and not afterwards.
   * @throws the signal's reason when aborted.
   */
  readonly introduce: () => Promise<Met>;
  /** Sets the one receiver of what is heard of the peer after an introduction; what came since is given to it at once. */
  readonly onPeerNews: (receive: (news: PeerNews) => void) => void;
  /** Relays a line to the peer; it is lost when the rendezvous is. */
  readonly signal: (data: string) => void;
}

/** Room and reachability stay the caller's. */
export function createMeeting(options: MeetingOptions): Meeting {
  const { membership, reachability, peer, signal, refreshMs = REFRESH_MS, onBound, onNotice } = options;
  const gapMs = Math.min(refreshMs, SHOW_GAP_MIN_MS);
  const inbox = createInbox<{ readonly event: RendezvousEvent; readonly at: number }>();
  let unread = 0;
  let client: RendezvousClient | null = null;
  let ticket = { username: '', password: '', renewAt: 0 };
  let altPort = 0;
  let agentOf: CandidateAgent | null = null;
  let own: Endpoint | null = null;
  let told = UNKNOWN;
  let hasAsked = false;
  let showAt = Number.NEGATIVE_INFINITY;
  let shownAt = Number.NEGATIVE_INFINITY;
  let refusals = 0;
  /** Since the first ask. */
  let isWaiting = false;
  let by = now() + options.waitMs;
  let interruption = new AbortController();
  const news = createMailbox<PeerNews>();

  const keep = (event: RendezvousEvent): void => {
    const isWanted = event.type === 'introduction' || event.type === 'ticket';
    if (event.type !== 'closed' && !(isWanted && unread < UNREAD_MAX)) return;
    unread++;
    inbox.put({ event, at: now() });
  };

  const attach = (next: RendezvousClient): void => {
    client = next;
    ticket = ticketOf(next.joined.ticket, gapMs);
    altPort = next.joined.stun.altPort;
    hasAsked = false;
    showAt = Number.NEGATIVE_INFINITY;
    const named = (next.joined.turn ?? []).map((server) => ({ ...server, namedBy: next.address }));
    reachability.seekRelay([...options.turn, ...named]);
    next.onEvent((event) => {
      keep(event);
      if (event.type === 'introduction' || event.type === 'closed') interruption.abort();
      if (!('peer' in event) || event.peer !== peer) return;
      if (event.type === 'introduction') news.clear();
      if (event.type === 'peer-left' && event.reason === 'lost') news.put({ kind: 'lost' });
      if (event.type === 'wanted') news.put({ kind: 'anew' });
      if (event.type === 'signal') news.put({ kind: 'signal', data: event.data });
    });
  };

  /** Null when something came that matters more. */
  const bind = async () => {
    interruption = new AbortController();
    const either = signal ? AbortSignal.any([signal, interruption.signal]) : interruption.signal;
    try {
      return await reachability.show({ ticket, altPort }, either);
    } catch (error) {
      signal?.throwIfAborted();
      if (interruption.signal.aborted) return null;
      throw error;
    }
  };

  /** Shows the socket to the server; a failure before it was ever seen. */
  const show = async (to: RendezvousClient): Promise<Extract<Met, { kind: 'failed' }> | null> => {
    const failed = (reason: PunchFailure, detail: string | null) => ({ kind: 'failed', reason, detail }) as const;
    shownAt = now();
    showAt = shownAt + refreshMs;
    if (shownAt > ticket.renewAt) {
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
        hasAsked = false;
        onBound(own);
        return null;
      case 'no-relay':
        return failed('no-relay', binding.details.join('; ') || null);
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

  const ask = async (to: RendezvousClient, seen: Endpoint): Promise<void> => {
    hasAsked = true;
    // Over UDP that is blocked there is nothing to be found out.
    told = (reachability.isDirect() ? await options.behavior : null) ?? UNKNOWN;
    await reachability.relayed(RELAY_PATIENCE_MS);
    agentOf = reachability.agentOf(seen);
    to.ask(peer, { candidates: agentOf.candidates, behavior: told });
    if (!isWaiting) by = now() + options.waitMs;
    isWaiting = true;
  };

  const introduce = async (): Promise<Met> => {
    hasAsked = false;
    news.receive(null);
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
      if (own && !hasAsked) await ask(client, own);
      const came = await inbox.next({ by: Math.min(by, showAt), signal });
      if (came === null) {
        if (now() >= by) return { kind: 'failed', reason: 'no-peer', detail: null };
        continue;
      }
      unread--;
      const { event, at } = came;
      if (event.type === 'introduction' && event.peer === peer && agentOf) {
        return { kind: 'introduced', introduction: event, at, agentOf, behavior: told };
      }
      if (event.type === 'ticket') {
        ticket = ticketOf(event.ticket, gapMs);
        showAt = shownAt + gapMs;
      }
      if (event.type === 'closed') {
        client = null;
        const why = event.reason || String(event.code);
        if (now() >= by) return { kind: 'failed', reason: 'rendezvous-lost', detail: why };
        onNotice(`the rendezvous is lost (${why}): coming back`);
      }
    }
  };

  return {
    introduce,
    onPeerNews: news.receive,
    signal: (data) => client?.signal(peer, data),
  };
}

/** At half of its life there is time for several attempts; each ticket is shown once, also one that has no life. */
function ticketOf({ username, password, expiresInMs }: RendezvousClient['joined']['ticket'], gapMs: number) {
  return { username, password, renewAt: now() + Math.max(gapMs, expiresInMs / 2) };
}
