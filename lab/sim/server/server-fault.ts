/**
 * Faulty servers as they are met in the wild, each a fault put around a responder, which must not mislead a detection.
 */
import { type Answer, respond } from '../../../server/stun/decisions/responder.ts';
import { sameEndpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import type { Respond } from './stun-server.ts';

type Reply = Extract<Answer, { kind: 'reply' }>;

const SILENCE: Answer = { kind: 'drop', why: 'malformed' };

/** Wraps the responder to change its replies; null withholds one. */
function altered(change: (reply: Reply, request: Parameters<Respond>) => Reply | null): Respond {
  return (...request) => {
    const answer = respond(...request);
    return answer.kind === 'reply' ? (change(answer, request) ?? SILENCE) : answer;
  };
}

export const SERVER_FAULTS = {
  /** The second address neither answers nor sends: it is bound to the wrong interface, or not routed. */
  'mute alternate address': altered((reply, [, { addresses }, { local }]) =>
    local.address === addresses[1] || reply.from.address === addresses[1] ? null : reply,
  ),
  /** The second port neither answers nor sends: the operator's firewall closes it. */
  'mute alternate port': altered((reply, [, { altPort }, { local }]) =>
    local.port === altPort || reply.from.port === altPort ? null : reply,
  ),
  /** CHANGE-REQUEST is accepted but not done: the reply leaves from where the request came to. */
  'change not done': altered((reply, [, , { local }]) => ({ ...reply, from: local })),
  /** The reply leaves from a port that is not the server's: the server is behind a NAT itself. */
  'wrong source': altered((reply) => ({ ...reply, from: { ...reply.from, port: reply.from.port + 1000 } })),
  /** One bit of the transaction id is flipped, as in a late reply to someone else's request. */
  'wrong transaction id': altered((reply) => {
    const bytes = reply.bytes.slice();
    bytes[19] = (bytes[19] ?? 0) ^ 1;
    return { ...reply, bytes };
  }),
  /** Every reply is an error response, 500. */
  'errors only': altered((reply) => ({ ...reply, bytes: errorBytes(reply.bytes) })),
  /** A request for a change is answered with an error from the changed place, as if that were a reply to believe. */
  'errors on change': altered((reply, [, , { local }]) =>
    sameEndpoint(reply.from, local) ? reply : { ...reply, bytes: errorBytes(reply.bytes) },
  ),
  /** The reply is not STUN: the first two bits of its bytes are set (RFC 8489 §5). */
  garbage: altered((reply) => ({ ...reply, bytes: reply.bytes.map((byte) => byte | 0xc0) })),
  /** The server does not answer over UDP at all, while its host is up. */
  silent: altered(() => null),
} as const satisfies Record<string, Respond>;

export type ServerFault = keyof typeof SERVER_FAULTS;

function errorBytes(reply: Uint8Array): Uint8Array {
  const decoded = decode(reply);
  if (!decoded.ok) throw new Error(`the reply of the responder is ${decoded.error.code}`);
  const { method, transactionId } = decoded.message;
  return encode({
    class: 'error',
    method,
    transactionId,
    attributes: [{ type: 'ERROR-CODE', value: { code: 500, reason: 'Server Error' } }],
  });
}
