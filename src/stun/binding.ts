/** The Binding method: how a server sees the socket that the request came from (RFC 8489 §2). */
import type { Endpoint } from '../endpoint.ts';
import { METHOD, TRANSACTION_ID_BYTES } from './header.ts';
import { attribute } from './message.ts';
import { createTransaction, type RetransmissionSchedule, type StunResponse, type Transaction } from './transaction.ts';

/** A transaction that asks the server for the reflexive transport address of the socket it is sent from. */
export function createBinding({
  server,
  randomBytes,
  schedule,
}: {
  readonly server: Endpoint;
  /** Unpredictable bytes, for the transaction id. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** RFC8489_SCHEDULE when left out. */
  readonly schedule?: RetransmissionSchedule | undefined;
}): Transaction {
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  const request = { class: 'request', method: METHOD.binding, transactionId, attributes: [] } as const;
  return createTransaction({ request, to: server, schedule });
}

/** The XOR-MAPPED-ADDRESS of a success; null for an error, for no response, and for one without the attribute. */
export function reflexiveEndpoint(response: StunResponse | null): Endpoint | null {
  return response?.kind === 'success' ? (attribute(response.message, 'XOR-MAPPED-ADDRESS') ?? null) : null;
}
