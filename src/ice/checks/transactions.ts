/** The checks in flight. Every send is a new transaction, so that each response tells its exact round trip. */

import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { hex } from '../../stun/hex.ts';
import { checkIntegrity } from '../../stun/integrity.ts';
import { attribute } from '../../stun/message.ts';
import type { Pair } from '../checklist/pair.ts';
import type { Role } from '../role.ts';
import type { ReceivedCheck } from './messages.ts';
import type { CheckRejectionCause } from './rejection-cause.ts';

export interface CheckTransaction {
  readonly pair: Pair;
  readonly at: number;
  /** The role that the check claimed. */
  readonly role: Role;
  /** Whether it carried USE-CANDIDATE. */
  readonly nominates: boolean;
}

/** The open transactions by id in hex, in the order of their sending. */
export type Transactions = Map<string, CheckTransaction>;

export type Reply =
  | { readonly kind: 'rejected'; readonly cause: CheckRejectionCause }
  | {
      readonly kind: 'success';
      readonly transaction: CheckTransaction;
      readonly mapped: Endpoint;
      readonly rttMs: number;
    }
  | { readonly kind: 'error'; readonly transaction: CheckTransaction; readonly code: number };

/** How long a response may take: far beyond any path's round trip. */
const LIFETIME_MS = 10_000;
/** What an error response without ERROR-CODE counts as. */
const UNSPECIFIED_ERROR = 500;

/** Remembers what was sent under the id, and forgets what is too old to be answered. */
export function openTransaction(transactions: Transactions, id: Uint8Array, transaction: CheckTransaction): void {
  for (const [old, { at }] of transactions) {
    if (transaction.at - at <= LIFETIME_MS) break;
    transactions.delete(old);
  }
  transactions.set(hex(id), transaction);
}

/** Judges a response, which must be under the peer's `key`; a transaction is answered once. */
export function judgeResponse(
  now: number,
  transactions: Transactions,
  received: ReceivedCheck & {
    readonly key: Uint8Array;
    /** Whether the response may come from another port than the check went to. */
    readonly isAnyPort: boolean;
  },
): Reply {
  const { arrival, message, key, isAnyPort } = received;
  const rejected = (cause: CheckRejectionCause): Reply => ({ kind: 'rejected', cause });
  const id = hex(message.transactionId);
  const transaction = transactions.get(id);
  if (!transaction) return rejected('unknown-transaction');
  // Anyone could have made a response without the right MESSAGE-INTEGRITY: it counts as none (RFC 8489 §9.1.4).
  if (checkIntegrity(arrival.bytes, { algorithm: 'sha1', key }) !== 'valid') return rejected('wrong-integrity');
  // RFC 8445 §7.2.5.2.1 fails the pair at once; here it fails by silence, so that a mirrored reply cannot end it.
  const { local, remote } = transaction.pair;
  const expected = { ...remote.endpoint, ...(isAnyPort && { port: arrival.from.port }) };
  const isSymmetric = arrival.socket === local.socket && sameEndpoint(arrival.from, expected);
  if (!isSymmetric) return rejected('wrong-source');
  if (message.class === 'error') {
    transactions.delete(id);
    return { kind: 'error', transaction, code: attribute(message, 'ERROR-CODE')?.code ?? UNSPECIFIED_ERROR };
  }
  const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
  if (!mapped) return rejected('missing-attribute');
  transactions.delete(id);
  return { kind: 'success', transaction, mapped, rttMs: now - transaction.at };
}
