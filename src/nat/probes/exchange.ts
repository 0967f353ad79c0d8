/**
 * The wire side of a detection: every send is a STUN transaction with an id of its own, so that each reply tells its exact
 * round trip and each loss counts. A reply is believed only with the right transaction id, on the right socket, from the
 * exact expected source and of the success class (reply.ts); anything else is recorded.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../../endpoint.ts';
import type { Arrival, SendFailure, Transmit } from '../../session.ts';
import type { Attribute } from '../../stun/attribute.ts';
import { encode } from '../../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { hex } from '../../stun/hex.ts';
import type { StunMessage } from '../../stun/message.ts';
import type { Rejection } from '../evidence.ts';
import { createPace, type Pace } from './pace.ts';
import type { Probe, Question, Send } from './probe.ts';
import { judgeReply, type ProbeTransaction, type ReplyJudgement } from './reply.ts';

/** Replies kept until their expected source is known: more than are sent before the first answer. */
const MAX_HELD = 64;
/** Whoever sends decides how many rejections come: so many distinct ones are kept, and as many of those that say nothing. */
const MAX_REJECTIONS = 32;
/** What an error-class response without ERROR-CODE counts as. */
const UNSPECIFIED_ERROR = 500;

export interface Exchange {
  readonly pace: Pace;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Every send so far, by the hex text of its transaction id. */
  readonly transactions: Map<string, ProbeTransaction>;
  /** What is to be transmitted, in order; the session takes it from here. */
  readonly queue: Transmit[];
  /** Replies that came before their expected source was known. */
  held: { readonly at: number; readonly arrival: Arrival }[];
  /** Where each endpoint that was asked has first seen the socket that asked, by the text of both; null until it answers. */
  readonly asked: Map<string, Endpoint | null>;
  /** Those of them that have later seen the same socket at another public endpoint, each with that socket. */
  readonly contradicted: { readonly socket: string; readonly to: Endpoint }[];
  /**
   * What was not believed, by the text of its cause, error code, socket and source: what an endpoint sent to a socket that
   * has asked it, and what carries the transaction id of a request, wherever it came from.
   */
  readonly rejections: Map<string, Rejection>;
  /** What strangers sent, in the same way: it says nothing about whoever was asked. */
  readonly strays: Map<string, Rejection>;
}

export function createExchange(randomBytes: Exchange['randomBytes']): Exchange {
  return {
    pace: createPace(),
    randomBytes,
    transactions: new Map(),
    queue: [],
    held: [],
    asked: new Map(),
    contradicted: [],
    rejections: new Map(),
    strays: new Map(),
  };
}

/** Queues one more send of the probe. */
export function sendProbe(now: number, { randomBytes, transactions, asked, queue }: Exchange, probe: Probe): void {
  const id = randomBytes(TRANSACTION_ID_BYTES);
  const send: Send = { at: now, answeredAt: null };
  probe.sends.push(send);
  transactions.set(hex(id), { probe, send });
  const { socket, to } = probe.question;
  const key = keyOf(socket, to);
  if (!asked.has(key)) asked.set(key, null);
  queue.push({ kind: 'transmit', socket, to, bytes: encode(requestOf(probe.question, id)) });
}

export function receiveReply(now: number, exchange: Exchange, arrival: Arrival): void {
  const judged = judgeReply(arrival, exchange.transactions);
  const { socket, from } = arrival;
  switch (judged.kind) {
    case 'rejected':
      reject(exchange, { cause: judged.cause, socket, from, errorCode: null });
      break;
    case 'held':
      if (exchange.held.length < MAX_HELD) exchange.held.push({ at: now, arrival });
      break;
    case 'refused':
      judged.transaction.probe.errorCode ??= judged.errorCode ?? UNSPECIFIED_ERROR;
      reject(exchange, { cause: 'error-class', socket, from, errorCode: judged.errorCode });
      break;
    case 'answer':
      takeAnswer(now, exchange, { ...judged, from });
      break;
  }
}

function takeAnswer(
  now: number,
  exchange: Exchange,
  { transaction, from, mapped, other }: Extract<ReplyJudgement, { readonly kind: 'answer' }> & Pick<Arrival, 'from'>,
): void {
  const { probe, send } = transaction;
  if (send.answeredAt !== null) return;
  send.answeredAt = now;
  const { at: sentAt } = send;
  const rttMs = now - sentAt;
  exchange.pace.sample(rttMs);
  probe.answer ??= { from, mapped, other, sentAt, rttMs };
  const { socket, to } = probe.question;
  const seen = exchange.asked.get(keyOf(socket, to)) ?? mapped;
  exchange.asked.set(keyOf(socket, to), seen);
  if (!sameEndpoint(seen, mapped)) exchange.contradicted.push({ socket, to });
}

function reject({ asked, rejections, strays }: Exchange, rejection: Omit<Rejection, 'count'>): void {
  const { cause, errorCode } = rejection;
  const place = keyOf(rejection.socket, rejection.from);
  const records = cause === 'wrong-source' || asked.has(place) ? rejections : strays;
  const key = `${cause} ${errorCode} ${place}`;
  const count = (records.get(key)?.count ?? 0) + 1;
  if (count > 1 || records.size < MAX_REJECTIONS) records.set(key, { ...rejection, count });
}

function keyOf(socket: string, endpoint: Endpoint): string {
  return `${socket} ${formatEndpoint(endpoint)}`;
}

/** Judges the held replies again, once the server's alternate is known. */
export function judgeHeld(exchange: Exchange): void {
  const waiting = exchange.held;
  exchange.held = [];
  for (const { at, arrival } of waiting) receiveReply(at, exchange, arrival);
}

export function recordSendFailure({ transactions }: Exchange, { socket, to, code }: SendFailure): void {
  for (const { probe } of transactions.values()) {
    const { question } = probe;
    if (question.socket === socket && sameEndpoint(question.to, to)) probe.sendFailure ??= code;
  }
}

function requestOf(question: Question, transactionId: Uint8Array): StunMessage {
  const attributes: Attribute[] = [];
  if (question.change !== 'none') {
    attributes.push({ type: 'CHANGE-REQUEST', value: { ip: question.change === 'ip-and-port', port: true } });
  }
  if (question.responsePort !== undefined) attributes.push({ type: 'RESPONSE-PORT', value: question.responsePort });
  return { class: 'request', method: METHOD.binding, transactionId, attributes };
}
