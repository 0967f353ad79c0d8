/** Whether the server's checks from elsewhere get through the browser's filter, by the same evidence as src/nat/discovery. */
import { type Dependency, undetermined } from '../../../src/nat/behavior.ts';
import { answeredCount, dueSends, judgeSilence, MAX_ROUNDS } from '../../../src/nat/probes/silence.ts';
import type { Reason } from '../../../src/nat/reason.ts';
import type { SeenFinding, Trial } from './state.ts';

export type Elsewhere = 'other-port' | 'other-address-and-port';

export type Passage = { readonly kind: 'passed' | 'blocked' } | { readonly kind: 'unknown'; readonly reason: Reason };

/** What is known of the checks from there; null while more may still come. */
export function passageOf(now: number, trial: Trial, place: Elsewhere): Passage | null {
  const { places, checks, pace, lastRoundAt } = trial;
  if (!places[place]) return { kind: 'unknown', reason: 'server-has-one-address' };
  if (checks[place].answer) return { kind: 'passed' };
  if (isOutOfReach(trial, place)) return { kind: 'unknown', reason: 'several-public-addresses' };
  const control = dueSends(now, checks[`control.${place}`].sends, pace);
  // While the control has heard nothing, what counts is whether it should have: by the rounds that it took part in.
  const since = checks[`control.${place}`].sends[0]?.at ?? Number.POSITIVE_INFINITY;
  const asked = new Set(checks[place].sends.map(({ at }) => at));
  const companions = dueSends(now, checks.plain.sends, pace).filter(({ at }) => at >= since && asked.has(at));
  const judged = judgeSilence({
    rounds: answeredCount(companions),
    controlSends: control.length,
    controlAnswers: answeredCount(control),
  });
  if (judged === 'proven') return { kind: 'blocked' };
  if (judged === 'control-mute') return { kind: 'unknown', reason: 'alternate-unheard' };
  const isOver = checks.plain.sends.length >= MAX_ROUNDS && now >= lastRoundAt + pace.patienceMs();
  return isOver ? { kind: 'unknown', reason: 'too-much-loss' } : null;
}

/**
 * Whether a partner would not send the check, as it has heard the control socket from another address than that of the filtering
 * socket: such silence is no filter's.
 */
function isOutOfReach({ isLent, sockets }: Trial, place: Elsewhere): boolean {
  if (!isLent || place === 'other-port') return false;
  const heard = sockets.control.sights.get(place)?.endpoint.address;
  const target = sockets.filtering.sights.get('primary')?.endpoint.address;
  return heard !== undefined && target !== undefined && heard !== target;
}

/** The filter that explains both passages, or null while one that matters is open. */
export function filteringOf(now: number, trial: Trial): SeenFinding | null {
  const [port, other] = [passageOf(now, trial, 'other-port'), passageOf(now, trial, 'other-address-and-port')];
  if (other?.kind === 'passed') return dependency('endpoint-independent');
  // A filter that stops another port of a known address stops another address as well (RFC 4787 §5).
  if (port?.kind === 'blocked') return dependency('address-and-port-dependent');
  if (!port || !other) return null;
  if (port.kind === 'unknown') return undetermined(port.reason);
  return other.kind === 'unknown' ? undetermined(other.reason) : dependency('address-dependent');
}

function dependency(behavior: Dependency): SeenFinding {
  return { behavior, reason: null };
}
