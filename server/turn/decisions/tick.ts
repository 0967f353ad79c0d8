/** Does what time alone brings about: forgets the allocations, permissions, channels and sources that are over. */
import { forgetSources } from './allocation/sources.ts';
import { forgetChannels } from './data/channel.ts';
import { type Allocation, release, type State } from './state.ts';

export function tick(now: number, state: State): void {
  for (const allocation of state.allocations.values()) {
    const isExpired = now >= allocation.expiresAt;
    if (isExpired || isOrphaned(now, state, allocation)) {
      release(state, allocation, isExpired ? 'expired' : 'orphaned');
      continue;
    }
    allocation.permissions = allocation.permissions.filter(({ expiresAt }) => now < expiresAt);
    forgetChannels(now, allocation);
  }
  forgetSources(now, state);
}

/** Whether the session of the allocation's credentials has been gone for too long. */
function isOrphaned(now: number, { isAttended, limits }: State, allocation: Allocation): boolean {
  const { session } = allocation.proof.credentials;
  if (session === null || isAttended(session)) allocation.attendedAt = now;
  return now - allocation.attendedAt >= limits.orphanMs;
}
