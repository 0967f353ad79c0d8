/** A check that only opens the NAT on its way; its answer is ignored, since only the agent's checks count. */

import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { encodeCheck } from '../../../ice/checks/messages.ts';
import { TRANSACTION_ID_BYTES } from '../../../stun/header.ts';
import { shortTermKey } from '../../../stun/integrity.ts';
import type { TechniqueFacts } from './technique.ts';

export function encodeOpener({ agent, own, other, randomBytes }: TechniqueFacts): Uint8Array {
  return encodeCheck({
    transactionId: randomBytes(TRANSACTION_ID_BYTES),
    username: `${other.credentials.ufrag}:${own.credentials.ufrag}`,
    key: shortTermKey(other.credentials.pwd),
    priority: candidatePriority('prflx'),
    role: agent.role(),
    tieBreaker: 0n,
    nominates: false,
  });
}
