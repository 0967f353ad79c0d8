/** The Binding method: how a server sees the socket that the request came from (RFC 8489 §2). */
import type { Endpoint } from '../endpoint.ts';
import type { Output, Session } from '../session.ts';
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

/**
 * One Binding as a session, over one socket of that name: its result is what the server sees of the socket, or null when it
 * does not answer.
 */
export function createBindingSession({
  socket,
  ...options
}: Parameters<typeof createBinding>[0] & { readonly socket: string }): Session<Endpoint | null> {
  const binding = createBinding(options);
  let mapped: Endpoint | null = null;
  return {
    handleDatagram: (now, arrival) => {
      mapped ??= reflexiveEndpoint(binding.receive(now, arrival));
    },
    // A socket without a route to the server is treated like one that gets no answer.
    handleSendFailure: () => {},
    handleTimeout: () => {},
    poll: (now): Output<Endpoint | null> => {
      if (mapped) return { kind: 'done', result: mapped };
      const step = binding.next(now);
      switch (step.kind) {
        case 'send':
          return { kind: 'transmit', socket, to: options.server, bytes: step.bytes };
        case 'wait':
          return step;
        case 'given-up':
          return { kind: 'done', result: null };
      }
    },
  };
}
