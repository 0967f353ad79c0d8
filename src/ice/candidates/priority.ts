/** The priorities of candidates and of pairs, by formulas that both agents share (RFC 8445 §5.1.2.1, §6.1.2.3). */

import type { Role } from '../role.ts';
import { type CandidateType, COMPONENT } from './candidate.ts';

/** The values that RFC 8445 §5.1.2.2 recommends. */
const TYPE_PREFERENCE = { host: 126, prflx: 110, srflx: 100, relay: 0 } as const satisfies Record<
  CandidateType,
  number
>;

/** The local preference of an agent with a single address (RFC 8445 §5.1.2.1). */
export const MAX_LOCAL_PREFERENCE = 65_535;

/** The priority of a candidate (RFC 8445 §5.1.2.1). @param localPreference from 0 to 65,535. */
export function candidatePriority(type: CandidateType, localPreference = MAX_LOCAL_PREFERENCE): number {
  return TYPE_PREFERENCE[type] * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT);
}

/** The 64-bit priority of a pair; `role` is that of the agent with the local candidate. */
export function pairPriority(
  role: Role,
  { local, remote }: { readonly local: { readonly priority: number }; readonly remote: { readonly priority: number } },
): bigint {
  const [ours, theirs] = [BigInt(local.priority), BigInt(remote.priority)];
  const [controlling, controlled] = role === 'controlling' ? [ours, theirs] : [theirs, ours];
  const [low, high] = controlling < controlled ? [controlling, controlled] : [controlled, controlling];
  return (low << 32n) + 2n * high + (controlling > controlled ? 1n : 0n);
}
