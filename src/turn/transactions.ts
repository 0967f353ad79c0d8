/** The client's requests, several at once: each shows the credentials that the server wants, until one response counts. */
import { TRANSACTION_ID_BYTES } from '../stun/header.ts';
import { hex } from '../stun/hex.ts';
import type { StunMessage } from '../stun/message.ts';
import { createTransaction, type StunResponse } from '../stun/transaction.ts';
import { authenticated, challengeIn } from './credentials.ts';
import { reasonOfCode, type TurnFailure } from './event.ts';
import { DATAGRAM_SCHEDULE, STREAM_SCHEDULE, UNSIGNED_ERROR_GRACE_MS } from './pace.ts';
import {
  type OpenRequest,
  type Request,
  type RequestOutcome,
  type State,
  type TurnRejectionCause,
  transmit,
} from './state.ts';

/** How many challenges one request follows: 401, and 438 for a nonce that is stale when it comes. */
const CHALLENGES_MAX = 4;
/** RFC 8489 §14.8 has fewer than 128; a server that says more is not read further, as users read it. */
const REASON_MAX_CHARACTERS = 127;

/** Sends the request. */
export function ask(now: number, state: State, request: Request): void {
  start(now, state, { ...request, challenges: 0 });
}

/** Starts a transaction; every attempt with other credentials is one of its own (RFC 8489 §9.2.5). */
function start(now: number, state: State, request: Request & Pick<OpenRequest, 'challenges'>): void {
  const { method, attributes, settle, challenges } = request;
  const { challenge, server, isStream, randomBytes } = state;
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  const transaction = createTransaction({
    ...authenticated({ class: 'request', method, transactionId, attributes }, challenge),
    to: server,
    schedule: isStream ? STREAM_SCHEDULE : DATAGRAM_SCHEDULE,
  });
  const isSigned = challenge !== null;
  const rest = { transaction, isSigned, challenges, dueAt: now, claim: null, isForged: false };
  const open: OpenRequest = { method, attributes, settle, ...rest };
  state.requests.set(hex(transactionId), open);
  retransmit(now, state, open);
}

/** Sends what is due; false when the schedule is over. */
function retransmit(now: number, state: State, open: OpenRequest): boolean {
  for (;;) {
    const step = open.transaction.next(now);
    switch (step.kind) {
      case 'send':
        transmit(state, step.bytes);
        break;
      case 'wait':
        open.dueAt = step.until;
        return true;
      case 'given-up':
        return false;
    }
  }
}

/** Sends again and gives up what is due. */
export function advanceRequests(now: number, state: State): void {
  for (const [id, open] of [...state.requests]) {
    if (open.dueAt > now || !state.requests.has(id)) continue;
    if (!open.claim && retransmit(now, state, open)) continue;
    settle(now, state, { id, outcome: open.claim ?? { kind: 'none', because: open.isForged ? 'forged' : 'silence' } });
  }
}

/** When the next request is due. */
export function requestsDueAt({ requests }: State): number {
  return Math.min(...[...requests.values()].map(({ dueAt }) => dueAt));
}

/** Takes a response, the message in those bytes of the server; the cause when it is not believed. */
export function receiveResponse(
  now: number,
  state: State,
  { message, bytes }: { readonly message: StunMessage; readonly bytes: Uint8Array },
): TurnRejectionCause | null {
  const id = hex(message.transactionId);
  const open = state.requests.get(id);
  if (!open || open.method !== message.method) return 'unknown-transaction';
  const response = open.transaction.receive(now, { from: state.server, bytes });
  if (!response) {
    // RFC 8489 §9.2.5: over UDP as if it had never come; in a stream no other will come.
    open.isForged = true;
    if (state.isStream) settle(now, state, { id, outcome: { kind: 'none', because: 'forged' } });
    return 'wrong-integrity';
  }
  if (isChallenge(response)) {
    if (!followChallenge(now, state, { id, response })) settle(now, state, { id, outcome: response });
    return null;
  }
  if (response.kind === 'error' && response.isUnsigned) {
    if (!open.claim) open.dueAt = now + UNSIGNED_ERROR_GRACE_MS;
    open.claim ??= response;
    return 'wrong-integrity';
  }
  settle(now, state, { id, outcome: response });
  return null;
}

function isChallenge(response: StunResponse): boolean {
  return response.kind === 'error' && (response.code === 401 || response.code === 438);
}

/** Asks again with what a 401 or 438 wants to see; false when that has been shown, or cannot be. */
function followChallenge(
  now: number,
  state: State,
  { id, response }: { readonly id: string; readonly response: StunResponse },
): boolean {
  const open = state.requests.get(id);
  const isRefusal = open?.isSigned && response.kind === 'error' && response.code === 401;
  if (!open || isRefusal || open.challenges === CHALLENGES_MAX) return false;
  const challenge = challengeIn(response.message, { credentials: state.credentials, known: state.challenge });
  if (!challenge) return false;
  state.challenge = challenge;
  state.requests.delete(id);
  start(now, state, { ...open, challenges: open.challenges + 1 });
  return true;
}

function settle(
  now: number,
  { requests }: State,
  { id, outcome }: { readonly id: string; readonly outcome: RequestOutcome },
): void {
  const open = requests.get(id);
  requests.delete(id);
  open?.settle(now, outcome);
}

/** Says what an outcome other than success means. */
export function failureOf(outcome: Exclude<RequestOutcome, { kind: 'success' }>): TurnFailure {
  if (outcome.kind === 'error') {
    const { code, reason } = outcome;
    return { reason: reasonOfCode(code), code, detail: reason.slice(0, REASON_MAX_CHARACTERS) };
  }
  return { reason: outcome.because === 'forged' ? 'wrong-integrity' : 'no-answer', code: null, detail: null };
}
