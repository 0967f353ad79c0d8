/** Asks what has to be answered: again and again at the pace of the path, until each probe is answered or given up. */
import { type Exchange, sendProbe } from './exchange.ts';
import { givenUpAt, isSettled, nextSendAt, type Probe } from './probe.ts';

/**
 * Sends every probe that is due.
 * @returns when to call again: for the next send, or when a probe is given up; Infinity when nothing is left to do.
 */
export function askTogether(now: number, exchange: Exchange, probes: readonly Probe[]): number {
  const { pace } = exchange;
  let next = Number.POSITIVE_INFINITY;
  for (const probe of probes) {
    if (nextSendAt(probe, pace) <= now) sendProbe(now, exchange, probe);
    if (probe.answer) continue;
    for (const at of [nextSendAt(probe, pace), givenUpAt(probe, pace)]) if (at > now) next = Math.min(next, at);
  }
  return next;
}

/** Two packets of one host that leave so far apart hardly ever change places before the NAT; all turns together are short. */
export const TURN_MS = 2;

/** Probes that are sent one at a time, so far apart that their packets cannot overtake each other on the way to the NAT. */
export interface Turns {
  readonly exchange: Exchange;
  /** So many answers of those to one list make up for the missing ones, which are then not asked again. */
  readonly enough: number;
  lastSentAt: number;
}

export function createTurns(exchange: Exchange, enough: number): Turns {
  return { exchange, enough, lastSentAt: Number.NEGATIVE_INFINITY };
}

/** Sends at most one of the probes that are due. @returns when to call again; Infinity when nothing is left to do. */
export function askInTurn(now: number, turns: Turns, probes: readonly Probe[]): number {
  const { exchange } = turns;
  if (areTurnsOver(now, turns, probes)) return Number.POSITIVE_INFINITY;
  const open = probes.filter((probe) => !isSettled(now, probe, exchange.pace));
  const overdueAt = (): readonly number[] => open.map((probe) => overdueFrom(probe, exchange));
  if (hasEnough(probes, turns)) return Math.max(...overdueAt());
  const due = open.find((probe) => nextSendAt(probe, exchange.pace) <= now);
  if (due && now >= turns.lastSentAt + TURN_MS) {
    sendProbe(now, exchange, due);
    turns.lastSentAt = now;
  }
  return Math.max(Math.min(...overdueAt()), turns.lastSentAt + TURN_MS);
}

/** Whether nothing more is to come: all are answered or given up, or enough are answered and the others had their time. */
export function areTurnsOver(now: number, turns: Turns, probes: readonly Probe[]): boolean {
  const { exchange } = turns;
  const open = probes.filter((probe) => !isSettled(now, probe, exchange.pace));
  return open.length === 0 || (hasEnough(probes, turns) && open.every((probe) => overdueFrom(probe, exchange) <= now));
}

function hasEnough(probes: readonly Probe[], { enough }: Turns): boolean {
  return probes.every(({ sends }) => sends.length > 0) && probes.filter(({ answer }) => answer).length >= enough;
}

/** When a probe without an answer would be asked again, or is given up. */
function overdueFrom(probe: Probe, { pace }: Exchange): number {
  return Math.min(nextSendAt(probe, pace), givenUpAt(probe, pace));
}
