/** Sending checks for connectivity, nomination and consent (RFC 8445 §7.2.4), and taking note of sends that failed. */
import type { SendFailure } from '../../session.ts';
import { TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { type AgentState, emit, transmit } from '../agent-state.ts';
import { candidatePriority } from '../candidates/priority.ts';
import { resendGapMs } from '../checklist/pace.ts';
import { failPair, MAX_SEND_FAILURES, type Pair, reportOf } from '../checklist/pair.ts';
import { consentAsked } from '../selected-pair/consent.ts';
import { nominationGapMs } from '../selected-pair/nomination.ts';
import { encodeCheck } from './messages.ts';
import { openTransaction } from './transactions.ts';

/** Sends the pair's check, or its nomination, once more. */
export function check(now: number, state: AgentState, pair: Pair): void {
  if (!state.config.budget.take(pair.remote.endpoint, pair.isHeard)) {
    failPair(pair);
    return;
  }
  if (pair.state !== 'succeeded') pair.state = 'in-progress';
  pair.sends++;
  pair.gaps++;
  const rttMs = leastRttMs(state);
  const isValid = pair.state === 'succeeded';
  const gapMs = isValid
    ? nominationGapMs(pair.gaps, rttMs)
    : resendGapMs(pair.gaps, { isSilent: !pair.isHeard, rttMs });
  pair.dueAt = now + gapMs;
  send(now, state, { pair, nominates: pair.nomination === 'asking' });
}

/** Asks for consent to send on the selected pair (RFC 7675 §5.1). */
export function askConsent(now: number, state: AgentState): void {
  const { selected, consent } = state;
  if (!selected || !consent) return;
  consentAsked(now, consent);
  send(now, state, { pair: selected, nominates: false });
}

/** Counts a send that the system refused; a few in a row fail the pair. */
export function failSend({ checklist, selected }: AgentState, { socket, to }: SendFailure): void {
  const pair = checklist.find(socket, to);
  if (!pair || pair === selected) return;
  pair.sendFailures++;
  if (pair.sendFailures >= MAX_SEND_FAILURES && pair.state !== 'succeeded') failPair(pair);
}

function send(
  now: number,
  state: AgentState,
  { pair, nominates }: { readonly pair: Pair; readonly nominates: boolean },
): void {
  const { local, remote, role, tieBreaker } = state;
  if (!remote) return;
  const transactionId = state.config.randomBytes(TRANSACTION_ID_BYTES);
  openTransaction(state.transactions, transactionId, { pair, at: now, role, nominates });
  const bytes = encodeCheck({
    transactionId,
    username: `${remote.ufrag}:${local.ufrag}`,
    key: remote.key,
    // The priority of the peer-reflexive candidate that the peer may find by this check (RFC 8445 §7.1.1).
    priority: candidatePriority('prflx', pair.local.localPreference),
    role,
    tieBreaker,
    nominates,
  });
  state.checksSent++;
  transmit(state, { socket: pair.local.socket, to: pair.remote.endpoint, bytes });
  if (pair.checkedAt !== null) return;
  pair.checkedAt = now;
  emit(now, state, { kind: 'check-sent', pair: reportOf(pair) });
}

/** The least round trip of any pair: whatever path another takes, its replies hardly come sooner. */
function leastRttMs({ checklist }: AgentState): number | null {
  let least: number | null = null;
  for (const { rttMs } of checklist.pairs()) if (rttMs !== null && (least === null || rttMs < least)) least = rttMs;
  return least;
}
