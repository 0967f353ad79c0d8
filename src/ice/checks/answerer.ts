/** The answering side of an agent: replies to the peer's checks, and learns from them (RFC 8445 §7.3). */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Arrival } from '../../session.ts';
import type { StunMessage } from '../../stun/message.ts';
import type { AgentState } from '../agent-state.ts';
import type { Candidate, LocalCandidate } from '../candidates/candidate.ts';
import { TRIGGERED_GAPS } from '../checklist/pace.ts';
import { isRelayed, type Pair, reportOf } from '../checklist/pair.ts';
import { otherRole } from '../role.ts';
import { isFinal, select, switchRole } from '../selected/selection.ts';
import { encodeError, encodeSuccess } from './messages.ts';
import { createRequestJudge } from './request.ts';

/** Answers to strangers per second: enough to tell a peer with stale credentials, useless to a reflector. */
const MAX_REFUSALS_PER_S = 10;
/**
 * A peer behind a symmetric NAT has one per address of ours; in a birthday (src/punch) many of its sockets may be heard at
 * once, of which it keeps the last. Beyond that number the oldest gives way of which nothing has come.
 */
const MAX_PEER_REFLEXIVE = 32;

export interface Answerer {
  /** Takes a Binding request. */
  readonly receive: (now: number, arrival: Arrival, message: StunMessage) => void;
}

export function createAnswerer(state: AgentState): Answerer {
  const { own, locals, checklist, rejections } = state;
  const judge = createRequestJudge(own);
  const mayRefuse = createQuota(MAX_REFUSALS_PER_S);
  let peerReflexive = 0;
  /** The pairs with endpoints that nobody told of, the oldest first. */
  const learnt: Pair[] = [];

  const hasRoom = (): boolean => {
    if (learnt.length < MAX_PEER_REFLEXIVE) return true;
    const oldest = learnt.find(({ state: one, nomination }) => one !== 'succeeded' && nomination !== 'asked');
    if (!oldest) return false;
    learnt.splice(learnt.indexOf(oldest), 1);
    // Signalling may have told of it since.
    if (oldest.remote.type !== 'prflx') return true;
    state.triggered.delete(oldest);
    checklist.remove(oldest);
    return true;
  };

  /** RFC 8445 §7.3.1.3: an endpoint that nobody told of. */
  const learn = (now: number, base: LocalCandidate, found: { endpoint: Endpoint; priority: number }): Pair | null => {
    const known = checklist.pairs().find(({ remote }) => sameEndpoint(remote.endpoint, found.endpoint))?.remote;
    if (!known && !hasRoom()) return null;
    const remote: Candidate = known ?? {
      type: 'prflx',
      ...found,
      foundation: `prflx${peerReflexive}`,
      related: null,
    };
    const pair = checklist.add(base, remote);
    if (!pair || known) return pair;
    peerReflexive++;
    learnt.push(pair);
    state.emit(now, { kind: 'remote-candidate', candidate: remote });
    return pair;
  };

  /** RFC 8445 §7.3.1.4: a new check in place of one under way, and at once, since now both NATs may be open. */
  const trigger = (pair: Pair): void => {
    if (pair.state === 'succeeded') return;
    if (pair.state !== 'in-progress') {
      pair.state = 'waiting';
      pair.refusals = 0;
      pair.gaps = 0;
    }
    pair.sends = 0;
    pair.gaps = Math.min(pair.gaps, TRIGGERED_GAPS);
    state.triggered.add(pair);
  };

  const accept = (now: number, pair: Pair, nominates: boolean): void => {
    if (!pair.isHeard) {
      pair.isHeard = true;
      state.emit(now, { kind: 'check-received', pair: reportOf(pair) });
    }
    if (pair === state.selected) state.consent?.heard();
    const isNominated = nominates && state.role === 'controlled' && pair.nomination !== 'nominated';
    if (isNominated && pair.state === 'succeeded') {
      select(state, now, pair);
      return;
    }
    if (isNominated) pair.nomination = 'asked';
    const isWanted = !state.selected || (!isFinal(state) && !isRelayed(pair));
    if (isWanted || isNominated) trigger(pair);
  };

  return {
    receive: (now, arrival, message) => {
      const { socket, from } = arrival;
      const { transactionId } = message;
      const base = locals.base(socket);
      if (!base) return;
      const judged = judge({ arrival, message }, state);
      switch (judged.kind) {
        case 'ignored':
          rejections.add(judged.cause);
          return;
        case 'refused': {
          const { code, cause, isAuthentic, unknown = [] } = judged;
          rejections.add(cause);
          if (!isAuthentic && !mayRefuse(now)) return;
          const key = isAuthentic ? own.key : null;
          state.transmit(socket, from, encodeError({ transactionId, code, unknown, key }));
          return;
        }
        case 'accepted': {
          if (judged.switchesRole) switchRole(state, now, otherRole(state.role));
          state.transmit(socket, from, encodeSuccess(transactionId, from, own.key));
          const found = { endpoint: from, priority: judged.priority };
          const pair = checklist.find(socket, from) ?? learn(now, base, found);
          if (pair) accept(now, pair, judged.nominates);
          else rejections.add('too-many-candidates');
        }
      }
    },
  };
}

/** Says of each moment whether one more may pass: at most so many in a second. */
function createQuota(perSecond: number): (now: number) => boolean {
  let windowEnd = Number.NEGATIVE_INFINITY;
  let passed = 0;
  return (now) => {
    if (now >= windowEnd) {
      windowEnd = now + 1000;
      passed = 0;
    }
    passed++;
    return passed <= perSecond;
  };
}
