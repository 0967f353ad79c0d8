/** What a datagram is worth to whoever has asked: an answer to one send, a refusal, nothing yet, or nothing at all and why. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Arrival } from '../../session.ts';
import { decode } from '../../stun/decode.ts';
import { hex } from '../../stun/hex.ts';
import { attribute, type StunMessage } from '../../stun/message.ts';
import type { RejectionCause } from '../evidence.ts';
import { reachableOther } from './nat64.ts';
import type { Probe, Question, Send } from './probe.ts';

/** One send of a probe. */
export interface ProbeTransaction {
  readonly probe: Probe;
  readonly send: Send;
}

export type ReplyJudgement =
  | { readonly kind: 'rejected'; readonly cause: RejectionCause }
  /** The source that its answer has to come from is not known yet. */
  | { readonly kind: 'held' }
  | { readonly kind: 'refused'; readonly transaction: ProbeTransaction; readonly errorCode: number | null }
  | {
      readonly kind: 'answer';
      readonly transaction: ProbeTransaction;
      readonly mapped: Endpoint;
      readonly other: Endpoint | null;
    };

/** @param transactions by the hex text of their ids. */
export function judgeReply(
  { socket, from, bytes }: Arrival,
  transactions: ReadonlyMap<string, ProbeTransaction>,
): ReplyJudgement {
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
  const told = { other: otherOf(message), origin: attribute(message, 'RESPONSE-ORIGIN') ?? null };
  return { kind: 'answer', transaction, mapped, other: reachableOther(question.to, told) };
}

/** The socket that the response comes to: an error-class one is never redirected to another port. */
function socketOf({ socket, hearsAt }: Question, isError: boolean): string {
  return isError ? socket : (hearsAt ?? socket);
}

/** The XORed address first: some routers rewrite addresses that they recognize in a payload (RFC 8489 §14.2). */
function mappedOf(message: StunMessage): Endpoint | undefined {
  return attribute(message, 'XOR-MAPPED-ADDRESS') ?? attribute(message, 'MAPPED-ADDRESS');
}

/** A server of RFC 3489 times says CHANGED-ADDRESS for what is OTHER-ADDRESS today (RFC 5780 §7.4). */
function otherOf(message: StunMessage): Endpoint | null {
  return attribute(message, 'OTHER-ADDRESS') ?? attribute(message, 'CHANGED-ADDRESS') ?? null;
}
