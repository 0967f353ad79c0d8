/** Data as it may be shown: every text in it one line in which nothing is unseen. */
import { visible } from '../../../src/visible.ts';

/**
 * Goes through plain data, such as a report, before it is put between the colours of our own: what peers, servers and
 * routers have said in it is then text and nothing else.
 */
export function visibleIn<T>(value: T): T {
  return shown(value) as T;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]));
}
