/**
 * Requests and their answers: sent again over UDP until answered (RFC 8489 §6.2.1), with credentials when challenged,
 * with the new nonce when the old one is stale (§9.2.5).
 */
import type { Attribute } from '../stun/attribute.ts';
import { TRANSACTION_ID_BYTES } from '../stun/header.ts';
import { attribute, type StunMessage } from '../stun/message.ts';
import type { Authentication } from './authentication.ts';
import { LAST_WAIT_RTOS, RTO_INITIAL_MS, SENDS_MAX, STREAM_TIMEOUT_MS, UNSIGNED_ERROR_GRACE_MS } from './pace.ts';
import type { TurnRejectionCause } from './rejection.ts';

export interface Question {
  /** One of METHOD. */
  readonly method: number;
  readonly attributes: readonly Attribute[];
}

export type Answer =
  | { readonly kind: 'success'; readonly message: StunMessage }
  | { readonly kind: 'error'; readonly code: number; readonly text: string; readonly message: StunMessage }
  /** `forged`: what came was not under the password. */
  | { readonly kind: 'none'; readonly because: 'silence' | 'forged' };

export interface Transactions {
  /** Sends the request; `settle` is called once, with its answer or that there is none. */
  readonly ask: (now: number, question: Question, settle: (now: number, answer: Answer) => void) => void;
  /** Takes a response; the cause when it is not believed. */
  readonly receive: (now: number, bytes: Uint8Array, message: StunMessage) => TurnRejectionCause | null;
  /** Sends again and gives up what is due. */
  readonly advance: (now: number) => void;
  /** When the next thing is due. */
  readonly dueAt: () => number;
  /** Forgets all of them, unanswered. */
  readonly clear: () => void;
}

interface Transaction extends Question {
  readonly settle: (now: number, answer: Answer) => void;
  readonly bytes: Uint8Array;
  readonly isSigned: boolean;
  /** Challenges that led to it. */
  readonly challenges: number;
  sends: number;
  dueAt: number;
  /** An error without integrity, which is believed when nothing better comes. */
  claim: Answer | null;
  isForged: boolean;
}

/** Challenges that one request follows: 401, and 438 for a nonce that is stale when it comes. */
const CHALLENGES_MAX = 4;
/** What an error response without ERROR-CODE counts as. */
const UNSPECIFIED_ERROR = { code: 500, reason: '' };

export function createTransactions(options: {
  readonly authentication: Authentication;
  /** Whether the transport is TCP or TLS. */
  readonly isStream: boolean;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly transmit: (bytes: Uint8Array) => void;
}): Transactions {
  const { authentication, isStream, randomBytes, transmit } = options;
  const open = new Map<string, Transaction>();

  const send = (now: number, one: Transaction): void => {
    const rtos = one.sends === SENDS_MAX - 1 ? LAST_WAIT_RTOS : 2 ** one.sends;
    one.sends++;
    one.dueAt = now + (isStream ? STREAM_TIMEOUT_MS : rtos * RTO_INITIAL_MS);
    transmit(one.bytes);
  };

  /** Every attempt with other credentials is a transaction of its own (RFC 8489 §9.2.5). */
  const start = (now: number, question: Question & Pick<Transaction, 'settle' | 'challenges'>): void => {
    const { method, attributes, settle, challenges } = question;
    const transactionId = randomBytes(TRANSACTION_ID_BYTES);
    const one: Transaction = {
      method,
      attributes,
      settle,
      challenges,
      bytes: authentication.encode({ class: 'request', method, transactionId, attributes }),
      isSigned: authentication.isChallenged(),
      sends: 0,
      dueAt: 0,
      claim: null,
      isForged: false,
    };
    open.set(hex(transactionId), one);
    send(now, one);
  };

  return {
    ask: (now, question, settle) => start(now, { ...question, settle, challenges: 0 }),
    receive: (now, bytes, message) => {
      const id = hex(message.transactionId);
      const one = open.get(id);
      if (!one || one.method !== message.method) return 'unknown-transaction';
      const end = (answer: Answer): null => {
        open.delete(id);
        one.settle(now, answer);
        return null;
      };
      const answer = answerIn(message);
      // These two come before a common key is known, and carry no integrity (RFC 8489 §9.2.4).
      if (answer.kind === 'error' && (answer.code === 401 || answer.code === 438)) {
        const isRefusal = answer.code === 401 && one.isSigned;
        if (isRefusal || one.challenges === CHALLENGES_MAX || !authentication.take(message)) return end(answer);
        open.delete(id);
        start(now, { ...one, challenges: one.challenges + 1 });
        return null;
      }
      const integrity = one.isSigned ? authentication.check(bytes) : 'valid';
      if (integrity === 'valid') return end(answer);
      if (integrity === 'absent' && answer.kind === 'error') {
        if (!one.claim) one.dueAt = now + UNSIGNED_ERROR_GRACE_MS;
        one.claim ??= answer;
        return 'wrong-integrity';
      }
      // RFC 8489 §9.2.5: over UDP as if it had never come; in a stream no other will come.
      one.isForged = true;
      if (isStream) end({ kind: 'none', because: 'forged' });
      return 'wrong-integrity';
    },
    advance: (now) => {
      for (const [id, one] of [...open]) {
        if (one.dueAt > now || !open.has(id)) continue;
        if (!one.claim && !isStream && one.sends < SENDS_MAX) {
          send(now, one);
          continue;
        }
        open.delete(id);
        one.settle(now, one.claim ?? { kind: 'none', because: one.isForged ? 'forged' : 'silence' });
      }
    },
    dueAt: () => Math.min(...[...open.values()].map(({ dueAt }) => dueAt)),
    clear: () => open.clear(),
  };
}

function answerIn(message: StunMessage): Answer {
  if (message.class === 'success') return { kind: 'success', message };
  const { code, reason } = attribute(message, 'ERROR-CODE') ?? UNSPECIFIED_ERROR;
  return { kind: 'error', code, text: reason, message };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
