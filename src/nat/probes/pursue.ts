/** Asks questions that have to be answered: again and again at the pace of the path, until answered or given up. */
import type { Exchange } from './exchange.ts';
import type { Pace } from './pace.ts';
import { givenUpAt, nextSendAt, type Probe } from './probe.ts';

/** How questions are sent, and how fast. */
export interface Wire {
  readonly exchange: Exchange;
  readonly pace: Pace;
}

/** Sends those of the probes that are due; answers when something is to be done again, Infinity when nothing is. */
export function pursue(now: number, probes: readonly Probe[], { exchange, pace }: Wire): number {
  let next = Number.POSITIVE_INFINITY;
  for (const probe of probes) {
    if (nextSendAt(probe, pace) <= now) exchange.send(now, probe);
    if (probe.answer) continue;
    for (const at of [nextSendAt(probe, pace), givenUpAt(probe, pace)]) if (at > now) next = Math.min(next, at);
  }
  return next;
}
