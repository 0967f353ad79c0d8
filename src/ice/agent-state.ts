/** What an agent knows. The rules beside this file read and change it; nothing else does. */
import type { Done, Told, Transmit, Wait } from '../session.ts';
import { shortTermKey } from '../stun/integrity.ts';
import type { Candidate } from './candidates/candidate.ts';
import { createLocalCandidates, type LocalCandidates } from './candidates/local-candidates.ts';
import { type Checklist, createChecklist } from './checklist/checklist.ts';
import type { Pair } from './checklist/pair.ts';
import type { CheckBudget } from './checks/budget.ts';
import type { RejectionCause } from './checks/rejection-cause.ts';
import type { Transactions } from './checks/transactions.ts';
import type { IceCredentials } from './credentials.ts';
import type { IceEvent, Untimed } from './event.ts';
import type { Role } from './role.ts';
import type { Consent } from './selected-pair/consent.ts';

/** What an agent wants done. It is `done` once its owner or the peer has closed it, it has failed, or it has lost consent. */
export type IceOutput = Transmit | Wait | Told<IceEvent> | Done<'closed'>;

/** An agent's username fragment, and the key that its password makes. */
export interface Party {
  readonly ufrag: string;
  readonly key: Uint8Array;
}

/** What the owner of an agent chose when it was made. */
export interface AgentConfig {
  readonly taMs: number;
  readonly timeoutMs: number;
  readonly relayGraceMs: number;
  readonly budget: CheckBudget;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface AgentState {
  readonly config: AgentConfig;
  role: Role;
  tieBreaker: bigint;
  readonly local: Party;
  /** Null until signalling has brought the peer's credentials; no check goes out before. */
  remote: Party | null;
  readonly localCandidates: LocalCandidates;
  /** The candidates that signalling told of, for sockets that come later. */
  readonly remoteCandidates: Candidate[];
  /** Whether no more candidates of that side will be told of. */
  readonly ended: { local: boolean; remote: boolean };
  readonly checklist: Checklist;
  /** The triggered-check queue: pairs on which the peer's check came; the next check goes there (RFC 8445 §6.1.4.1). */
  readonly triggered: Set<Pair>;
  /** The pairs whose remote candidate was found by a check of the peer, the oldest first, and how many there ever were. */
  readonly peerReflexive: { readonly pairs: Pair[]; found: number };
  readonly transactions: Transactions;
  /** Where each of the peer's last authentic checks came from, by its transaction id. */
  readonly requestSources: Map<string, string>;
  /** The current second of error responses to strangers, and how many it has had. */
  readonly refusals: { windowEnd: number; count: number };
  /** When the next ordinary check may go out. */
  slotAt: number;
  /** When an agent that has selected nothing has failed. */
  deadline: number;
  checksSent: number;
  readonly rejected: Partial<Record<RejectionCause, number>>;
  selected: Pair | null;
  /** The peer's consent to be sent to on the selected pair. */
  consent: Consent | null;
  /** Whether the owner was last told that the consent is doubtful. */
  isDoubtful: boolean;
  /** When the farewell is still to be sent; null unless the agent is leaving. */
  farewellsAt: readonly number[] | null;
  hasPeerLeft: boolean;
  isClosed: boolean;
  readonly outputs: IceOutput[];
}

export function createAgentState({
  role,
  tieBreaker,
  credentials,
  config,
}: {
  readonly role: Role;
  readonly tieBreaker: bigint;
  readonly credentials: IceCredentials;
  readonly config: AgentConfig;
}): AgentState {
  const state: AgentState = {
    config,
    role,
    tieBreaker,
    local: partyOf(credentials),
    remote: null,
    localCandidates: createLocalCandidates(),
    remoteCandidates: [],
    ended: { local: false, remote: false },
    checklist: createChecklist(() => state.role),
    triggered: new Set(),
    peerReflexive: { pairs: [], found: 0 },
    transactions: new Map(),
    requestSources: new Map(),
    refusals: { windowEnd: Number.NEGATIVE_INFINITY, count: 0 },
    slotAt: Number.NEGATIVE_INFINITY,
    deadline: Number.POSITIVE_INFINITY,
    checksSent: 0,
    rejected: {},
    selected: null,
    consent: null,
    isDoubtful: false,
    farewellsAt: null,
    hasPeerLeft: false,
    isClosed: false,
    outputs: [],
  };
  return state;
}

export function partyOf({ ufrag, pwd }: IceCredentials): Party {
  return { ufrag, key: shortTermKey(pwd) };
}

export function transmit(state: AgentState, datagram: Omit<Transmit, 'kind'>): void {
  state.outputs.push({ kind: 'transmit', ...datagram });
}

export function emit(now: number, state: AgentState, event: Untimed): void {
  state.outputs.push({ kind: 'event', event: { at: now, ...event } as IceEvent });
}

/** Counts what is not believed, so that a report can say what came instead of an answer. */
export function reject(state: AgentState, cause: RejectionCause): void {
  state.rejected[cause] = (state.rejected[cause] ?? 0) + 1;
}

/** Ends the agent: nothing is sent or answered afterwards. */
export function close(state: AgentState): void {
  state.isClosed = true;
  state.triggered.clear();
}
