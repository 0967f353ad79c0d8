/** The relay of a punch: the first one that any of the known TURN servers gives. The least costly transport is tried first. */

import { UsageError } from '../../errors.ts';
import type { Resolver } from '../../net/lookup/resolver.ts';
import { type OpenedRelay, openRelay } from '../../net/turn/relay.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import type { OpenSocket } from '../../net/udp-socket.ts';
import { pause } from '../../net/waits.ts';
import { describeTurnFailure } from '../../turn/event.ts';
import type { TurnTransportName } from '../../turn/url.ts';
import { notTried, type TurnAttempt, type TurnServerChoice, turnAttempts } from './turn-choice.ts';

/** How much later TCP is tried than UDP, and TLS than TCP: over UDP a lost packet does not delay others. */
const HEAD_START_MS: Readonly<Record<TurnTransportName, number>> = { udp: 0, tcp: 300, tls: 600 };

export type RelayResult =
  /** `url` is that of its server. */
  | { readonly outcome: 'open'; readonly relay: RelaySocket; readonly url: string }
  /** Why each server gave no relay. */
  | { readonly outcome: 'failed'; readonly details: readonly string[] };

export interface FirstRelayOptions {
  readonly local?: string | undefined;
  readonly resolver?: Resolver | undefined;
  readonly openSocket?: OpenSocket | undefined;
  readonly signal: AbortSignal;
  /** Called with a line about each server that the rendezvous names and that is not tried. */
  readonly onNotice: (text: string) => void;
}

/**
 * Opens a relay, which the caller has to dispose of; any that come later are given back.
 * @throws UsageError when a URL that the user gave is not valid; the signal's reason when aborted.
 */
export async function openFirstRelay(
  servers: readonly TurnServerChoice[],
  options: FirstRelayOptions,
): Promise<RelayResult> {
  const { signal } = options;
  const won = new AbortController();
  const either = AbortSignal.any([signal, won.signal]);
  const attempts = turnAttempts(servers, options).map(async (one) => {
    await pause(HEAD_START_MS[one.server.transport], either);
    const relay = await tryOne(one, { ...options, signal: either });
    if (won.signal.aborted) await relay[Symbol.asyncDispose]();
    won.signal.throwIfAborted();
    won.abort();
    return { relay, url: one.url };
  });
  const settled = Promise.allSettled(attempts);
  const opened = await Promise.any(attempts).catch(() => null);
  if (opened) return { outcome: 'open', ...opened };
  signal.throwIfAborted();
  const failures = (await settled).flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const bug = failures.find((failure) => !(failure instanceof NoRelay));
  if (bug) throw bug;
  return { outcome: 'failed', details: failures.map((failure) => (failure as NoRelay).message) };
}

/** Opens a relay on one server. @throws NoRelay when the server gives none, or when the rendezvous may not name that server. */
async function tryOne(attempt: TurnAttempt, options: FirstRelayOptions): Promise<RelaySocket> {
  const { url, namedBy } = attempt;
  const { local, resolver, openSocket, signal, onNotice } = options;
  const opened = await openRelay({ ...attempt, local, resolver, openSocket, signal }).catch((error: unknown) => {
    if (namedBy === undefined || !(error instanceof UsageError)) throw error;
    onNotice(notTried(url, `and ${error.message}`));
    return { outcome: 'failed', reason: 'refused', code: null, detail: error.message } as const;
  });
  if (opened.outcome === 'open') return opened.relay;
  const { reason, detail } = opened;
  if (reason === 'address-refused' && namedBy !== undefined) onNotice(notTried(url, detail ?? ''));
  throw new NoRelay(url, opened);
}

/** Carries one server's refusal out of a race. */
class NoRelay extends Error {
  constructor(url: string, failure: Extract<OpenedRelay, { readonly outcome: 'failed' }>) {
    super(`${url}: ${describeTurnFailure(failure)}`);
  }
}
