/** Counts datagrams that were not believed, in bounded memory: strangers decide how many come. */
import { formatEndpoint } from '../../endpoint.ts';
import type { Rejection } from '../evidence.ts';

/** Distinct (cause, socket, source) rows kept; more than a detection's own servers can cause. */
const MAX_ROWS = 32;

export interface Rejections {
  readonly add: (rejection: Omit<Rejection, 'count'>) => void;
  readonly list: () => readonly Rejection[];
}

export function createRejections(): Rejections {
  const rows = new Map<string, Rejection>();
  return {
    add: (rejection) => {
      const key = `${rejection.cause} ${rejection.errorCode} ${rejection.socket} ${formatEndpoint(rejection.from)}`;
      const count = (rows.get(key)?.count ?? 0) + 1;
      if (count > 1 || rows.size < MAX_ROWS) rows.set(key, { ...rejection, count });
    },
    list: () => [...rows.values()],
  };
}
