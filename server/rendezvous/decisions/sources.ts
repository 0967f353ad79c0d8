/** What those who share an address have of the rendezvous together, so that one address never has all of it. */
import { type Rate, take, waitMs } from '../../limit/bucket.ts';
import type { RendezvousLimits } from './limits.ts';
import type { Source, State } from './state.ts';

/** Joins and tickets of each peer, at once: it may lose its connection and come back. */
const TICKETS_PER_PEER = 2;
/** And as many again in this time. */
const REFILL_MS = 60_000;

/** The source of that name, with one more connection. */
export function enter(now: number, { sources }: State, name: string): Source {
  const source = sources.get(name) ?? { connections: 0, peers: 0, rooms: 0, arrivalMs: now };
  sources.set(name, source);
  source.connections++;
  return source;
}

/** Takes the token for one join, or one ticket; 0, or how long until there is one, and then none is taken. */
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

/** Those of which nothing is left that a new one would not have. */
export function forgetIdleSources(now: number, { sources }: State): void {
  for (const [name, { connections, peers, rooms, arrivalMs }] of sources) {
    if (connections + peers + rooms === 0 && arrivalMs <= now) sources.delete(name);
  }
}
