/** When a measurement is over, and whether the path still works then. */
import { isSilenceProven } from '../../../nat/probes/silence.ts';
import { longestRttMs, type PathHealth, PROBES, type State } from './state.ts';

/** How much longer than the slowest echo so far an echo may take. */
const LATE_MS = 200;
/** The last echo for the far side has the time to arrive before the path is closed. */
const LAST_WORD_MS = 20;
/**
 * A far side that has sent all its probes may leave, and all three of its farewells may be lost: after that much silence, or
 * so many round trips, nothing more is to come.
 */
const LINGER_MS = 500;
const LINGER_RTTS = 4;
/**
 * How long to go on without an answer while the peer answers the checks of consent. A peer that is not connected yet has 9 s
 * until its attempt fails, and a path that is lost is doubtful 8.5 s after its last answer at the latest.
 */
const PATIENCE_MS = 10_000;
/** What is taken to be known of the loss beforehand, as if half of so many probes had been lost: twenty tell little. */
const PRIOR = { sends: 20, lost: 10 } as const;

/** Returns the liveness once the measurement is over; null while it goes on. */
export function conclude(now: number, state: State): PathHealth['liveness'] | null {
  const { heardAt, answeredAt, phaseAt } = state;
  const isSilent = isProvenSilent(now, state);
  const leaning = answeredAt === null ? 'undetermined' : 'alive';
  switch (state.pathState()) {
    case 'lost':
      return 'lost';
    case 'closed-by-peer':
      // The peer may have found the path lost, and its farewell may still come through.
      return isSilent && heardAt !== null ? 'lost' : leaning;
    case 'doubtful':
      if (isComplete(now, state)) return 'alive';
      if (isSilent) return 'lost';
      break;
    case 'live':
      if (isComplete(now, state)) return 'alive';
      break;
  }
  if (now < Math.max(phaseAt, isSilent ? (answeredAt ?? 0) : 0) + PATIENCE_MS) return null;
  return isSilent ? 'undetermined' : leaning;
}

/** Counts the probes since the last answer whose echo, if it were coming, would be here. */
export function unansweredCount(now: number, state: State): number {
  const sentBy = now - echoTimeMs(state);
  return state.unanswered.filter((at) => at <= sentBy).length;
}

/** How long an echo may take. */
function echoTimeMs(state: State): number {
  return LATE_MS + longestRttMs(state);
}

/** Whether loss, as it was seen before, would hardly ever leave so many probes in a row without an answer. */
function isProvenSilent(now: number, state: State): boolean {
  const { rtts } = state;
  const seen = Math.max(-1, ...rtts.keys()) + 1;
  const control = { sends: PRIOR.sends + seen, lost: PRIOR.lost + seen - rtts.size };
  return isSilenceProven(unansweredCount(now, state), control);
}

/** Whether this side knows all that it can, and the far side needs nothing more. */
function isComplete(now: number, state: State): boolean {
  const { phase, phaseAt, rtts, heardAt, answeredAt, throughAt, peerThroughAt } = state;
  const isMeasured = phase === 'closing' && (rtts.size === PROBES || now >= phaseAt + echoTimeMs(state));
  if (!isMeasured || peerThroughAt === null) return false;
  if (throughAt !== null) return now >= Math.max(throughAt, peerThroughAt) + LAST_WORD_MS;
  const lastAt = Math.max(heardAt ?? 0, answeredAt ?? 0);
  return now >= lastAt + Math.max(LINGER_MS, LINGER_RTTS * longestRttMs(state));
}
