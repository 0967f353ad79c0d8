/** Keeping consent to the selected pair fresh, and telling the owner how it stands (RFC 7675 §5.1). */
import { type AgentState, close, emit } from '../agent-state.ts';
import { reportOf } from '../checklist/pair.ts';
import { askConsent } from '../checks/check.ts';
import { consentDoubtfulAt, consentDueAt, consentExpiresAt } from './consent.ts';

/** Asks for consent when that is due, and closes the agent when it has run out; returns when the next thing is due. */
export function refreshConsent(now: number, state: AgentState): number {
  const { consent, selected } = state;
  if (!consent || !selected) return Number.POSITIVE_INFINITY;
  if (now >= consentExpiresAt(consent)) {
    emit(now, state, { kind: 'consent-lost', pair: reportOf(selected) });
    close(state);
    return Number.POSITIVE_INFINITY;
  }
  const isDoubtful = now >= consentDoubtfulAt(consent);
  if (isDoubtful !== state.isDoubtful) {
    state.isDoubtful = isDoubtful;
    emit(now, state, { kind: isDoubtful ? 'consent-doubtful' : 'consent-restored', pair: reportOf(selected) });
  }
  if (now >= consentDueAt(consent)) askConsent(now, state);
  const doubtfulAt = isDoubtful ? Number.POSITIVE_INFINITY : consentDoubtfulAt(consent);
  return Math.min(consentDueAt(consent), consentExpiresAt(consent), doubtfulAt);
}
