/** Which comprehension-required attributes a Binding request may carry here; any other one is answered with 420. */
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { attribute, isClassic, type StunMessage } from '../../../src/stun/message.ts';
import { hasAlternate, type Layout } from './layout.ts';

/**
 * The attributes of RFC 8489 itself. A basic STUN server must not use credentials, since checking them costs more than
 * the answer (§12), so USERNAME and its kin are known, unexpected here, and therefore ignored (§6.3): the reply carries
 * no integrity, and a client that insists on it drops the reply. Tickets (ticketed.ts) are the one exception. ICE's and TURN's are not among them: a success would
 * tell an ICE agent that this endpoint takes part in its checks (RFC 8445 §7.3).
 */
const BASE: readonly AttributeName[] = [
  'MAPPED-ADDRESS',
  'USERNAME',
  'MESSAGE-INTEGRITY',
  'ERROR-CODE',
  'UNKNOWN-ATTRIBUTES',
  'REALM',
  'NONCE',
  'MESSAGE-INTEGRITY-SHA256',
  'PASSWORD-ALGORITHM',
  'USERHASH',
  'XOR-MAPPED-ADDRESS',
];

/** RFC 5780 §7.5, §7.6: on offer with one address too. */
const ONE_ADDRESS: ReadonlySet<AttributeName> = new Set([...BASE, 'RESPONSE-PORT', 'PADDING']);
/** RFC 5780 §6: CHANGE-REQUEST only where the same two ports are held on two addresses. */
const TWO_ADDRESSES: ReadonlySet<AttributeName> = new Set([...ONE_ADDRESS, 'CHANGE-REQUEST']);

/** RFC 3489 §11.2, without RESPONSE-ADDRESS: it sends the reply to a third party. */
const CLASSIC: ReadonlySet<AttributeName> = new Set([
  'MAPPED-ADDRESS',
  'USERNAME',
  'MESSAGE-INTEGRITY',
  'ERROR-CODE',
  'UNKNOWN-ATTRIBUTES',
]);
const CLASSIC_CHANGE: ReadonlySet<AttributeName> = new Set([...CLASSIC, 'CHANGE-REQUEST']);

export function understood(layout: Layout, request: StunMessage): ReadonlySet<AttributeName> {
  if (!isClassic(request)) return hasAlternate(layout) ? TWO_ADDRESSES : ONE_ADDRESS;
  // Classic clients send CHANGE-REQUEST in every request; without a flag it asks for nothing.
  const change = attribute(request, 'CHANGE-REQUEST');
  const asksNothing = change !== undefined && !change.ip && !change.port;
  return hasAlternate(layout) || asksNothing ? CLASSIC_CHANGE : CLASSIC;
}
