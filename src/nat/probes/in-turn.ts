/** Asks questions one after another, so far apart that their packets cannot overtake each other on the way to the NAT. */
import { givenUpAt, nextSendAt, type Probe } from './probe.ts';
import type { Wire } from './pursue.ts';

/** Two packets of one host that leave so far apart hardly ever change places before the NAT; all turns together are short. */
export const TURN_MS = 2;

export interface InTurn {
  /** Sends at most one of the probes that are due; answers when something is to be done again, Infinity when nothing is. */
  readonly step: (now: number, probes: readonly Probe[]) => number;
  /** Whether nothing more is to come: all are answered or given up, or enough are answered and the others had their time. */
  readonly isSettled: (now: number, probes: readonly Probe[]) => boolean;
}

/** @param enough so many answers of those to one list of probes make up for the missing ones, which are not asked again. */
export function createInTurn({ exchange, pace, enough }: Wire & { readonly enough: number }): InTurn {
  let lastSentAt = Number.NEGATIVE_INFINITY;
  const isOpen = (now: number, probe: Probe): boolean => !probe.answer && givenUpAt(probe, pace) > now;
  const hasEnough = (probes: readonly Probe[]): boolean =>
    probes.every(({ sends }) => sends.length > 0) && probes.filter(({ answer }) => answer).length >= enough;

  /** When it will be asked again, or given up. */
  const overdueAt = (probe: Probe): number => Math.min(nextSendAt(probe, pace), givenUpAt(probe, pace));

  const isSettled = (now: number, probes: readonly Probe[]): boolean => {
    const open = probes.filter((probe) => isOpen(now, probe));
    return open.length === 0 || (hasEnough(probes) && open.every((probe) => overdueAt(probe) <= now));
  };

  return {
    isSettled,
    step: (now, probes) => {
      if (isSettled(now, probes)) return Number.POSITIVE_INFINITY;
      const open = probes.filter((probe) => isOpen(now, probe));
      if (hasEnough(probes)) return Math.max(...open.map(overdueAt));
      const due = open.find((probe) => nextSendAt(probe, pace) <= now);
      if (due && now >= lastSentAt + TURN_MS) {
        exchange.send(now, due);
        lastSentAt = now;
      }
      return Math.max(Math.min(...open.map(overdueAt)), lastSentAt + TURN_MS);
    },
  };
}
