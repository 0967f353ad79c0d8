/** Makes data safe to show: every text in it becomes one line in which nothing is invisible. */
import { visible } from '../../../src/visible.ts';

/**
 * Goes through plain data, such as a report, before natcheck's colours are added, so that whatever peers, servers and routers
 * have said in it is text and nothing else.
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
