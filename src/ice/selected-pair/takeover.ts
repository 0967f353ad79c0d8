/**
 * Moving to where the peer is now. When the peer's NAT gives it another endpoint, after a restart for instance, its checks
 * come from there, as those of a peer-reflexive candidate (RFC 8445 §7.3.1.3), while what is sent to the selected one is lost.
 * RFC 8445 has no other way than an ICE restart; here that pair takes the place of the selected one, by its rules: once an
 * authentic check has come on it, a check on it has succeeded, and the controlling side has nominated it. And only
 * while the peer does not answer on the selected pair, so that nobody who repeats a check from elsewhere can move the path.
 */
import type { AgentState } from '../agent-state.ts';
import { isRelayed, type Pair } from '../checklist/pair.ts';
import { triggerCheck } from '../checks/schedule.ts';
import { consentQuestioned, consentSilentAt } from './consent.ts';
import { renominate } from './nomination.ts';
import { select } from './selection.ts';

/** Takes note of a check of the peer on another pair of the selected one's socket, and asks for consent soon. */
export function hearElsewhere(now: number, state: AgentState, pair: Pair): void {
  const { selected, consent } = state;
  if (!selected || !consent || pair === selected || pair.local !== selected.local) return;
  // The peer's checks through a relay were sent while it had no direct path: they do not show that it has moved there.
  if (isRelayed(pair) && !isRelayed(selected)) return;
  state.successor = pair;
  consentQuestioned(now, consent);
}

/** Moves to the pair on which the peer is heard, once the selected one is silent; returns when that will be. */
export function takeOver(now: number, state: AgentState): number {
  const { consent, successor, role } = state;
  if (!consent || !successor) return Number.POSITIVE_INFINITY;
  const silentAt = consentSilentAt(consent);
  if (now < silentAt) return silentAt;
  // The peer's next check may begin it anew.
  state.successor = null;
  if (role === 'controlling') renominate(now, state, successor);
  else if (successor.state === 'succeeded' && successor.nomination === 'nominated') select(now, state, successor);
  else triggerCheck(state, successor);
  return Number.POSITIVE_INFINITY;
}
