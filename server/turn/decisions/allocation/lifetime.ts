/** The lifetime of an allocation (RFC 8656 §7.2), and Refresh (§7.3), which prolongs or ends it. */
import { attribute, type StunMessage } from '../../../../src/stun/message.ts';
import { LIFETIME_MAX_S, LIFETIME_S } from '../limits.ts';
import type { AllocationRequest } from '../received.ts';
import type { RequestVerdict } from '../reply.ts';
import { release, type State } from '../state.ts';

/**
 * The lifetime in seconds: the one that is asked for, but no shorter than the default and no longer than the maximum.
 */
export function lifetimeOf(request: StunMessage): number {
  return Math.max(LIFETIME_S, Math.min(attribute(request, 'LIFETIME') ?? LIFETIME_S, LIFETIME_MAX_S));
}

export function refresh(now: number, state: State, { allocation, request }: AllocationRequest): RequestVerdict {
  const family = attribute(request, 'REQUESTED-ADDRESS-FAMILY');
  if (family !== undefined && family !== allocation.family) return 443;
  const lifetimeS = attribute(request, 'LIFETIME') === 0 ? 0 : lifetimeOf(request);
  if (lifetimeS === 0) release(state, allocation, 'given-up');
  else allocation.expiresAt = now + lifetimeS * 1000;
  return [{ type: 'LIFETIME', value: lifetimeS }];
}
