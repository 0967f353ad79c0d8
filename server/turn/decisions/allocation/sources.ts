/**
 * What all clients at one address share, whoever they say they are: their number of allocations and their bandwidth.
 */
import { sourceOf } from '../../../limit/source.ts';
import type { FiveTuple } from '../five-tuple.ts';
import type { Source, State } from '../state.ts';

/** How many allocations the five-tuple's source has. */
export function allocationsOf({ sources }: State, { remote }: FiveTuple): number {
  return sources.get(sourceOf(remote.address))?.allocations ?? 0;
}

/** Counts one more allocation of the five-tuple's source. */
export function addAllocation(now: number, { sources }: State, { remote }: FiveTuple): Source {
  const name = sourceOf(remote.address);
  const source = sources.get(name) ?? { name, allocations: 0, arrivalMs: { 'to-peer': now, 'to-client': now } };
  source.allocations++;
  sources.set(name, source);
  return source;
}

/**
 * Forgets the sources that have no allocation and whose buckets are full again; a new allocation does not fill them.
 */
export function forgetSources(now: number, { sources }: State): void {
  for (const { name, allocations, arrivalMs } of sources.values()) {
    if (allocations === 0 && Math.max(...Object.values(arrivalMs)) <= now) sources.delete(name);
  }
}
