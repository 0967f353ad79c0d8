/** What all who share an address use of the rendezvous, so that one address never uses up all of it. */
import { type Rate, take, waitMs } from '../../limit/bucket.ts';
import type { RendezvousLimits } from './limits.ts';
import type { Source, State } from './state.ts';

/** Each peer may join and ask for a ticket this often at once, since it may lose its connection and rejoin. */
const TICKETS_PER_PEER = 2;
/** It may do so as often again in this time. */
const REFILL_MS = 60_000;

/** Counts one more connection of the source of that name. */
export function enter(now: number, { sources }: State, name: string): Source {
  const source = sources.get(name) ?? { connections: 0, peers: 0, rooms: 0, arrivalMs: now };
  sources.set(name, source);
  source.connections++;
  return source;
}

/**
 * Takes a token for one join or one ticket, and gives 0; or, when there is none, how long it takes until there is one.
 */
export function takeTicket(now: number, { limits }: State, source: Source): number {
  const rate = ticketRate(limits);
  const arrivalMs = take(now, source.arrivalMs, rate);
  if (arrivalMs === null) return waitMs(now, source.arrivalMs, rate);
  source.arrivalMs = arrivalMs;
  return 0;
}

function ticketRate({ peersPerSource }: RendezvousLimits): Rate {
  const burst = TICKETS_PER_PEER * peersPerSource;
  return { burst, intervalMs: REFILL_MS / burst };
}

/** Forgets the sources that have nothing that a new one would not have. */
export function forgetIdleSources(now: number, { sources }: State): void {
  for (const [name, { connections, peers, rooms, arrivalMs }] of sources) {
    if (connections + peers + rooms === 0 && arrivalMs <= now) sources.delete(name);
  }
}
