/** The comprehension-required attributes that a Binding request may carry here; any other is answered with 420. */
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { attribute, isClassic, type StunMessage } from '../../../src/stun/message.ts';
import { hasAlternate, type Layout } from './layout.ts';

/**
 * The attributes of RFC 8489 itself. A basic STUN server must not use credentials, since checking them costs more than
 * the answer (§12). USERNAME and its kin are therefore known but unexpected, and ignored (§6.3): the reply carries no
 * integrity, and a client that insists on it drops the reply. Tickets (ticketed.ts) are the one exception. The
 * attributes of ICE and TURN are not in this list: a success would tell an ICE agent that this endpoint takes part in
 * its checks (RFC 8445 §7.3).
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

/** With one address RESPONSE-PORT and PADDING are on offer too (RFC 5780 §7.5, §7.6). */
const ONE_ADDRESS: ReadonlySet<AttributeName> = new Set([...BASE, 'RESPONSE-PORT', 'PADDING']);
/** CHANGE-REQUEST is on offer only where the server has the same two ports on two addresses (RFC 5780 §6). */
const TWO_ADDRESSES: ReadonlySet<AttributeName> = new Set([...ONE_ADDRESS, 'CHANGE-REQUEST']);

/** The attributes of RFC 3489 §11.2 without RESPONSE-ADDRESS, which would send the reply to a third party. */
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
  // Classic clients send CHANGE-REQUEST in every request; without a flag it asks for no change.
  const change = attribute(request, 'CHANGE-REQUEST');
  const asksNothing = change !== undefined && !change.ip && !change.port;
  return hasAlternate(layout) || asksNothing ? CLASSIC_CHANGE : CLASSIC;
}
