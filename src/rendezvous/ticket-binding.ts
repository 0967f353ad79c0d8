/**
 * The client's side of a ticket (docs/rendezvous.md) as a sans-IO session: it sends Bindings from the socket that will punch
 * until the server has tied that socket to the session.
 */
import type { Endpoint } from '../endpoint.ts';
import type { Arrival, Output, Session } from '../session.ts';
import { reflexiveEndpoint } from '../stun/binding.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../stun/header.ts';
import { shortTermKey } from '../stun/integrity.ts';
import { attribute } from '../stun/message.ts';
import {
  createTransaction,
  type RetransmissionSchedule,
  type StunResponse,
  type Transaction,
} from '../stun/transaction.ts';

/**
 * Resends sooner than RFC 8489 §6.2.1 says, and for 15 s in all. At 20 % loss each way one exchange in 10,000 fails by
 * chance; with six sends it would be one in 460.
 */
const SCHEDULE: RetransmissionSchedule = { rtoMs: 200, factor: 1.5, sends: 9, lastWaitMs: 200 * 1.5 ** 8 };
/** The first 438 is part of the exchange; a second one means that the nonce came too late. */
const NONCES_MAX = 3;

export type TicketBindingResult =
  | { readonly outcome: 'bound'; readonly public: Endpoint; readonly rttMs: number }
  | { readonly outcome: 'no-answer' }
  /** The system does not send to the server: its code, or the sentence that says what that means. */
  | { readonly outcome: 'not-sent'; readonly detail: string }
  /** The error code; 401 means that the ticket is wrong or has expired. */
  | { readonly outcome: 'refused'; readonly code: number };

export interface TicketBindingOptions {
  readonly ticket: { readonly username: string; readonly password: string };
  /** The UDP endpoint of the rendezvous server. */
  readonly server: Endpoint;
  readonly randomBytes: (length: number) => Uint8Array;
}

interface State extends TicketBindingOptions {
  transaction: Transaction;
  /** How many nonces the server has given. */
  nonces: number;
  result: TicketBindingResult | null;
}

/** Creates the session, whose one socket is called `punch`. */
export function createTicketBinding(options: TicketBindingOptions): Session<TicketBindingResult> {
  const state: State = { ...options, transaction: ask(options, null), nonces: 0, result: null };
  return {
    handleDatagram: (now: number, arrival: Arrival) => {
      const response = state.result ? null : state.transaction.receive(now, arrival);
      if (response) take(state, response);
    },
    handleSendFailure: (_now, { code }) => {
      state.result ??= { outcome: 'not-sent', detail: code };
    },
    handleTimeout: () => {},
    poll: (now) => poll(now, state),
  };
}

/** Encodes a Binding request under the ticket, with the server's nonce once there is one. */
function ask({ ticket, server, randomBytes }: TicketBindingOptions, nonce: string | null): Transaction {
  const attributes = [
    { type: 'USERNAME', value: ticket.username } as const,
    ...(nonce === null ? [] : [{ type: 'NONCE', value: nonce } as const]),
  ];
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  return createTransaction({
    request: { class: 'request', method: METHOD.binding, transactionId, attributes },
    to: server,
    schedule: SCHEDULE,
    integrity: { algorithm: 'sha256', key: shortTermKey(ticket.password) },
  });
}

function take(state: State, response: StunResponse): void {
  if (response.kind === 'error') {
    const { code, message } = response;
    const nonce = attribute(message, 'NONCE');
    if (code === 438 && nonce !== undefined && ++state.nonces <= NONCES_MAX) state.transaction = ask(state, nonce);
    else state.result = { outcome: 'refused', code };
    return;
  }
  const mapped = reflexiveEndpoint(response);
  if (mapped) state.result = { outcome: 'bound', public: mapped, rttMs: response.rttMs };
}

function poll(now: number, state: State): Output<TicketBindingResult> {
  if (state.result) return { kind: 'done', result: state.result };
  const step = state.transaction.next(now);
  switch (step.kind) {
    case 'send':
      return { kind: 'transmit', socket: 'punch', to: state.server, bytes: step.bytes };
    case 'wait':
      return step;
    case 'given-up':
      state.result = { outcome: 'no-answer' };
      return { kind: 'done', result: state.result };
  }
}
