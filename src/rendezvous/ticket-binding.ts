/**
 * The client's side of a ticket (docs/rendezvous.md): Bindings from the socket that will punch, until the server has tied
 * it to the session. A sans-IO session.
 */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import type { Arrival, Output, Session } from '../session.ts';
import { decode } from '../stun/decode.ts';
import { encode } from '../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../stun/header.ts';
import { checkIntegrity, shortTermKey } from '../stun/integrity.ts';
import { attribute, type StunMessage } from '../stun/message.ts';

/** The first gap between two sends; each later one is half as long again (RFC 8489 §6.2.1 doubles from 500 ms). */
const FIRST_GAP_MS = 200;
const GAP_GROWTH = 1.5;
/** 15 s in all. At 20 % loss each way one exchange in 10,000 meets silence by chance; with six sends it is one in 460. */
const SENDS_MAX = 9;
/** The first 438 is how it goes; a second one is a nonce that came too late. */
const NONCES_MAX = 3;

export type TicketBindingResult =
  | { readonly outcome: 'bound'; readonly public: Endpoint; readonly rttMs: number }
  | { readonly outcome: 'no-answer' }
  | { readonly outcome: 'not-sent'; readonly code: string }
  /** 401 is a ticket that is wrong or has expired. */
  | { readonly outcome: 'refused'; readonly code: number };

export interface TicketBindingOptions {
  readonly ticket: { readonly username: string; readonly password: string };
  /** A UDP endpoint of the rendezvous server. */
  readonly server: Endpoint;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** The one socket of the session is called `punch`. */
export function createTicketBinding({
  ticket,
  server,
  randomBytes,
}: TicketBindingOptions): Session<TicketBindingResult> {
  const key = shortTermKey(ticket.password);
  let nonce: string | null = null;
  let nonces = 0;
  let transactionId = randomBytes(TRANSACTION_ID_BYTES);
  let sends = 0;
  let sentAt = 0;
  let dueAt = Number.NEGATIVE_INFINITY;
  let result: TicketBindingResult | null = null;

  const request = (): Uint8Array => {
    const attributes = [
      { type: 'USERNAME', value: ticket.username } as const,
      ...(nonce === null ? [] : [{ type: 'NONCE', value: nonce } as const]),
    ];
    const message: StunMessage = { class: 'request', method: METHOD.binding, transactionId, attributes };
    return encode(message, { integrity: { algorithm: 'sha256', key } });
  };

  const startOver = (fresh: string): void => {
    nonce = fresh;
    transactionId = randomBytes(TRANSACTION_ID_BYTES);
    sends = 0;
    dueAt = Number.NEGATIVE_INFINITY;
  };

  const judge = (now: number, message: StunMessage, bytes: Uint8Array): void => {
    const code = message.class === 'error' ? attribute(message, 'ERROR-CODE')?.code : undefined;
    const fresh = attribute(message, 'NONCE');
    if (code === 438 && fresh !== undefined && ++nonces <= NONCES_MAX) {
      startOver(fresh);
      return;
    }
    if (code !== undefined) {
      result = { outcome: 'refused', code };
      return;
    }
    const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
    // RFC 8489 §9.1.4: a response without the integrity of the request's key is not one.
    if (message.class !== 'success' || !mapped) return;
    if (checkIntegrity(bytes, { algorithm: 'sha256', key }) !== 'valid') return;
    result = { outcome: 'bound', public: mapped, rttMs: now - sentAt };
  };

  return {
    handleDatagram: (now: number, { from, bytes }: Arrival) => {
      if (result || !sameEndpoint(from, server)) return;
      const decoded = decode(bytes);
      if (!decoded.ok || decoded.message.method !== METHOD.binding) return;
      const { message } = decoded;
      if (Buffer.compare(message.transactionId, transactionId) === 0) judge(now, message, bytes);
    },
    handleSendFailure: (_now, { code }) => {
      result ??= { outcome: 'not-sent', code };
    },
    handleTimeout: () => {},
    poll: (now): Output<TicketBindingResult> => {
      if (result) return { kind: 'done', result };
      if (now < dueAt) return { kind: 'wait', until: dueAt };
      if (sends === SENDS_MAX) {
        result = { outcome: 'no-answer' };
        return { kind: 'done', result };
      }
      dueAt = now + FIRST_GAP_MS * GAP_GROWTH ** sends;
      sends++;
      sentAt = now;
      return { kind: 'transmit', socket: 'punch', to: server, bytes: request() };
    },
  };
}
