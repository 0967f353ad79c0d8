/** What time alone brings about: allocations, permissions, channels and sources that are over are forgotten. */

import { forgetSources } from './allocation/sources.ts';
import { channelOf } from './data/channel.ts';
import { type Allocation, release, type State } from './state.ts';

export function tick(state: State, now: number): void {
  for (const allocation of state.allocations.values()) {
    if (now >= allocation.expiresAt || isOrphaned(state, allocation, now)) {
      release(state, allocation);
      continue;
    }
    const { permissions, channels } = allocation;
    for (const [address, expiresAt] of permissions) if (now >= expiresAt) permissions.delete(address);
    for (const number of channels.keys()) channelOf(allocation, number, now);
  }
  forgetSources(state, now);
}

/** Whether the session that its credentials were given to has been gone for too long. */
function isOrphaned({ isAttended, limits }: State, allocation: Allocation, now: number): boolean {
  const { session } = allocation.proof.credentials;
  if (session === null || isAttended(session)) allocation.attendedAt = now;
  return now - allocation.attendedAt >= limits.orphanMs;
}
