/**
 * An ICE agent (RFC 8445) as a sans-IO session: one component over one or several local UDP sockets, trickled candidates,
 * regular nomination (but see nomination.ts), consent freshness (RFC 7675). Its owner sends what `poll` gives and hands in what comes.
 */
import { sameEndpoint } from '../endpoint.ts';
import type { Arrival, SendFailure } from '../session.ts';
import { decode } from '../stun/decode.ts';
import { hasValidFingerprint } from '../stun/fingerprint.ts';
import { METHOD } from '../stun/header.ts';
import { isClassic, type StunMessage } from '../stun/message.ts';
import { createAgentState, type IceOutput, partyOf, randomTieBreaker } from './agent-state.ts';
import type { Candidate, LocalCandidate } from './candidates/candidate.ts';
import type { LocalCandidateSpec } from './candidates/local-candidates.ts';
import { MAX_NOMINATION_SENDS, MAX_SENDS, MIN_TA_MS, TA_MS } from './checklist/pace.ts';
import { isRelayed, isUnderWay, type PairReport, reportOf } from './checklist/pair.ts';
import { createAnswerer } from './checks/answerer.ts';
import { type CheckBudget, createCheckBudget } from './checks/budget.ts';
import { createChecker } from './checks/checker.ts';
import type { RejectionCause } from './checks/rejection.ts';
import { areCredentials, type IceCredentials } from './credentials.ts';
import { isHopeless, whyFailed } from './failure.ts';
import type { Role } from './role.ts';
import { createFarewell } from './selected/farewell.ts';
import { chooseNomination, RELAY_GRACE_MS } from './selected/nomination.ts';
import { failPair, isFinal } from './selected/selection.ts';

/** How long to wait for a peer before the agent has failed (RFC 8863 §4: the 39.5 s of a STUN transaction). */
const TIMEOUT_MS = 39_500;
/** Candidates of the peer that are kept for sockets that come later. */
const MAX_REMOTE_CANDIDATES = 100;

export interface IceAgentOptions {
  readonly role: Role;
  /** Default: random. */
  readonly tieBreaker?: bigint;
  /** The own ones; see createCredentials. */
  readonly credentials: IceCredentials;
  /** Unpredictable bytes, for transaction ids and tie-breakers. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Between two checks; default TA_MS. Smaller only with a peer that does the same (RFC 8445 §14.2). */
  readonly taMs?: number;
  /** From setRemoteCredentials until `failed`; default 39.5 s. */
  readonly timeoutMs?: number;
  /** How long a relayed pair that works waits for a direct one; default RELAY_GRACE_MS. */
  readonly relayGraceMs?: number;
  /** What its checks are taken from; default: a budget of its own. */
  readonly budget?: CheckBudget;
}

/** `ice`: taken. `peer`: not STUN, from an endpoint that the peer has proved to be its own. `other`: anything else. */
export type DatagramKind = 'ice' | 'peer' | 'other';

export interface IceAgent {
  readonly role: () => Role;
  /** The candidate to signal, or null when the same is known. @throws RangeError for a wildcard or a socket unknown. */
  readonly addLocalCandidate: (spec: LocalCandidateSpec) => LocalCandidate | null;
  /** All so far, the peer-reflexive ones that checks found included. */
  readonly localCandidates: () => readonly LocalCandidate[];
  readonly endOfLocalCandidates: () => void;
  /** Candidates beyond a hundred are left out. */
  readonly addRemoteCandidate: (candidate: Candidate) => void;
  readonly endOfRemoteCandidates: () => void;
  /** Checks begin with these. @throws RangeError when they are not of the form of RFC 8839 §5.4. */
  readonly setRemoteCredentials: (now: number, credentials: IceCredentials) => void;
  readonly handleDatagram: (now: number, arrival: Arrival) => DatagramKind;
  /** Whether the datagram is for this agent, where several share a socket. */
  readonly owns: (arrival: Arrival) => boolean;
  readonly handleSendFailure: (now: number, failure: SendFailure) => void;
  readonly handleTimeout: (now: number) => void;
  readonly poll: (now: number) => IceOutput;
  /** Where data goes, once connected; null again when it leaves or is closed. */
  readonly selected: () => PairReport | null;
  readonly checksSent: () => number;
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

  const state = createAgentState({ role, tieBreaker, credentials, budget, randomBytes });
  const { locals, checklist, triggered, rejections } = state;
  const checker = createChecker(state);
  const answerer = createAnswerer(state);
  const farewell = createFarewell(state);
  const remotes: Candidate[] = [];
  const ended = { locals: false, remotes: false };
  let deadline = Number.POSITIVE_INFINITY;
  let slotAt = Number.NEGATIVE_INFINITY;

  const close = (): void => {
    state.isClosed = true;
    triggered.clear();
  };

  const giveUpSilent = (now: number): void => {
    for (const pair of checklist.pairs()) {
      const limit = pair.state === 'succeeded' ? MAX_NOMINATION_SENDS : MAX_SENDS;
      if (isUnderWay(pair) && pair.dueAt <= now && pair.sends >= limit) failPair(pair);
    }
  };

  /** When the next nomination may be; Infinity when nothing is to be nominated. */
  const nominate = (now: number): number => {
    if (state.role === 'controlled' || isFinal(state)) return Number.POSITIVE_INFINITY;
    const open = state.selected ? checklist.pairs().filter((pair) => !isRelayed(pair)) : checklist.pairs();
    const choice = chooseNomination(open, { now, relayGraceMs });
    if (choice.kind === 'now') {
      Object.assign(choice.pair, { nomination: 'asking', sends: 0, gaps: 0, dueAt: now });
      triggered.add(choice.pair);
    }
    return choice.kind === 'wait' ? choice.until : Number.POSITIVE_INFINITY;
  };

