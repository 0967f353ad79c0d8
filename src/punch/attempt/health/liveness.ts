/** When a measurement is over, and whether the path still works then. */
import { isSilenceProven } from '../../../nat/probes/silence.ts';
import { longestRttMs, type PathHealth, PROBES, type State } from './state.ts';

/** How much longer than the slowest echo so far an echo may take. */
const LATE_MS = 200;
/**
 * A far side that needs nothing more may leave, and all three of its farewells may be lost: after that much silence, or so
 * many round trips, nothing more is to come.
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
  const silence = heardAt === null ? 'undetermined' : 'lost';
  const leaning = answeredAt === null ? 'undetermined' : 'alive';
  switch (state.pathState()) {
    case 'lost':
      return 'lost';
    case 'closed-by-peer':
      // The peer may have found the path lost, and its farewell may still come through.
      return isSilent ? silence : leaning;
    case 'doubtful':
      if (isComplete(now, state)) return 'alive';
      if (isSilent) return 'lost';
      break;
    case 'live':
      if (isComplete(now, state)) return 'alive';
      break;
  }
  if (now < Math.max(phaseAt, isSilent ? (answeredAt ?? 0) : 0) + PATIENCE_MS) return null;
  return isSilent ? silence : leaning;
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

/** Whether this side has come to know all that it can, and so has the far side. */
export function mayLeave(now: number, state: State): boolean {
  const { phase, phaseAt, rtts, told, heard } = state;
  const isMeasured = rtts.size === PROBES || now >= phaseAt + echoTimeMs(state);
  return phase === 'closing' && isMeasured && told.isThrough && heard.isThrough;
}

/** Whether the far side may have left; this side has then heard that it needs nothing more. */
function isComplete(now: number, state: State): boolean {
  const { phase, heardAt, answeredAt, told, heard } = state;
  if (phase !== 'leaving' || !heard.isContent) return false;
  if (told.isContent) return true;
  const lastAt = Math.max(heardAt ?? 0, answeredAt ?? 0);
  return now >= lastAt + Math.max(LINGER_MS, LINGER_RTTS * longestRttMs(state));
}
