/** Which port the NAT gives a fresh socket: one Binding to a STUN server (RFC 8489 §6.2.1), repeated until it is answered. */
import { type Endpoint, sameEndpoint } from '../../../endpoint.ts';
import type { Arrival } from '../../../session.ts';
import { decode } from '../../../stun/decode.ts';
import { encode } from '../../../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../../stun/header.ts';
import { attribute } from '../../../stun/message.ts';

/** Sooner than RFC 8489 has it: whatever the counter does meanwhile spoils the prediction. */
const FIRST_GAP_MS = 100;
const SENDS_MAX = 5;

export interface Sample {
  /** The bytes to send now, or when; Infinity when nothing more is sent. */
  readonly next: (now: number) => { readonly bytes: Uint8Array } | { readonly until: number };
  /** The endpoint in an answer of the server; null for anything else. */
  readonly answer: (arrival: Arrival) => Endpoint | null;
}

export function createSample({
  server,
  randomBytes,
}: {
  readonly server: Endpoint;
  readonly randomBytes: (length: number) => Uint8Array;
}): Sample {
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  const bytes = encode({ class: 'request', method: METHOD.binding, transactionId, attributes: [] });
  let sends = 0;
  let dueAt = Number.NEGATIVE_INFINITY;
  return {
    next: (now) => {
      if (now < dueAt) return { until: dueAt };
      dueAt = sends + 1 < SENDS_MAX ? now + FIRST_GAP_MS * 2 ** sends : Number.POSITIVE_INFINITY;
      sends++;
      return { bytes };
    },
    answer: ({ from, bytes: answered }) => {
      if (!sameEndpoint(from, server)) return null;
      const decoded = decode(answered);
      if (!decoded.ok || decoded.message.class !== 'success') return null;
      if (Buffer.compare(decoded.message.transactionId, transactionId) !== 0) return null;
      return attribute(decoded.message, 'XOR-MAPPED-ADDRESS') ?? null;
    },
  };
}
