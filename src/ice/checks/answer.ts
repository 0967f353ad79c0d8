/** Answering the peer's checks, and learning from them (RFC 8445 §7.3). */
import { type AgentState, emit, reject, transmit } from '../agent-state.ts';
import { isRelayed, type Pair, reportOf } from '../checklist/pair.ts';
import { learnPair } from '../checklist/peer-reflexive.ts';
import { otherRole } from '../role.ts';
import { consentHeard } from '../selected-pair/consent.ts';
import { isFinal, select, switchRole } from '../selected-pair/selection.ts';
import { hearElsewhere } from '../selected-pair/takeover.ts';
import { encodeError, encodeSuccess, type ReceivedCheck } from './messages.ts';
import { type AcceptedRequest, judgeRequest, type RefusedRequest } from './request.ts';
import { triggerCheck } from './schedule.ts';

/** Error responses to strangers in a second: enough for a peer with stale credentials, and useless to a reflector. */
const MAX_REFUSALS_PER_S = 10;

/** Takes a Binding request. */
export function receiveRequest(now: number, state: AgentState, received: ReceivedCheck): void {
  if (!state.localCandidates.base(received.arrival.socket)) return;
  const judged = judgeRequest(state, received);
  switch (judged.kind) {
    case 'ignored':
      reject(state, judged.cause);
      break;
    case 'refused':
      refuse(now, state, { received, judged });
      break;
    case 'accepted':
      accept(now, state, { received, judged });
      break;
  }
}

function refuse(
  now: number,
  state: AgentState,
  { received, judged }: { readonly received: ReceivedCheck; readonly judged: RefusedRequest },
): void {
  const { code, cause, isAuthentic, unknown = [] } = judged;
  reject(state, cause);
  if (!isAuthentic && !mayRefuse(now, state)) return;
  const { socket, from } = received.arrival;
  const { transactionId } = received.message;
  const key = isAuthentic ? state.local.key : null;
  transmit(state, { socket, to: from, bytes: encodeError({ transactionId, code, unknown, key }) });
}

function mayRefuse(now: number, { refusals }: AgentState): boolean {
  if (now >= refusals.windowEnd) Object.assign(refusals, { windowEnd: now + 1000, count: 0 });
  refusals.count++;
  return refusals.count <= MAX_REFUSALS_PER_S;
}

function accept(
  now: number,
  state: AgentState,
  { received, judged }: { readonly received: ReceivedCheck; readonly judged: AcceptedRequest },
): void {
  const { socket, from } = received.arrival;
  const { priority, nominates, switchesRole } = judged;
  if (switchesRole) switchRole(now, state, otherRole(state.role));
  transmit(state, { socket, to: from, bytes: encodeSuccess(received.message.transactionId, from, state.local.key) });
  const base = state.localCandidates.base(socket);
  const known = state.checklist.find(socket, from);
  const pair = known ?? (base ? learnPair(now, state, { base, found: { endpoint: from, priority }, nominates }) : null);
  if (pair) hear(now, state, { pair, nominates });
  else reject(state, 'too-many-candidates');
}

/** Lets an authentic check of the peer nominate the pair, trigger a check, or both (RFC 8445 §7.3.1.4, §7.3.1.5). */
function hear(
  now: number,
  state: AgentState,
  { pair, nominates }: { readonly pair: Pair; readonly nominates: boolean },
): void {
  const { selected, consent } = state;
  if (!pair.isHeard) {
    pair.isHeard = true;
    emit(now, state, { kind: 'check-received', pair: reportOf(pair) });
  }
  if (pair === selected && consent) consentHeard(consent);
  hearElsewhere(now, state, pair);
  const isNominated = nominates && state.role === 'controlled' && pair.nomination !== 'nominated';
  if (isNominated && pair.state === 'succeeded') {
    select(now, state, pair);
    return;
  }
  if (isNominated) pair.nomination = 'asked';
  const isWanted = !selected || (!isFinal(state) && !isRelayed(pair));
  if (isWanted || isNominated) triggerCheck(state, pair);
}
