/** Being in a room of the rendezvous: entered once, and come back to when the server or the way to it was lost. */

import { scopeOf } from '../address-scope.ts';
import { now } from '../net/driver.ts';
import { pause } from '../net/pause.ts';
import {
  type JoinResult,
  joinRendezvous,
  type RendezvousClient,
  type RendezvousOptions,
} from '../net/rendezvous/client.ts';
import type { PunchFailure } from './report/report.ts';

/** A connection that has held for so long was no failure: the pauses begin anew after it. */
const SETTLED_MS = 10_000;
/** Before each attempt to come back; the last one repeats. The first two fall into the time that the id is kept. */
const BACK_AFTER_MS = [100, 400, 1_000, 2_000] as const;
/** Between two joins that are refused for a while, however short the server says that is. */
const RETRY_MIN_MS = 1_000;
/** What a natcheck server leaves an allocation whose session is gone (server/turn/decisions/limits.ts): later is too late. */
const STAY_PATIENCE_MS = 60_000;

export type Entry =
  | { readonly kind: 'joined'; readonly client: RendezvousClient }
  | { readonly kind: 'failed'; readonly reason: PunchFailure; readonly detail: string };

export interface Room extends AsyncDisposable {
  /**
   * Joins. The first time, what keeps it out ends it, except an id that is kept for an owner who is away; later it goes
   * on trying until `by`. @throws the signal's reason when aborted.
   */
  readonly enter: (until: { readonly by: number; readonly signal: AbortSignal | undefined }) => Promise<Entry>;
  /** Whether everybody on the way to the server reads what is said: over ws, except to this very host. */
  readonly isOverheard: () => boolean;
  /**
   * Stays with nothing to say, until disposed of: comes back each time that the connection is lost, as its TURN servers
   * relay only for who is there. Resolves when that is over, or cannot be had any more.
   */
  readonly stay: () => Promise<void>;
}

/** Disposing of it leaves the room. Where only the host was known, the URL that was opened first is the one for good. */
export function createMembership(
  options: Omit<RendezvousOptions, 'resumeKey' | 'onOpen' | 'signal'> & { readonly onNotice: (text: string) => void },
): Room {
  const { onNotice } = options;
  let client: RendezvousClient | null = null;
  let { url } = options;
  const onOpen = (opened: string): void => {
    url = opened;
  };
  const left = new AbortController();
  let joinedAt = Number.NEGATIVE_INFINITY;
  /** Attempts to come back since the last connection that held. */
  let returns = 0;

  const enter: Room['enter'] = async ({ by, signal }) => {
    const resumeKey = client?.joined.resumeKey;
    if (now() - joinedAt >= SETTLED_MS) returns = 0;
    for (;;) {
      if (client) await pause(BACK_AFTER_MS[Math.min(returns++, BACK_AFTER_MS.length - 1)] ?? 0, signal);
      const result = await joinRendezvous({ ...options, url, resumeKey, onOpen, signal });
      if (result.outcome === 'joined') {
        if (client) onNotice('back at the rendezvous');
        client = result.client;
        joinedAt = now();
        // Disposed of while it was joining.
        if (left.signal.aborted) await client[Symbol.asyncDispose]();
        return { kind: 'joined', client };
      }
      const detail = detailOf(result);
      const refused = result.outcome === 'refused' ? result : null;
      const keptMs = refused?.retryInMs === undefined ? null : Math.max(RETRY_MIN_MS, refused.retryInMs);
      if (keptMs !== null && now() + keptMs < by) {
        const away = refused?.code === 'id-in-use' ? ', and is away' : '';
        onNotice(`${detail}${away}: trying again in ${(keptMs / 1000).toFixed(1)} s`);
        await pause(keptMs, signal);
      } else if (refused) return { kind: 'failed', reason: 'rendezvous-refused', detail };
      else if (!client) return { kind: 'failed', reason: 'rendezvous-unreachable', detail };
      else if (now() >= by) return { kind: 'failed', reason: 'rendezvous-lost', detail };
    }
  };
  const stay = async (): Promise<void> => {
    while (client && !left.signal.aborted) {
      await client.closed;
      if (left.signal.aborted) return;
      const entry = await enter({ by: now() + STAY_PATIENCE_MS, signal: left.signal }).catch(() => null);
      if (entry?.kind !== 'joined') return;
      // Nobody else reads it any more.
      entry.client.onEvent(() => {});
    }
  };
  return {
    enter,
    isOverheard: () => {
      const isSecure = typeof url === 'string' && url.startsWith('wss:');
      return client !== null && !isSecure && scopeOf(client.address) !== 'loopback';
    },
    stay,
    [Symbol.asyncDispose]: async () => {
      left.abort();
      await client?.[Symbol.asyncDispose]();
    },
  };
}

function detailOf(result: Exclude<JoinResult, { readonly outcome: 'joined' }>): string {
  switch (result.outcome) {
    case 'closing':
      return 'the server is closing';
    case 'refused':
      return `${result.code}: ${result.message}`;
    case 'unreachable':
      return result.reason;
  }
}