  /** Sends one check when the slot has come (RFC 8445 §6.1.4.2); when the next may go. */
  const checkNext = (now: number): number => {
    const [first] = triggered;
    const ordinary = isFinal(state) ? undefined : checklist.nextOrdinary();
    const due = checklist.nextDue();
    const next = first ?? ordinary ?? due;
    const readyAt = first || ordinary ? now : (due?.dueAt ?? Number.POSITIVE_INFINITY);
    // A triggered check may take the slot after its own: one in a row, so that the rate stays one in Ta.
    const mayAt = first ? slotAt - taMs : slotAt;
    if (!next || readyAt > now || mayAt > now) return Math.max(readyAt, mayAt);
    triggered.delete(next);
    checker.check(now, next);
    slotAt = Math.max(slotAt, now) + taMs;
    return triggered.size > 0 ? slotAt - taMs : slotAt;
  };

  const refresh = (now: number): number => {
    const { consent, selected } = state;
    if (!consent || !selected) return Number.POSITIVE_INFINITY;
    if (now >= consent.expiresAt()) {
      state.emit(now, { kind: 'consent-lost', pair: reportOf(selected) });
      close();
      return Number.POSITIVE_INFINITY;
    }
    const isDoubtful = now >= consent.doubtfulAt();
    if (isDoubtful !== state.isDoubtful) {
      state.isDoubtful = isDoubtful;
      state.emit(now, { kind: isDoubtful ? 'consent-doubtful' : 'consent-restored', pair: reportOf(selected) });
    }
    if (now >= consent.dueAt()) checker.askConsent(now);
    const doubtfulAt = isDoubtful ? Number.POSITIVE_INFINITY : consent.doubtfulAt();
    return Math.min(consent.dueAt(), consent.expiresAt(), doubtfulAt);
  };

  const conclude = (now: number): void => {
    const isOver = now >= deadline || isHopeless(locals, checklist.pairs(), ended);
    if (state.selected || !isOver) return;
    state.emit(now, { kind: 'failed', reason: whyFailed(locals, checklist.pairs()) });
    close();
  };

  /** Does what is due; when the next thing will be. */
  const advance = (now: number): number => {
    const farewellAt = farewell.advance(now);
    if (state.isClosed || !state.peer || farewell.isLeaving()) return farewellAt;
    giveUpSilent(now);
    const nominateAt = nominate(now);
    const checkAt = checkNext(now);
    const refreshAt = refresh(now);
    conclude(now);
    return Math.min(nominateAt, checkAt, refreshAt, state.selected ? Number.POSITIVE_INFINITY : deadline);
  };

  const dataKind = ({ socket, from }: Arrival): DatagramKind => {
    const pair = checklist.find(socket, from);
    return !state.isClosed && pair && (pair.isHeard || pair.state === 'succeeded') ? 'peer' : 'other';
  };

  return {
    role: () => state.role,
    addLocalCandidate: (spec) => {
      const added = locals.add(spec);
      if (added?.type === 'host' || added?.type === 'relay') for (const remote of remotes) checklist.add(added, remote);
      return added;
    },
    localCandidates: locals.all,
    endOfLocalCandidates: () => {
      ended.locals = true;
    },
    addRemoteCandidate: (candidate) => {
      if (remotes.length >= MAX_REMOTE_CANDIDATES) return rejections.add('too-many-candidates');
      if (remotes.some(({ endpoint }) => sameEndpoint(endpoint, candidate.endpoint))) return;
      remotes.push(candidate);
      // A peer-reflexive candidate is the same thing, seen before it was told of (RFC 8838 §11.4).
      for (const pair of checklist.pairs()) {
        if (sameEndpoint(pair.remote.endpoint, candidate.endpoint)) pair.remote = candidate;
      }
      checklist.sort();
      for (const base of locals.bases()) checklist.add(base, candidate);
    },
    endOfRemoteCandidates: () => {
      ended.remotes = true;
    },
    setRemoteCredentials: (now, remote) => {
      if (!areCredentials(remote)) throw new RangeError('remote credentials are not of the form of RFC 8839 §5.4');
      state.peer = partyOf(remote);
      deadline = now + timeoutMs;
    },
    handleDatagram: (now, arrival) => {
      const message = stunOf(arrival.bytes);
      if (state.isClosed || !message) return dataKind(arrival);
      if (message.class === 'request') answerer.receive(now, arrival, message);
      if (message.class === 'indication') farewell.receive(arrival, message);
      if (message.class === 'request' || message.class === 'indication') return 'ice';
      const cause = checker.receive(now, arrival, message);
      if (cause) rejections.add(cause);
      return cause === 'unknown-transaction' ? 'other' : 'ice';
    },
    owns: () => true,
    handleSendFailure: (_now, failure) => checker.fail(failure),
    handleTimeout: (now) => void advance(now),
    poll: (now) => {
      const until = advance(now);
      return state.dequeue() ?? (state.isClosed ? { kind: 'done', result: 'closed' } : { kind: 'wait', until });
    },
    selected: () => (state.selected && !state.isClosed && !farewell.isLeaving() ? reportOf(state.selected) : null),
    checksSent: () => state.checksSent,
    rejected: rejections.counts,
    leave: farewell.leave,
    close,
  };
}

/** The Binding message in a datagram; FINGERPRINT tells it from data, and ICE's from a server's (RFC 8445 §7). */
function stunOf(bytes: Uint8Array): StunMessage | null {
  if (!hasValidFingerprint(bytes)) return null;
  const decoded = decode(bytes);
  const isBinding = decoded.ok && decoded.message.method === METHOD.binding && !isClassic(decoded.message);
  return isBinding ? decoded.message : null;
}
