/** What time alone brings about: allocations, permissions and channels that are over are forgotten. */
import { channelOf } from './channel.ts';
import { release, type State } from './state.ts';

export function tick(state: State, now: number): void {
  for (const allocation of state.allocations.values()) {
    if (now >= allocation.expiresAt) {
      release(state, allocation);
      continue;
    }
    const { permissions, channels } = allocation;
    for (const [address, expiresAt] of permissions) if (now >= expiresAt) permissions.delete(address);
    for (const number of channels.keys()) channelOf(allocation, number, now);
  }
}
