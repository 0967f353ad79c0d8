/** The asking side of an agent: sends checks and draws the conclusions from their answers (RFC 8445 §7.2). */
import type { Arrival, SendFailure } from '../../session.ts';
import type { StunMessage } from '../../stun/message.ts';
import { type AgentState, randomTieBreaker } from '../agent-state.ts';
import { candidatePriority } from '../candidates/priority.ts';
import { resendGapMs } from '../checklist/pace.ts';
import { type Pair, reportOf } from '../checklist/pair.ts';
import { MAX_REFUSALS } from '../failure.ts';
import { otherRole } from '../role.ts';
import { failPair, rest, select, switchRole } from '../selected/selection.ts';
import { encodeCheck } from './messages.ts';
import type { RejectionCause } from './rejection.ts';
import { createTransactions, type Reply } from './transactions.ts';

type Success = Extract<Reply, { kind: 'success' }>;
type Failure = Extract<Reply, { kind: 'error' }>;

export interface Checker {
  /** Sends the pair's check, or its nomination, once more. */
  readonly check: (now: number, pair: Pair) => void;
  /** Asks the selected pair for consent. */
  readonly askConsent: (now: number) => void;
  /** The cause when the response is not believed. */
  readonly receive: (now: number, arrival: Arrival, message: StunMessage) => RejectionCause | null;
  readonly fail: (failure: SendFailure) => void;
}

export function createChecker(state: AgentState): Checker {
  const { checklist, locals } = state;
  const transactions = createTransactions(state.randomBytes);

  const send = (now: number, pair: Pair, nominates: boolean): void => {
    const { peer, own, role, tieBreaker } = state;
    if (!peer) return;
    const { local, remote } = pair;
    const bytes = encodeCheck({
      transactionId: transactions.open({ pair, at: now, role, nominates }),
      username: `${peer.ufrag}:${own.ufrag}`,
      key: peer.key,
      // What the candidate would be worth that the peer finds by this check (RFC 8445 §7.1.1).
      priority: candidatePriority('prflx', local.localPreference),
      role,
      tieBreaker,
      nominates,
    });
    state.checksSent++;
    state.transmit(local.socket, remote.endpoint, bytes);
    if (pair.checkedAt !== null) return;
    pair.checkedAt = now;
    state.emit(now, { kind: 'check-sent', pair: reportOf(pair) });
  };

  /** The fastest way to the peer so far: whatever path a pair takes, its replies hardly come sooner. */
  const knownRttMs = (): number | null => {
    const known = checklist.pairs().flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
    return known.length === 0 ? null : Math.min(...known);
  };

  const succeed = (now: number, { transaction, mapped, rttMs }: Success): void => {
    const { pair } = transaction;
    // It has given way to another meanwhile.
    if (checklist.find(pair.local.socket, pair.remote.endpoint) !== pair) return;
    state.budget.answered(pair.remote.endpoint);
    const { candidate, isNew } = locals.seenAs(pair.local, mapped);
    if (isNew) state.emit(now, { kind: 'local-candidate', candidate });
    pair.seenAs = candidate;
    pair.rttMs = rttMs;
    pair.refusals = 0;
    pair.errorCode = null;
    if (pair.state !== 'succeeded') {
      pair.state = 'succeeded';
      pair.validAt = now;
      if (pair.nomination !== 'asking') {
        rest(pair);
        state.triggered.delete(pair);
      }
      state.emit(now, { kind: 'pair-valid', pair: reportOf(pair), rttMs });
    }
    if (pair === state.selected) state.consent?.confirmed(now);
    const isNominated =
      state.role === 'controlling'
        ? transaction.nominates && pair.nomination === 'asking'
        : pair.nomination === 'asked';
    if (!isNominated) return;
    rest(pair);
    select(state, now, pair);
  };

  const beRefused = (now: number, { transaction, code }: Failure): void => {
    const { pair, role } = transaction;
    if (code === 487) {
      // RFC 8445 §7.2.5.1: the other role, another tie-breaker, and the check again.
      if (state.role === role) state.tieBreaker = randomTieBreaker(state.randomBytes);
      switchRole(state, now, otherRole(role));
      if (pair.state === 'in-progress') state.triggered.add(pair);
      return;
    }
    pair.errorCode = code;
    // 401 passes once signalling has caught up, 5xx by itself (RFC 8489 §6.3.4); any other stays.
    if (code !== 401 && code < 500 && pair !== state.selected) failPair(pair);
  };

  return {
    check: (now, pair) => {
      if (!state.budget.take(pair.remote.endpoint)) return failPair(pair);
      const nominates = pair.nomination === 'asking';
      if (pair.state !== 'succeeded') pair.state = 'in-progress';
      pair.sends++;
      pair.gaps++;
      const isSilent = !pair.isHeard && pair.state !== 'succeeded';
      pair.dueAt = now + resendGapMs(pair.gaps, { isSilent, rttMs: knownRttMs() });
      send(now, pair, nominates);
    },
    askConsent: (now) => {
      if (!state.selected) return;
      state.consent?.sent(now);
      send(now, state.selected, false);
    },
    receive: (now, arrival, message) => {
      // Without the peer's password nothing was asked.
      if (!state.peer) return 'unknown-transaction';
      const reply = transactions.judge(now, { arrival, message, key: state.peer.key });
      switch (reply.kind) {
        case 'rejected':
          return reply.cause;
        case 'success':
          succeed(now, reply);
          return null;
        case 'error':
          beRefused(now, reply);
          return null;
      }
    },
    fail: ({ socket, to }) => {
      const pair = checklist.find(socket, to);
      if (!pair || pair === state.selected) return;
      pair.refusals++;
      if (pair.refusals >= MAX_REFUSALS && pair.state !== 'succeeded') failPair(pair);
    },
  };
}
