/** The allocation: asked for, refreshed before it runs out, and given back (RFC 8656 §7, §8). */
import type { Endpoint, Family } from '../endpoint.ts';
import type { Attribute } from '../stun/attribute.ts';
import { METHOD } from '../stun/header.ts';
import { attribute, type StunMessage } from '../stun/message.ts';
import { type ClientState, failureOf } from './client-state.ts';
import type { Alternate } from './failure.ts';
import { CLOSE_TIMEOUT_MS, DEFAULT_LIFETIME_MS, LIFETIME_MAX_MS, REFRESH_RETRY_MS, refreshAfterMs } from './pace.ts';
import type { Answer } from './transaction.ts';

/** The protocol number of UDP (RFC 8656 §18.7). */
const UDP = 17;

export interface Allocation {
  /** Does what is due; when the next thing will be. */
  readonly advance: (now: number) => number;
  /** Gives it back; without a word when there is none. `isChallenged`: a request with credentials may be on its way. */
  readonly close: (now: number, options: { readonly isChallenged: boolean }) => void;
}

/** Begins with the first `advance`. @param options.family of the relayed address; IPv4 when left out. */
export function createAllocation(state: ClientState, { family }: { readonly family?: Family | undefined }): Allocation {
  const { transactions, emit } = state;
  let isBegun = false;
  let refreshAt = Number.POSITIVE_INFINITY;
  let endsAt = Number.POSITIVE_INFINITY;

  /** Counted from the request: the server began to count before its answer was here. */
  const confirm = (askedAt: number, message: StunMessage): number => {
    const lifetimeS = attribute(message, 'LIFETIME');
    const lifetimeMs = lifetimeS === undefined ? DEFAULT_LIFETIME_MS : Math.min(lifetimeS * 1000, LIFETIME_MAX_MS);
    refreshAt = askedAt + refreshAfterMs(lifetimeMs);
    endsAt = askedAt + lifetimeMs;
    return lifetimeMs;
  };

  const fail = (now: number, answer: Exclude<Answer, { kind: 'success' }>): void => {
    emit(now, {
      kind: 'failed',
      alternate: answer.kind === 'error' ? alternateIn(answer) : null,
      ...failureOf(answer),
    });
    state.end();
  };

  const begin = (askedAt: number): void => {
    isBegun = true;
    const attributes: Attribute[] = [{ type: 'REQUESTED-TRANSPORT', value: UDP }];
    if (family) attributes.push({ type: 'REQUESTED-ADDRESS-FAMILY', value: family });
    transactions.ask(askedAt, { method: METHOD.allocate, attributes }, (now, answer) => {
      if (state.phase === 'closing') return answer.kind === 'success' ? giveBack(now) : state.end();
      if (answer.kind !== 'success') return fail(now, answer);
      const { message } = answer;
      const relayed = attribute(message, 'XOR-RELAYED-ADDRESS');
      const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
      if (!relayed || !mapped || isNowhere(relayed)) {
        emit(now, { kind: 'failed', reason: 'bad-answer', code: null, detail: null, alternate: null });
        return state.end();
      }
      state.phase = 'allocated';
      state.relayed = relayed;
      emit(now, { kind: 'allocated', relayed, mapped, lifetimeMs: confirm(askedAt, message) });
    });
  };

  const refresh = (askedAt: number): void => {
    refreshAt = Number.POSITIVE_INFINITY;
    transactions.ask(askedAt, { method: METHOD.refresh, attributes: [] }, (now, answer) => {
      if (answer.kind === 'success') confirm(askedAt, answer.message);
      else if (answer.kind === 'none') refreshAt = now;
      else if (answer.code >= 500) refreshAt = now + REFRESH_RETRY_MS;
      else state.lose(now, failureOf(answer));
    });
  };

  const giveBack = (now: number): void => {
    transactions.clear();
    const attributes: Attribute[] = [{ type: 'LIFETIME', value: 0 }];
    transactions.ask(now, { method: METHOD.refresh, attributes }, state.end);
  };

  return {
    advance: (now) => {
      if (!isBegun) begin(now);
      if (now >= endsAt) {
        state.lose(now, { reason: 'expired', code: null, detail: null });
        return Number.POSITIVE_INFINITY;
      }
      if (now >= refreshAt && state.phase === 'allocated') refresh(now);
      return Math.min(refreshAt, endsAt);
    },
    close: (now, { isChallenged }) => {
      if (state.phase === 'closing' || state.phase === 'closed') return;
      const { phase } = state;
      if (phase === 'allocating' && !(isBegun && isChallenged)) return state.end();
      state.phase = 'closing';
      refreshAt = Number.POSITIVE_INFINITY;
      endsAt = now + CLOSE_TIMEOUT_MS;
      // An Allocate on its way may succeed yet: it is waited for, and given back then.
      if (phase === 'allocated') giveBack(now);
    },
  };
}

/** The place of a 300 answer (RFC 8489 §10). */
function alternateIn({ code, message }: Extract<Answer, { kind: 'error' }>): Alternate | null {
  const endpoint = code === 300 ? attribute(message, 'ALTERNATE-SERVER') : undefined;
  return endpoint ? { endpoint, domain: attribute(message, 'ALTERNATE-DOMAIN') ?? null } : null;
}

/** What no peer can send to. */
function isNowhere({ address, port }: Endpoint): boolean {
  return port === 0 || address === '0.0.0.0' || address === '::';
}
