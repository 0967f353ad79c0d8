/** Steps 5 to 7: both sides check each other's candidates from the instant that the rendezvous has set, and do what the plan says. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { isRelayed } from '../ice/checklist/pair.ts';
import type { IceEvent } from '../ice/event.ts';
import { createInbox } from '../net/inbox.ts';
import type { PunchBudget } from './attempt/budget.ts';
import { createIntroducedAttempt } from './attempt/introduced-attempt.ts';
import { formatPeerSignal, parsePeerSignal } from './attempt/peer-signal.ts';
import type { PunchPlan } from './attempt/plan.ts';
import type { Meeting, Met, PeerNews } from './meeting.ts';
import { type DrivenPath, startIcePath } from './path/path.ts';
import type { Reachability } from './reachability.ts';

type Connected = Extract<IceEvent, { readonly kind: 'connected' }>;
type Switched = Extract<IceEvent, { readonly kind: 'pair-switched' }>;

/** `packetsSent`: so far, of the checks and of the technique. */
export type AttemptResult = { readonly packetsSent: () => number } & (
  | {
      readonly kind: 'connected';
      /** The caller's to dispose of. */
      readonly path: DrivenPath;
      readonly event: Connected;
      /** Resolves when a relayed path has become direct, with null when the path has ended. */
      readonly switched: Promise<Switched | null>;
    }
  | { readonly kind: 'failed'; readonly isHeard: boolean }
  /** The peer that was introduced is no more: it was lost, or another one has come in its place. */
  | { readonly kind: 'void' }
);

/** What the session, or a callback of the user, has thrown. */
interface Broken {
  readonly kind: 'broken';
  readonly error: unknown;
}

/**
 * The sockets stay their owners', whatever the result.
 * @throws the signal's reason when aborted; what `onEvent` throws.
 */
export async function connectPeers(options: {
  readonly met: Extract<Met, { readonly kind: 'introduced' }>;
  readonly plan: PunchPlan;
  readonly meeting: Meeting;
  readonly reachability: Reachability;
  /** A STUN server. */
  readonly server: Endpoint;
  /** Those that this host is in, such as `192.168.1.7/24`. */
  readonly networks: readonly string[];
  readonly budget: PunchBudget;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: IceEvent) => void;
}): Promise<AttemptResult> {
  const { met, plan, meeting, reachability, server, networks, budget, signal, onEvent } = options;
  const { introduction, at, agentOf, behavior } = met;
  const attempt = createIntroducedAttempt({
    introduction,
    plan,
    behavior,
    agentOf,
    server,
    networks,
    budget,
    startAt: at + introduction.startInMs,
    randomBytes,
    randomInteger: (below) => randomInt(below),
  });
  const { packetsSent } = attempt;
  const switched = Promise.withResolvers<Switched | null>();
  const inbox = createInbox<IceEvent | Exclude<PeerNews, { readonly kind: 'signal' }> | Broken>();
  const path = startIcePath({
    session: attempt,
    sockets: reachability.sockets(),
    mayOpen: reachability.isDirect(),
    onEvent: (event) => {
      onEvent(event);
      inbox.put(event);
      if (event.kind === 'pair-switched' && !isRelayed(event.pair)) switched.resolve(event);
      if (event.kind === 'closed-by-peer' || event.kind === 'consent-lost') switched.resolve(null);
    },
    onTell: (ports) => meeting.signal(formatPeerSignal({ type: 'ports', ports: [...ports] })),
  });
  path.ended.catch((error: unknown) => {
    inbox.put({ kind: 'broken', error });
    switched.resolve(null);
  });
  meeting.onPeerNews((news) => {
    if (news.kind !== 'signal') return inbox.put(news);
    const told = parsePeerSignal(news.data);
    if (told) path.wake(() => attempt.handlePorts(told.ports));
  });
  let isHeard = false;
  let isGone = false;
  let result: AttemptResult | null = null;
  try {
    while (!result) {
      const event = await inbox.next({ by: Number.POSITIVE_INFINITY, signal });
      switch (event?.kind) {
        case 'check-received':
          isHeard = true;
          break;
        case 'connected':
          result = { kind: 'connected', path, event, switched: switched.promise, packetsSent };
          break;
        case 'failed':
          result = isGone ? { kind: 'void', packetsSent } : { kind: 'failed', isHeard, packetsSent };
          break;
        case 'lost':
        case 'anew':
          // A peer that was heard may have its path by now, and have left the room for that.
          isGone = true;
          if (!isHeard) result = { kind: 'void', packetsSent };
          break;
        case 'broken':
          throw event.error;
      }
    }
    return result;
  } finally {
    if (result?.kind !== 'connected') {
      meeting.onPeerNews(() => {});
      await path[Symbol.asyncDispose]();
    }
  }
}
