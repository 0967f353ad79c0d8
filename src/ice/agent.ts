/**
 * An ICE agent (RFC 8445) as a sans-IO session: one component over one or several local UDP sockets, trickled candidates
 * (RFC 8838), regular nomination (but see selected-pair/nomination.ts), consent freshness (RFC 7675). Its owner sends what
 * `poll` gives, and hands in what comes.
 */
import type { Endpoint } from '../endpoint.ts';
import type { Arrival, EventOutput, SendFailure, Session } from '../session.ts';
import { advance } from './advance.ts';
import { close, createAgentState, type IceOutput, partyOf } from './agent-state.ts';
import type { Candidate, LocalCandidate } from './candidates/candidate.ts';
import type { LocalCandidateSpec } from './candidates/local-candidate.ts';
import { addLocalCandidate, addRemoteCandidate } from './checklist/add-candidate.ts';
import { MIN_TA_MS, TA_MS } from './checklist/pace.ts';
import { reportOf, type SelectedPair } from './checklist/pair.ts';
import { type CheckBudget, createCheckBudget } from './checks/budget.ts';
import { failSend } from './checks/check.ts';
import type { CheckRejectionCause } from './checks/rejection-cause.ts';
import { checkAgain } from './checks/schedule.ts';
import { areCredentials, type IceCredentials } from './credentials.ts';
import type { IceEvent } from './event.ts';
import { type DatagramKind, owns, receive } from './receive.ts';
import { type Role, randomTieBreaker } from './role.ts';
import { isLeaving, leave } from './selected-pair/farewell.ts';
import { RELAY_GRACE_MS } from './selected-pair/nomination.ts';

export type { DatagramKind } from './receive.ts';

/** How long the agent waits for a pair before it fails (RFC 8863 §4: the 39.5 s of a STUN transaction). */
const TIMEOUT_MS = 39_500;

/** What an agent is made from; times are in milliseconds. */
export interface IceAgentOptions {
  readonly role: Role;
  /** A 64-bit number that settles a role conflict (RFC 8445 §7.3.1.1); random by default. */
  readonly tieBreaker?: bigint;
  /** This agent's credentials; see createCredentials. */
  readonly credentials: IceCredentials;
  /** Gives unpredictable bytes, for transaction ids and tie-breakers. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Ta, the time between two checks: TA_MS by default. Smaller only with a peer that does the same (RFC 8445 §14.2). */
  readonly taMs?: number;
  /** How long after setRemoteCredentials the agent fails if no pair has been selected: 39.5 s by default. */
  readonly timeoutMs?: number;
  /** How long a valid relayed pair waits for a direct one before it is nominated: RELAY_GRACE_MS by default. */
  readonly relayGraceMs?: number;
  /**
   * Whether an answer counts that comes from another port of the address that was asked. RFC 8445 §7.2.5.2.1 wants it from
   * that port, which two NATs never give whose mappings depend on the destination's port, and which let such packets in.
   */
  readonly answersFromAnyPort?: boolean;
  /** IP addresses of relays, and of nothing else that the peer may be at: who is heard from there is heard through a relay. */
  readonly relays?: ReadonlySet<string>;
  /** Bounds the checks to endpoints that do not answer; by default the agent has a budget to itself. */
  readonly budget?: CheckBudget;
}

