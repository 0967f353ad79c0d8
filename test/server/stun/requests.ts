/** Requests and layouts that the responder's tests share. */
import type { Change } from '../../../server/stun/decisions/layout.ts';
import { type Layout, respond } from '../../../server/stun/decisions/responder.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import type { StunMessage } from '../../../src/stun/message.ts';

export const A = '203.0.113.10';
export const B = '203.0.113.11';
export const PORT = 3478;
export const ALT_PORT = 3479;
export const TWO: Layout = { port: PORT, altPort: ALT_PORT, addresses: [A, B] };
export const ONE: Layout = { port: PORT, altPort: ALT_PORT, addresses: [A] };
export const TWO_V6: Layout = { port: PORT, altPort: ALT_PORT, addresses: ['2001:db8::a', '2001:db8::b'] };

export const CLIENT: Endpoint = { address: '192.0.2.7', port: 40_000 };
export const CLIENT_V6: Endpoint = { address: '2001:db8:1::7', port: 40_000 };
export const TRANSACTION_ID = Uint8Array.from({ length: 12 }, (_, index) => index + 1);
export const CLASSIC_ID = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

interface Shape {
  readonly id?: Uint8Array;
  readonly method?: number;
  readonly kind?: StunMessage['class'];
  readonly fingerprint?: boolean;
}

/** A Binding request with these attributes, unless told otherwise. */
export function request(attributes: readonly Attribute[] = [], shape: Shape = {}): Uint8Array {
  const { id = TRANSACTION_ID, method = METHOD.binding, kind = 'request', fingerprint = false } = shape;
  return encode({ class: kind, method, transactionId: id, attributes }, { fingerprint });
}

/** A classic Binding request, without the cookie. */
export function classicRequest(attributes: readonly Attribute[] = []): Uint8Array {
  return request(attributes, { id: CLASSIC_ID });
}

export const changeRequest = (value: Change): Attribute => ({ type: 'CHANGE-REQUEST', value });

/** The reply to a datagram from CLIENT to the layout's primary socket, decoded; it has to be one. */
export function replyTo(
  layout: Layout,
  datagram: Uint8Array,
  { local = { address: layout.addresses[0], port: layout.port }, remote = CLIENT } = {},
) {
  const answer = respond(0, layout, { datagram, local, remote });
  if (answer.kind === 'drop') throw new Error(`dropped: ${answer.why}`);
  const decoded = decode(answer.bytes);
  if (!decoded.ok) throw new Error(`an undecodable reply: ${decoded.error.code}`);
  return { ...answer, message: decoded.message, attributes: decoded.message.attributes };
}

/** Why the datagram gets no reply, or null when it does. */
export function dropped(layout: Layout, datagram: Uint8Array, remote: Endpoint = CLIENT): string | null {
  const local = { address: layout.addresses[0], port: layout.port };
  const answer = respond(0, layout, { datagram, local, remote });
  return answer.kind === 'drop' ? answer.why : null;
}
