/**
 * The wire side of a detection: every send is a STUN transaction of its own, so that each reply tells its exact round
 * trip and each loss counts. A reply is believed only with the right transaction id, on the right socket, from the exact
 * expected source and of the success class; anything else is recorded.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Arrival, SendFailure, Transmit } from '../../session.ts';
import type { Attribute } from '../../stun/attribute.ts';
import { decode } from '../../stun/decode.ts';
import { encode } from '../../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { hex } from '../../stun/hex.ts';
import { attribute, type StunMessage } from '../../stun/message.ts';
import type { Rejection, RejectionCause } from '../evidence.ts';
import type { Pace } from './pace.ts';
import type { Probe, Question, Send } from './probe.ts';
import { createRejections } from './rejections.ts';

export interface Exchange {
  /** Puts one more send of the probe into the queue. */
  readonly send: (now: number, probe: Probe) => void;
  /** The next datagram to transmit. */
  readonly dequeue: () => Transmit | undefined;
  readonly receive: (now: number, arrival: Arrival) => void;
  readonly fail: (failure: SendFailure) => void;
  /** Judges again the replies that came before their expected source was known. */
  readonly reconsider: () => void;
  readonly rejected: () => readonly Rejection[];
}

interface Transaction {
  readonly probe: Probe;
  readonly send: Send;
}

type Judgement =
  | { readonly kind: 'rejected'; readonly cause: RejectionCause }
  | { readonly kind: 'held' }
  | { readonly kind: 'refused'; readonly transaction: Transaction; readonly errorCode: number | null }
  | {
      readonly kind: 'answer';
      readonly transaction: Transaction;
      readonly mapped: Endpoint;
      readonly other: Endpoint | null;
    };

/** Replies kept until their expected source is known: more than are sent before the first answer. */
const MAX_HELD = 64;
/** What an error-class response without ERROR-CODE counts as. */
const UNSPECIFIED_ERROR = 500;

export function createExchange(options: {
  readonly pace: Pace;
  readonly randomBytes: (length: number) => Uint8Array;
}): Exchange {
  const { pace, randomBytes } = options;
  const transactions = new Map<string, Transaction>();
  const rejections = createRejections();
  const queue: Transmit[] = [];
  let held: { readonly at: number; readonly arrival: Arrival }[] = [];

  /** What a datagram is worth: nothing and why, nothing yet, or an answer to one send. */
  const judge = ({ socket, from, bytes }: Arrival): Judgement => {
    const decoded = decode(bytes);
    if (!decoded.ok) return { kind: 'rejected', cause: 'malformed' };
    const { message } = decoded;
    if (message.class === 'request' || message.class === 'indication') {
      return { kind: 'rejected', cause: 'not-a-response' };
    }
    const transaction = transactions.get(hex(message.transactionId));
    const isError = message.class === 'error';
    if (!transaction || socketOf(transaction.probe.question, isError) !== socket) {
      return { kind: 'rejected', cause: 'wrong-transaction-id' };
    }
    const { question } = transaction.probe;
    // An error need not be redirected: it may come from where the request went.
    const expected = isError && sameEndpoint(from, question.to) ? from : question.expectedFrom();
    if (expected === null) return { kind: 'held' };
    if (!sameEndpoint(expected, from)) return { kind: 'rejected', cause: 'wrong-source' };
    if (isError) return { kind: 'refused', transaction, errorCode: attribute(message, 'ERROR-CODE')?.code ?? null };
    const mapped = mappedOf(message);
    if (!mapped) return { kind: 'rejected', cause: 'no-mapped-address' };
    return { kind: 'answer', transaction, mapped, other: otherOf(message) };
  };

  const receive = (now: number, arrival: Arrival): void => {
    const { from } = arrival;
    const judged = judge(arrival);
    const record = (cause: RejectionCause, errorCode: number | null): void =>
      rejections.add({ cause, socket: arrival.socket, from, errorCode });
    switch (judged.kind) {
      case 'rejected':
        record(judged.cause, null);
        break;
      case 'held':
        if (held.length < MAX_HELD) held.push({ at: now, arrival });
        break;
      case 'refused':
        judged.transaction.probe.errorCode ??= judged.errorCode ?? UNSPECIFIED_ERROR;
        record('error-class', judged.errorCode);
        break;
      case 'answer': {
        const { probe, send } = judged.transaction;
        if (send.answeredAt !== null) break;
        send.answeredAt = now;
        const rttMs = now - send.at;
        pace.sample(rttMs);
        probe.answer ??= { from, mapped: judged.mapped, other: judged.other, rttMs };
      }
    }
  };

  return {
    send: (now, probe) => {
      const id = randomBytes(TRANSACTION_ID_BYTES);
      const send: Send = { at: now, answeredAt: null };
      probe.sends.push(send);
      transactions.set(hex(id), { probe, send });
      const { socket, to } = probe.question;
      queue.push({ kind: 'transmit', socket, to, bytes: encode(requestOf(probe.question, id)) });
    },
    dequeue: () => queue.shift(),
    receive,
    fail: ({ socket, to, code }) => {
      for (const { probe } of transactions.values()) {
        const { question } = probe;
        if (question.socket === socket && sameEndpoint(question.to, to)) probe.sendFailure ??= code;
      }
    },
    reconsider: () => {
      const waiting = held;
      held = [];
      for (const { at, arrival } of waiting) receive(at, arrival);
    },
    rejected: rejections.list,
  };
}

/** Where the response comes: an error-class one is never redirected to another port. */
function socketOf({ socket, hearsAt }: Question, isError: boolean): string {
  return isError ? socket : (hearsAt ?? socket);
}

function requestOf(question: Question, transactionId: Uint8Array): StunMessage {
  const attributes: Attribute[] = [];
  if (question.change !== 'none') {
    attributes.push({ type: 'CHANGE-REQUEST', value: { ip: question.change === 'ip-and-port', port: true } });
  }
  if (question.responsePort !== undefined) attributes.push({ type: 'RESPONSE-PORT', value: question.responsePort });
  return { class: 'request', method: METHOD.binding, transactionId, attributes };
}

/** The XORed address first: some routers rewrite addresses that they recognize in a payload (RFC 8489 §14.2). */
function mappedOf(message: StunMessage): Endpoint | undefined {
  return attribute(message, 'XOR-MAPPED-ADDRESS') ?? attribute(message, 'MAPPED-ADDRESS');
}

/** A server of RFC 3489 times says CHANGED-ADDRESS for what is OTHER-ADDRESS today (RFC 5780 §7.4). */
function otherOf(message: StunMessage): Endpoint | null {
  return attribute(message, 'OTHER-ADDRESS') ?? attribute(message, 'CHANGED-ADDRESS') ?? null;
}
