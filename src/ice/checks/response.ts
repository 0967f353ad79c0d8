/** Taking the responses to checks (RFC 8445 §7.2.5). */
import { sameEndpoint } from '../../endpoint.ts';
import { type AgentState, emit } from '../agent-state.ts';
import { failPair, type Pair, reportOf, rest } from '../checklist/pair.ts';
import { otherRole, randomTieBreaker } from '../role.ts';
import { type Consent, consentAnswered } from '../selected-pair/consent.ts';
import { renominate } from '../selected-pair/nomination.ts';
import { select, switchRole } from '../selected-pair/selection.ts';
import type { ReceivedCheck } from './messages.ts';
import type { CheckRejectionCause } from './rejection-cause.ts';
import { type CheckTransaction, judgeResponse, type Reply } from './transactions.ts';

/** Takes a response; returns the cause when it is not believed. */
export function receiveResponse(now: number, state: AgentState, received: ReceivedCheck): CheckRejectionCause | null {
  // Before the peer's credentials are known no check is sent.
  if (!state.remote) return 'unknown-transaction';
  const isAnyPort = state.config.answersFromAnyPort;
  const reply = judgeResponse(now, state.transactions, { ...received, key: state.remote.key, isAnyPort });
  switch (reply.kind) {
    case 'rejected':
      return reply.cause;
    case 'success':
      succeed(now, state, reply);
      return null;
    case 'error':
      fail(now, state, reply);
      return null;
  }
}

function succeed(now: number, state: AgentState, success: Extract<Reply, { readonly kind: 'success' }>): void {
  const { pair } = success.transaction;
  const { checklist, config, localCandidates, consent } = state;
  // The pair may have given way to another meanwhile.
  if (checklist.find(pair.local.socket, pair.remote.endpoint) !== pair) return;
  config.budget.answered(pair.remote.endpoint);
  const { candidate, isNew } = localCandidates.seenAs(pair.local, success.mapped);
  if (isNew) emit(now, state, { kind: 'local-candidate', candidate });
  const isRemapped = pair.seenAs !== null && !sameEndpoint(pair.seenAs.endpoint, candidate.endpoint);
  pair.seenAs = candidate;
  pair.rttMs = success.rttMs;
  pair.sendFailures = 0;
  pair.errorCode = null;
  if (pair.state !== 'succeeded') becomeValid(now, state, pair);
  if (pair === state.selected && consent) answered(now, state, { pair, consent, isRemapped });
  if (!isNominatedBy(state, success.transaction)) return;
  rest(pair);
  select(now, state, pair);
}

/** Takes an answer on the selected pair, which the controlling side nominates anew when the peer sees it elsewhere now. */
function answered(
  now: number,
  state: AgentState,
  { pair, consent, isRemapped }: { readonly pair: Pair; readonly consent: Consent; readonly isRemapped: boolean },
): void {
  consentAnswered(now, consent);
  state.successor = null;
  if (isRemapped && state.role === 'controlling') renominate(now, state, pair);
}

function becomeValid(now: number, state: AgentState, pair: Pair): void {
  pair.state = 'succeeded';
  pair.validAt = now;
  if (pair.nomination !== 'asking') {
    rest(pair);
    state.triggered.delete(pair);
  }
  emit(now, state, { kind: 'pair-valid', pair: reportOf(pair), rttMs: pair.rttMs ?? 0 });
}

/** Whether the success of the check concludes a nomination, by this agent or by the peer (RFC 8445 §7.2.5.3.4). */
function isNominatedBy({ role }: AgentState, { pair, nominates }: CheckTransaction): boolean {
  return role === 'controlling' ? nominates && pair.nomination === 'asking' : pair.nomination === 'asked';
}

function fail(now: number, state: AgentState, { transaction, code }: Extract<Reply, { readonly kind: 'error' }>): void {
  const { pair, role } = transaction;
  if (code === 487) {
    // RFC 8445 §7.2.5.1: the other role, another tie-breaker, and the check again.
    if (state.role === role) state.tieBreaker = randomTieBreaker(state.config.randomBytes);
    switchRole(now, state, otherRole(role));
    if (pair.state === 'in-progress') state.triggered.add(pair);
    return;
  }
  pair.errorCode = code;
  // 401 passes once signalling has caught up, 5xx by itself (RFC 8489 §6.3.4); any other stays.
  if (code !== 401 && code < 500 && pair !== state.selected) failPair(pair);
}
