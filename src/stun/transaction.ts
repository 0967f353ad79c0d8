/**
 * One client transaction: a request, sent again until the schedule is over, and the response that counts (RFC 8489 §6.2.1,
 * §6.3.3, §6.3.4). It holds no socket and no timer: its owner sends what `next` gives, and hands in what comes.
 */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { checkIntegrity, type IntegrityAlgorithm } from './integrity.ts';
import { attribute, type StunMessage } from './message.ts';

/** When a request is sent again, and how long its last send is waited for. */
export interface RetransmissionSchedule {
  /** The wait after the first send. */
  readonly rtoMs: number;
  /** How many times as long each wait is as the one before it. */
  readonly factor: number;
  /** How many times the request is sent in all (Rc). */
  readonly sends: number;
  /** The wait after the last send (Rm × RTO); Infinity never gives up. */
  readonly lastWaitMs: number;
}

/** RTO 500 ms, Rc 7 and Rm 16: sends at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s, given up at 39.5 s (RFC 8489 §6.2.1). */
export const RFC8489_SCHEDULE: RetransmissionSchedule = { rtoMs: 500, factor: 2, sends: 7, lastWaitMs: 8_000 };

export interface TransactionOptions {
  /** The request; its transaction id is the caller's to draw, from unpredictable bytes. */
  readonly request: StunMessage;
  /** The server: the request goes there, and a response counts from there alone. */
  readonly to: Endpoint;
  readonly schedule?: RetransmissionSchedule | undefined;
  /** Signs the request, and is what the response has to be signed with. */
  readonly integrity?: { readonly algorithm: IntegrityAlgorithm; readonly key: Uint8Array } | undefined;
}

/** What to do now: send these bytes and ask again, wait until then for a response, or tell that none came. */
export type TransactionStep =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'given-up' };

export type StunResponse = {
  readonly message: StunMessage;
  /** Since the last send; shorter than the round trip when an earlier one was answered. */
  readonly rttMs: number;
} & (
  | { readonly kind: 'success' }
  | {
      readonly kind: 'error';
      /** 500 when the response has no ERROR-CODE: it fails the transaction all the same (RFC 8489 §6.3.4). */
      readonly code: number;
      readonly reason: string;
      /** Whether it has no integrity although the request had: anyone who saw the request can have made it. */
      readonly isUnsigned: boolean;
    }
);

export interface Transaction {
  /** To be asked until it waits; the first answer is to send. */
  readonly next: (now: number) => TransactionStep;
  /**
   * Takes a datagram, and gives the response in it when it is one that counts: from the server, of this transaction id and
   * method, a success or an error, and with the integrity of the request. Null for anything else, which is to be treated as
   * if it had never come (RFC 8489 §9.1.4, §9.2.5). An error may have no integrity, which it then says, since some servers
   * sign none: 401 and 438 come before both sides know a key (§9.2.4). A response ends nothing: an owner that is content
   * with it forgets the transaction.
   */
  readonly receive: (
    now: number,
    arrival: { readonly from: Endpoint; readonly bytes: Uint8Array },
  ) => StunResponse | null;
}

const UNSPECIFIED_ERROR = { code: 500, reason: '' };

/** @throws RangeError when the request cannot be encoded. */
export function createTransaction(options: TransactionOptions): Transaction {
  const { request, to, schedule = RFC8489_SCHEDULE, integrity } = options;
  const bytes = encode(request, integrity && { integrity });
  let sends = 0;
  let sentAt = Number.NEGATIVE_INFINITY;
  let dueAt = Number.NEGATIVE_INFINITY;
  return {
    next: (now) => {
      if (now < dueAt) return { kind: 'wait', until: dueAt };
      if (sends === schedule.sends) return { kind: 'given-up' };
      dueAt = now + waitAfter(sends, schedule);
      sentAt = now;
      sends++;
      return { kind: 'send', bytes };
    },
    receive: (now, arrival) => {
      if (!sameEndpoint(arrival.from, to)) return null;
      const decoded = decode(arrival.bytes);
      if (!decoded.ok || !answers(decoded.message, request)) return null;
      const signature = integrity ? checkIntegrity(arrival.bytes, integrity) : 'valid';
      return responseIn(decoded.message, { signature, rttMs: now - sentAt });
    },
  };
}

/** @param index of the send, from 0. */
function waitAfter(index: number, { rtoMs, factor, sends, lastWaitMs }: RetransmissionSchedule): number {
  return index + 1 === sends ? lastWaitMs : rtoMs * factor ** index;
}

function answers(message: StunMessage, request: StunMessage): boolean {
  return message.method === request.method && Buffer.compare(message.transactionId, request.transactionId) === 0;
}

function responseIn(
  message: StunMessage,
  { signature, rttMs }: { readonly signature: ReturnType<typeof checkIntegrity>; readonly rttMs: number },
): StunResponse | null {
  if (message.class === 'success') return signature === 'valid' ? { kind: 'success', message, rttMs } : null;
  if (message.class !== 'error') return null;
  const { code, reason } = attribute(message, 'ERROR-CODE') ?? UNSPECIFIED_ERROR;
  const comesBeforeKey = code === 401 || code === 438;
  if (signature === 'wrong' && !comesBeforeKey) return null;
  return { kind: 'error', code, reason, isUnsigned: signature !== 'valid', message, rttMs };
}
