/**
 * A check that only opens the NAT on its way; its answer is ignored, since only the agent's checks count. Its tie-breaker is 0,
 * which one of 64 random bits is not in practice (RFC 8445 §16.1), so that the peer can tell it from a check of the agent.
 */

import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { encodeCheck } from '../../../ice/checks/messages.ts';
import { decode } from '../../../stun/decode.ts';
import { TRANSACTION_ID_BYTES } from '../../../stun/header.ts';
import { shortTermKey } from '../../../stun/integrity.ts';
import { attribute } from '../../../stun/message.ts';
import type { TechniqueFacts } from './technique.ts';

const TIE_BREAKER = 0n;

export function encodeOpener({ agent, own, other, randomBytes }: TechniqueFacts): Uint8Array {
  return encodeCheck({
    transactionId: randomBytes(TRANSACTION_ID_BYTES),
    username: `${other.credentials.ufrag}:${own.credentials.ufrag}`,
    key: shortTermKey(other.credentials.pwd),
    priority: candidatePriority('prflx'),
    role: agent.role(),
    tieBreaker: TIE_BREAKER,
    nominates: false,
  });
}

/** Whether the datagram is an opener of the peer's technique; who has sent it is not verified. */
export function isOpener(bytes: Uint8Array): boolean {
  const decoded = decode(bytes);
  if (!decoded.ok) return false;
  const { message } = decoded;
  return (attribute(message, 'ICE-CONTROLLING') ?? attribute(message, 'ICE-CONTROLLED')) === TIE_BREAKER;
}
