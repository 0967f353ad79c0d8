/**
 * An ICE agent (RFC 8445) as a sans-IO session: one component over one or several local UDP sockets, trickled candidates
 * (RFC 8838), regular nomination (but see selected-pair/nomination.ts), consent freshness (RFC 7675). Its owner sends what
 * `poll` gives, and hands in what comes.
 */
import type { Arrival, SendFailure, Session, Told } from '../session.ts';
import { advance } from './advance.ts';
import { close, createAgentState, type IceOutput, partyOf } from './agent-state.ts';
import type { Candidate, LocalCandidate } from './candidates/candidate.ts';
import type { LocalCandidateSpec } from './candidates/local-candidate.ts';
import { addLocalCandidate, addRemoteCandidate } from './checklist/add-candidate.ts';
import { MIN_TA_MS, TA_MS } from './checklist/pace.ts';
import { reportOf, type SelectedPair } from './checklist/pair.ts';
import { type CheckBudget, createCheckBudget } from './checks/budget.ts';
import { failSend } from './checks/check.ts';
import type { RejectionCause } from './checks/rejection-cause.ts';
import { areCredentials, type IceCredentials } from './credentials.ts';
import type { IceEvent } from './event.ts';
import { type DatagramKind, owns, receive } from './receive.ts';
import { type Role, randomTieBreaker } from './role.ts';
import { isLeaving, leave } from './selected-pair/farewell.ts';
import { RELAY_GRACE_MS } from './selected-pair/nomination.ts';

export type { DatagramKind } from './receive.ts';

/** How long to wait for a peer before the agent has failed (RFC 8863 §4: the 39.5 s of a STUN transaction). */
const TIMEOUT_MS = 39_500;

/** What an agent is made from; times are in milliseconds. */
export interface IceAgentOptions {
  readonly role: Role;
  /** Settles a role conflict; random by default. */
  readonly tieBreaker?: bigint;
  /** This agent's credentials; see createCredentials. */
  readonly credentials: IceCredentials;
  /** Gives unpredictable bytes, for transaction ids and tie-breakers. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Ta, the time between two checks: TA_MS by default. Smaller only with a peer that does the same (RFC 8445 §14.2). */
  readonly taMs?: number;
  /** How long after setRemoteCredentials the agent has failed if nothing is selected: 39.5 s by default. */
  readonly timeoutMs?: number;
  /** How long a relayed pair that works waits for a direct one: RELAY_GRACE_MS by default. */
  readonly relayGraceMs?: number;
  /** What the checks are taken from: by default a budget for this agent alone. */
  readonly budget?: CheckBudget;
}

/** An agent, to be driven as any session: after each call that may change it, it is polled until it gives `wait` or `done`. */
export interface IceAgent extends Session<'closed', Told<IceEvent>> {
  /** The role, which a conflict may have changed. */
  readonly role: () => Role;
  /**
   * Adds a candidate of this side; returns what is to be signalled, or null when the same is known already.
   * @throws RangeError for a wildcard address, or a reflexive candidate before the host candidate of its socket.
   */
  readonly addLocalCandidate: (spec: LocalCandidateSpec) => LocalCandidate | null;
  /** All so far, the peer-reflexive ones that checks found included. */
  readonly localCandidates: () => readonly LocalCandidate[];
  readonly endOfLocalCandidates: () => void;
  /** Adds a candidate that the peer told of; beyond a hundred they are left out. */
  readonly addRemoteCandidate: (candidate: Candidate) => void;
  readonly endOfRemoteCandidates: () => void;
  /** Lets checks begin. @throws RangeError when the credentials are not of the form of RFC 8839 §5.4. */
  readonly setRemoteCredentials: (now: number, credentials: IceCredentials) => void;
  /** Takes a datagram, and says what it was. */
  readonly handleDatagram: (now: number, arrival: Arrival) => DatagramKind;
  /**
   * Whether a datagram is for this agent, so that several can share a socket; it changes nothing. It is where it is a check
   * or a farewell whose USERNAME begins with this agent's fragment (RFC 8445 §7.2.2), a response to a check of this agent's
   * that is still open, or no message of ICE and from where the peer has proved to be. Agents whose peers share an endpoint
   * all own the data that comes from there. A closed agent owns nothing.
   */
  readonly owns: (arrival: Arrival) => boolean;
  readonly handleSendFailure: (now: number, failure: SendFailure) => void;
  readonly handleTimeout: (now: number) => void;
  readonly poll: (now: number) => IceOutput;
  /** Where data goes, once connected; null again when the agent leaves or is closed. */
  readonly selected: () => SelectedPair | null;
  readonly checksSent: () => number;
  /** How many messages were not believed, by cause. */
  readonly rejected: () => Readonly<Partial<Record<RejectionCause, number>>>;
  /** Tells the peer that the path is closed, within 45 ms in which it still answers, and is closed then. */
  readonly leave: (now: number) => void;
  /** Stops at once; nothing is sent or answered afterwards. */
  readonly close: () => void;
}

/** @throws RangeError when an option is out of its range. */
export function createIceAgent(options: IceAgentOptions): IceAgent {
  const { role, credentials, randomBytes, taMs = TA_MS, timeoutMs = TIMEOUT_MS } = options;
  const { relayGraceMs = RELAY_GRACE_MS, budget = createCheckBudget() } = options;
  const { tieBreaker = randomTieBreaker(randomBytes) } = options;
  if (taMs < MIN_TA_MS) throw new RangeError(`taMs is ${taMs}: at least ${MIN_TA_MS} (RFC 8445 §14.2)`);
  if (!areCredentials(credentials)) throw new RangeError('credentials are not of the form of RFC 8839 §5.4');
  const config = { taMs, timeoutMs, relayGraceMs, budget, randomBytes };
  const state = createAgentState({ role, tieBreaker, credentials, config });
  return {
    role: () => state.role,
    addLocalCandidate: (spec) => addLocalCandidate(state, spec),
    localCandidates: state.localCandidates.all,
    endOfLocalCandidates: () => {
      state.ended.local = true;
    },
    addRemoteCandidate: (candidate) => addRemoteCandidate(state, candidate),
    endOfRemoteCandidates: () => {
      state.ended.remote = true;
    },
    setRemoteCredentials: (now, remote) => {
      if (!areCredentials(remote)) throw new RangeError('remote credentials are not of the form of RFC 8839 §5.4');
      state.remote = partyOf(remote);
      state.deadline = now + timeoutMs;
    },
    handleDatagram: (now, arrival) => receive(now, state, arrival),
    owns: (arrival) => owns(state, arrival),
    handleSendFailure: (_now, failure) => failSend(state, failure),
    handleTimeout: (now) => void advance(now, state),
    poll: (now) => {
      const until = advance(now, state);
      return state.outputs.shift() ?? (state.isClosed ? { kind: 'done', result: 'closed' } : { kind: 'wait', until });
    },
    selected: () => {
      const { selected, isClosed } = state;
      if (!selected || isClosed || isLeaving(state)) return null;
      return { ...reportOf(selected), rttMs: selected.rttMs };
    },
    checksSent: () => state.checksSent,
    rejected: () => ({ ...state.rejected }),
    leave: (now) => leave(now, state),
    close: () => close(state),
  };
}
