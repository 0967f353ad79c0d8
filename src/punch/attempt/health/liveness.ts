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
 * How long to wait for an answer. A router that restarts costs one check of consent, at most 6 s later, and what that takes to
 * be sent again: by then data flows again, or never will.
 */
const PATIENCE_MS = 10_000;
/**
 * How long to call a peer that answers checks. One that is not connected yet has 9 s until its attempt fails, and 8.5 s later
 * at the most the path is doubtful; so after that it is a peer that does not measure.
 */
const CALL_PATIENCE_MS = 18_000;
/** How much shorter the silence is to this side, at the most, when the other gives the path up after that time. */
const APART_MS = 1_000;
/** What is taken to be known of the loss beforehand, as if half of so many probes had been lost: twenty tell little. */
const PRIOR = { sends: 20, lost: 10 } as const;

/** Returns the liveness once the measurement is over; null while it goes on. */
export function conclude(now: number, state: State): PathHealth['liveness'] | null {
  const { heardAt, answeredAt, phaseAt } = state;
  const path = state.pathState();
  if (path === 'lost') return 'lost';
  if (path !== 'closed-by-peer' && isComplete(now, state)) return 'alive';
  const isSilent = isProvenSilent(now, state);
  const waitedMs = now - (isSilent ? Math.max(phaseAt, answeredAt ?? 0) : phaseAt);
  const isUnmeasured = heardAt === null && path !== 'doubtful';
  // The farewell of a peer that has found the path lost may still come through.
  if (path === 'closed-by-peer') {
    if (isContent(state) && waitedMs < PATIENCE_MS - APART_MS) return 'alive';
  } else if (waitedMs < (isUnmeasured ? CALL_PATIENCE_MS : PATIENCE_MS)) return null;
  if (isSilent) return isUnmeasured ? 'undetermined' : 'lost';
  return answeredAt === null ? 'undetermined' : 'alive';
}

/** Counts the probes since the last answer whose echo, if it were coming, would be here. */
export function unansweredCount(now: number, state: State): number {
  const sentBy = now - echoTimeMs(state);
  return state.unanswered.findLastIndex((at) => at <= sentBy) + 1;
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

/** Whether this side has all it needs: its probes are answered or late, and both sides know that all are sent. */
export function mayLeave(now: number, state: State): boolean {
  const { phase, phaseAt, rtts, told, heard } = state;
  const isMeasured = rtts.size === PROBES || now >= phaseAt + echoTimeMs(state);
  return phase === 'closing' && isMeasured && told.isThrough && heard.isThrough;
}

/** Whether both sides have all they need, so that the far side may leave at any moment. */
function isContent({ phase, heard }: State): boolean {
  return phase === 'leaving' && heard.isContent;
}

/** Whether this side may leave: the far side knows that this one needs nothing more, or has left. */
function isComplete(now: number, state: State): boolean {
  const { heardAt, answeredAt, told } = state;
  if (!isContent(state)) return false;
  if (told.isContent) return true;
  const lastAt = Math.max(heardAt ?? 0, answeredAt ?? 0);
  return now >= lastAt + Math.max(LINGER_MS, LINGER_RTTS * longestRttMs(state));
}
