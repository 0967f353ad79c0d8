/**
 * The same answer as the responder's to the one datagram that nearly everybody sends: a Binding request of 20 bytes,
 * without attributes. Two replies by one socket differ in the transaction id and the mapped endpoint only, so that
 * these are written into a copy of one that the responder has made.
 */
import { type Endpoint, type Family, familyOf } from '../../../src/endpoint.ts';
import { writeAddress } from '../../../src/stun/address.ts';
import { encode } from '../../../src/stun/encode.ts';
import { HEADER_BYTES, METHOD, TRANSACTION_ID_BYTES } from '../../../src/stun/header.ts';
import { isOwn, type Layout } from './layout.ts';
import { respond } from './responder.ts';

/** The magic cookie and the transaction id, which are the XOR key, are the rest of the header. */
const COOKIE_AT = 4;
const TRANSACTION_ID_AT = HEADER_BYTES - TRANSACTION_ID_BYTES;
/** XOR-MAPPED-ADDRESS is the first attribute of the reply; its value follows type and length. */
const MAPPED_AT = HEADER_BYTES + 4;
const MAPPED_BYTES = { IPv4: 8, IPv6: 20 } as const satisfies Record<Family, number>;

const REQUEST = encode({
  class: 'request',
  method: METHOD.binding,
  transactionId: new Uint8Array(TRANSACTION_ID_BYTES),
  attributes: [],
});

/** Gives the bytes of the reply, which goes back the way that the request came; null for what the responder is to decide on. */
export type PlainBinding = (datagram: Uint8Array, remote: Endpoint) => Uint8Array | null;

/** @throws RangeError when `local` is not one of the layout's sockets. */
export function createPlainBinding(layout: Layout, local: Endpoint): PlainBinding {
  const family = familyOf(local.address);
  const reply = sampleReply(layout, local);
  const key = reply.subarray(COOKIE_AT, HEADER_BYTES);
  const mapped = reply.subarray(MAPPED_AT, MAPPED_AT + MAPPED_BYTES[family]);
  return (datagram, remote) => {
    if (!isPlain(datagram) || remote.port === 0 || isOwn(layout, remote)) return null;
    for (let at = TRANSACTION_ID_AT; at < HEADER_BYTES; at++) reply[at] = datagram[at] ?? 0;
    writeAddress(mapped, remote, key);
    // It shares memory with others: some of its own would cost more than all else here.
    return Buffer.from(reply);
  };
}

function isPlain(datagram: Uint8Array): boolean {
  if (datagram.length !== HEADER_BYTES) return false;
  for (let at = 0; at < TRANSACTION_ID_AT; at++) if (datagram[at] !== REQUEST[at]) return false;
  return true;
}

function sampleReply(layout: Layout, local: Endpoint): Uint8Array {
  const remote = { address: familyOf(local.address) === 'IPv4' ? '0.0.0.0' : '::', port: 1 };
  const answer = respond(0, layout, { datagram: REQUEST, local, remote });
  if (answer.kind === 'drop') throw new Error(`a plain request is dropped: ${answer.why}`);
  return answer.bytes;
}
