/** Which remotes may send to one mapping, or to one socket behind a firewall (RFC 4787 §5). */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Dependency } from '../../../src/nat/behavior.ts';
import { dependencyKey } from './dependency-key.ts';

export interface Filter {
  /** The inside sends to `remote`: opens, or keeps open, the way back. */
  readonly open: (now: number, remote: Endpoint) => void;
  readonly allows: (now: number, remote: Endpoint) => boolean;
  /** Whether any way is still open; once there is none, the mapping that it belongs to has ended too. */
  readonly isLive: (now: number) => boolean;
}

export interface FilterOptions {
  readonly filtering: Dependency;
  /** Idle time after which a way is closed, in ms; only what goes out counts as use (RFC 4787 REQ-6). */
  readonly lifetimeMs: number;
}

export function createFilter({ filtering, lifetimeMs }: FilterOptions): Filter {
  const openedAt = new Map<string, number>();
  let lastOpenedAt = Number.NEGATIVE_INFINITY;
  const isFresh = (now: number, at: number | undefined): boolean => at !== undefined && now - at < lifetimeMs;
  return {
    open: (now, remote) => {
      openedAt.set(dependencyKey(filtering, remote), now);
      lastOpenedAt = now;
    },
    allows: (now, remote) => isFresh(now, openedAt.get(dependencyKey(filtering, remote))),
    isLive: (now) => isFresh(now, lastOpenedAt),
  };
}
