/** The round trip and the loss of a path, by probes that are sent once each, without a socket or a clock. */
import { PROBES } from './message.ts';

const GAP_MS = 100;
/** How long the last answer is waited for. */
const WAIT_MS = 1_000;

export interface Measured {
  readonly probes: number;
  readonly lost: number;
  /** Null where no probe has come back. */
  readonly rttMs: { readonly min: number; readonly mean: number; readonly max: number } | null;
}

export interface Probing {
  /** Returns the number of the probe that is due now; null where none is. */
  readonly next: (now: number) => number | null;
  readonly answered: (now: number, number: number) => void;
  /** When `next` is to be called again; Infinity at the end. */
  readonly wakeAt: () => number;
  readonly result: () => Measured;
}

export function createProbing(startAt: number): Probing {
  const sentAt: number[] = [];
  const rtts = new Map<number, number>();
  const isOver = (now: number): boolean => rtts.size === PROBES || now >= dueAt();
  const dueAt = (): number =>
    sentAt.length < PROBES ? startAt + sentAt.length * GAP_MS : (sentAt.at(-1) ?? 0) + WAIT_MS;
  let hasEnded = false;
  return {
    next: (now) => {
      if (sentAt.length < PROBES) {
        if (now < dueAt()) return null;
        sentAt.push(now);
        return sentAt.length - 1;
      }
      hasEnded ||= isOver(now);
      return null;
    },
    answered: (now, number) => {
      const sent = sentAt[number];
      if (sent === undefined || hasEnded || rtts.has(number)) return;
      rtts.set(number, now - sent);
      hasEnded = rtts.size === PROBES;
    },
    wakeAt: () => (hasEnded ? Number.POSITIVE_INFINITY : dueAt()),
    result: () => measuredOf([...rtts.values()]),
  };
}

function measuredOf(rtts: readonly number[]): Measured {
  const mean = rtts.reduce((all, one) => all + one, 0) / rtts.length;
  const rttMs = { min: rounded(Math.min(...rtts)), mean: rounded(mean), max: rounded(Math.max(...rtts)) };
  return { probes: PROBES, lost: PROBES - rtts.length, rttMs: rtts.length > 0 ? rttMs : null };
}

/** Browsers tell no finer time than a tenth of a millisecond. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
