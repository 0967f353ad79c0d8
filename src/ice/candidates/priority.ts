/** Priorities of candidates and of pairs, by the formulas that both agents must share (RFC 8445 §5.1.2.1, §6.1.2.3). */

import type { Role } from '../role.ts';
import { type CandidateType, COMPONENT } from './candidate.ts';

/** The values that RFC 8445 §5.1.2.2 recommends. */
const TYPE_PREFERENCE = { host: 126, prflx: 110, srflx: 100, relay: 0 } as const satisfies Record<
  CandidateType,
  number
>;

/** The one of an agent with a single address (RFC 8445 §5.1.2.1). */
export const MAX_LOCAL_PREFERENCE = 65_535;

/** The priority of a candidate (RFC 8445 §5.1.2.1). @param localPreference from 0 to 65,535. */
export function candidatePriority(type: CandidateType, localPreference = MAX_LOCAL_PREFERENCE): number {
  return TYPE_PREFERENCE[type] * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT);
}

/** 64 bits; `role` is the own one. */
export function pairPriority(
  role: Role,
  { local, remote }: { readonly local: { readonly priority: number }; readonly remote: { readonly priority: number } },
): bigint {
  const own = BigInt(local.priority);
  const other = BigInt(remote.priority);
  const [controlling, controlled] = role === 'controlling' ? [own, other] : [other, own];
  const [low, high] = controlling < controlled ? [controlling, controlled] : [controlled, controlling];
  return (low << 32n) + 2n * high + (controlling > controlled ? 1n : 0n);
}
