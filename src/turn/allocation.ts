/** The allocation: asked for, refreshed before it expires, and given back (RFC 8656 §7, §8). */
import type { Endpoint } from '../endpoint.ts';
import type { Attribute } from '../stun/attribute.ts';
import { METHOD } from '../stun/header.ts';
import { attribute, type StunMessage } from '../stun/message.ts';
import type { Alternate } from './event.ts';
import { CLOSE_TIMEOUT_MS, DEFAULT_LIFETIME_MS, LIFETIME_MAX_MS, leaseFrom, REFRESH_RETRY_MS } from './pace.ts';
import { emit, end, lose, type RequestOutcome, type State } from './state.ts';
import { ask, failureOf } from './transactions.ts';

/** The protocol number of UDP (RFC 8656 §18.7). */
const UDP = 17;

/** Asks for the allocation, and refreshes it; when the next thing will be due. */
export function advanceAllocation(now: number, state: State): number {
  const { allocation } = state;
  if (!state.hasAskedToAllocate) allocate(now, state);
  if (now >= allocation.expiresAt) {
    lose(now, state, { reason: 'expired', code: null, detail: null });
    return Number.POSITIVE_INFINITY;
  }
  if (now >= allocation.refreshAt && state.phase === 'allocated') refresh(now, state);
  return Math.min(allocation.refreshAt, allocation.expiresAt);
}

/** Gives the allocation back; without a word to the server when there is none. */
export function close(now: number, state: State): void {
  const { phase, allocation } = state;
  if (phase === 'closing' || phase === 'closed') return;
  // A request with credentials may lead to an allocation.
  const mayBeAllocated = phase === 'allocated' || (state.hasAskedToAllocate && state.challenge !== null);
  if (!mayBeAllocated) {
    end(state);
    return;
  }
  state.phase = 'closing';
  allocation.refreshAt = Number.POSITIVE_INFINITY;
  allocation.expiresAt = now + CLOSE_TIMEOUT_MS;
  // An Allocate on its way may succeed yet: it is waited for, and given back then.
  if (phase === 'allocated') giveBack(now, state);
}

function allocate(askedAt: number, state: State): void {
  state.hasAskedToAllocate = true;
  const attributes: Attribute[] = [{ type: 'REQUESTED-TRANSPORT', value: UDP }];
  if (state.family) attributes.push({ type: 'REQUESTED-ADDRESS-FAMILY', value: state.family });
  ask(askedAt, state, {
    method: METHOD.allocate,
    attributes,
    settle: (now, outcome) => {
      if (state.phase === 'closing') return outcome.kind === 'success' ? giveBack(now, state) : end(state);
      if (outcome.kind !== 'success') return fail(now, state, outcome);
      allocated(now, state, { askedAt, message: outcome.message });
    },
  });
}

function allocated(
  now: number,
  state: State,
  { askedAt, message }: { readonly askedAt: number; readonly message: StunMessage },
): void {
  const relayed = attribute(message, 'XOR-RELAYED-ADDRESS');
  const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
  if (!relayed || !mapped || isNowhere(relayed)) {
    emit(now, state, { kind: 'failed', reason: 'bad-answer', code: null, detail: null, alternate: null });
    end(state);
    return;
  }
  const lifetimeMs = lifetimeIn(message);
  Object.assign(state.allocation, leaseFrom(askedAt, lifetimeMs));
  state.phase = 'allocated';
  state.relayed = relayed;
  emit(now, state, { kind: 'allocated', relayed, mapped, lifetimeMs });
}

function fail(now: number, state: State, outcome: Exclude<RequestOutcome, { kind: 'success' }>): void {
  const alternate = outcome.kind === 'error' ? alternateIn(outcome) : null;
  emit(now, state, { kind: 'failed', alternate, ...failureOf(outcome) });
  end(state);
}

function refresh(askedAt: number, state: State): void {
  const { allocation } = state;
  allocation.refreshAt = Number.POSITIVE_INFINITY;
  ask(askedAt, state, {
    method: METHOD.refresh,
    attributes: [],
    settle: (now, outcome) => {
      if (outcome.kind === 'success') {
        const lifetimeMs = lifetimeIn(outcome.message);
        Object.assign(allocation, leaseFrom(askedAt, lifetimeMs));
        emit(now, state, { kind: 'refreshed', lifetimeMs });
      } else if (outcome.kind === 'none' || outcome.code >= 500) {
        allocation.refreshAt = outcome.kind === 'none' ? now : now + REFRESH_RETRY_MS;
        emit(now, state, { kind: 'not-refreshed' });
      } else lose(now, state, failureOf(outcome));
    },
  });
}

/** Refreshes ahead of time, unless a refresh is under way. */
export function refreshNow(now: number, state: State): void {
  const isUnderWay = state.allocation.refreshAt === Number.POSITIVE_INFINITY;
  if (state.phase === 'allocated' && !isUnderWay) refresh(now, state);
}

/** Asks for a lifetime of 0, which deletes the allocation (RFC 8656 §8). */
function giveBack(now: number, state: State): void {
  state.requests.clear();
  const attributes: Attribute[] = [{ type: 'LIFETIME', value: 0 }];
  ask(now, state, { method: METHOD.refresh, attributes, settle: () => end(state) });
}

function lifetimeIn(message: StunMessage): number {
  const lifetimeS = attribute(message, 'LIFETIME');
  return lifetimeS === undefined ? DEFAULT_LIFETIME_MS : Math.min(lifetimeS * 1000, LIFETIME_MAX_MS);
}

/** Reads the server that a 300 names (RFC 8489 §10). */
function alternateIn({ code, message }: Extract<RequestOutcome, { kind: 'error' }>): Alternate | null {
  const endpoint = code === 300 ? attribute(message, 'ALTERNATE-SERVER') : undefined;
  return endpoint ? { endpoint, domain: attribute(message, 'ALTERNATE-DOMAIN') ?? null } : null;
}

/** Whether no peer can send to the endpoint. */
function isNowhere({ address, port }: Endpoint): boolean {
  return port === 0 || address === '0.0.0.0' || address === '::';
}