/** An agent, to be driven as any session: after each call that may change it, it is polled until it gives `wait` or `done`. */
export interface IceAgent extends Session<'closed', EventOutput<IceEvent>> {
  /** The role, which a conflict may have changed. */
  readonly role: () => Role;
  /**
   * Adds a local candidate. Returns what to signal to the peer, or null when the candidate is redundant.
   * @throws RangeError for a wildcard address, or a reflexive candidate before the host candidate of its socket.
   */
  readonly addLocalCandidate: (spec: LocalCandidateSpec) => LocalCandidate | null;
  /** All local candidates so far, with the peer-reflexive ones that checks have found. */
  readonly localCandidates: () => readonly LocalCandidate[];
  /** Says that no more local candidates will come, so that the agent may fail before its time is over. */
  readonly endOfLocalCandidates: () => void;
  /**
   * Adds a candidate that the peer has signalled, before or while checks go on; only the first hundred are kept. With `from`
   * it is checked from that socket, and from those that are added later, but not from the others.
   */
  readonly addRemoteCandidate: (candidate: Candidate, from?: string) => void;
  /** Checks the pairs of that socket, or of that remote endpoint, anew unless they are valid: a NAT has forgotten what they were. */
  readonly checkAgain: (which: { readonly socket?: string; readonly remote?: Endpoint }) => void;
  /** Says that the peer has signalled the end of its candidates. */
  readonly endOfRemoteCandidates: () => void;
  /** Lets checks begin, and the timeout run. @throws RangeError when the credentials break the rules of RFC 8839 §5.4. */
  readonly setRemoteCredentials: (now: number, credentials: IceCredentials) => void;
  /** Takes a datagram that came to a local socket, and says what it was. */
  readonly handleDatagram: (now: number, arrival: Arrival) => DatagramKind;
  /**
   * Whether a datagram is for this agent, so that several agents can share a socket; asking changes nothing. An agent owns
   * the checks and farewells whose USERNAME begins with its fragment and a colon (RFC 8445 §7.2.2), the responses to its
   * open checks, and whatever is not ICE from the remote endpoint of a pair on which the peer was heard or has answered.
   * Agents whose peers share an endpoint all own the data that comes from there. A closed agent owns nothing.
   */
  readonly owns: (arrival: Arrival) => boolean;
  /** Takes word of a datagram that the system refused to send. */
  readonly handleSendFailure: (now: number, failure: SendFailure) => void;
  /** Does what is due at `now`. */
  readonly handleTimeout: (now: number) => void;
  /** The next thing that the agent wants done; to be called until it gives `wait` or `done`. */
  readonly poll: (now: number) => IceOutput;
  /** The selected pair, on which data is sent; null before there is one, and once the agent leaves or is closed. */
  readonly selected: () => SelectedPair | null;
  /** How many checks were sent, for connectivity, nomination and consent. */
  readonly checksSent: () => number;
  /** How many messages were not believed, by cause. */
  readonly rejected: () => Readonly<Partial<Record<CheckRejectionCause, number>>>;
  /** Tells the peer that the path is closed, three times within 45 ms in which checks are answered; then closes the agent. */
  readonly leave: (now: number) => void;
  /** Closes the agent at once: nothing is sent or answered afterwards, and the peer is not told. */
  readonly close: () => void;
}

/**
 * Makes an ICE agent. It does nothing until it has candidates of both sides and the peer's credentials.
 * @throws RangeError when `taMs` is less than MIN_TA_MS, or the credentials break the rules of RFC 8839 §5.4.
 */
export function createIceAgent(options: IceAgentOptions): IceAgent {
  const { role, credentials, randomBytes, taMs = TA_MS, timeoutMs = TIMEOUT_MS } = options;
  const { relayGraceMs = RELAY_GRACE_MS, budget = createCheckBudget(), answersFromAnyPort = false } = options;
  const { relays = new Set<string>() } = options;
  const { tieBreaker = randomTieBreaker(randomBytes) } = options;
  if (taMs < MIN_TA_MS) throw new RangeError(`taMs is ${taMs}: at least ${MIN_TA_MS} (RFC 8445 §14.2)`);
  if (!areCredentials(credentials)) throw new RangeError('credentials are not of the form of RFC 8839 §5.4');
  const config = { taMs, timeoutMs, relayGraceMs, budget, answersFromAnyPort, relays, randomBytes };
  const state = createAgentState({ role, tieBreaker, credentials, config });
  return {
    role: () => state.role,
    addLocalCandidate: (spec) => addLocalCandidate(state, spec),
    localCandidates: state.localCandidates.all,
    endOfLocalCandidates: () => {
      state.ended.local = true;
    },
    addRemoteCandidate: (candidate, from) => addRemoteCandidate(state, candidate, from),
    checkAgain: (which) => checkAgain(state, which),
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
